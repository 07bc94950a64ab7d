package env

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/rlrun/rlrun/env/state"
)

// A Parallel is a Vector that steps its environments on several goroutines. Each goroutine steps
// a contiguous part of the environments. This is faster if a step takes microseconds or more. The
// results are exactly the results of a Vec, for any number of goroutines.
//
// A Parallel logs the actions of the running episodes, so that an *Error has all actions of its
// episode.
type Parallel struct {
	vec       *Vec          // all environments
	parts     []*Vec        // contiguous parts of vec, one for each goroutine; they share its environments and its Result
	workers   []*partWorker // workers[i] steps parts[i+1]; the goroutine that calls Step steps parts[0]
	actions   []float32     // actions of the current step
	left      atomic.Int32  // number of workers that have not finished the current step
	finishing sync.WaitGroup
}

var _ Vector = (*Parallel)(nil)

// NewParallel returns a Parallel of envs, whose Specs must fit together. It uses the given number
// of goroutines, but at most one for each environment.
func NewParallel(workers int, envs ...Env) *Parallel {
	p := &Parallel{vec: NewVec(envs...)}
	v, n := p.vec, len(envs)
	if v.invalid != nil {
		return p
	}
	v.info.logsActions = true
	workers = max(1, min(workers, n))
	for i := range workers {
		from, to := i*n/workers, (i+1)*n/workers
		part := *v
		part.firstIndex, part.group = from, v.group.slice(from, to)
		part.envSeeds, part.episodes = v.envSeeds[from:to], v.episodes[from:to]
		p.parts = append(p.parts, &part)
		if i > 0 {
			p.workers = append(p.workers, newPartWorker(func() { p.stepPart(i) }, &p.left, &p.finishing))
		}
	}
	return p
}

// slice returns the rows of the environments [from, to) as a Result that shares memory with r.
func (r *Result) slice(from, to int) *Result {
	n := len(r.Reward)
	o, m, k := len(r.Obs)/n, len(r.Mask)/n, len(r.Measures)
	part := &Result{
		Obs: r.Obs[from*o : to*o], Next: r.Next[from*o : to*o], Reward: r.Reward[from:to],
		Terminated: r.Terminated[from:to], Truncated: r.Truncated[from:to], First: r.First[from:to],
		Return: r.Return[from:to], Length: r.Length[from:to], Measures: r.Measures, Metrics: r.Metrics[from*k : to*k],
	}
	if r.Mask != nil {
		part.Mask, part.NextMask = r.Mask[from*m:to*m], r.NextMask[from*m:to*m]
	}
	return part
}

// Spec returns the Spec of the environments.
func (p *Parallel) Spec() Spec { return p.vec.Spec() }

// Footprint estimates the bytes of memory for each environment: see Vec.Footprint.
func (p *Parallel) Footprint() int { return p.vec.Footprint() }

// Len returns the number of environments.
func (p *Parallel) Len() int { return p.vec.Len() }

// Reset begins an episode in each environment, with the same seeds as a Vec.
func (p *Parallel) Reset(seed uint64) (*Result, error) { return p.ResetFrom(seed, 0) }

// ResetFrom is Reset for a part of a larger Vector: see Vec.ResetFrom.
func (p *Parallel) ResetFrom(seed uint64, first int) (*Result, error) {
	if p.vec.invalid != nil {
		return nil, p.vec.invalid
	}
	p.vec.seed, p.vec.firstIndex = seed, first
	for _, part := range p.parts {
		part.ResetFrom(seed, first) // the error is kept in part.err
		first += part.Len()
	}
	return p.result()
}

// Step steps each environment with its row of act. If several environments fail, it returns the
// error of the environment with the smallest index.
func (p *Parallel) Step(act []float32) (*Result, error) {
	if p.vec.err != nil {
		return nil, p.vec.err
	}
	if n, a := p.vec.Len(), p.vec.info.actSize; len(act) != n*a {
		panic(fmt.Sprintf("env: Step of %d actions' floats, want %d×%d", len(act), n, a))
	}
	p.actions = act
	p.left.Store(int32(len(p.workers)))
	p.finishing.Add(len(p.workers))
	for _, w := range p.workers {
		w.start()
	}
	p.stepPart(0)
	spin(func() bool { return p.left.Load() == 0 })
	p.finishing.Wait()
	return p.result()
}

// stepPart steps part i with its rows of the actions. The part keeps the error.
func (p *Parallel) stepPart(i int) {
	part, a := p.parts[i], p.vec.info.actSize
	from := i * p.vec.Len() / len(p.parts)
	part.Step(p.actions[from*a : (from+part.Len())*a])
}

// result returns the Result of all parts, or the first part's error.
func (p *Parallel) result() (*Result, error) {
	p.vec.err = nil
	for _, part := range p.parts {
		if part.err != nil {
			p.vec.err = part.err
			return nil, part.err
		}
	}
	return p.vec.res, nil
}

// Close calls Close of the environments and of their wrappers, if they are io.Closers. The
// Parallel cannot be used afterwards.
func (p *Parallel) Close() error { return p.vec.Close() }

// State saves or loads the same fields as Vec.State, so a Vec can load a Parallel's state.
func (p *Parallel) State(s *state.State) {
	p.vec.State(s)
	if s.Loading() {
		for _, part := range p.parts {
			part.seed, part.err, part.stale = p.vec.seed, p.vec.err, nil
		}
	}
}

// EnvState saves or loads environment i alone: see Vec.EnvState.
func (p *Parallel) EnvState(i int, s *state.State) {
	if p.vec.err != nil {
		s.Fail(p.vec.err)
		return
	}
	for _, part := range p.parts {
		if i < part.Len() {
			part.EnvState(i, s)
			return
		}
		i -= part.Len()
	}
}
