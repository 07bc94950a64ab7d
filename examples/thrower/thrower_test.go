package thrower

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
)

func TestThrower(t *testing.T) { envtest.Check(t, New()) }

// TestHeuristic checks that the heuristic throws the ball near the flag: 0.8 is 1.25 m from it.
func TestHeuristic(t *testing.T) {
	const episodes = 200
	e := New()
	h := e.Heuristic()
	obs, act := make([]float32, e.Spec().Obs.Size()), make([]float32, e.Spec().Act.Size())
	var sum float64
	for seed := range uint64(episodes) {
		e.Reset(seed, obs)
		for out := (env.Outcome{}); !out.Terminated; {
			h.Act(obs, nil, act)
			out = e.Step(act, obs)
			sum += out.Reward
		}
	}
	if mean := sum / episodes; mean < 0.8 {
		t.Errorf("mean return %v, want 0.8 or more", mean)
	}
}
