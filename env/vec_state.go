package env

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env/state"
)

// State saves or loads the seed and the running episodes: the state of each environment if it is
// a Snapshotter, otherwise the actions of its episode, which loading replays. State does not save
// the Result. A caller that needs the observations for its next actions must save them.
func (v *Vec) State(s *state.State) {
	if v.invalid != nil {
		s.Fail(v.invalid)
		return
	}
	if !s.Loading() {
		s.Fail(v.err) // an unusable Vec cannot be saved
	} else {
		v.stale = nil
	}
	s.Uint("vec/seed", &v.seed)
	v.splitSeed()
	s.Ints("vec/episode", v.episodes)
	s.Doubles("vec/return", v.returns)
	for i := range v.envs {
		if v.visitEpisode(i, s); s.Loading() && !v.snapshots && s.Err() == nil {
			s.Fail(v.replayActions(i))
		}
	}
	if s.Loading() && s.Err() == nil {
		v.err = nil
	}
}

// visitEpisode saves or loads the running episode of environment i. It does not replay the actions that
// it loads.
func (v *Vec) visitEpisode(i int, s *state.State) {
	maxSteps := math.MaxInt
	if limit := v.info.spec.MaxSteps; limit > 0 {
		maxSteps = limit - 1 // at the limit the next episode has already begun
	}
	s.Int("vec/length", &v.steps[i], maxSteps)
	if s.Loading() {
		v.forget(i)
		v.seeds[i] = v.episodeSeed(i)
	}
	switch {
	case v.snapshots:
		if s.Loading() {
			v.actions[i] = v.actions[i][:0] // a Parallel's log has the actions of another episode
		}
		v.visitEnv(i, s)
	case !s.Loading() && len(v.actions[i]) > maxLoggedFloats:
		s.Fail(fmt.Errorf("env: %s: %d steps of an episode are too many to save without env.Snapshotter",
			v.info.spec.ID, v.steps[i]))
	default:
		state.Slice(s, "vec/log", &v.actions[i], maxLoggedFloats)
	}
}

// EnvState saves or loads environment i alone, in a Vec that was Reset. The environment can continue in
// another Vec, if it has the same seed there: see ResetFrom. The actions of an environment that is no
// Snapshotter are replayed before its next step. After an error of loading, the Vec must be Reset.
func (v *Vec) EnvState(i int, s *state.State) {
	if v.err != nil {
		s.Fail(v.err)
		return
	}
	s.Ints("env/episode", v.episodes[i:i+1])
	s.Doubles("env/return", v.returns[i:i+1])
	v.visitEpisode(i, s)
	if s.Loading() && s.Err() != nil {
		v.err = s.Err()
		return
	}
	if s.Loading() && !v.snapshots {
		if v.stale == nil {
			v.stale = make([]bool, len(v.envs))
		}
		v.stale[i] = true
	}
}

// replayStale replays the actions that EnvState has loaded.
func (v *Vec) replayStale() error {
	for i, stale := range v.stale {
		if stale {
			if err := v.replayActions(i); err != nil {
				return err
			}
		}
	}
	v.stale = nil
	return nil
}

// visitEnv saves or loads the state of environment i. A panic sets the error of s.
func (v *Vec) visitEnv(i int, s *state.State) {
	v.current = i
	defer func() {
		if p := recover(); p != nil {
			s.Fail(v.fail(fmt.Errorf("State: %w", panicError(p))))
		}
	}()
	StateOf(v.envs[i], s)
}

// replayActions resets environment i and steps it through its logged actions. It returns an error
// if there are not exactly v.steps[i] actions, or if one is invalid or ends the episode.
func (v *Vec) replayActions(i int) (err error) {
	defer v.recoverPanic(&err)
	v.current = i
	info, e := v.info, v.envs[i]
	obs := v.res.Next[i*info.obsSize:][:info.obsSize]
	e.Reset(v.seeds[i], obs)
	for l, n := v.actions[i], v.steps[i]; len(l) > 0 || n > 0; l, n = l[info.actSize:], n-1 {
		if len(l) < info.actSize || n == 0 || !info.validActions(l[:info.actSize]) || e.Step(l[:info.actSize], obs).Done() {
			return fmt.Errorf("env: %s: the saved actions are not those of a running episode", info.spec.ID)
		}
	}
	return nil
}
