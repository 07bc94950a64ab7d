package agentstest

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Recall is a task for policies with memory. The first observation of an episode is one of three
// symbols, as a one-hot vector, and all later observations are zeros. In every step the action with
// the symbol's index has the reward 1, all other actions have the reward 0. The best return of an
// episode is 10. A policy without memory cannot expect more than 4.
type Recall struct {
	rng    env.Rand
	symbol int
}

// NewRecall returns a Recall.
func NewRecall() *Recall { return new(Recall) }

// Spec returns the spaces of the task.
func (*Recall) Spec() env.Spec {
	return env.Spec{ID: "Recall-v0", Obs: env.NewBox(0, 1, symbols), Act: env.Discrete{N: symbols}, MaxSteps: episodeSteps}
}

// Reset samples the symbol of the episode and writes it to obs.
func (e *Recall) Reset(seed uint64, obs []float32) {
	e.rng.Seed(seed)
	e.symbol = int(e.rng.Uniform(0, symbols))
	clear(obs)
	obs[e.symbol] = 1
}

// Step returns the reward of the action, and writes zeros to obs.
func (e *Recall) Step(act, obs []float32) env.Outcome {
	var out env.Outcome
	if int(act[0]) == e.symbol {
		out.Reward = 1
	}
	clear(obs)
	return out
}

// State saves or loads the symbol and the random generator.
func (e *Recall) State(s *state.State) {
	e.rng.State(s)
	s.Int("recall/symbol", &e.symbol, symbols-1)
}

// RecallNumber is a task with continuous actions for policies with memory. The first observation of
// an episode is a number x in [-1, 1], and all later observations are 0. An action a in [-2, 2] has
// the reward -(a - 1.5 x)². A policy without memory cannot expect more than -6.75.
type RecallNumber struct {
	rng env.Rand
	x   float64
}

// NewRecallNumber returns a RecallNumber.
func NewRecallNumber() *RecallNumber { return new(RecallNumber) }

// Spec returns the spaces of the task.
func (*RecallNumber) Spec() env.Spec {
	return env.Spec{ID: "RecallNumber-v0", Obs: env.NewBox(-1, 1, 1), Act: env.NewBox(-2, 2, 1), MaxSteps: episodeSteps}
}

// Reset samples the number x of the episode and writes it to obs.
func (e *RecallNumber) Reset(seed uint64, obs []float32) {
	e.rng.Seed(seed)
	e.x = e.rng.Uniform(-1, 1)
	obs[0] = float32(e.x)
}

// Step returns the reward of the action, and writes 0 to obs.
func (e *RecallNumber) Step(act, obs []float32) env.Outcome {
	distance := float64(act[0]) - 1.5*e.x
	obs[0] = 0
	return env.Outcome{Reward: -distance * distance}
}

// State saves or loads x and the random generator.
func (e *RecallNumber) State(s *state.State) {
	e.rng.State(s)
	s.Double("recall/x", &e.x)
}
