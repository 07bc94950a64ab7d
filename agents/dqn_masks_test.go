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

// ferry goes from bank 0 to bank 1, where it ends, and pays nothing. On each bank one action
// is allowed: the one of its number. It shows 1 on bank 0 and 3 on bank 1.
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
		panic("what is not allowed was done")
	}
	out := env.Outcome{Terminated: f.bank == 1}
	f.bank = 1
	f.show(obs)
	return out
}

func (f *ferry) Mask(allowed []bool) { allowed[f.bank], allowed[1-f.bank] = true, false }

func (f *ferry) State(s *state.State) { s.Int("ferry/bank", &f.bank, 1) }

// TestDQNMasksCutOff: both allowed actions are worth exactly 0, also where the crossing is
// cut off after its first step. Q is w·x + b: on bank 1 the forbidden action's, 3w + b,
// grows twice as fast as the value 1w + b that is learned on bank 0. A target that takes the
// maximum of both chases it, and Q of bank 0 grows without end if w is above 0 at the start.
func TestDQNMasksCutOff(t *testing.T) {
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
					t.Errorf("seed %d, double %v, cut off after %d: Q = %v, want 0 of the first and the last", seed, double, steps, q)
				}
			}
		}
	}
}
