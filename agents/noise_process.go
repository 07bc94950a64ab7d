package agents

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// The constants of the Ornstein-Uhlenbeck process.
const (
	meanReversion = 0.15 // rate θ at which the noise returns to 0: Lillicrap et al. 2016, arXiv:1509.02971, section 7
	stepTime      = 1e-2 // time dt of a step, as in Stable-Baselines3
)

// A noiseProcess is the exploration noise of N environments.
type noiseProcess struct {
	Noise
	scale         float64   // factor of σ; 1, except for the actors of Ape-X
	scheduleSteps int       // total environment steps of the run, for the schedule of σ
	x             []float32 // [N, A] latest noise
}

// newNoiseProcess returns a noiseProcess for the actions of N environments. The argument size is
// N·A, and steps is the total number of environment steps of the run.
func newNoiseProcess(n Noise, steps, size int) noiseProcess {
	return noiseProcess{n, 1, steps, make([]float32, size)}
}

// add adds noise to the actions act [N, A] and clips them to [-1, 1]. The argument steps is the
// number of environment steps of the run so far. Row i has the random generator rng[i]. The noise
// is normal with deviation σ, or an Ornstein-Uhlenbeck process:
//
//	x ← x - θ dt x + √dt ε,  ε ~ N(0, σ²)
func (n *noiseProcess) add(steps int, rng []rand.PCG, act []float32) {
	if n.NoiseType == "none" {
		return
	}
	std, a := n.scale*float64(float32(n.NoiseStd.At(steps, n.scheduleSteps))), len(act)/len(rng)
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

// resetEnded sets the noise to 0 in the environments whose episode has ended.
func (n *noiseProcess) resetEnded(res *env.Result) {
	a := len(n.x) / len(res.Reward)
	for i := range res.Reward {
		if res.Done(i) {
			clear(n.x[i*a : (i+1)*a])
		}
	}
}

// State saves or loads the latest noise.
func (n *noiseProcess) State(s *state.State) {
	s.Section("noise", 1)
	s.Floats("noise", n.x)
}
