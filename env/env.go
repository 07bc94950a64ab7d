// Package env defines reinforcement-learning environments, their spaces and wrappers, and the types
// that step them.
//
// An Env has three methods: Spec describes it, Reset begins an episode, Step takes one action.
// Its observations and actions are rows of float32 that the caller owns, so a step allocates
// nothing. A Space says what the numbers of a row mean. A Layout lists the parts of a row.
//
// Episode plays one environment, one episode after another. Vec steps N environments together and
// restarts every episode that ends; agents train on it. Both apply the time limit, check actions
// and observations, and return an *Error when an environment breaks the contract.
//
// A Wrapper changes observations, actions, rewards or the time limit of another Env. A Registry
// makes environments by id. Split derives all seeds from one seed.
//
// ExampleEach steps two environments together.
package env

import "github.com/rlrun/rlrun/env/state"

// An Env is one environment.
//
// An episode depends only on its seed and its actions: after Reset(seed), the same actions give
// exactly the same results, whatever episodes were played before. Vec relies on this to resume an
// episode from the middle.
type Env interface {
	// Spec describes the environment. It always returns the same Spec.
	Spec() Spec

	// Reset begins the episode of the given seed and writes its first observation to obs, a row
	// of Spec().Obs.Size() floats.
	Reset(seed uint64, obs []float32)

	// Step takes the action act, a row of Spec().Act.Size() floats, and writes the next
	// observation to obs. After an Outcome with Done, Reset must be called before the next Step.
	// Step must not keep either slice.
	Step(act, obs []float32) Outcome
}

// An Outcome is the result of one step, without the observation.
type Outcome struct {
	Reward     float64
	Terminated bool // the step led to a final state, whose value is 0
	Truncated  bool // the episode was cut off, so its last value is bootstrapped. A Vector sets it at the time limit; an Env need not
}

// Done reports whether the episode is over: terminated or truncated.
func (o Outcome) Done() bool { return o.Terminated || o.Truncated }

// A Spec describes an environment: its id, its spaces, its time limit. The caller must not change
// the slices in it.
type Spec struct {
	ID              string   // [namespace/]Name-vN, as in a Registry
	Obs             Space    // observation space
	Act             Space    // action space
	MaxSteps        int      // time limit of an episode in steps, which a Vector applies; 0 means no limit
	RewardThreshold *float64 // return from which the task counts as solved; nil if the task has no threshold
	Frames          int      // number of frames whose channels an Image in Obs has side by side, the newest last: see FrameStack; 0 or 1 for a single frame
}

// A Snapshotter is an Env that can save and restore its whole state. Its State saves or loads
// everything on which the rest of the episode depends, random generators and counters included. A
// checkpoint then contains this state instead of the episode's actions.
type Snapshotter interface {
	Env
	state.Stater
}

// A PhysicsReader is an Env whose physical state can be read, for example to compare it with
// another implementation. The physical state may be less than the whole state of an episode,
// which a Snapshotter's State saves or loads.
type PhysicsReader interface {
	// Physics appends the state variables to dst, in SI units, and returns the longer slice.
	Physics(dst []float64) []float64
}

// A Physics is a PhysicsReader whose physical state can also be set.
type Physics interface {
	PhysicsReader

	// SetPhysics begins an episode in state x: the next Step starts from x. If x is not a
	// possible state, it returns an error and changes nothing.
	SetPhysics(x []float64) error

	// Observe writes the observation of the current state to obs.
	Observe(obs []float32)
}

// A WarmStarter is a Physics whose next step also depends, in its last digits, on where the solver
// of its equations starts. A simulation continues from the solution of the step before, which the
// state does not contain. After a step, its observation may have numbers of the last evaluation of its
// equations, which can be a little before the state.
type WarmStarter interface {
	Physics

	// SetWarmStart gives the start of the solver for the next SetPhysics. Without it, the solver
	// starts from zeros. SetWarmStart(nil) takes it back. If it is not possible, SetWarmStart
	// returns an error and changes nothing.
	SetWarmStart(x []float64) error
}

// A DrawSetter is an Env whose random numbers can be given by the caller, so that it can repeat
// an episode that another implementation has recorded.
type DrawSetter interface {
	// SetDraws gives the random numbers for the next Reset or Step. They are used in order,
	// before numbers of the environment's own generator. They are uniform numbers in [0, 1),
	// or what the original draws, for example cards, heights or squares, if the environment says so. Numbers that the next call does not use
	// stay for later calls, until SetDraws(nil); the environment keeps the slice as long. If a number is not possible, SetDraws
	// returns an error and changes nothing.
	SetDraws(draws []float64) error
}

// A ResetOptioner is an Env whose Reset has options, as the argument options of Gymnasium's reset. An episode
// then also depends on the options, and may depend on the episode before it.
type ResetOptioner interface {
	// SetResetOptions gives the options of all later Resets; nil are the default options, under which an
	// episode depends on its seed and actions alone. The values are those of JSON. If an option is not
	// possible, SetResetOptions returns an error and changes nothing.
	SetResetOptions(options map[string]any) error
}

// A Masker is an Env in which some actions are not allowed in some states. Its action space is
// discrete: a Discrete, a MultiDiscrete, a MultiBinary, or a Tuple or Dict of these. An action
// that is not allowed is no error; the environment decides its effect.
type Masker interface {
	// Mask writes which actions are allowed in the current state. It writes one bool for each
	// value of each choice (a Discrete, or an element of a MultiDiscrete), and two bools for
	// each bit (an element of a MultiBinary): first for 0, then for 1. They are in the order
	// of the row. See Layout.MaskSize. At least one value of each choice must be allowed,
	// unless the episode has terminated.
	Mask(allowed []bool)
}

// An Instructed is an Env that gives the task of each episode in words.
type Instructed interface {
	// Mission returns the task of the current episode as a text.
	Mission() string
}

// A Clipper is an Env that clips actions to the bounds of its Box, as the original environment
// does. An action outside the bounds is then no error.
type Clipper interface {
	// ClipsActions does nothing: having this method marks the environment as a Clipper.
	ClipsActions()
}

// As returns the first environment of type T in e's chain of wrappers. It searches from the
// outermost wrapper to the innermost environment, as errors.As searches a chain of errors. The
// window uses it to find a render.Scene.
func As[T any](e Env) (T, bool) {
	return find[T](e, func(Wrapper) bool { return true })
}

// AsIs returns the first environment of type T in e's chain of wrappers that has the same
// observations, actions and dynamics as e. It looks only through wrappers that change the time
// limit or the rewards. It is used to find the model of a tabular environment.
func AsIs[T any](e Env) (T, bool) { return find[T](e, keepsModel) }

// find returns the first environment of type T in e's chain of wrappers. It stops at the first
// wrapper for which the function through returns false.
func find[T any](e Env, through func(Wrapper) bool) (T, bool) {
	for {
		if t, ok := e.(T); ok {
			return t, true
		}
		w, ok := e.(Wrapper)
		if !ok || !through(w) {
			var zero T
			return zero, false
		}
		e = w.Unwrap()
	}
}
