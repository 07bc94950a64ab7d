package env

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/rlrun/rlrun/env/state"
)

// A Vector is N environments stepped as one. Finished episodes restart by
// themselves within the step that ended them.
//
// Reset and Step return an *Error if an environment panics, or returns a NaN, an
// infinity, a choice outside its space or a mask that allows nothing. Step also returns
// one if an action is not finite, or is outside a space other than a Box. After an *Error
// the Vector must be Reset or loaded.
type Vector interface {
	Spec() Spec
	Len() int                            // N
	Reset(seed uint64) (*Result, error)  // starts all N episodes
	Step(act []float32) (*Result, error) // act is [N, A]
	Close() error                        // closes the environments that are io.Closers; the Vector cannot be used then
	state.Stater
}

// A Result is what a Vector shows after a step; row i is environment i's.
// The Vector owns it and overwrites it on the next call.
type Result struct {
	Obs        []float32 // [N, O] what to act on next
	Next       []float32 // [N, O] what the action led to: differs from Obs where Done
	Reward     []float64 // [N]
	Terminated []bool    // [N] only this cuts a value target
	Truncated  []bool    // [N] set at the time limit, also where Terminated is
	First      []bool    // [N] an episode begins at Obs: after Reset and where Done
	Return     []float64 // [N] undiscounted return so far; the episode's where Done
	Length     []int     // [N] steps so far; the episode's where Done
	Mask       []bool    // [N, M] what is allowed at Obs, see Masker; nil where environments are no Maskers
	NextMask   []bool    // [N, M] what is allowed at Next, valid where Done: elsewhere it is in Mask; everything where Terminated
	Measures   []string  // [K] names of what is measured; nil where environments are not Measured
	Figures    []float64 // [N, K] what was measured in the episode; valid where Done
}

// NewResult returns a Result for n environments with o floats an observation.
func NewResult(n, o int) *Result {
	return &Result{
		Obs: make([]float32, n*o), Next: make([]float32, n*o), Reward: make([]float64, n),
		Terminated: make([]bool, n), Truncated: make([]bool, n), First: make([]bool, n),
		Return: make([]float64, n), Length: make([]int, n),
	}
}

// clear forgets the episodes that were shown.
func (r *Result) clear() {
	clear(r.Next)
	clear(r.Reward)
	clear(r.Terminated)
	clear(r.Truncated)
	clear(r.Return)
	clear(r.Length)
	clear(r.NextMask)
	clear(r.Figures)
}

// Done reports whether environment i's episode ended in this step.
func (r *Result) Done(i int) bool { return r.Terminated[i] || r.Truncated[i] }

// A Maker makes a Vector of n environments. Agents are given a Maker rather
// than a Vector because they know best how many they need, and how grouped:
// PPO asks once for eight, A3C asks eight times for one. It may be called from
// several goroutines at once.
type Maker func(n int) (Vector, error)

// Each is the Maker that runs n environments, one from each call of newEnv.
func Each[E Env](newEnv func() E) Maker {
	return Factory(func() (Env, error) { return newEnv(), nil }).Maker()
}

// EachParallel is Each on several goroutines: see Parallel.
func EachParallel[E Env](workers int, newEnv func() E) Maker {
	return Factory(func() (Env, error) { return newEnv(), nil }).ParallelMaker(workers)
}

// An Error says which environment of a Vector broke the contract, and where.
// Reset(Seed) and the same actions lead there again.
type Error struct {
	Env   string // its id
	Index int    // its place in the Vector
	Seed  uint64 // of the episode
	Step  int    // of the episode, from 1; 0 is its Reset
	Err   error  // what it did: ErrNotFinite, ErrObservation, ErrAction, ErrMask, or a *PanicError

	// Actions has the episode's actions [Step, A], the last one included. It is nil where
	// the Vector keeps no actions.
	Actions []float32
}

// Error says it in one line.
func (e *Error) Error() string {
	place := ""
	if e.Index >= 0 {
		place = fmt.Sprintf(", number %d", e.Index)
	}
	return fmt.Sprintf("env: %s%s, episode seed %d, step %d: %v", e.Env, place, e.Seed, e.Step, e.Err)
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

// What an *Error may wrap besides a *PanicError.
var (
	ErrNotFinite   = errors.New("not a finite number")
	ErrObservation = errors.New("not in the observation space")
	ErrAction      = errors.New("not in the action space")
	ErrMask        = errors.New("the mask allows no action")
)

// A PanicError holds what an environment panicked with, and where.
type PanicError struct {
	Value any
	Stack []byte
}

// Error says in one line what happened; Stack says where.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// catch makes a panic of a user's code *err, with what the code was called for. It is to
// be deferred.
func catch(what string, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: %w", what, &PanicError{p, debug.Stack()})
	}
}
