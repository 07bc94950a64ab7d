package agents_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// ferry is an environment with two banks. A step on bank 0 goes to bank 1, and a step on bank 1
// ends the episode. All rewards are 0. On bank i only action i is allowed. The observation is 1 on
// bank 0 and 3 on bank 1.
type ferry struct{ bank, steps int }

func (f *ferry) Spec() env.Spec {
	return env.Spec{ID: "Ferry-v0", Obs: env.NewBox(0, 3, 1), Act: env.Discrete{N: 2}, MaxSteps: f.steps}
}

func (f *ferry) Reset(seed uint64, obs []float32) {
	f.bank = int(seed % 2)
	f.show(obs)
}

func (f *ferry) show(obs []float32) { obs[0] = float32(1 + 2*f.bank) }

func (f *ferry) Step(act, obs []float32) env.Outcome {
	if int(act[0]) != f.bank {
		panic("the action is forbidden")
	}
	out := env.Outcome{Terminated: f.bank == 1}
	f.bank = 1
	f.show(obs)
	return out
}

func (f *ferry) Mask(allowed []bool) { allowed[f.bank], allowed[1-f.bank] = true, false }

func (f *ferry) State(s *state.State) { s.Int("ferry/bank", &f.bank, 1) }

// TestDQNMasksTruncated checks that DQN learns 0 for both allowed actions, even if episodes are
// truncated after the first step. Q is linear, w·x + b. For the action that is forbidden on bank
// 1 it is w + b on bank 0, where it is learned, and 3w + b on bank 1. If the target on bank 1
// were the maximum over both actions, w + b would follow 3w + b and grow without end for w > 0.
func TestDQNMasksTruncated(t *testing.T) {
	for _, double := range []bool{false, true} {
		for _, steps := range []int{0, 1} {
			for seed := range uint64(4) {
				c := agents.DefaultDQN()
				c.Seed, c.Steps, c.Double, c.BufferSize, c.LearningStarts, c.TargetUpdateInterval = seed, 10_000, double, 1000, 100, 16
				c.LearningRate, c.TrainFreq.Steps, c.Network.NetArch = optim.Constant(0.01), 1, policy.Layers()
				a := agents.Must(agents.NewDQN(env.Each(func() *ferry { return &ferry{steps: steps} }), c))
				agents.Must(a.Learn(c.Steps))
				q := make([]float32, 4)
				a.Policy().Act(policy.In{Obs: []float32{1, 3}}, policy.Out{Scores: q})
				if math.Abs(float64(q[0])) > 1e-3 || math.Abs(float64(q[3])) > 1e-3 {
					t.Errorf("seed %d, double %v, time limit %d: Q = %v, want 0 for the first and the last", seed, double, steps, q)
				}
			}
		}
	}
}
