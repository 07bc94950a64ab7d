package env

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// An Episode is one environment being played, an episode at a time. It counts steps,
// applies a time limit, refuses what is not an action, and can go back to any step: it
// plays the same actions from the same seed again.
//
// Reset, SetPhysics, Step and Seek return an *Error where the environment breaks its
// contract. After a panic the fields show the step before it, and there is no next Step.
// After any other *Error they show what the environment did, and the episode can go on.
//
// The fields are there to be read. The next call overwrites the slices.
type Episode struct {
	Seed       uint64    // of the episode; 0 after SetPhysics
	Steps      int       // taken in the episode
	Obs        []float32 // [O] what to act on
	Act        []float32 // [A] the latest action; nil before the first
	Mask       []bool    // [M] what is allowed at Obs, see Masker, also at a final state; nil where there are no masks
	Reward     float64   // of the latest step
	Return     float64   // undiscounted return so far
	Terminated bool      // the latest step led to a final state
	Truncated  bool      // the latest step was cut off, or is the last within the time limit
	Figures    []float64 // [K] what a Measured environment measured; valid where Done

	group   group     // of one
	act     []float32 // [A] memory of Act
	running bool      // Step can be called
	broken  bool      // the environment has panicked
	set     bool      // it began with SetPhysics
	closed  bool
}

// NewEpisode returns an Episode of e, to be Reset before its first Step. An episode has at
// most maxSteps steps; 0 means no limit. It is an error if e is not valid: see
// Spec.Validate.
func NewEpisode(e Env, maxSteps int) (*Episode, error) {
	spec, err := specOf(e)
	if err == nil && maxSteps < 0 {
		err = fmt.Errorf("a time limit of %d steps, want 0 for none, or more", maxSteps)
	}
	if err != nil {
		return nil, fmt.Errorf("env: %s: %w", nameOf(e, spec), err)
	}
	spec.MaxSteps = maxSteps
	p := &Episode{group: newGroup(spec, e)}
	p.group.terms.logs = true
	p.act = make([]float32, p.group.terms.a)
	p.Obs, p.Mask, p.Figures = p.group.res.Obs, p.group.res.Mask, p.group.res.Figures
	return p, nil
}

// Spec describes the environment, with the time limit that applies.
func (e *Episode) Spec() Spec { return e.group.terms.spec }

// Env returns the environment, to be looked at.
func (e *Episode) Env() Env { return e.group.all[0].env }

// Measures returns the names of Figures.
func (e *Episode) Measures() []string { return e.group.terms.measures }

// Done reports whether the episode is over by its latest step.
func (e *Episode) Done() bool { return e.Terminated || e.Truncated }

// Running reports whether Step can be called: an episode has begun and is not over.
func (e *Episode) Running() bool { return e.running }

// Reset begins the episode named by seed.
func (e *Episode) Reset(seed uint64) error {
	p := &e.group.all[0]
	p.log, e.set = p.log[:0], false
	return e.restart(seed)
}

// restart goes to the start of the episode named by seed.
func (e *Episode) restart(seed uint64) (err error) {
	if e.closed {
		return errClosed
	}
	defer e.guard(&err)
	e.start(seed)
	err = e.group.resetEnv(0, seed)
	e.show()
	return e.fault(err)
}

// start forgets what an episode has come to.
func (e *Episode) start(seed uint64) {
	p := &e.group.all[0]
	p.seed, p.steps, p.ret = seed, 0, 0
	e.Act, e.running, e.broken = nil, true, false
	e.group.res.clear()
	e.show()
}

// SetPhysics begins an episode in a state that is given in place of a seed. The
// environment must be a Physics, whose observations no wrapper changes: see AsIs. Seek
// does not go back in such an episode.
func (e *Episode) SetPhysics(x []float64) (err error) {
	physics, ok := AsIs[Physics](e.Env())
	if !ok {
		return fmt.Errorf("env: the state of %s cannot be set", e.Spec().ID)
	}
	if e.closed {
		return errClosed
	}
	defer e.guard(&err)
	if err := physics.SetPhysics(x); err != nil {
		return err
	}
	p := &e.group.all[0]
	p.log, e.set = p.log[:0], true
	e.start(0)
	physics.Observe(e.Obs)
	err = e.group.look(0)
	e.show()
	return e.fault(err)
}

// Step takes an action. Steps that were walked back over are forgotten. What is not an
// action is an *Error of ErrAction, and changes nothing.
func (e *Episode) Step(act []float32) error {
	if !e.running {
		return errNotRunning
	}
	t, p := e.group.terms, &e.group.all[0]
	if len(act) != t.a || !t.allowed(act) {
		err := e.group.refuse(0, act)
		err.Index = -1
		return err
	}
	p.log = p.log[:min(len(p.log), e.Steps*t.a)]
	p.remember(act)
	return e.take(act)
}

// take takes an action that is remembered.
func (e *Episode) take(act []float32) (err error) {
	defer e.guard(&err)
	copy(e.act, act)
	e.Act = e.act
	err = e.group.step(e.act, e)
	e.show()
	e.running = !e.Done()
	return e.fault(err)
}

// after shows what is allowed in the last state, and what was measured.
func (e *Episode) after(int) (seed uint64, next bool, err error) {
	if e.Mask != nil {
		e.group.maskers[0].Mask(e.group.res.NextMask)
	}
	return 0, false, e.group.measure(0)
}

// show shows where the episode stands.
func (e *Episode) show() {
	p, r := &e.group.all[0], e.group.res
	e.Seed, e.Steps, e.Return = p.seed, p.steps, p.ret
	e.Reward, e.Terminated, e.Truncated = r.Reward[0], r.Terminated[0], r.Truncated[0]
	if p.steps > 0 && r.Done(0) {
		copy(r.Mask, r.NextMask) // of the last state
	}
}

// Last returns the latest step that the episode has come to.
func (e *Episode) Last() int { return max(e.Steps, len(e.group.all[0].log)/e.group.terms.a) }

// Seek goes to a step that the episode has come to, back or forth.
func (e *Episode) Seek(step int) error {
	step = min(max(step, 0), e.Last())
	if step < e.Steps || e.broken {
		switch {
		case e.set:
			return fmt.Errorf("env: %s: no step back in an episode whose state was set", e.Spec().ID)
		case !e.group.logged(0):
			return fmt.Errorf("env: %s: %d steps of an episode are too many to go back in", e.Spec().ID, e.Steps)
		}
		if err := e.restart(e.Seed); err != nil {
			return err
		}
	}
	for a := e.group.terms.a; e.Steps < step; {
		if err := e.take(e.group.all[0].log[e.Steps*a:][:a]); err != nil {
			return err
		}
	}
	return nil
}

// fault returns err as an *Error; nil where there is none.
func (e *Episode) fault(err error) error {
	if err == nil {
		return nil
	}
	f := e.group.newError(err)
	f.Index = -1
	return f
}

// guard turns an environment's panic into an error, with which the episode is over.
func (e *Episode) guard(err *error) {
	if p := recover(); p != nil {
		e.running, e.broken = false, true
		*err = e.fault(&PanicError{p, debug.Stack()})
	}
}

var (
	errNotRunning = errors.New("env: Step of an episode that is over, or has not begun; want a Reset before it")
	errClosed     = errors.New("env: it has been closed")
)

// Close closes the environment and the wrappers around it that are io.Closers, the
// outermost first: each closes what is its own. Nothing can be played then.
func (e *Episode) Close() error {
	if e.closed {
		return nil
	}
	e.closed, e.running = true, false
	return Close(e.Env())
}

// Close closes those environments, and those wrappers around them, that are io.Closers: the
// outermost first. It returns the first error.
func Close(envs ...Env) (first error) {
	for _, e := range envs {
		for e != nil {
			if c, ok := e.(io.Closer); ok {
				first = cmp.Or(first, closeOne(c))
			}
			w, ok := e.(Wrapper)
			if !ok {
				break
			}
			e = w.Unwrap()
		}
	}
	return first
}

// closeOne closes c. A panic is an error.
func closeOne(c io.Closer) (err error) {
	defer catch("env: Close", &err)
	return c.Close()
}
