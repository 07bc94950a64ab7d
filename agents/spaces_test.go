package agents_test

import (
	"context"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// multiChoice is mimic whose action has several choices. The first choice, or the first two bits as
// a binary number, is mimic's action. All choices from the third on must be 1.
type multiChoice struct {
	*mimic
	act env.Space
}

func (s multiChoice) Spec() env.Spec {
	spec := s.mimic.Spec()
	spec.Act = s.act
	return spec
}

func (s multiChoice) Step(act, obs []float32) env.Outcome {
	mimicAct := act[:1]
	if _, bits := s.act.(env.MultiBinary); bits {
		mimicAct = []float32{act[0] + 2*act[1]}
	}
	for _, a := range act[2:] {
		if a != 1 {
			mimicAct = []float32{-1}
		}
	}
	return s.mimic.Step(mimicAct, obs)
}

// maskedMimic is mimic whose mask forbids the right action of the last step. If mimic shows the
// same symbol again, no action has a reward. A forbidden action makes Step panic.
type maskedMimic struct {
	*mimic
	forbidden int
}

func (b *maskedMimic) Reset(seed uint64, obs []float32) {
	b.forbidden = 0
	b.mimic.Reset(seed, obs)
}

func (b *maskedMimic) Mask(allowed []bool) {
	for i := range allowed {
		allowed[i] = i != b.forbidden
	}
}

func (b *maskedMimic) Step(act, obs []float32) env.Outcome {
	if int(act[0]) == b.forbidden {
		panic("the action is forbidden")
	}
	b.forbidden = b.symbol
	return b.mimic.Step(act, obs)
}

var _ env.Masker = (*maskedMimic)(nil)

// maskedAgents returns constructors of the policy-gradient agents, which honour masks.
func maskedAgents() map[string]func(env.Maker) agents.Agent {
	return map[string]func(env.Maker) agents.Agent{"PPO": newPPO, "A2C": newA2C, "A3C": newA3C, "REINFORCE": newReinforce}
}

// TestSpaces checks that PPO reaches the best return with several choices in an action.
func TestSpaces(t *testing.T) {
	skipIfShort(t)
	for _, act := range []env.Space{env.MultiDiscrete{N: []int{3, 4, 2}}, env.MultiBinary{N: 3}} {
		mk := env.Each(func() env.Env { return multiChoice{newMimic(), act} })
		c := quickConfig()
		c.Steps = 40_000
		a := agents.Must(agents.NewPPO(mk, c))
		agents.Must(a.Learn(c.Steps))
		s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
		if err != nil || s.Min != 10 {
			t.Errorf("%T: returns %v, want 10 each; error %v", act, s.Returns, err)
		}
	}
}

// TestMasks checks that agents take no forbidden action, in training and in evaluation, and learn
// the best allowed actions. A policy must also act without a mask.
func TestMasks(t *testing.T) {
	mk := env.Each(func() env.Env { return &maskedMimic{mimic: newMimic()} })

	for name, newAgent := range maskedAgents() {
		a := newAgent(mk)
		if _, err := a.Learn(60_000); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 200, MaxSteps: 10, Seed: 1})
		if err != nil || s.Mean < 6.3 { // the right action is allowed in 2 of 3 steps, on average 6.67 of 10
			t.Errorf("%s: mean %v, want nearly 6.67; error %v", name, s.Mean, err)
		}

		a.Policy().Act(policy.In{Obs: make([]float32, 3)}, policy.Out{Act: make([]float32, 1)}) // without a mask
	}
}
