package agents

import (
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// TabularConfig is all settings of the tabular agents. Start from DefaultTabular.
type TabularConfig struct {
	Setup        `yaml:"-"`
	LearningRate optim.Schedule `yaml:"learning_rate"` // learning rate α: the share of the TD error that is added to the table
	Gamma        float32        `yaml:"gamma"`         // discount factor γ: 0 counts the next reward alone, 1 counts all rewards alike
	Exploration  `yaml:",inline"`
	NSteps       int     `yaml:"n_steps"`     // steps of an n-step return, n
	TraceDecay   float32 `yaml:"trace_decay"` // λ of a λ-return, by which eligibility traces fade; 0: no traces
	QInit        float32 `yaml:"q_init"`      // value of every action at the start; a high value makes the agent try every action
}

// DefaultTabular explores less and less over half of the steps.
func DefaultTabular() TabularConfig {
	return TabularConfig{
		Setup: Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}}, LearningRate: optim.Constant(0.1), Gamma: 0.99,
		Exploration: DefaultExploration(1, 0.05, 0.5), NSteps: 1,
	}
}

// Complete has nothing to write out.
func (c *TabularConfig) Complete() error { return nil }

// Discount returns γ.
func (c *TabularConfig) Discount() float32 { return c.Gamma }

func (c *TabularConfig) validate() error {
	return broken(append(append(c.Setup.rules(), c.Exploration.rules()...),
		course("learning_rate", c.LearningRate, 1),
		rule{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{1 <= c.NSteps && c.NSteps <= mostTraced, "n_steps", c.NSteps, "1 … 4096"},
		rule{unit(c.TraceDecay), "trace_decay", c.TraceDecay, "0 … 1"},
		rule{c.TraceDecay == 0 || c.NSteps == 1, "trace_decay", c.TraceDecay, "0 where n_steps is more than 1"},
		rule{c.QInit-c.QInit == 0, "q_init", c.QInit, "a finite number"},
	))
}
