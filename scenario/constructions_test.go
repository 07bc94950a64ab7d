package scenario_test

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/scenario"
)

// TestConstructions counts how often an environment is made: reading a scenario makes one
// to train in and one to judge in, which are played in later.
func TestConstructions(t *testing.T) {
	made := 0
	envs := env.Registry{"CartPole-v1": env.Entry(func() *classic.CartPole { made++; return classic.NewCartPole() })}
	const text = "env: {id: CartPole-v1, wrappers: [{scale_reward: 2}]}\nagent: {name: ppo}\nsteps: 100\n"
	s, err := scenario.Parse("f.yaml", []byte(text), nil, scenario.Builtin(envs))
	if err != nil || made != 2 {
		t.Fatalf("Parse: %v, and %d made, want 2", err, made)
	}
	if s.Spec.MaxSteps != 500 || *s.Threshold != 475 {
		t.Errorf("%d steps, solved at %v, want 500 and 475: rewards are judged as they are", s.Spec.MaxSteps, *s.Threshold)
	}
	for _, c := range []struct {
		mk      env.Maker
		n, made int
	}{{s.Train, 8, 9}, {s.Judge, 1, 9}, {s.Judge, 3, 12}, {s.Train, 2, 14}} {
		v, err := c.mk(c.n)
		if err != nil || v.Len() != c.n || made != c.made {
			t.Errorf("a Vector of %d: %v, and %d made in all, want %d", c.n, err, made, c.made)
		}
	}
}
