package agentstest

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// episodeSteps is the length of an episode of each task.
const episodeSteps = 10

// symbols is the number of symbols in the identity task.
const symbols = 3

// Identity is a task with discrete actions. The observation is one of three symbols, as a one-hot
// vector or as its index. The action with the symbol's index has the reward 1, all other actions
// have the reward 0. The best return of an episode is 10.
type Identity struct {
	rng      env.Rand
	symbol   int
	discrete bool
}

// NewIdentity returns an Identity with one-hot observations, or with Discrete observations if
// discrete is true.
func NewIdentity(discrete bool) *Identity { return &Identity{discrete: discrete} }

// Spec returns the spaces of the task.
func (e *Identity) Spec() env.Spec {
	s := env.Spec{ID: "Identity-v0", Obs: env.NewBox(0, 1, symbols), Act: env.Discrete{N: symbols}, MaxSteps: episodeSteps}
	if e.discrete {
		s.Obs = env.Discrete{N: symbols}
	}
	return s
}

// Reset starts an episode and writes the observation of its first symbol.
func (e *Identity) Reset(seed uint64, obs []float32) {
	e.rng.Seed(seed)
	e.show(obs)
}

// Step returns the reward of the action, and writes the observation of the next symbol.
func (e *Identity) Step(act, obs []float32) env.Outcome {
	var out env.Outcome
	if int(act[0]) == e.symbol {
		out.Reward = 1
	}
	e.show(obs)
	return out
}

// show samples a symbol and writes it as the observation.
func (e *Identity) show(obs []float32) {
	e.symbol = int(e.rng.Uniform(0, symbols))
	if e.discrete {
		obs[0] = float32(e.symbol)
		return
	}
	clear(obs)
	obs[e.symbol] = 1
}

// State saves or loads the symbol, and the random generator of the next symbols.
func (e *Identity) State(s *state.State) {
	e.rng.State(s)
	s.Int("identity/symbol", &e.symbol, symbols-1)
}

// Tracking is a task with continuous actions. The observation is a number x in [-1, 1], and an
// action a in [-2, 2] has the reward -(a - 1.5 x)². An action outside [-2, 2] makes Step panic.
type Tracking struct {
	rng env.Rand
	x   float64
}

// NewTracking returns a Tracking.
func NewTracking() *Tracking { return new(Tracking) }

// Spec returns the spaces of the task.
func (*Tracking) Spec() env.Spec {
	return env.Spec{ID: "Tracking-v0", Obs: env.NewBox(-1, 1, 1), Act: env.NewBox(-2, 2, 1), MaxSteps: episodeSteps}
}

// Reset starts an episode and writes its first number x to obs.
func (e *Tracking) Reset(seed uint64, obs []float32) {
	e.rng.Seed(seed)
	e.show(obs)
}

// Step returns the reward of the action, and writes the next number x to obs.
func (e *Tracking) Step(act, obs []float32) env.Outcome {
	if !(-2 <= act[0] && act[0] <= 2) {
		panic(act[0])
	}
	distance := float64(act[0]) - 1.5*e.x
	e.show(obs)
	return env.Outcome{Reward: -distance * distance}
}

// show samples a number x and writes it as the observation.
func (e *Tracking) show(obs []float32) {
	e.x = e.rng.Uniform(-1, 1)
	obs[0] = float32(e.x)
}

// State saves or loads x, and the random generator of the next numbers.
func (e *Tracking) State(s *state.State) {
	e.rng.State(s)
	s.Double("tracking/x", &e.x)
}

// twoStates is an environment with two states. Every action leads to the other state. The reward
// is 1 in state 0 and 0 in state 1.
type twoStates struct {
	discrete bool // true: the observation is the index of the state; false: a one-hot vector
	at       int  // current state
}

func (e *twoStates) Spec() env.Spec {
	s := env.Spec{ID: "TwoStates-v0", Obs: env.NewBox(0, 1, 2), Act: env.Discrete{N: 2}, MaxSteps: episodeSteps}
	if e.discrete {
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
	if e.discrete {
		obs[0] = float32(e.at)
		return
	}
	obs[0], obs[1] = float32(1-e.at), float32(e.at)
}

func (e *twoStates) State(s *state.State) { s.Int("two/at", &e.at, 1) }

// nanEnv is an environment that returns NaN in its 300th step, as the reward or as the
// observation.
type nanEnv struct {
	env.Env
	steps       int
	observation bool // true: the observation is NaN; false: the reward is NaN
}

func (e *nanEnv) Step(act, obs []float32) env.Outcome {
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

// hugeRewardEnv is an environment whose rewards alternate between 1e200 and -1e200 from its 300th
// step.
type hugeRewardEnv struct {
	env.Env
	steps int
}

func (e *hugeRewardEnv) Step(act, obs []float32) env.Outcome {
	out := e.Env.Step(act, obs)
	if e.steps++; e.steps >= 300 {
		out.Reward = 1e200 * float64(e.steps%2*2-1)
	}
	return out
}

// withoutState hides an environment's State, so that a Vector saves the episode as a log of its
// actions.
type withoutState struct{ env.Env }
