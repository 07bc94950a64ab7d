package env

import (
	"errors"
	"fmt"
	"math"
	"runtime/debug"

	"github.com/rlrun/rlrun/env/state"
)

// Vec steps environments one after another, and applies Spec.MaxSteps.
type Vec struct {
	group
	snap    bool    // environments are Snapshotters
	from    int     // number of the first environment, above 0 in a part of a larger Vector
	seed    uint64  // of the whole Vec
	count   []int64 // [N] episodes begun, which with seed gives the episode's seed
	err     error   // why there is no next step
	invalid error   // why the environments cannot be stepped at all
}

var _ Vector = (*Vec)(nil)

var errNotReset = errors.New("env: a Vec must be Reset before its first Step")

// NewVec returns a Vec of the given environments, which must be alike. If
// there are none, or their Specs are not valid or differ in size, Reset returns the
// error; a Maker returns it at once.
func NewVec(envs ...Env) *Vec {
	spec, err := alike(envs)
	if err != nil {
		v := &Vec{group: group{terms: &terms{spec: spec}}, err: err, invalid: err}
		for _, e := range envs {
			v.all = append(v.all, played{env: e})
		}
		return v
	}
	v := &Vec{group: newGroup(spec, envs...), snap: Snapshots(envs[0]), count: make([]int64, len(envs)), err: errNotReset}
	v.terms.logs = !v.snap
	return v
}

// Spec describes the environments.
func (v *Vec) Spec() Spec { return v.terms.spec }

// Env returns environment i, to be looked at, or to be played by itself by a caller
// who steps the Vec no more.
func (v *Vec) Env(i int) Env { return v.all[i].env }

// Footprint estimates the bytes that each environment takes: its rows of the Result, as
// much again for the policy, and the past that wrappers keep.
func (v *Vec) Footprint() int {
	floats := 4*v.terms.o + 2*v.terms.a + 16
	for e := v.Env(0); ; {
		if k, ok := e.(interface{ kept() int }); ok {
			floats += k.kept()
		}
		w, ok := e.(Wrapper)
		if !ok {
			return 4 * floats
		}
		e = w.Unwrap()
	}
}

// Len is the number of environments.
func (v *Vec) Len() int { return len(v.all) }

// Reset starts every environment afresh: the k-th episode of environment i,
// from k = 1, has the seed Split(Split(seed, i), k).
func (v *Vec) Reset(seed uint64) (*Result, error) { return v.ResetFrom(seed, 0) }

// ResetFrom is Reset for a part of a larger Vector: the environments have the numbers
// first, first+1, …, and the seeds that go with these.
func (v *Vec) ResetFrom(seed uint64, first int) (res *Result, err error) {
	if v.invalid != nil {
		return nil, v.invalid
	}
	defer v.guard(&err)
	v.seed, v.from, v.err = seed, first, nil
	v.res.clear()
	for i := range v.all {
		v.count[i], v.all[i].log = 1, v.all[i].log[:0]
		if err := v.resetEnv(i, v.episodeSeed(i)); err != nil {
			return nil, v.fail(err)
		}
	}
	return v.res, nil
}

// Step steps every environment with its row of act. If any row is not an action, it steps
// none and returns an *Error.
func (v *Vec) Step(act []float32) (res *Result, err error) {
	if v.err != nil {
		return nil, v.err
	}
	t := v.terms
	if len(act) != len(v.all)*t.a {
		panic(fmt.Sprintf("env: Step of %d actions' floats, want %d×%d", len(act), len(v.all), t.a))
	}
	defer v.guard(&err)
	if !t.allowed(act) {
		return nil, v.refuseFirst(act)
	}
	if t.logs {
		for i := range v.all {
			v.all[i].remember(act[i*t.a:][:t.a])
		}
	}
	if err := v.step(act, v); err != nil {
		return nil, v.fail(err)
	}
	return v.res, nil
}

// after shows what environment i measured, and counts its next episode.
func (v *Vec) after(i int) (seed uint64, next bool, err error) {
	if v.measured != nil {
		err = v.measure(i)
	}
	v.count[i]++
	v.all[i].log = v.all[i].log[:0]
	return v.episodeSeed(i), true, err
}

// refuseFirst makes the first action that is not allowed the Vec's error.
func (v *Vec) refuseFirst(act []float32) error {
	i, a := 0, v.terms.a
	for ; v.terms.allowed(act[:a]); i++ {
		act = act[a:]
	}
	e := v.refuse(i, act[:a])
	e.Index += v.from
	v.err = e
	return e
}

// guard turns an environment's panic into an error.
func (v *Vec) guard(err *error) {
	if p := recover(); p != nil {
		*err = v.fail(&PanicError{p, debug.Stack()})
	}
}

// fail makes err, of the environment being run, the Vec's error, and returns that.
func (v *Vec) fail(err error) error {
	e := v.newError(err)
	e.Index += v.from
	v.err = e
	return e
}

func (v *Vec) episodeSeed(i int) uint64 {
	return Split(Split(v.seed, uint64(v.from+i)), uint64(v.count[i]))
}

// Close closes the environments that are io.Closers, and wrappers that are. The Vec
// cannot be used then.
func (v *Vec) Close() error {
	if v.invalid == errClosed {
		return nil
	}
	v.err, v.invalid = errClosed, errClosed
	envs := make([]Env, len(v.all))
	for i := range v.all {
		envs[i] = v.all[i].env
	}
	return Close(envs...)
}

// State visits the seeds and the running episodes: the environments' own
// states, or the actions since each began, which loading plays again. Of the
// Result nothing is kept; whoever acts on it has the observations.
func (v *Vec) State(s *state.State) {
	if v.invalid != nil {
		s.Fail(v.invalid)
		return
	}
	if !s.Loading() {
		s.Fail(v.err) // there is nothing to go on from
	}
	s.Uint("vec/seed", &v.seed)
	s.Ints("vec/episode", v.count)
	v.returns(s)
	most := math.MaxInt
	if limit := v.terms.spec.MaxSteps; limit > 0 {
		most = limit - 1 // at the limit the next episode has begun
	}
	for i := range v.all {
		p := &v.all[i]
		s.Int("vec/length", &p.steps, most)
		if s.Loading() {
			p.seed = v.episodeSeed(i)
		}
		switch {
		case v.snap:
			v.visit(i, s)
		case !s.Loading() && len(p.log) > maxLog:
			s.Fail(fmt.Errorf("env: %s: %d steps of an episode are too many to save without env.Snapshotter",
				v.terms.spec.ID, p.steps))
		default:
			state.Slice(s, "vec/log", &p.log, maxLog)
			if s.Loading() && s.Err() == nil {
				s.Fail(v.replay(i))
			}
		}
	}
	if s.Loading() && s.Err() == nil {
		v.err = nil
	}
}

// returns visits the returns of the running episodes.
func (v *Vec) returns(s *state.State) {
	all := make([]float64, len(v.all))
	for i := range v.all {
		all[i] = v.all[i].ret
	}
	s.Doubles("vec/return", all)
	for i := range v.all {
		v.all[i].ret = all[i]
	}
}

// visit visits the state of environment i. A panic is an error.
func (v *Vec) visit(i int, s *state.State) {
	v.at = i
	defer func() {
		if p := recover(); p != nil {
			s.Fail(v.fail(fmt.Errorf("State: %w", &PanicError{p, debug.Stack()})))
		}
	}()
	StateOf(v.all[i].env, s)
}

// replay brings environment i to where its log of actions leads.
func (v *Vec) replay(i int) (err error) {
	defer v.guard(&err)
	v.at = i
	t, p := v.terms, &v.all[i]
	obs := v.res.Next[i*t.o:][:t.o]
	p.env.Reset(p.seed, obs)
	for l, n := p.log, p.steps; len(l) > 0 || n > 0; l, n = l[t.a:], n-1 {
		if len(l) < t.a || n == 0 || !t.allowed(l[:t.a]) || p.env.Step(l[:t.a], obs).Done() {
			return fmt.Errorf("env: %s: the saved actions are not those of a running episode", t.spec.ID)
		}
	}
	return nil
}
