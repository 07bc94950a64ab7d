package env

import (
	"cmp"
	"errors"
	"fmt"
	"io"
)

// An Episode plays one environment, one episode after another. It counts steps, applies a time
// limit, refuses invalid actions, and can go back to an earlier step: it resets the environment
// with the episode's seed and replays the actions.
//
// Reset, SetPhysics, Step and Seek return an *Error if the environment breaks the contract. After
// a panic the fields show the step before the panic, and Step returns an error until Reset. After
// any other *Error the fields show the result of the invalid step, and the episode can continue.
//
// The caller may read the fields but not change them. The next call overwrites the slices.
type Episode struct {
	Seed       uint64    // seed of the episode; 0 after SetPhysics
	Steps      int       // steps taken in the episode
	Obs        []float32 // [O] current observation
	Act        []float32 // [A] latest action; nil before the first step
	Mask       []bool    // [M] actions allowed at Obs, which may be a final state: see Masker; nil if there are no masks
	Reward     float64   // reward of the latest step
	Return     float64   // undiscounted return so far
	Terminated bool      // the latest step led to a final state
	Truncated  bool      // the environment cut the episode off, or the latest step reached the time limit
	Metrics    []float64 // [K] metrics of a Measured environment; valid when the episode is over

	group       group // one environment
	running     bool  // Step can be called
	panicked    bool  // the environment has panicked in this episode
	fromPhysics bool  // the episode began with SetPhysics
	closed      bool
}

// NewEpisode returns an Episode of e. Reset must be called before the first Step. An episode has
// at most maxSteps steps; 0 means no limit. NewEpisode returns an error if e is not valid: see
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
	p.group.info.logsActions = true
	p.Obs, p.Mask, p.Metrics = p.group.res.Obs, p.group.res.Mask, p.group.res.Metrics
	return p, nil
}

// Spec returns the Spec of the environment, with the Episode's own time limit.
func (e *Episode) Spec() Spec { return e.group.info.spec }

// Env returns the environment. The caller may read its state but must not step it.
func (e *Episode) Env() Env { return e.group.envs[0] }

// Measures returns the names of Metrics.
func (e *Episode) Measures() []string { return e.group.info.measureNames }

// Done reports whether the latest step ended the episode.
func (e *Episode) Done() bool { return e.Terminated || e.Truncated }

// Running reports whether Step can be called: an episode has begun and is not over.
func (e *Episode) Running() bool { return e.running }

// Reset begins the episode of the given seed.
func (e *Episode) Reset(seed uint64) error {
	e.group.actions[0], e.fromPhysics = e.group.actions[0][:0], false
	return e.startEpisode(seed)
}

// startEpisode begins the episode of the given seed and keeps the logged actions.
func (e *Episode) startEpisode(seed uint64) (err error) {
	if e.closed {
		return errClosed
	}
	defer e.recoverPanic(&err)
	e.clearEpisode(seed)
	err = e.group.resetEnv(0, seed)
	e.copyFields()
	return e.wrapError(err)
}

// clearEpisode sets the step count, the return and the results to 0.
func (e *Episode) clearEpisode(seed uint64) {
	e.group.seeds[0], e.group.steps[0], e.group.returns[0] = seed, 0, 0
	e.Act, e.running, e.panicked = nil, true, false
	e.group.clear()
	e.copyFields()
}

// SetPhysics begins an episode at the physical state x instead of a seed. The environment must be
// a Physics, and no wrapper may change its observations: see AsIs. Seek cannot go back in this
// episode.
func (e *Episode) SetPhysics(x []float64) (err error) {
	physics, ok := AsIs[Physics](e.Env())
	if !ok {
		return fmt.Errorf("env: the state of %s cannot be set", e.Spec().ID)
	}
	if e.closed {
		return errClosed
	}
	defer e.recoverPanic(&err)
	if err := physics.SetPhysics(x); err != nil {
		return err
	}
	e.group.actions[0], e.fromPhysics = e.group.actions[0][:0], true
	e.clearEpisode(0)
	physics.Observe(e.Obs)
	err = e.group.checkObs(0)
	e.copyFields()
	return e.wrapError(err)
}

// Step takes an action. After Seek went back, the logged actions of the later steps are dropped.
// If act is not an action, Step returns an *Error of ErrAction and changes nothing.
func (e *Episode) Step(act []float32) error {
	if !e.running {
		return errNotRunning
	}
	info, actions := e.group.info, e.group.actions
	if len(act) != info.actSize || !info.validActions(act) {
		err := e.group.actionError(0, act)
		err.Index = -1
		return err
	}
	actions[0] = actions[0][:min(len(actions[0]), e.Steps*info.actSize)]
	e.group.logAction(0, act)
	return e.stepEnv(act)
}

// stepEnv steps the environment with an action that is already logged.
func (e *Episode) stepEnv(act []float32) (err error) {
	defer e.recoverPanic(&err)
	e.Act = e.group.act // where step copies act
	err = e.group.step(act, e)
	if err != nil && endsEpisode(err) {
		return e.failPanic(err)
	}
	e.copyFields()
	e.running = !e.Done()
	return e.wrapError(err)
}

// episodeEnded writes the mask of the last state and the episode's metrics. It implements
// episodeHook and returns next = false, because no other episode begins.
func (e *Episode) episodeEnded(int) (seed uint64, next bool, err error) {
	if e.Mask != nil {
		e.group.maskers[0].Mask(e.group.res.NextMask)
	}
	return 0, false, e.group.measureEpisode(0)
}

// copyFields copies the current step from the group to the exported fields.
func (e *Episode) copyFields() {
	g, r := &e.group, e.group.res
	e.Seed, e.Steps, e.Return = g.seeds[0], g.steps[0], g.returns[0]
	e.Reward, e.Terminated, e.Truncated = r.Reward[0], r.Terminated[0], r.Truncated[0]
	if g.steps[0] > 0 && r.Done(0) {
		copy(r.Mask, r.NextMask) // the mask of the last state
	}
}

// Last returns the number of the latest step that the episode has reached. Seek does not change
// it.
func (e *Episode) Last() int { return max(e.Steps, len(e.group.actions[0])/e.group.info.actSize) }

// Seek goes to the given step, back or forwards, within 0 … Last.
func (e *Episode) Seek(step int) error {
	step = min(max(step, 0), e.Last())
	if step < e.Steps || e.panicked {
		switch {
		case e.fromPhysics:
			return fmt.Errorf("env: %s: an episode that began at a given state cannot go back to an earlier step", e.Spec().ID)
		case !e.group.hasAllActions(0):
			return fmt.Errorf("env: %s: %d steps of an episode are too many to go back in", e.Spec().ID, e.Steps)
		}
		if err := e.startEpisode(e.Seed); err != nil {
			return err
		}
	}
	for a := e.group.info.actSize; e.Steps < step; {
		if err := e.stepEnv(e.group.actions[0][e.Steps*a:][:a]); err != nil {
			return err
		}
	}
	return nil
}

// wrapError returns err as an *Error with the seed and the step, or nil if err is nil.
func (e *Episode) wrapError(err error) error {
	if err == nil {
		return nil
	}
	f := e.group.newError(err)
	f.Index = -1
	return f
}

// recoverPanic sets *err to an *Error if the environment panicked. The episode is then over. It
// must be deferred.
func (e *Episode) recoverPanic(err *error) {
	if p := recover(); p != nil {
		*err = e.failPanic(panicError(p))
	}
}

// failPanic ends the episode and returns err, the environment's panic, as an *Error.
func (e *Episode) failPanic(err error) error {
	e.running, e.panicked = false, true
	return e.wrapError(err)
}

var (
	errNotRunning = errors.New("env: Step of an episode that is over, or has not begun; want a Reset before it")
	errClosed     = errors.New("env: the environment has been closed")
)

// Close calls Close of the environment and of its wrappers, if they are io.Closers, the outermost
// first. The Episode cannot be used afterwards.
func (e *Episode) Close() error {
	if e.closed {
		return nil
	}
	e.closed, e.running = true, false
	return Close(e.Env())
}

// Close calls Close of the environments and of their wrappers, if they are io.Closers, the
// outermost first. It closes all of them and returns the first error.
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

// closeOne calls c.Close and returns a panic as an error.
func closeOne(c io.Closer) (err error) {
	defer catch("env: Close", &err)
	return c.Close()
}
