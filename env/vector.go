package env

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/rlrun/rlrun/env/state"
)

// A Vector is N environments that are stepped together. When an episode ends, the next one begins
// within the same step.
//
// Reset and Step return an *Error if an environment panics or calls Fail, or returns a NaN, an infinity, a
// choice outside its space or a mask that allows no action. Step also returns an *Error if an
// action is not finite, or is outside its space and the space is not a Box. After an *Error the
// Vector must be Reset or loaded.
type Vector interface {
	Spec() Spec
	Len() int                            // number of environments N
	Reset(seed uint64) (*Result, error)  // begins an episode in each environment
	Step(act []float32) (*Result, error) // act is [N, A], one action for each environment
	Close() error                        // closes the environments that are io.Closers; the Vector cannot be used afterwards
	state.Stater
}

// A Result is the result of a Vector's step. Row i belongs to environment i. The Vector owns the
// slices and overwrites them on the next call.
type Result struct {
	Obs        []float32 // [N, O] observations to act on next
	Next       []float32 // [N, O] observations that the actions led to; they differ from Obs where an episode ended
	Reward     []float64 // [N] rewards of the step
	Terminated []bool    // [N] the step led to a final state: a bootstrapped value is 0 only here
	Truncated  []bool    // [N] the episode was cut off, or reached the time limit; Terminated may also be true
	First      []bool    // [N] Obs is the first observation of an episode
	Return     []float64 // [N] undiscounted return so far; where an episode ended, the return of the whole episode
	Length     []int     // [N] steps so far; where an episode ended, the length of the whole episode
	Mask       []bool    // [N, M] actions allowed at Obs: see Masker; nil if the environments have no masks
	NextMask   []bool    // [N, M] actions allowed at Next, valid only where an episode ended; all true where it terminated. Elsewhere see Mask
	Measures   []string  // [K] names of the metrics; nil if the environments are not Measured
	Metrics    []float64 // [N, K] metrics of the episode, valid only where an episode ended
}

// NewResult returns a Result for n environments whose observations have o floats. It has no masks
// and no metrics.
func NewResult(n, o int) *Result {
	return &Result{
		Obs: make([]float32, n*o), Next: make([]float32, n*o), Reward: make([]float64, n),
		Terminated: make([]bool, n), Truncated: make([]bool, n), First: make([]bool, n),
		Return: make([]float64, n), Length: make([]int, n),
	}
}

// clear sets all fields to 0, except Obs, First and Mask, which Reset writes.
func (r *Result) clear() {
	clear(r.Next)
	clear(r.Reward)
	clear(r.Terminated)
	clear(r.Truncated)
	clear(r.Return)
	clear(r.Length)
	clear(r.NextMask)
	clear(r.Metrics)
}

// Done reports whether environment i's episode ended in this step.
func (r *Result) Done(i int) bool { return r.Terminated[i] || r.Truncated[i] }

// A Maker returns a new Vector of n environments. Agents take a Maker and not a Vector, because
// the agent knows how many environments it needs and in how many Vectors. PPO makes one Vector for
// eight environments, and above that one for each 128, at most 16. A3C makes a Vector for each
// environment. Several goroutines may call a Maker at the same time, and step different Vectors at
// the same time. So environments must not share memory that changes.
type Maker func(n int) (Vector, error)

// Each returns a Maker of Vecs. It calls newEnv once for each environment.
func Each[E Env](newEnv func() E) Maker {
	return Factory(func() (Env, error) { return newEnv(), nil }).Maker()
}

// EachParallel returns a Maker of Parallels. It calls newEnv once for each environment. Each
// Parallel uses the given number of goroutines.
func EachParallel[E Env](workers int, newEnv func() E) Maker {
	return Factory(func() (Env, error) { return newEnv(), nil }).ParallelMaker(workers)
}

// An Error says which environment broke the contract, at which step, and how. Reset(Seed) and the
// same Actions lead to the same error.
type Error struct {
	Env   string // id of the environment
	Index int    // number of the environment in the Vector; -1 in an Episode
	Seed  uint64 // seed of the episode
	Step  int    // number of the step in the episode, from 1; 0 for Reset
	Err   error  // cause: ErrNotFinite, ErrObservation, ErrAction, ErrMask, a *PanicError, or the error of Fail

	// Actions has the episode's actions [Step, A], including the last action. It is nil if
	// the actions are not logged.
	Actions []float32
}

// Error returns the error in one line.
func (e *Error) Error() string {
	place := ""
	if e.Index >= 0 {
		place = fmt.Sprintf(", number %d", e.Index)
	}
	return fmt.Sprintf("env: %s%s, episode seed %d, step %d: %v", e.Env, place, e.Seed, e.Step, e.Err)
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// The causes that an *Error may wrap, besides a *PanicError.
var (
	ErrNotFinite   = errors.New("not a finite number")
	ErrObservation = errors.New("not in the observation space")
	ErrAction      = errors.New("not in the action space")
	ErrMask        = errors.New("the mask allows no action")
)

// A PanicError holds the value that an environment panicked with, and the stack.
type PanicError struct {
	Value any
	Stack []byte
}

// Error returns the panic in one line, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Fail ends the current episode of an environment that cannot continue, for example because its
// simulation has become unstable. Only an environment may call it, in Reset, Step, Observe or
// SetPhysics, which then do not return. The Episode or the Vector returns an *Error with err as its
// cause, without a stack: err is a sentence for the user, not a bug.
func Fail(err error) { panic(&failure{err}) }

// A failure is the value with which Fail panics.
type failure struct{ err error }

// Error returns the error of Fail.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap returns the error of Fail.
func (f *failure) Unwrap() error { return f.err }

// panicError returns a recovered panic as an error: the error of Fail, or otherwise a *PanicError.
func panicError(p any) error {
	if f, ok := p.(*failure); ok {
		return f
	}
	return &PanicError{p, debug.Stack()}
}

// endsEpisode reports whether an environment cannot continue its episode after err, because it has
// panicked or called Fail.
func endsEpisode(err error) bool {
	var f *failure
	var p *PanicError
	return errors.As(err, &f) || errors.As(err, &p)
}

// catch recovers a panic of a user's code and sets *err to an error that wraps a *PanicError, or the
// error of Fail. The argument what is the name of the call, for the message. It must be deferred.
func catch(what string, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: %w", what, panicError(p))
	}
}
