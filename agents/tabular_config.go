package agents

import (
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// TabularConfig has the settings of the tabular agents. DefaultTabular returns the defaults.
type TabularConfig struct {
	Setup        `yaml:"-"`
	LearningRate optim.Schedule `yaml:"learning_rate"` // learning rate α: the share of the TD error that is added to the table
	Gamma        float32        `yaml:"gamma"`         // discount factor γ: 0 counts only the next reward, 1 counts all rewards equally
	Exploration  `yaml:",inline"`
	NSteps       int     `yaml:"n_steps"`     // steps of an n-step return, n
	TraceDecay   float32 `yaml:"trace_decay"` // λ of a λ-return, by which eligibility traces fade; 0: no traces
	QInit        float32 `yaml:"q_init"`      // value of every action at the start; a high value makes the agent try every action
}

// DefaultTabular returns settings in which ε falls from 1 to 0.05 over the first half of the
// steps.
func DefaultTabular() TabularConfig {
	return TabularConfig{
		Setup: Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}}, LearningRate: optim.Constant(0.1), Gamma: 0.99,
		Exploration: DefaultExploration(1, 0.05, 0.5), NSteps: 1,
	}
}

// Complete does nothing: no default depends on another setting.
func (c *TabularConfig) Complete() error { return nil }

// Discount returns the discount γ.
func (c *TabularConfig) Discount() float32 { return c.Gamma }

// validate returns an error for the first setting that is out of its range.
func (c *TabularConfig) validate() error {
	return firstViolation(append(append(c.Setup.rules(), c.Exploration.rules()...),
		scheduleRule("learning_rate", c.LearningRate, 1),
		rule{inUnitInterval(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{1 <= c.NSteps && c.NSteps <= maxHistory, "n_steps", c.NSteps, "1 … 4096"},
		rule{inUnitInterval(c.TraceDecay), "trace_decay", c.TraceDecay, "0 … 1"},
		rule{c.TraceDecay == 0 || c.NSteps == 1, "trace_decay", c.TraceDecay, "0 where n_steps is more than 1"},
		rule{c.QInit-c.QInit == 0, "q_init", c.QInit, "a finite number"},
	))
}
