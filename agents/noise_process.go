package agents

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Of the Ornstein-Uhlenbeck process: how fast it goes back to 0 (Lillicrap et al.
// 2016, arXiv:1509.02971, section 7), and the time of a step, which is
// Stable-Baselines3's.
const (
	meanReversion = 0.15
	stepTime      = 1e-2
)

// A noiseProcess is the exploration noise of N environments.
type noiseProcess struct {
	Noise
	horizon int       // steps that the schedule of σ refers to
	x       []float32 // [N, A]
}

// newNoiseProcess returns a noiseProcess for N·A numbers of actions.
func newNoiseProcess(n Noise, horizon, numbers int) noiseProcess {
	return noiseProcess{n, horizon, make([]float32, numbers)}
}

// add adds the noise of a step of the run to actions [N, A], and keeps them in [-1, 1].
// Each row has its own generator.
func (n *noiseProcess) add(steps int, rng []rand.PCG, act []float32) {
	if n.NoiseType == "none" {
		return
	}
	std, a := float64(float32(n.NoiseStd.At(steps, n.horizon))), len(act)/len(rng)
	for r := range rng {
		row := rand.New(&rng[r])
		for i := r * a; i < (r+1)*a; i++ {
			e := std * row.NormFloat64()
			if n.NoiseType == "normal" {
				n.x[i] = float32(e)
			} else {
				x := float64(n.x[i])
				n.x[i] = float32(x - float64(meanReversion*stepTime*x) + float64(math.Sqrt(stepTime)*e))
			}
			act[i] = min(max(act[i]+n.x[i], -1), 1)
		}
	}
}

// stepped begins the process anew where an episode has ended.
func (n *noiseProcess) stepped(res *env.Result) {
	a := len(n.x) / len(res.Reward)
	for i := range res.Reward {
		if res.Done(i) {
			clear(n.x[i*a : (i+1)*a])
		}
	}
}

// State visits the process.
func (n *noiseProcess) State(s *state.State) {
	s.Section("noise", 1)
	s.Floats("noise", n.x)
}
