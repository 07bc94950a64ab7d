package agents

import "github.com/rlrun/rlrun/policy/optim"

// Exploration is ε, the probability that an action is random instead of the best: it falls
// along a line and then stays, or follows a schedule. The settings have the names of
// Stable-Baselines3's DQN.
type Exploration struct {
	ExplorationInitial  float64         `yaml:"exploration_initial_eps"` // probability ε of a random action at the start
	ExplorationFinal    float64         `yaml:"exploration_final_eps"`   // probability ε of a random action after exploration_fraction of the steps
	ExplorationFraction float64         `yaml:"exploration_fraction"`    // share of the steps over which ε falls along a line from its first to its final value
	ExplorationRate     *optim.Schedule `yaml:"exploration_rate"`        // ε as a schedule, in place of the three settings above; nil: those three
}

// DefaultExploration returns an ε that falls along a line from initial to final over a
// fraction of the steps.
func DefaultExploration(initial, final, fraction float64) Exploration {
	return Exploration{ExplorationInitial: initial, ExplorationFinal: final, ExplorationFraction: fraction}
}

func (e *Exploration) rules() []rule {
	rules := []rule{
		{unit(e.ExplorationInitial), "exploration_initial_eps", e.ExplorationInitial, "0 … 1"},
		{unit(e.ExplorationFinal), "exploration_final_eps", e.ExplorationFinal, "0 … 1"},
		{unit(e.ExplorationFraction), "exploration_fraction", e.ExplorationFraction, "0 … 1"},
	}
	if e.ExplorationRate != nil {
		rules = append(rules, course("exploration_rate", *e.ExplorationRate, 1))
	}
	return rules
}

// schedules returns exploration_rate, if there is one.
func (e *Exploration) schedules() []scheduled {
	if e.ExplorationRate == nil {
		return nil
	}
	return []scheduled{{"exploration_rate", *e.ExplorationRate}}
}

// eps returns ε after step of a run's steps.
func (e *Exploration) eps(step, steps int) float64 {
	if e.ExplorationRate != nil {
		return e.ExplorationRate.At(step, steps)
	}
	span := e.ExplorationFraction * float64(steps)
	if float64(step) >= span {
		return e.ExplorationFinal
	}
	return e.ExplorationFinal + (e.ExplorationInitial-e.ExplorationFinal)*(1-float64(step)/span)
}
