package thrower

import (
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/policy"
)

func TestThrower(t *testing.T) { envtest.Check(t, New()) }

// TestHeuristic checks that the heuristic throws the ball near the flag: 0.8 is 1.25 m from it.
func TestHeuristic(t *testing.T) {
	e := New()
	p := policy.NewHeuristic(e.Heuristic(), e.Spec())
	s, err := agents.Evaluate(t.Context(), p, env.Each(New), agents.Evaluation{Episodes: 200, MaxSteps: e.Spec().MaxSteps})
	if err != nil || s.Mean < 0.8 {
		t.Errorf("mean return %v, error %v, want 0.8 or more", s.Mean, err)
	}
}
