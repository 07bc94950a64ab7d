package env

import (
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// maxLog bounds the actions kept of an episode, in floats: 4 MiB each.
const maxLog = 1 << 20

// Vec steps environments one after another, and applies Spec.MaxSteps.
type Vec struct {
	envs    []Env
	spec    Spec
	o, a    int // row sizes
	res     *Result
	mask    []Masker    // [N] nil if environments do not mask actions
	snap    bool        // environments are Snapshotters
	choices []int       // [choices] values of each choice of an action, where these are masked
	spans   []span      // of an observation
	from    int         // number of the first environment, above 0 in a part of a larger Vector
	at      int         // the environment being run, for an error's message
	seed    uint64      // of the whole Vec
	ep      []int64     // [N] episodes begun, which with seed gives the episode's seed
	ret     []float64   // [N] return of the running episode
	len     []int       // [N] its length
	log     [][]float32 // [N] its actions; nil where nobody needs them
	err     error       // why there is no next step

	invalid error // why the environments cannot be stepped at all
}

var _ Vector = (*Vec)(nil)

var errNotReset = errors.New("env: a Vec must be Reset before its first Step")

// NewVec returns a Vec of the given environments, which must be alike. If
// there are none, or their Specs are not valid or differ in size, Reset returns the
// error; a Maker returns it at once.
func NewVec(envs ...Env) *Vec {
	spec, err := alike(envs)
	if err != nil {
		return &Vec{envs: envs, spec: spec, err: err, invalid: err}
	}
	n := len(envs)
	v := &Vec{
		envs: envs, spec: spec, o: spec.Obs.Size(), a: spec.Act.Size(), err: errNotReset,
		ep: make([]int64, n), ret: make([]float64, n), len: make([]int, n),
	}
	v.res = NewResult(n, v.o)
	obs, _ := LayoutOf(spec.Obs)
	v.spans = obs.spans()
	if v.snap = Snapshots(envs[0]); !v.snap {
		v.log = make([][]float32, n)
	}
	for _, e := range envs {
		if m, choices, _ := maskerOf(e, spec.Act); m != nil {
			v.mask, v.choices = append(v.mask, m), choices
		}
	}
	if v.mask != nil {
		act, _ := LayoutOf(spec.Act)
		v.res.Mask, v.res.NextMask = make([]bool, n*act.MaskSize()), make([]bool, n*act.MaskSize())
	}
	return v
}

// Spec describes the environments.
func (v *Vec) Spec() Spec { return v.spec }

// Env returns environment i, to be looked at, or to be played by itself by a caller
// who steps the Vec no more.
func (v *Vec) Env(i int) Env { return v.envs[i] }

// Footprint estimates the bytes that each environment takes: its rows of the Result, as
// much again for the policy, and the past that wrappers keep.
func (v *Vec) Footprint() int {
	floats := 4*v.o + 2*v.a + 16
	for e := v.envs[0]; ; {
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
func (v *Vec) Len() int { return len(v.envs) }

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
	r := v.res
	clear(r.Next)
	clear(r.Reward)
	clear(r.Terminated)
	clear(r.Truncated)
	clear(r.Return)
	clear(r.Length)
	clear(r.NextMask)
	clear(v.ep)
	for i := range v.envs {
		if v.begin(i); v.err != nil {
			return nil, v.err
		}
	}
	return r, nil
}

// Step steps every environment with its row of act. If any row is not an action, it steps
// none and returns an *Error.
func (v *Vec) Step(act []float32) (res *Result, err error) {
	if v.err != nil {
		return nil, v.err
	}
	if len(act) != len(v.envs)*v.a {
		panic(fmt.Sprintf("env: Step of %d actions' floats, want %d×%d", len(act), len(v.envs), v.a))
	}
	defer v.guard(&err)
	if !v.allowed(act) {
		return nil, v.refuse(act)
	}
	r := v.res
	for i, e := range v.envs {
		v.at = i
		v.len[i]++
		a, next := act[i*v.a:][:v.a], r.Next[i*v.o:][:v.o]
		if v.log != nil && len(v.log[i]) <= maxLog { // one float too many marks it as lost
			v.log[i] = append(v.log[i], a...)
		}
		out := e.Step(a, next)
		if out.Reward-out.Reward != 0 || !finiteCopy(r.Obs[i*v.o:], next) {
			return nil, v.fail(fmt.Errorf("reward %v and observation %s: %w", out.Reward, row(next), ErrNotFinite))
		}
		if !inRange(v.spans, next) {
			return nil, v.fail(v.outside(next))
		}
		out.Truncated = out.Truncated || v.len[i] == v.spec.MaxSteps
		v.ret[i] += out.Reward
		r.Reward[i], r.Return[i], r.Length[i] = out.Reward, v.ret[i], v.len[i]
		r.Terminated[i], r.Truncated[i], r.First[i] = out.Terminated, out.Truncated, false
		if v.mask != nil && !v.maskNext(i, out) {
			return nil, v.fail(ErrMask)
		}
		if out.Done() {
			if v.begin(i); v.err != nil {
				return nil, v.err
			}
		}
	}
	return r, nil
}

// maskNext writes what environment i allows after a step, and reports whether an episode
// that goes on, or could go on, has something to do.
func (v *Vec) maskNext(i int, out Outcome) bool {
	m := len(v.res.Mask) / len(v.envs)
	next := v.res.NextMask[i*m : (i+1)*m]
	if out.Terminated {
		for k := range next {
			next[k] = true
		}
		return true
	}
	v.mask[i].Mask(next)
	copy(v.res.Mask[i*m:], next)
	return leaves(v.choices, next)
}

// maskFirst writes what environment i allows at the start of an episode, and reports
// whether there is something to do.
func (v *Vec) maskFirst(i int) bool {
	m := len(v.res.Mask) / len(v.envs)
	mask := v.res.Mask[i*m : (i+1)*m]
	v.mask[i].Mask(mask)
	return leaves(v.choices, mask)
}

// leaves reports whether a mask leaves a value or more of each choice, which have n
// values.
func leaves(choices []int, mask []bool) bool {
	for _, n := range choices {
		if !slices.Contains(mask[:n], true) {
			return false
		}
		mask = mask[n:]
	}
	return true
}

// begin starts environment i's next episode.
func (v *Vec) begin(i int) {
	v.at = i
	v.ep[i]++
	v.ret[i], v.len[i], v.res.First[i] = 0, 0, true
	if v.log != nil {
		v.log[i] = v.log[i][:0]
	}
	obs := v.res.Obs[i*v.o : (i+1)*v.o]
	v.envs[i].Reset(v.episodeSeed(i), obs)
	if !finite(obs) {
		v.fail(fmt.Errorf("observation %s: %w", row(obs), ErrNotFinite))
		return
	}
	if !inRange(v.spans, obs) {
		v.fail(v.outside(obs))
		return
	}
	if v.mask != nil && !v.maskFirst(i) {
		v.fail(ErrMask)
	}
}

// allowed reports whether actions, a row each, can be given to environments:
// one of a Box may be out of its bounds, which is the environment's to clip.
func (v *Vec) allowed(act []float32) bool {
	switch space := v.spec.Act.(type) {
	case Discrete:
		for _, a := range act {
			if !isIndex(a, space.N) {
				return false
			}
		}
	case Box:
		return finite(act)
	default:
		for ; len(act) > 0; act = act[v.a:] {
			if !space.Contains(act[:v.a]) {
				return false
			}
		}
	}
	return true
}

// refuse makes the first action that is not allowed the Vec's error.
func (v *Vec) refuse(act []float32) error {
	for v.at = 0; v.allowed(act[:v.a]); v.at++ {
		act = act[v.a:]
	}
	v.len[v.at]++
	if v.log != nil {
		v.log[v.at] = append(v.log[v.at], act[:v.a]...)
	}
	return v.fail(fmt.Errorf("action %s: %w", row(act[:v.a]), ErrAction))
}

// outside returns the error of an observation that is not in its space.
func (v *Vec) outside(obs []float32) error {
	return fmt.Errorf("observation %s of %s: %w", row(obs), Describe(v.spec.Obs), ErrObservation)
}

// finite reports whether x has neither NaN nor infinity.
func finite(x []float32) bool {
	var sum float32
	for _, v := range x {
		sum += v * 0 // 0, or NaN
	}
	return sum == 0
}

// finiteCopy copies src to dst and reports whether it is finite.
func finiteCopy(dst, src []float32) bool {
	var sum float32
	dst = dst[:len(src)]
	for i, v := range src {
		dst[i] = v
		sum += v * 0
	}
	return sum == 0
}

// guard turns an environment's panic into an error.
func (v *Vec) guard(err *error) {
	if p := recover(); p != nil {
		v.fail(&PanicError{p, debug.Stack()})
		*err = v.err
	}
}

// fail makes err, of the environment being run, the Vec's error, and returns that.
func (v *Vec) fail(err error) error {
	v.err = v.errorOf(err)
	return v.err
}

// errorOf returns err with the id, seed and step of the environment being run.
func (v *Vec) errorOf(err error) error {
	e := &Error{Env: v.spec.ID, Index: v.from + v.at, Seed: v.episodeSeed(v.at), Step: v.len[v.at], Err: err}
	if v.log != nil && len(v.log[v.at]) == e.Step*v.a {
		e.Actions = slices.Clone(v.log[v.at])
	}
	return e
}

func (v *Vec) episodeSeed(i int) uint64 {
	return Split(Split(v.seed, uint64(v.from+i)), uint64(v.ep[i]))
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
	s.Ints("vec/episode", v.ep)
	s.Doubles("vec/return", v.ret)
	most := math.MaxInt
	if v.spec.MaxSteps > 0 {
		most = v.spec.MaxSteps - 1 // at the limit the next episode has begun
	}
	for i := range v.envs {
		s.Int("vec/length", &v.len[i], most)
		switch {
		case v.snap:
			v.visit(i, s)
		case !s.Loading() && len(v.log[i]) > maxLog:
			s.Fail(fmt.Errorf("env: %s: %d steps of an episode are too many to save without env.Snapshotter",
				v.spec.ID, v.len[i]))
		default:
			state.Slice(s, "vec/log", &v.log[i], maxLog)
			if s.Loading() && s.Err() == nil {
				s.Fail(v.replay(i))
			}
		}
	}
	if s.Loading() && s.Err() == nil {
		v.err = nil
	}
}

// visit visits the state of environment i. A panic is an error.
func (v *Vec) visit(i int, s *state.State) {
	v.at = i
	defer func() {
		if p := recover(); p != nil {
			s.Fail(v.errorOf(fmt.Errorf("State: %w", &PanicError{p, debug.Stack()})))
		}
	}()
	StateOf(v.envs[i], s)
}

// replay brings environment i to where its log of actions leads.
func (v *Vec) replay(i int) (err error) {
	defer v.guard(&err)
	v.at = i
	obs := v.res.Next[i*v.o : (i+1)*v.o]
	v.envs[i].Reset(v.episodeSeed(i), obs)
	for l, n := v.log[i], v.len[i]; len(l) > 0 || n > 0; l, n = l[v.a:], n-1 {
		if len(l) < v.a || n == 0 || !v.allowed(l[:v.a]) || v.envs[i].Step(l[:v.a], obs).Done() {
			return fmt.Errorf("env: %s: the saved actions are not those of a running episode", v.spec.ID)
		}
	}
	return nil
}
