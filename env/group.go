package env

import (
	"fmt"
	"slices"
)

// maxLog bounds the actions kept of an episode, in floats: 4 MiB each.
const maxLog = 1 << 20

// A played is one environment in the middle of an episode.
type played struct {
	env   Env
	seed  uint64    // of the episode
	steps int       // taken in it
	ret   float64   // undiscounted return so far
	log   []float32 // actions of the episode, where they are kept
}

// remember keeps an action. Of more than maxLog floats it keeps the first ones.
func (p *played) remember(act []float32) {
	if len(p.log) <= maxLog { // one float too many marks them as lost
		p.log = append(p.log, act...)
	}
}

// A group is environments that are played side by side: a Vec is one whose episodes
// follow each other, an Episode is one of a single environment.
type group struct {
	terms    *terms
	all      []played   // [N]
	maskers  []Masker   // [N] nil where there are no masks
	measured []Measured // [N] nil where nothing is measured
	res      *Result
	at       int // the environment being run, for an error's message
}

// newGroup returns a group of environments that are alike, before their first episodes.
func newGroup(spec Spec, envs ...Env) group {
	n, t := len(envs), newTerms(envs[0], spec)
	g := group{terms: t, all: make([]played, n), res: NewResult(n, t.o)}
	for i, e := range envs {
		g.all[i].env = e
		if t.m > 0 {
			m, _ := As[Masker](e)
			g.maskers = append(g.maskers, m)
		}
		if len(t.measures) > 0 {
			m, _ := As[Measured](e)
			g.measured = append(g.measured, m)
		}
	}
	if t.m > 0 {
		g.res.Mask, g.res.NextMask = make([]bool, n*t.m), make([]bool, n*t.m)
	}
	if k := len(t.measures); k > 0 {
		g.res.Measures, g.res.Figures = t.measures, make([]float64, n*k)
	}
	return g
}

// A follower says what comes after an episode.
type follower interface {
	// after is told that the episode of environment i is over. It returns the seed of the
	// next, or false where there is none.
	after(i int) (seed uint64, next bool, err error)
}

// step takes an action in each environment and shows what comes of it. It returns the
// error of the first environment, number g.at, that does what it must not; the Result
// has what that was.
func (g *group) step(act []float32, f follower) error {
	t, r, n := g.terms, g.res, len(g.all)
	reward, ret, length := r.Reward[:n], r.Return[:n], r.Length[:n]
	terminated, truncated, first := r.Terminated[:n], r.Truncated[:n], r.First[:n]
	o, a, limit := t.o, t.a, t.spec.MaxSteps
	for i := range g.all {
		p := &g.all[i]
		g.at = i
		next := r.Next[i*o:][:o]
		p.steps++
		out := p.env.Step(act[i*a:][:a], next)
		p.ret += out.Reward
		cut := out.Truncated || p.steps == limit
		over := out.Terminated || cut
		reward[i], ret[i], length[i] = out.Reward, p.ret, p.steps
		terminated[i], truncated[i], first[i] = out.Terminated, cut, over
		good := false
		if t.index > 0 {
			r.Obs[i] = next[0]
			good = isIndex(next[0], t.index)
		} else {
			good = finiteCopy(r.Obs[i*o:], next) && inSpans(t.spans, next)
		}
		if !good || out.Reward-out.Reward != 0 {
			return t.wrong(out.Reward, next)
		}
		if t.m > 0 {
			mask := r.Mask[i*t.m:][:t.m]
			if over {
				mask = r.NextMask[i*t.m:][:t.m]
			}
			if out.Terminated {
				allowAll(mask)
			} else if g.maskers[i].Mask(mask); !t.open(mask) {
				return ErrMask
			}
		}
		if over {
			seed, goesOn, err := f.after(i)
			if err == nil && goesOn {
				err = g.resetEnv(i, seed)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func allowAll(mask []bool) {
	for k := range mask {
		mask[k] = true
	}
}

// resetEnv starts an episode of environment i from a seed.
func (g *group) resetEnv(i int, seed uint64) error {
	p, obs := &g.all[i], g.res.Obs[i*g.terms.o:][:g.terms.o]
	g.at = i
	p.seed, p.steps, p.ret = seed, 0, 0
	g.res.First[i] = true
	p.env.Reset(seed, obs)
	return g.look(i)
}

// look checks the observation at the start of environment i's episode, and shows what is
// allowed there.
func (g *group) look(i int) error {
	t, obs := g.terms, g.res.Obs[i*g.terms.o:][:g.terms.o]
	switch {
	case !finite(obs):
		return fmt.Errorf("observation %s: %w", row(obs), ErrNotFinite)
	case !inSpans(t.spans, obs):
		return t.outside(obs)
	case t.m == 0:
		return nil
	}
	mask := g.res.Mask[i*t.m:][:t.m]
	if g.maskers[i].Mask(mask); !t.open(mask) {
		return ErrMask
	}
	return nil
}

// measure shows what environment i measured in the episode that is over.
func (g *group) measure(i int) error {
	names := g.terms.measures
	if len(names) == 0 {
		return nil
	}
	figures := g.res.Figures[i*len(names):][:len(names)]
	g.measured[i].Measure(figures)
	for k, x := range figures {
		if x-x != 0 {
			return fmt.Errorf("%s, which it measures, is %v: %w", names[k], x, ErrNotFinite)
		}
	}
	return nil
}

// refuse returns the error of what is not an action of environment i, at the step that it
// was for.
func (g *group) refuse(i int, act []float32) *Error {
	g.at = i
	e := g.newError(fmt.Errorf("action %s: %w", row(act), ErrAction))
	if e.Step++; g.logged(i) {
		e.Actions = append(e.Actions, act...)
	}
	return e
}

// newError returns err with the id, the seed and the step of the environment being run.
func (g *group) newError(err error) *Error {
	p := &g.all[g.at]
	e := &Error{Env: g.terms.spec.ID, Index: g.at, Seed: p.seed, Step: p.steps, Err: err}
	if g.logged(g.at) {
		e.Actions = slices.Clone(p.log[:p.steps*g.terms.a])
	}
	return e
}

// logged reports whether all actions of environment i's episode are kept.
func (g *group) logged(i int) bool {
	p := &g.all[i]
	return g.terms.logs && len(p.log) >= p.steps*g.terms.a
}
