package agents_test

import (
	"math"

	"github.com/rlrun/rlrun/agents/agentstest"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
)

var (
	_ env.Snapshotter = (*mimic)(nil)
	_ env.Snapshotter = (*walk)(nil)
)

// mimic is an environment that shows one of three symbols as a one-hot vector. The action with the
// symbol's index has the reward 1, the others 0.
type mimic struct {
	rng    env.Rand
	symbol int
}

func newMimic() *mimic { return new(mimic) }

func (*mimic) Spec() env.Spec {
	return env.Spec{ID: "Mimic-v0", Obs: env.NewBox(0, 1, 3), Act: env.Discrete{N: 3}, MaxSteps: 10}
}

func (m *mimic) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.show(obs)
}

func (m *mimic) Step(act, obs []float32) env.Outcome {
	var out env.Outcome
	if int(act[0]) == m.symbol {
		out.Reward = 1
	}
	m.show(obs)
	return out
}

func (m *mimic) show(obs []float32) {
	m.symbol = int(m.rng.Uniform(0, 3))
	oneHot(obs, m.symbol)
}

func (m *mimic) State(s *state.State) {
	m.rng.State(s)
	s.Int("mimic/symbol", &m.symbol, 2)
}

// newNumbered returns mimic's task with a discrete observation: the index of the symbol.
func newNumbered() env.Env { return agentstest.NewIdentity(true) }

// oneHot sets x to the one-hot vector of index i.
func oneHot(x []float32, i int) {
	clear(x)
	x[i] = 1
}

func newTracking() *agentstest.Tracking { return agentstest.NewTracking() }

// walk is an environment that goes from each place to the next, for any actions. It shows the place
// as a one-hot vector. The step from place i has the reward rewards[i]. The step from the last
// place ends the episode, or goes to the first place if round is true; then episodes start at any
// place.
type walk struct {
	rewards  []float64
	round    bool
	maxSteps int
	at       int // present place
}

func (w *walk) Spec() env.Spec {
	return env.Spec{
		ID: "Walk-v0", Obs: env.NewBox(0, 1, len(w.rewards)), Act: env.Discrete{N: 2}, MaxSteps: w.maxSteps,
	}
}

func (w *walk) Reset(seed uint64, obs []float32) {
	if w.at = 0; w.round {
		w.at = int(seed % uint64(len(w.rewards)))
	}
	oneHot(obs, w.at)
}

func (w *walk) Step(act, obs []float32) env.Outcome {
	out := env.Outcome{Reward: w.rewards[w.at], Terminated: !w.round && w.at == len(w.rewards)-1}
	w.at = (w.at + 1) % len(w.rewards)
	oneHot(obs, w.at)
	return out
}

func (w *walk) State(s *state.State) { s.Int("walk/at", &w.at, len(w.rewards)-1) }

// countdown is an environment with the reward 1 in each step. The episode with a seed has
// length(seed) steps.
type countdown struct {
	length func(seed uint64) int
	left   int
}

func (*countdown) Spec() env.Spec {
	return env.Spec{ID: "Countdown-v0", Obs: env.NewBox(0, 100, 1), Act: env.Discrete{N: 2}}
}

func (c *countdown) Reset(seed uint64, obs []float32) {
	c.left = c.length(seed)
	obs[0] = float32(c.left)
}

func (c *countdown) Step(act, obs []float32) env.Outcome {
	c.left--
	obs[0] = float32(c.left)
	return env.Outcome{Reward: 1, Terminated: c.left == 0}
}

// withoutState hides an environment's State, so that a Vec saves the episode as a log of its
// actions.
type withoutState struct{ env.Env }

// faulty is CartPole that panics in its 300th step, or returns the reward NaN if nan is true.
type faulty struct {
	*classic.CartPole
	steps int
	nan   bool
}

func (f *faulty) Step(act, obs []float32) env.Outcome {
	out := f.CartPole.Step(act, obs)
	if f.steps++; f.steps == 300 {
		if !f.nan {
			panic("out of track")
		}
		out.Reward = math.NaN()
	}
	return out
}
