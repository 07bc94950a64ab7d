package env

import (
	"errors"
	"fmt"
	"slices"
)

// A Vec is a Vector that steps its environments one after another. It applies Spec.MaxSteps.
type Vec struct {
	group
	snapshots  bool     // the environments are Snapshotters
	firstIndex int      // number of the first environment; above 0 if the Vec is a part of a larger Vector
	seed       uint64   // seed of the whole Vector
	envSeeds   []uint64 // [N] seed of each environment: a child of seed
	episodes   []int64  // [N] number of each environment's current episode, from 1; the episode's seed depends on it
	stale      []bool   // [N] the environment's actions are replayed before its next step; nil: no environment's
	err        error    // error that Step returns; nil if Step can be called
	invalid    error    // error that Reset and Step return; nil if Reset can be called
}

var _ Vector = (*Vec)(nil)

var errNotReset = errors.New("env: a Vec must be Reset before its first Step")

// NewVec returns a Vec of envs, whose Specs must fit together. If there are no environments, or
// their Specs are not valid or differ in their spaces, Reset returns the error. A Maker returns
// this error immediately.
func NewVec(envs ...Env) *Vec {
	spec, err := commonSpec(envs)
	if err != nil {
		return &Vec{group: group{info: &specInfo{spec: spec}, envs: slices.Clone(envs)}, err: err, invalid: err}
	}
	v := &Vec{group: newGroup(spec, envs...), snapshots: Snapshots(envs[0]), err: errNotReset}
	v.envSeeds, v.episodes = make([]uint64, len(envs)), make([]int64, len(envs))
	v.info.logsActions = !v.snapshots
	return v
}

// Spec returns the Spec of the environments.
func (v *Vec) Spec() Spec { return v.info.spec }

// Env returns environment i. The caller may read its state. It may step the environment only if
// the Vec is no longer stepped.
func (v *Vec) Env(i int) Env { return v.envs[i] }

// Footprint estimates the bytes of memory for each environment: its rows of the Result, the same
// amount again for the policy, and the past observations that wrappers keep.
func (v *Vec) Footprint() int {
	floats := 4*v.info.obsSize + 2*v.info.actSize + 16
	for e := v.Env(0); ; {
		if k, ok := e.(interface{ keptFloats() int }); ok {
			floats += k.keptFloats()
		}
		w, ok := e.(Wrapper)
		if !ok {
			return 4 * floats
		}
		e = w.Unwrap()
	}
}

// Len returns the number of environments.
func (v *Vec) Len() int { return len(v.envs) }

// Reset begins an episode in each environment. Episode k of environment i, from k = 1, has the
// seed Split(Split(seed, i), k).
func (v *Vec) Reset(seed uint64) (*Result, error) { return v.ResetFrom(seed, 0) }

// ResetFrom is Reset for a part of a larger Vector. The environments get the numbers first,
// first+1, …, and the seeds of these numbers.
func (v *Vec) ResetFrom(seed uint64, first int) (res *Result, err error) {
	if v.invalid != nil {
		return nil, v.invalid
	}
	defer v.recoverPanic(&err)
	v.seed, v.firstIndex, v.stale, v.err = seed, first, nil, nil
	v.splitSeed()
	v.clear()
	for i := range v.envs {
		v.episodes[i], v.actions[i] = 1, v.actions[i][:0]
		if err := v.resetEnv(i, v.episodeSeed(i)); err != nil {
			return nil, v.fail(err)
		}
	}
	return v.res, nil
}

// Step steps each environment with its row of act. If any row is not an action, it steps no
// environment and returns an *Error.
func (v *Vec) Step(act []float32) (res *Result, err error) {
	if v.err != nil {
		return nil, v.err
	}
	info := v.info
	if len(act) != len(v.envs)*info.actSize {
		panic(fmt.Sprintf("env: Step of %d actions' floats, want %d×%d", len(act), len(v.envs), info.actSize))
	}
	defer v.recoverPanic(&err)
	if !info.validActions(act) {
		return nil, v.refuseActions(act)
	}
	if v.stale != nil {
		if err := v.replayStale(); err != nil {
			return nil, v.fail(err)
		}
	}
	if info.logsActions {
		for i := range v.envs {
			v.logAction(i, act[i*info.actSize:][:info.actSize])
		}
	}
	if err := v.step(act, v); err != nil {
		return nil, v.fail(err)
	}
	return v.res, nil
}

// episodeEnded writes the metrics of environment i and returns the seed of its next episode. It
// implements episodeHook.
func (v *Vec) episodeEnded(i int) (seed uint64, next bool, err error) {
	if v.measured != nil {
		err = v.measureEpisode(i)
	}
	v.episodes[i]++
	v.actions[i] = v.actions[i][:0]
	return v.episodeSeed(i), true, err
}

// refuseActions sets and returns the Vec's error for the first row of act that is not an action.
func (v *Vec) refuseActions(act []float32) error {
	i, a := 0, v.info.actSize
	for ; v.info.validActions(act[:a]); i++ {
		act = act[a:]
	}
	e := v.actionError(i, act[:a])
	e.Index += v.firstIndex
	v.err = e
	return e
}

// recoverPanic sets *err to an *Error if an environment panicked. It must be deferred.
func (v *Vec) recoverPanic(err *error) {
	if p := recover(); p != nil {
		*err = v.fail(panicError(p))
	}
}

// fail sets the Vec's error to err, of environment v.current, and returns it as an *Error.
func (v *Vec) fail(err error) error {
	e := v.newError(err)
	e.Index += v.firstIndex
	v.err = e
	return e
}

// episodeSeed returns the seed of environment i's current episode.
func (v *Vec) episodeSeed(i int) uint64 {
	return Split(v.envSeeds[i], uint64(v.episodes[i]))
}

// splitSeed sets the seed of each environment.
func (v *Vec) splitSeed() {
	for i := range v.envSeeds {
		v.envSeeds[i] = Split(v.seed, uint64(v.firstIndex+i))
	}
}

// Close calls Close of the environments and of their wrappers, if they are io.Closers. The Vec
// cannot be used afterwards.
func (v *Vec) Close() error {
	if v.invalid == errClosed {
		return nil
	}
	v.err, v.invalid = errClosed, errClosed
	return Close(v.envs...)
}
