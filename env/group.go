package env

import (
	"fmt"
	"slices"
)

// maxLoggedFloats is the largest number of action floats that are logged for one episode: 4 MiB
// for each environment.
const maxLoggedFloats = 1 << 20

// An envEpisode is one environment with its current episode.
type envEpisode struct {
	env     Env
	seed    uint64    // seed of the episode
	steps   int       // steps taken in the episode
	ret     float64   // undiscounted return so far
	actions []float32 // actions of the episode, if they are logged
}

// logAction appends an action to the log. When the log has more than maxLoggedFloats, later
// actions are dropped.
func (ep *envEpisode) logAction(act []float32) {
	if len(ep.actions) <= maxLoggedFloats { // a log longer than maxLoggedFloats is incomplete
		ep.actions = append(ep.actions, act...)
	}
}

// A group has environments that are stepped together. In a Vec, each environment begins a new
// episode when one ends. In an Episode, the group has one environment.
type group struct {
	info     *specInfo
	envs     []envEpisode // [N]
	maskers  []Masker     // [N] nil if there are no masks
	measured []Measured   // [N] nil if the environments measure nothing
	res      *Result      // result of the latest step
	current  int          // index of the environment being called, for error messages
}

// newGroup returns a group of envs, which all fit spec. Their first episodes have not begun.
func newGroup(spec Spec, envs ...Env) group {
	n, info := len(envs), newSpecInfo(envs[0], spec)
	g := group{info: info, envs: make([]envEpisode, n), res: NewResult(n, info.obsSize)}
	for i, e := range envs {
		g.envs[i].env = e
		if info.maskSize > 0 {
			m, _ := As[Masker](e)
			g.maskers = append(g.maskers, m)
		}
		if len(info.measureNames) > 0 {
			m, _ := As[Measured](e)
			g.measured = append(g.measured, m)
		}
	}
	if info.maskSize > 0 {
		g.res.Mask, g.res.NextMask = make([]bool, n*info.maskSize), make([]bool, n*info.maskSize)
	}
	if k := len(info.measureNames); k > 0 {
		g.res.Measures, g.res.Metrics = info.measureNames, make([]float64, n*k)
	}
	return g
}

// An episodeHook is called when an episode ends. It decides whether another one begins.
type episodeHook interface {
	// episodeEnded is called after the last step of environment i's episode. It returns the seed
	// of the next episode, or next = false if no episode follows.
	episodeEnded(i int) (seed uint64, next bool, err error)
}

// step steps each environment with its row of act and writes the results. It calls hook for each
// episode that ends. It stops at the first environment that breaks the contract, number
// g.current, and returns the error; the invalid values are in the Result.
func (g *group) step(act []float32, hook episodeHook) error {
	info, r, n := g.info, g.res, len(g.envs)
	reward, ret, length := r.Reward[:n], r.Return[:n], r.Length[:n]
	terminated, truncated, first := r.Terminated[:n], r.Truncated[:n], r.First[:n]
	o, a, limit := info.obsSize, info.actSize, info.spec.MaxSteps
	for i := range g.envs {
		ep := &g.envs[i]
		g.current = i
		next := r.Next[i*o:][:o]
		ep.steps++
		out := ep.env.Step(act[i*a:][:a], next)
		ep.ret += out.Reward
		cut := out.Truncated || ep.steps == limit
		done := out.Terminated || cut
		reward[i], ret[i], length[i] = out.Reward, ep.ret, ep.steps
		terminated[i], truncated[i], first[i] = out.Terminated, cut, done
		valid := false
		if info.numObs > 0 {
			r.Obs[i] = next[0]
			valid = isIndex(next[0], info.numObs)
		} else {
			valid = finiteCopy(r.Obs[i*o:], next) && inSpans(info.obsSpans, next)
		}
		if !valid || out.Reward-out.Reward != 0 {
			return info.stepError(out.Reward, next)
		}
		if info.maskSize > 0 {
			mask := r.Mask[i*info.maskSize:][:info.maskSize]
			if done {
				mask = r.NextMask[i*info.maskSize:][:info.maskSize]
			}
			if out.Terminated {
				allowAll(mask)
			} else if g.maskers[i].Mask(mask); !info.maskIsValid(mask) {
				return ErrMask
			}
		}
		if done {
			seed, restarts, err := hook.episodeEnded(i)
			if err == nil && restarts {
				err = g.resetEnv(i, seed)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// allowAll sets every bool of mask to true.
func allowAll(mask []bool) {
	for k := range mask {
		mask[k] = true
	}
}

// resetEnv begins an episode of environment i with the given seed.
func (g *group) resetEnv(i int, seed uint64) error {
	ep, obs := &g.envs[i], g.res.Obs[i*g.info.obsSize:][:g.info.obsSize]
	g.current = i
	ep.seed, ep.steps, ep.ret = seed, 0, 0
	g.res.First[i] = true
	ep.env.Reset(seed, obs)
	return g.checkObs(i)
}

// checkObs checks the first observation of environment i's episode and writes its mask.
func (g *group) checkObs(i int) error {
	info, obs := g.info, g.res.Obs[i*g.info.obsSize:][:g.info.obsSize]
	switch {
	case !finite(obs):
		return fmt.Errorf("observation %s: %w", formatRow(obs), ErrNotFinite)
	case !inSpans(info.obsSpans, obs):
		return info.obsError(obs)
	case info.maskSize == 0:
		return nil
	}
	mask := g.res.Mask[i*info.maskSize:][:info.maskSize]
	if g.maskers[i].Mask(mask); !info.maskIsValid(mask) {
		return ErrMask
	}
	return nil
}

// measureEpisode writes the metrics of environment i's episode, which is over.
func (g *group) measureEpisode(i int) error {
	names := g.info.measureNames
	if len(names) == 0 {
		return nil
	}
	metrics := g.res.Metrics[i*len(names):][:len(names)]
	g.measured[i].Measure(metrics)
	for k, x := range metrics {
		if x-x != 0 {
			return fmt.Errorf("%s, which it measures, is %v: %w", names[k], x, ErrNotFinite)
		}
	}
	return nil
}

// actionError returns the *Error of an invalid action of environment i. Its Step is the number of
// the step that was not taken.
func (g *group) actionError(i int, act []float32) *Error {
	g.current = i
	e := g.newError(fmt.Errorf("action %s: %w", formatRow(act), ErrAction))
	if e.Step++; g.hasAllActions(i) {
		e.Actions = append(e.Actions, act...)
	}
	return e
}

// newError returns an *Error with err and with the id, seed, step and actions of environment
// g.current.
func (g *group) newError(err error) *Error {
	ep := &g.envs[g.current]
	e := &Error{Env: g.info.spec.ID, Index: g.current, Seed: ep.seed, Step: ep.steps, Err: err}
	if g.hasAllActions(g.current) {
		e.Actions = slices.Clone(ep.actions[:ep.steps*g.info.actSize])
	}
	return e
}

// hasAllActions reports whether all actions of environment i's episode are in its log.
func (g *group) hasAllActions(i int) bool {
	ep := &g.envs[i]
	return g.info.logsActions && len(ep.actions) >= ep.steps*g.info.actSize
}
