package scenario

import (
	"slices"

	"github.com/rlrun/rlrun/internal/settings"
)

// changesLearning reports whether training depends on a setting. Training does not depend on
// names, the seed, the kernels, the number of cores, the logs, or the number of episodes in the
// final evaluation. Training depends on the settings of evaluations during training only if these
// evaluations can end training. endedByEvaluation is whether they can.
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

// LearningSettings returns all settings on which training depends, including default settings, in
// the order of config.yaml. Runs with equal LearningSettings differ only in their seeds.
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

// A Difference is a setting that is not the same in all compared scenarios.
type Difference struct {
	Key    string   `json:"key"`
	Values []string `json:"values"` // value in each scenario; "" if the scenario does not have the setting
}

// Differences returns the settings that are not equal in all the given sets of settings. They are
// in the order in which they first appear in the sets.
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
