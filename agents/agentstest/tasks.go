package agentstest

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// episode is how many steps an episode of a task has.
const episode = 10

// symbols is how many the identity task has.
const symbols = 3

// Identity shows one of three symbols, as numbers of which one is 1 or as its
// number alone, and pays 1 for the action that has that number. The best there is,
// 10 an episode, is to copy.
type Identity struct {
	rng    env.Rand
	symbol int
	number bool
}

// NewIdentity returns an Identity whose observations are numbers, or Discrete.
func NewIdentity(discrete bool) *Identity { return &Identity{number: discrete} }

// Spec describes the task.
func (e *Identity) Spec() env.Spec {
	s := env.Spec{ID: "Identity-v0", Obs: env.NewBox(0, 1, symbols), Act: env.Discrete{N: symbols}, MaxSteps: episode}
	if e.number {
		s.Obs = env.Discrete{N: symbols}
	}
	return s
}

// Reset shows a symbol.
func (e *Identity) Reset(seed uint64, obs []float32) {
	e.rng.Seed(seed)
	e.show(obs)
}

// Step pays for a copy, and shows another symbol.
func (e *Identity) Step(act, obs []float32) env.Outcome {
	var out env.Outcome
	if int(act[0]) == e.symbol {
		out.Reward = 1
	}
	e.show(obs)
	return out
}

func (e *Identity) show(obs []float32) {
	e.symbol = int(e.rng.Uniform(0, symbols))
	if e.number {
		obs[0] = float32(e.symbol)
		return
	}
	clear(obs)
	obs[e.symbol] = 1
}

// State visits the symbol and those to come.
func (e *Identity) State(s *state.State) {
	e.rng.State(s)
	s.Int("identity/symbol", &e.symbol, symbols-1)
}

// Tracking shows x in [-1, 1] and pays -(a - 1.5 x)² for an action in [-2, 2]. It
// panics at one that is not.
type Tracking struct {
	rng env.Rand
	x   float64
}

// NewTracking returns a Tracking.
func NewTracking() *Tracking { return new(Tracking) }

// Spec describes the task.
func (*Tracking) Spec() env.Spec {
	return env.Spec{ID: "Tracking-v0", Obs: env.NewBox(-1, 1, 1), Act: env.NewBox(-2, 2, 1), MaxSteps: episode}
}

// Reset shows a number.
func (e *Tracking) Reset(seed uint64, obs []float32) {
	e.rng.Seed(seed)
	e.show(obs)
}

// Step pays for being near, and shows another number.
func (e *Tracking) Step(act, obs []float32) env.Outcome {
	if !(-2 <= act[0] && act[0] <= 2) {
		panic(act[0])
	}
	d := float64(act[0]) - 1.5*e.x
	e.show(obs)
	return env.Outcome{Reward: -d * d}
}

func (e *Tracking) show(obs []float32) {
	e.x = e.rng.Uniform(-1, 1)
	obs[0] = float32(e.x)
}

// State visits the number and those to come.
func (e *Tracking) State(s *state.State) {
	e.rng.State(s)
	s.Double("tracking/x", &e.x)
}

// twoStates goes from one state to the other and back, whatever is done, and pays 1
// for leaving the first.
type twoStates struct {
	number bool
	at     int
}

func (e *twoStates) Spec() env.Spec {
	s := env.Spec{ID: "TwoStates-v0", Obs: env.NewBox(0, 1, 2), Act: env.Discrete{N: 2}, MaxSteps: episode}
	if e.number {
		s.Obs = env.Discrete{N: 2}
	}
	return s
}

func (e *twoStates) Reset(seed uint64, obs []float32) {
	e.at = int(seed & 1)
	e.show(obs)
}

func (e *twoStates) Step(_, obs []float32) env.Outcome {
	out := env.Outcome{Reward: float64(1 - e.at)}
	e.at = 1 - e.at
	e.show(obs)
	return out
}

func (e *twoStates) show(obs []float32) {
	if e.number {
		obs[0] = float32(e.at)
		return
	}
	obs[0], obs[1] = float32(1-e.at), float32(e.at)
}

func (e *twoStates) State(s *state.State) { s.Int("two/at", &e.at, 1) }

// broken is an environment whose reward or observation is not a number in its
// 300th step.
type broken struct {
	env.Env
	steps       int
	observation bool
}

func (e *broken) Step(act, obs []float32) env.Outcome {
	out := e.Env.Step(act, obs)
	if e.steps++; e.steps != 300 {
		return out
	}
	if e.observation {
		obs[0] = float32(math.NaN())
	} else {
		out.Reward = math.NaN()
	}
	return out
}

// rich is an environment that pays 1e200 from its 300th step on, as gains and losses by
// turns.
type rich struct {
	env.Env
	steps int
}

func (e *rich) Step(act, obs []float32) env.Outcome {
	out := e.Env.Step(act, obs)
	if e.steps++; e.steps >= 300 {
		out.Reward = 1e200 * float64(e.steps%2*2-1)
	}
	return out
}

// bare hides an environment's State, so that its vector keeps a log instead.
type bare struct{ env.Env }
