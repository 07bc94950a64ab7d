package agents_test

import (
	"context"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// several is mimic whose action is several, the first of which counts: the others
// must be 1.
type several struct {
	*mimic
	act env.Space
}

func (s several) Spec() env.Spec {
	spec := s.mimic.Spec()
	spec.Act = s.act
	return spec
}

func (s several) Step(act, obs []float32) env.Outcome {
	chosen := act[:1]
	if _, bits := s.act.(env.MultiBinary); bits {
		chosen = []float32{act[0] + 2*act[1]}
	}
	for _, a := range act[2:] {
		if a != 1 {
			chosen = []float32{-1}
		}
	}
	return s.mimic.Step(chosen, obs)
}

// barred is mimic where what was right the last time cannot be done, and pays
// nothing if it is shown again. To try it is a panic.
type barred struct {
	*mimic
	last int
}

func (b *barred) Reset(seed uint64, obs []float32) {
	b.last = 0
	b.mimic.Reset(seed, obs)
}

func (b *barred) Mask(allowed []bool) {
	for i := range allowed {
		allowed[i] = i != b.last
	}
}

func (b *barred) Step(act, obs []float32) env.Outcome {
	if int(act[0]) == b.last {
		panic("what is not allowed was done")
	}
	b.last = b.symbol
	return b.mimic.Step(act, obs)
}

var _ env.Masker = (*barred)(nil)

// masked are agents that honour masks.
func masked() map[string]func(env.Maker) agents.Agent {
	return map[string]func(env.Maker) agents.Agent{"PPO": newPPO, "A2C": newA2C, "A3C": newA3C, "REINFORCE": newReinforce}
}

// TestSpaces wants the best there is where an action is several.
func TestSpaces(t *testing.T) {
	learning(t)
	for _, act := range []env.Space{env.MultiDiscrete{N: []int{3, 4, 2}}, env.MultiBinary{N: 3}} {
		mk := env.Each(func() env.Env { return several{newMimic(), act} })
		c := quick()
		c.Steps = 40_000
		a := agents.Must(agents.NewPPO(mk, c))
		agents.Must(a.Learn(c.Steps))
		s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
		if err != nil || s.Min != 10 {
			t.Errorf("%T: returns %v, want 10 each; error %v", act, s.Returns, err)
		}
	}
}

// TestMasks: what cannot be done is not done, in training or after; the rest is
// learned.
func TestMasks(t *testing.T) {
	mk := env.Each(func() env.Env { return &barred{mimic: newMimic()} })

	for name, newAgent := range masked() {
		a := newAgent(mk)
		if _, err := a.Learn(60_000); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 200, MaxSteps: 10, Seed: 1})
		if err != nil || s.Mean < 6.3 { // of 10 symbols 2 in 3 can be played
			t.Errorf("%s: mean %v, want 6.67 or near; error %v", name, s.Mean, err)
		}

		a.Policy().Act(policy.In{Obs: make([]float32, 3)}, policy.Out{Act: make([]float32, 1)}) // which nothing forbids
	}
}
