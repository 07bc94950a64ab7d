package scenario

import (
	"slices"

	"github.com/rlrun/rlrun/internal/settings"
)

// changesLearning reports whether training depends on a setting. Training does not depend
// on names, the seed, the kernels, the number of cores, the logs, or the number of episodes in
// the final evaluation. It depends on the settings of evaluations during training only if
// these evaluations can end training.
func changesLearning(key string, endedByEvaluation bool) bool {
	switch key {
	case "name", "published", "seed", "kernels", "backend", "env.parallel", "log_interval", "eval.episodes":
		return false
	case "target", "eval.freq", "eval.freq_episodes", "eval.stop_at_threshold", "eval.patience":
		return endedByEvaluation
	}
	return true
}

// A Setting is a dotted key, such as agent.gamma, and its value as YAML, such as 0.99.
type Setting struct{ Key, Value string }

// LearningSettings returns all settings, defaults included, on which training depends, in the
// order of config.yaml. Runs with equal LearningSettings differ only by their seeds.
func (s *Scenario) LearningSettings() (all []Setting, err error) {
	text, err := s.Encode()
	if err != nil {
		return nil, err
	}
	leaves, err := settings.Flatten(s.Name, text)
	ended := s.Eval.StopAtThreshold || s.Eval.Patience > 0
	for _, l := range leaves {
		if changesLearning(l.Key, ended) {
			all = append(all, Setting(l))
		}
	}
	return all, err
}

// A Difference is a setting that differs between several scenarios.
type Difference struct {
	Key    string   `json:"key"`
	Values []string `json:"values"` // a value for each scenario; "" where the scenario lacks the setting
}

// Differences returns the settings that are not equal in all the given sets of settings, in
// the order in which they first appear.
func Differences(sets ...[]Setting) (all []Difference) {
	var keys []string
	values := make([]map[string]string, len(sets))
	for i, set := range sets {
		values[i] = map[string]string{}
		for _, l := range set {
			values[i][l.Key] = l.Value
			if !slices.Contains(keys, l.Key) {
				keys = append(keys, l.Key)
			}
		}
	}
	for _, key := range keys {
		d := Difference{Key: key}
		distinct := map[string]bool{}
		for _, v := range values {
			d.Values = append(d.Values, v[key])
			distinct[v[key]] = true
		}
		if len(distinct) > 1 {
			all = append(all, d)
		}
	}
	return all
}
