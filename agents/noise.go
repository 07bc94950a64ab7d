package agents

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Noise is what a deterministic policy explores by, under the names of rl-zoo3.
type Noise struct {
	NoiseType string  `yaml:"noise_type"` // normal, ornstein-uhlenbeck or none
	NoiseStd  float32 `yaml:"noise_std"`  // σ, of actions in [-1, 1]
}

func (n *Noise) rules() []rule {
	known := n.NoiseType == "normal" || n.NoiseType == "ornstein-uhlenbeck" || n.NoiseType == "none"
	return []rule{
		{known, "noise_type", n.NoiseType, "normal, ornstein-uhlenbeck or none"},
		{weight(n.NoiseStd), "noise_std", n.NoiseStd, "0 or more"},
	}
}

// Of the Ornstein-Uhlenbeck process: how fast it goes back to 0 (Lillicrap et al.
// 2016, arXiv:1509.02971, section 7), and the time of a step, which is
// Stable-Baselines3's.
const (
	meanReversion = 0.15
	stepTime      = 1e-2
)

// noise is that of N environments.
type noise struct {
	Noise
	x []float32 // [N, A] the process
}

// add adds noise to actions [N, A], and keeps them in [-1, 1].
func (n *noise) add(rng []rand.PCG, act []float32) {
	if n.NoiseType == "none" {
		return
	}
	a := len(act) / len(rng)
	for r := range rng {
		row := rand.New(&rng[r])
		for i := r * a; i < (r+1)*a; i++ {
			e := float64(n.NoiseStd) * row.NormFloat64()
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

// ended begins the process anew where an episode has ended.
func (n *noise) ended(res *env.Result) {
	a := len(n.x) / len(res.Reward)
	for i := range res.Reward {
		if res.Done(i) {
			clear(n.x[i*a : (i+1)*a])
		}
	}
}

// State visits the process.
func (n *noise) State(s *state.State) { s.Floats("noise", n.x) }
