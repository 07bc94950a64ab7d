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

// mimic shows one of three symbols, and pays 1 for the action of its number.
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

// newNumbered returns an identity task with the number of the symbol for an
// observation.
func newNumbered() env.Env { return agentstest.NewIdentity(true) }

func oneHot(x []float32, i int) {
	clear(x)
	x[i] = 1
}

func newTracking() *agentstest.Tracking { return agentstest.NewTracking() }

// walk goes from place to place whatever one does: leaving place i pays
// rewards[i]. It shows the place. From the last one it ends the episode, or if
// it is round goes on to the first; then it begins anywhere.
type walk struct {
	rewards  []float64
	round    bool
	maxSteps int
	at       int
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

// countdown pays 1 a step, for as many steps as length says of the seed.
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

// bare hides an environment's State, so that the Vec falls back to its log.
type bare struct{ env.Env }

// faulty panics or pays NaN in its 300th step.
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
