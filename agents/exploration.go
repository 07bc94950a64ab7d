package agents

import "github.com/rlrun/rlrun/policy/optim"

// Exploration has the settings of ε-greedy exploration, where ε is the probability that an action
// is random instead of the best. ε falls linearly and then stays constant, or it follows a
// schedule. The names are the same as in Stable-Baselines3's DQN.
type Exploration struct {
	ExplorationInitial  float64         `yaml:"exploration_initial_eps"` // probability ε of a random action at the start
	ExplorationFinal    float64         `yaml:"exploration_final_eps"`   // probability ε of a random action after exploration_fraction of the steps
	ExplorationFraction float64         `yaml:"exploration_fraction"`    // fraction of the steps over which ε falls linearly from its first to its final value
	ExplorationRate     *optim.Schedule `yaml:"exploration_rate"`        // ε as a schedule, in place of the three settings above; nil: the three settings apply
}

// DefaultExploration returns settings in which ε falls linearly from initial to final over the
// given fraction of the steps.
func DefaultExploration(initial, final, fraction float64) Exploration {
	return Exploration{ExplorationInitial: initial, ExplorationFinal: final, ExplorationFraction: fraction}
}

// rules returns the conditions on the settings.
func (e *Exploration) rules() []rule {
	rules := []rule{
		{inUnitInterval(e.ExplorationInitial), "exploration_initial_eps", e.ExplorationInitial, "0 … 1"},
		{inUnitInterval(e.ExplorationFinal), "exploration_final_eps", e.ExplorationFinal, "0 … 1"},
		{inUnitInterval(e.ExplorationFraction), "exploration_fraction", e.ExplorationFraction, "0 … 1"},
	}
	if e.ExplorationRate != nil {
		rules = append(rules, scheduleRule("exploration_rate", *e.ExplorationRate, 1))
	}
	return rules
}

// schedules returns the schedule exploration_rate, or nothing if it is not set.
func (e *Exploration) schedules() []namedSchedule {
	if e.ExplorationRate == nil {
		return nil
	}
	return []namedSchedule{{"exploration_rate", *e.ExplorationRate}}
}

// eps returns ε at environment step number step. The argument steps is the total number of
// environment steps of the run.
func (e *Exploration) eps(step, steps int) float64 {
	if e.ExplorationRate != nil {
		return e.ExplorationRate.At(step, steps)
	}
	finalStep := e.ExplorationFraction * float64(steps)
	if float64(step) >= finalStep {
		return e.ExplorationFinal
	}
	return e.ExplorationFinal + (e.ExplorationInitial-e.ExplorationFinal)*(1-float64(step)/finalStep)
}
