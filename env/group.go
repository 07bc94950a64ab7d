package env

import (
	"fmt"
	"slices"
)

// maxLoggedFloats is the largest number of action floats that are logged for one episode: 4 MiB
// for each environment.
const maxLoggedFloats = 1 << 20

// A group has environments that are stepped together. In a Vec, each environment begins a new
// episode when one ends. In an Episode, the group has one environment.
type group struct {
	info     *specInfo
	envs     []Env       // [N]
	seeds    []uint64    // [N] seeds of the episodes
	steps    []int       // [N] steps taken in the episodes
	returns  []float64   // [N] undiscounted returns so far
	actions  [][]float32 // [N] actions of the episodes, if they are logged
	maskers  []Masker    // [N] nil if there are no masks
	measured []Measured  // [N] nil if the environments measure nothing
	res      *Result     // result of the latest step
	act      []float32   // [N, A] copy of the actions of the latest step
	rows     []stepRow   // [N] what each call of Step reads and writes
	updates  []updateRow // [N] nil if the environments are no Updaters
	ended    []int       // indices of the environments whose episodes ended in the latest step; capacity N
	current  int         // index of the environment being called, for error messages
}

// A stepRow is what a call of Step reads and writes, together in memory.
type stepRow struct {
	env  Env
	act  []float32 // row of the actions
	next []float32 // row of Result.Next
	out  Outcome   // outcome of the latest step
}

// newGroup returns a group of envs, which all fit spec. Their first episodes have not begun.
func newGroup(spec Spec, envs ...Env) group {
	n, info := len(envs), newSpecInfo(envs[0], spec)
	g := group{
		info: info, envs: slices.Clone(envs), seeds: make([]uint64, n), steps: make([]int, n), returns: make([]float64, n),
		actions: make([][]float32, n), act: make([]float32, n*info.actSize), rows: make([]stepRow, n), ended: make([]int, 0, n), res: NewResult(n, info.obsSize),
	}
	for i, e := range envs {
		g.rows[i] = stepRow{env: e, act: g.act[i*info.actSize:][:info.actSize], next: g.res.Next[i*info.obsSize:][:info.obsSize]}
		if info.maskSize > 0 {
			m, _ := As[Masker](e)
			g.maskers = append(g.maskers, m)
		}
		if len(info.measureNames) > 0 {
			m, _ := As[Measured](e)
			g.measured = append(g.measured, m)
		}
	}
	g.updates = newUpdateRows(info, envs)
	if info.maskSize > 0 {
		g.res.Mask, g.res.NextMask = make([]bool, n*info.maskSize), make([]bool, n*info.maskSize)
	}
	if k := len(info.measureNames); k > 0 {
		g.res.Measures, g.res.Metrics = info.measureNames, make([]float64, n*k)
	}
	return g
}

// clear sets the results to 0.
func (g *group) clear() {
	g.res.clear()
	for i := range g.envs {
		g.forget(i)
	}
}

// obsRow returns row i of Result.Obs.
func (g *group) obsRow(i int) []float32 {
	o := g.info.obsSize
	return g.res.Obs[i*o : i*o+o : i*o+o]
}

// slice returns the environments [from, to) as a group that shares memory with g.
func (g *group) slice(from, to int) group {
	part := *g
	part.envs, part.seeds, part.steps = g.envs[from:to], g.seeds[from:to], g.steps[from:to]
	part.returns, part.actions, part.res = g.returns[from:to], g.actions[from:to], g.res.slice(from, to)
	part.act, part.rows, part.ended = g.act[from*g.info.actSize:to*g.info.actSize], g.rows[from:to], g.ended[from:from:to]
	if g.updates != nil {
		part.updates = g.updates[from:to]
	}
	if g.maskers != nil {
		part.maskers = g.maskers[from:to]
	}
	if g.measured != nil {
		part.measured = g.measured[from:to]
	}
	return part
}

// logAction appends an action to the log of environment i. When the log has more than
// maxLoggedFloats, later actions are dropped.
func (g *group) logAction(i int, act []float32) {
	if len(g.actions[i]) <= maxLoggedFloats { // a log longer than maxLoggedFloats is incomplete
		g.actions[i] = append(g.actions[i], act...)
	}
}

// An episodeHook is called when an episode ends. It decides whether another one begins.
type episodeHook interface {
	// episodeEnded is called after the last step of environment i's episode. It returns the seed
	// of the next episode, or next = false if no episode follows.
	episodeEnded(i int) (seed uint64, next bool, err error)
}

// step steps each environment with its row of act and writes the results. It calls hook for each
// episode that ends. If environments break the contract, it returns the error of the first one,
// number g.current; the invalid values are in the Result.
func (g *group) step(act []float32, hook episodeHook) error {
	n, err := g.stepEnvs(act)
	g.countStep(n)
	i := g.firstInvalid(n)
	g.copyStep(n)
	if i < n {
		n, err = i, g.info.stepError(g.res.Reward[i], g.res.Next[i*g.info.obsSize:][:g.info.obsSize])
	}
	if e := g.finishStep(n, hook); e != nil {
		return e
	}
	g.current = n // the environment of err, if err is not nil
	return err
}

// stepEnvs calls Step of each environment and returns the number of environments. If an
// environment panics, it returns its index and the error of the panic.
func (g *group) stepEnvs(act []float32) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicError(p)
			g.steps[n]++
		}
	}()
	copy(g.act, act)
	for ; n < len(g.updates); n++ {
		g.stepUpdater(n)
	}
	for ; n < len(g.rows); n++ {
		row := &g.rows[n]
		row.out = row.env.Step(row.act, row.next)
	}
	return n, nil
}

// countStep counts the step of the first n environments, applies the time limit, and writes the
// Result as if no episode had ended.
func (g *group) countStep(n int) {
	r, limit := g.res, g.info.spec.MaxSteps
	rows, steps, returns := g.rows[:n], g.steps[:n], g.returns[:n]
	reward, terminated, truncated, first := r.Reward[:n], r.Terminated[:n], r.Truncated[:n], r.First[:n]
	for i := range rows {
		out := &rows[i].out
		steps[i]++
		returns[i] += out.Reward
		atLimit := steps[i] == limit
		cut := out.Truncated || atLimit
		reward[i], terminated[i], truncated[i], first[i] = out.Reward, out.Terminated, cut, out.Terminated || cut
	}
	g.ended = indicesOf(g.ended, first)
}

// firstInvalid returns the index of the first environment whose reward or next observation is
// invalid, or n if the first n environments' are valid.
func (g *group) firstInvalid(n int) int {
	if g.updates != nil {
		return g.firstInvalidUpdate(n)
	}
	info, reward, next := g.info, g.res.Reward[:n], g.res.Next[:n*g.info.obsSize]
	if finite(reward) && info.validObs(next) {
		return n
	}
	for i := range reward {
		if !finite(reward[i:i+1]) || !info.validObs(next[i*info.obsSize:][:info.obsSize]) {
			return i
		}
	}
	return n
}

// copyStep copies the lengths, the returns and the next observations of the first n environments to
// the Result.
func (g *group) copyStep(n int) {
	copy(g.res.Length, g.steps[:n])
	copy(g.res.Return, g.returns[:n])
	if g.updates == nil {
		copy(g.res.Obs, g.res.Next[:n*g.info.obsSize])
	}
}

// indicesOf returns the indices of the true elements of x in the memory of dst, whose capacity is
// at least len(x). It has no branch that the processor could mispredict.
func indicesOf(dst []int, x []bool) []int {
	dst = dst[:len(x)]
	k := 0
	for i, b := range x {
		dst[k] = i
		if b {
			k++
		}
	}
	return dst[:k]
}

// finishStep writes the masks of the first n environments and ends the episodes that are over.
func (g *group) finishStep(n int, hook episodeHook) error {
	if g.info.maskSize > 0 {
		return g.finishMasked(n, hook)
	}
	for _, i := range g.ended {
		if i >= n {
			return nil
		}
		if err := g.endEpisode(i, hook); err != nil {
			return err
		}
	}
	return nil
}

// finishMasked is finishStep for environments with masks.
func (g *group) finishMasked(n int, hook episodeHook) error {
	for i, done := range g.res.First[:n] {
		err := g.writeMask(i, done)
		if err == nil && done {
			err = g.endEpisode(i, hook)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// endEpisode calls hook for environment i and begins its next episode, if there is one.
func (g *group) endEpisode(i int, hook episodeHook) error {
	g.current = i
	seed, restarts, err := hook.episodeEnded(i)
	if err == nil && restarts {
		err = g.resetEnv(i, seed)
	}
	return err
}

// writeMask writes the mask of environment i after a step: to NextMask if the episode is over.
func (g *group) writeMask(i int, done bool) error {
	g.current = i
	masks := g.res.Mask
	if done {
		masks = g.res.NextMask
	}
	mask := masks[i*g.info.maskSize:][:g.info.maskSize]
	if g.res.Terminated[i] {
		allowAll(mask)
	} else if g.maskers[i].Mask(mask); !g.info.maskIsValid(mask) {
		return ErrMask
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
	g.current = i
	g.seeds[i], g.steps[i], g.returns[i] = seed, 0, 0
	g.res.First[i] = true
	if g.canRestart(i) {
		g.restart(i, seed)
	} else {
		g.envs[i].Reset(seed, g.obsRow(i))
		g.forget(i)
	}
	return g.checkObs(i)
}

// checkObs checks the first observation of environment i's episode and writes its mask.
func (g *group) checkObs(i int) error {
	info, obs := g.info, g.obsRow(i)
	switch {
	case !g.validFirst(i):
		if !finite(obs) {
			return fmt.Errorf("observation %s: %w", formatRow(obs), ErrNotFinite)
		}
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
	if f, ok := err.(*failure); ok {
		err = f.err
	}
	i := g.current
	e := &Error{Env: g.info.spec.ID, Index: i, Seed: g.seeds[i], Step: g.steps[i], Err: err}
	if g.hasAllActions(i) {
		e.Actions = slices.Clone(g.actions[i][:g.steps[i]*g.info.actSize])
	}
	return e
}

// hasAllActions reports whether all actions of environment i's episode are in its log.
func (g *group) hasAllActions(i int) bool {
	return g.info.logsActions && len(g.actions[i]) >= g.steps[i]*g.info.actSize
}
