package agents

// Exploration is how often an agent does anything at all instead of what it thinks
// best: ε, which falls along a line and then stays. The names are those of
// Stable-Baselines3's DQN.
type Exploration struct {
	ExplorationInitial  float64 `yaml:"exploration_initial_eps"` // ε at the start
	ExplorationFinal    float64 `yaml:"exploration_final_eps"`   // ε after exploration_fraction of the steps
	ExplorationFraction float64 `yaml:"exploration_fraction"`
}

func (e *Exploration) rules() []rule {
	return []rule{
		{unit(e.ExplorationInitial), "exploration_initial_eps", e.ExplorationInitial, "0 … 1"},
		{unit(e.ExplorationFinal), "exploration_final_eps", e.ExplorationFinal, "0 … 1"},
		{unit(e.ExplorationFraction), "exploration_fraction", e.ExplorationFraction, "0 … 1"},
	}
}

// eps is ε after step of a run's steps.
func (e *Exploration) eps(step, steps int) float64 {
	span := e.ExplorationFraction * float64(steps)
	if float64(step) >= span {
		return e.ExplorationFinal
	}
	return e.ExplorationFinal + (e.ExplorationInitial-e.ExplorationFinal)*(1-float64(step)/span)
}
