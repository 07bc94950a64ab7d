package agents_test

import (
	"context"
	"errors"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
)

// screen is an environment whose observation is one of three symbols. For a choice of n values
// the mask forbids the value symbol mod n, and the value (symbol+1) mod n has the reward 1. If n
// is 2 and the symbol is 2, both values are allowed. A forbidden value makes Step panic.
type screen struct {
	*mimic
	act env.Space
}

func newScreen(act env.Space) env.Maker {
	return env.Each(func() *screen { return &screen{newMimic(), act} })
}

func (s *screen) Spec() env.Spec {
	spec := s.mimic.Spec()
	spec.ID, spec.Act = "Screen-v0", s.act
	return spec
}

// choices returns the number of values of each choice.
func (s *screen) choices() []int {
	l := agents.Must(env.LayoutOf(s.act))
	n, _ := l.Choices()
	return n
}

func (s *screen) Mask(allowed []bool) {
	for _, n := range s.choices() {
		for v := range n {
			allowed[v] = v != s.symbol%n || n == 2 && s.symbol == 2
		}
		allowed = allowed[n:]
	}
}

func (s *screen) Step(act, obs []float32) (out env.Outcome) {
	for i, n := range s.choices() {
		v, both := int(act[i]), n == 2 && s.symbol == 2
		if v == s.symbol%n && !both {
			panic("the value is forbidden")
		}
		if v == (s.symbol+1)%n {
			out.Reward++
		}
	}
	s.mimic.Step(act, obs)
	return out
}

var _ env.Masker = (*screen)(nil)

// TestMaskedChoices checks that policy-gradient agents take no forbidden value, in training and in
// evaluation, and learn the best allowed values, for all spaces with choices.
func TestMaskedChoices(t *testing.T) {
	skipIfShort(t)
	for _, act := range []env.Space{env.Discrete{N: 4}, env.MultiDiscrete{N: []int{3, 4}}, env.MultiBinary{N: 2}} {
		mk := newScreen(act)
		for name, newAgent := range maskedAgents() {
			a := newAgent(mk)
			if _, err := a.Learn(40_000); err != nil {
				t.Errorf("%s, %T: %v", name, act, err)
				continue
			}
			s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 50, MaxSteps: 10, Seed: 1})
			if want := 10 * float64(act.Size()); err != nil || s.Mean < 0.95*want {
				t.Errorf("%s, %T: mean %v, want nearly %v; error %v", name, act, s.Mean, want, err)
			}
		}
	}
}

// closingScreen is screen whose mask forbids every value after seven steps.
type closingScreen struct {
	*screen
	steps int
}

func (c *closingScreen) Reset(seed uint64, obs []float32) {
	c.steps = 0
	c.screen.Reset(seed, obs)
}

func (c *closingScreen) Step(act, obs []float32) env.Outcome {
	c.steps++
	return c.screen.Step(act, obs)
}

func (c *closingScreen) Mask(allowed []bool) {
	if c.screen.Mask(allowed); c.steps >= 7 {
		clear(allowed)
	}
}

// TestNothingAllowed checks that policy-gradient agents return an *env.Error, with the environment
// and the step, if a mask allows nothing.
func TestNothingAllowed(t *testing.T) {
	mk := env.Each(func() *closingScreen { return &closingScreen{screen: &screen{newMimic(), env.Discrete{N: 3}}} })
	for name, newAgent := range maskedAgents() {
		_, err := newAgent(mk).Learn(1000)
		var e *env.Error
		if !errors.As(err, &e) || !errors.Is(err, env.ErrMask) || e.Env != "Screen-v0" || e.Step != 7 {
			t.Errorf("%s: error %v, want one about Screen-v0's mask at step 7", name, err)
		}
	}
}
