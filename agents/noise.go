package agents

import (
	"math"

	"github.com/rlrun/rlrun/policy/optim"
)

// Noise has the settings of the exploration noise that DDPG, TD3 and SAC add to their actions.
// The names are the same as in rl-zoo3.
type Noise struct {
	NoiseType string         `yaml:"noise_type"` // noise that is added to actions: normal, ornstein-uhlenbeck or none
	NoiseStd  optim.Schedule `yaml:"noise_std"`  // standard deviation σ of the action noise, for actions scaled to -1 … 1
}

// rules returns the conditions on the settings.
func (n *Noise) rules() []rule {
	known := n.NoiseType == "normal" || n.NoiseType == "ornstein-uhlenbeck" || n.NoiseType == "none"
	return []rule{
		{known, "noise_type", n.NoiseType, "normal, ornstein-uhlenbeck or none"},
		scheduleRule("noise_std", n.NoiseStd, math.MaxFloat32),
	}
}

// stdSchedule returns the schedule of the standard deviation, or a constant 0 if there is no
// noise.
func (n *Noise) stdSchedule() namedSchedule {
	if n.NoiseType == "none" {
		return namedSchedule{"noise_std", optim.Constant(0)}
	}
	return namedSchedule{"noise_std", n.NoiseStd}
}
