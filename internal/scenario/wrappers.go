package scenario

import (
	"maps"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/settings"
)

// A wrap is one entry of a scenario's list of wrappers.
type wrap struct {
	around     func(env.Env) env.Env
	rewardOnly bool // it changes the reward alone, which an evaluation leaves as it is
}

// wrapKinds are the wrappers that a scenario may name, each with what reads its
// value: {sticky_action: 0.25}.
func wrapKinds() map[string]func(settings.Node) (wrap, error) {
	return map[string]func(settings.Node) (wrap, error){
		"scale_reward": func(n settings.Node) (wrap, error) {
			var k float64
			err := n.Decode(&k)
			return wrap{func(e env.Env) env.Env { return env.ScaleReward{Env: e, K: k} }, true}, err
		},
		"sticky_action": func(n settings.Node) (wrap, error) {
			var p float64
			err := n.Decode(&p)
			if err == nil && !(0 <= p && p <= 1) {
				err = n.Fault("%v, want a probability, 0 … 1", p)
			}
			return wrap{func(e env.Env) env.Env { return env.NewStickyAction(e, p) }, false}, err
		},
	}
}

// wrappers reads the scenario's list, the innermost first.
func (s *Scenario) wrappers() ([]wrap, error) {
	kinds := wrapKinds()
	var wraps []wrap
	for _, n := range s.file.Env.Wrappers {
		keys := n.Keys()
		if len(keys) != 1 {
			return nil, n.Fault("want one wrapper and its value, as {sticky_action: 0.25}")
		}
		read, ok := kinds[keys[0]]
		if !ok {
			return nil, n.Fault("no wrapper %q%s", keys[0], nearest.Hint(keys[0], maps.Keys(kinds)))
		}
		value, _ := n.At(keys[0])
		w, err := read(value)
		if err != nil {
			return nil, err
		}
		wraps = append(wraps, w)
	}
	return wraps, nil
}

// wrapped is the Constructor of an environment with wrappers around it.
func wrapped(inner env.Constructor, wraps []wrap) env.Constructor {
	return func(set env.Options) (env.Env, error) {
		e, err := inner(set)
		if err != nil {
			return nil, err
		}
		for _, w := range wraps {
			e = w.around(e)
		}
		return e, nil
	}
}
