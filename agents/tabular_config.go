package agents

import (
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// TabularConfig is all settings of the tabular agents. Start from DefaultTabular.
type TabularConfig struct {
	Setup               `yaml:"-"`
	LearningRate        optim.Schedule `yaml:"learning_rate"`           // α
	Gamma               float32        `yaml:"gamma"`                   // discount γ
	ExplorationInitial  float64        `yaml:"exploration_initial_eps"` // ε at the start
	ExplorationFinal    float64        `yaml:"exploration_final_eps"`   // ε after exploration_fraction of the steps
	ExplorationFraction float64        `yaml:"exploration_fraction"`
	NSteps              int            `yaml:"n_steps"`     // steps of a return, n
	TraceDecay          float32        `yaml:"trace_decay"` // λ of a λ-return; 0 is none
	QInit               float32        `yaml:"q_init"`      // of every action at the start; high ones are tried before they are known
}

// DefaultTabular explores less and less over half of the steps.
func DefaultTabular() TabularConfig {
	return TabularConfig{
		Setup: Setup{Steps: 100_000, NEnvs: 1, Engine: policy.Native{}}, LearningRate: optim.Constant(0.1), Gamma: 0.99,
		ExplorationInitial: 1, ExplorationFinal: 0.05, ExplorationFraction: 0.5, NSteps: 1,
	}
}

// Complete has nothing to write out.
func (c *TabularConfig) Complete() error { return nil }

// Discount is γ.
func (c *TabularConfig) Discount() float32 { return c.Gamma }

func (c *TabularConfig) validate() error {
	share := func(x float64) bool { return 0 <= x && x <= 1 }
	return broken(append(c.Setup.rules(),
		rule{c.LearningRate.Start() >= 0 && c.LearningRate.Start() <= 1, "learning_rate", c.LearningRate, "0 … 1"},
		rule{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{share(c.ExplorationInitial), "exploration_initial_eps", c.ExplorationInitial, "0 … 1"},
		rule{share(c.ExplorationFinal), "exploration_final_eps", c.ExplorationFinal, "0 … 1"},
		rule{share(c.ExplorationFraction), "exploration_fraction", c.ExplorationFraction, "0 … 1"},
		rule{1 <= c.NSteps && c.NSteps <= mostTraced, "n_steps", c.NSteps, "1 … 4096"},
		rule{unit(c.TraceDecay), "trace_decay", c.TraceDecay, "0 … 1"},
		rule{c.TraceDecay == 0 || c.NSteps == 1, "trace_decay", c.TraceDecay, "0 where n_steps is more than 1"},
		rule{c.QInit-c.QInit == 0, "q_init", c.QInit, "a finite number"},
	))
}
