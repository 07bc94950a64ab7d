package env

import "math"

// An Updater is an Env that can also write only the elements of an observation that have changed. A Vector
// uses these methods where it has the observation before, so that a large observation costs no more than its
// changes.
//
// Both methods take a row obs that has the observation which the environment has written last, in Reset, Step,
// Observe, Update or Restart. They write the elements that have changed since, and return the indices of all
// that they have written. The environment owns the indices and overwrites them on the next call.
type Updater interface {
	Env
	Update(act, obs []float32) (out Outcome, changed []int32) // otherwise like Step
	Restart(seed uint64, obs []float32) (changed []int32)     // otherwise like Reset
}

// An updateRow is an Updater of a group.
type updateRow struct {
	env       Updater
	changed   []int32 // indices that the latest Update or Restart has returned
	current   bool    // the rows of Result.Obs and Result.Next have the current observation
	restarted bool    // in Next the latest Restart's changes are missing
	invalid   bool    // the latest step has written an invalid observation
}

// newUpdateRows returns the environments as Updaters. It returns nil if one of them is none, or if
// observations have parts with different values.
func newUpdateRows(info *specInfo, envs []Env) []updateRow {
	if s := info.obsSpans; len(s) > 1 || len(s) == 1 && !info.allSpans {
		return nil
	}
	rows := make([]updateRow, len(envs))
	for i, e := range envs {
		u, ok := e.(Updater)
		if !ok {
			return nil
		}
		rows[i].env = u
	}
	return rows
}

// forget notes that the rows of environment i do not have its current observation.
func (g *group) forget(i int) {
	if g.updates != nil {
		g.updates[i].current = false
	}
}

// stepUpdater steps environment i, checks its observation and copies it to Obs: with Update if the rows
// have the current observation, otherwise with Step.
func (g *group) stepUpdater(i int) {
	u, row, obs := &g.updates[i], &g.rows[i], g.obsRow(i)
	if !u.current {
		row.out = row.env.Step(row.act, row.next)
		copy(obs, row.next)
		u.invalid = !g.info.validObs(obs)
		u.current, u.restarted = true, false
		return
	}
	if u.restarted {
		g.info.copyElements(row.next, obs, u.changed)
		u.restarted = false
	}
	row.out, u.changed = u.env.Update(row.act, row.next)
	u.invalid = !g.info.copyElements(obs, row.next, u.changed)
}

// copyElements copies the elements with these indices from an observation to another one. It reports
// whether they are valid.
func (info *specInfo) copyElements(dst, src []float32, indices []int32) (valid bool) {
	n := 0 // number of values; 0 for numbers
	if len(info.obsSpans) > 0 {
		n = info.obsSpans[0].n
	}
	dst, valid = dst[:len(src)], true
	switch n {
	case 2:
		bad := uint32(0) // without a branch for each bit
		for _, k := range indices {
			v := src[k]
			dst[k] = v
			bad |= math.Float32bits(v * (1 - v))
		}
		return bad<<1 == 0 // but for the sign of a zero
	case 0:
		for _, k := range indices {
			v := src[k]
			dst[k], valid = v, valid && v-v == 0
		}
	default:
		for _, k := range indices {
			v := src[k]
			dst[k], valid = v, valid && isIndex(v, n)
		}
	}
	return valid
}

// firstInvalidUpdate is firstInvalid for Updaters, whose observations stepUpdater has checked.
func (g *group) firstInvalidUpdate(n int) int {
	if reward := g.res.Reward[:n]; !finite(reward) {
		for n = 0; finite(reward[n : n+1]); n++ {
		}
	}
	for i := range g.updates[:n] {
		if g.updates[i].invalid {
			return i
		}
	}
	return n
}

// canRestart reports whether the row of environment i in Obs has its current observation, so that Restart
// can write the changes.
func (g *group) canRestart(i int) bool {
	return g.updates != nil && g.updates[i].current && !g.updates[i].restarted
}

// restart begins an episode of environment i with Restart.
func (g *group) restart(i int, seed uint64) {
	u := &g.updates[i]
	u.changed, u.restarted = u.env.Restart(seed, g.obsRow(i)), true
}

// validFirst reports whether the first observation of environment i's episode is valid.
func (g *group) validFirst(i int) bool {
	if g.updates != nil && g.updates[i].current && g.updates[i].restarted {
		obs := g.obsRow(i)
		return g.info.copyElements(obs, obs, g.updates[i].changed)
	}
	return g.info.validObs(g.obsRow(i))
}
