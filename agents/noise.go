package agents

import (
	"math"

	"github.com/rlrun/rlrun/policy/optim"
)

// Noise is what a deterministic policy explores by, under the names of rl-zoo3.
type Noise struct {
	NoiseType string         `yaml:"noise_type"` // noise that is added to actions: normal, ornstein-uhlenbeck or none
	NoiseStd  optim.Schedule `yaml:"noise_std"`  // standard deviation σ of that noise, for actions scaled to -1 … 1
}

func (n *Noise) rules() []rule {
	known := n.NoiseType == "normal" || n.NoiseType == "ornstein-uhlenbeck" || n.NoiseType == "none"
	return []rule{
		{known, "noise_type", n.NoiseType, "normal, ornstein-uhlenbeck or none"},
		course("noise_std", n.NoiseStd, math.MaxFloat32),
	}
}

// schedule returns the deviation over the course of a run; a constant where there is no
// noise.
func (n *Noise) schedule() scheduled {
	if n.NoiseType == "none" {
		return scheduled{"noise_std", optim.Constant(0)}
	}
	return scheduled{"noise_std", n.NoiseStd}
}
