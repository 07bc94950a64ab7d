package scenario

import (
	"slices"

	"github.com/rlrun/rlrun/internal/settings"
)

// changesLearning reports whether learning depends on a setting. Learning does not depend
// on names, the seed, kernels and cores, the logs, or the number of episodes that judge
// the final policy. It depends on evaluations on the way, and on their target, only if
// these can end training.
func changesLearning(key string, endedByEvaluation bool) bool {
	switch key {
	case "name", "published", "seed", "kernels", "backend", "env.parallel", "log_interval", "eval.episodes":
		return false
	case "target", "eval.freq", "eval.freq_episodes", "eval.stop_at_threshold", "eval.patience":
		return endedByEvaluation
	}
	return true
}

// A Setting is a dotted key and its value, a list in YAML's flow syntax: agent.gamma and
// 0.99.
type Setting struct{ Key, Value string }

// LearningSettings returns the settings that learning depends on, in config.yaml's
// order, every default included. Runs with equal learning settings differ only by their
// seeds.
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

// A Difference is a setting that is not the same in several scenarios.
type Difference struct {
	Key    string   `json:"key"`
	Values []string `json:"values"` // one for each scenario; "" where it has no such setting
}

// Differences returns the settings that are not the same in all sets of settings, in
// the order of the first set that has them.
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
