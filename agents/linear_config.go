package agents

import (
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// LinearConfig has the settings of the linear agents. DefaultLinear returns the defaults.
type LinearConfig struct {
	Setup        `yaml:"-"`
	LearningRate optim.Schedule `yaml:"learning_rate"` // learning rate α of an action value; each tiling has an equal share of it
	Gamma        float32        `yaml:"gamma"`         // discount factor γ: 0 counts only the next reward, 1 counts all rewards equally
	Exploration  `yaml:",inline"`
	Tilings      int       `yaml:"tilings"` // number of tilings: grids of tiles, each displaced from the others
	Tiles        int       `yaml:"tiles"`   // tiles of a tiling in each dimension of the observation
	Low          []float32 `yaml:"low"`     // lower bounds of the tilings, one for each dimension of the observation; []: bounds of the observation space
	High         []float32 `yaml:"high"`    // upper bounds of the tilings, one for each dimension of the observation; []: bounds of the observation space
	QInit        float32   `yaml:"q_init"`  // value of every action at the start; a high value makes the agent try every action
}

// DefaultLinear returns settings with eight tilings, each of eight tiles along each dimension.
func DefaultLinear() LinearConfig {
	return LinearConfig{
		Setup: Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}}, LearningRate: optim.Constant(0.3), Gamma: 0.99,
		Exploration: DefaultExploration(0.1, 0, 0.5), Tilings: 8, Tiles: 8,
	}
}

// Complete does nothing: no default depends on another setting.
func (c *LinearConfig) Complete() error { return nil }

// Discount returns the discount γ.
func (c *LinearConfig) Discount() float32 { return c.Gamma }

// validate returns an error for the first setting that is out of its range.
func (c *LinearConfig) validate() error {
	return firstViolation(append(append(c.Setup.rules(), c.Exploration.rules()...),
		scheduleRule("learning_rate", c.LearningRate, 1),
		rule{inUnitInterval(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{1 <= c.Tilings && c.Tilings <= 1024, "tilings", c.Tilings, "1 … 1024"},
		rule{1 <= c.Tiles && c.Tiles <= 1024, "tiles", c.Tiles, "1 … 1024"},
		rule{c.QInit-c.QInit == 0, "q_init", c.QInit, "a finite number"},
	))
}
