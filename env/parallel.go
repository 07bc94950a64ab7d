package env

import (
	"fmt"
	"sync"

	"github.com/rlrun/rlrun/env/state"
)

// Parallel is a Vec that steps its environments on several goroutines, each of
// them some, which pays where a step takes microseconds. What comes of it is the
// same as a Vec's, to the bit, however many there are.
//
// It keeps the actions of the running episodes, so that an *Error has all it
// takes to replay one.
type Parallel struct {
	all   *Vec
	parts []*Vec // of all, side by side: what they keep is part of what it keeps
	run   []func()
	act   []float32 // of the step being taken
	wait  sync.WaitGroup
}

var _ Vector = (*Parallel)(nil)

// NewParallel returns a Parallel of the given environments, which must be alike. It steps
// them on workers goroutines, or on as many as there are environments if these are fewer.
func NewParallel(workers int, envs ...Env) *Parallel {
	p := &Parallel{all: NewVec(envs...)}
	v, n := p.all, len(envs)
	if v.invalid != nil {
		return p
	}
	v.terms.logs = true
	workers = max(1, min(workers, n))
	for i := range workers {
		from, to := i*n/workers, (i+1)*n/workers
		part := *v
		part.from, part.all, part.count, part.res = from, v.all[from:to], v.count[from:to], v.res.rows(from, to)
		if v.maskers != nil {
			part.maskers = v.maskers[from:to]
		}
		if v.measured != nil {
			part.measured = v.measured[from:to]
		}
		p.parts = append(p.parts, &part)
		p.run = append(p.run, func() {
			defer p.wait.Done()
			part.Step(p.act[from*v.terms.a : to*v.terms.a]) // its error stays with it
		})
	}
	return p
}

// rows is the part of r that belongs to the environments from … to-1.
func (r *Result) rows(from, to int) *Result {
	n := len(r.Reward)
	o, m, k := len(r.Obs)/n, len(r.Mask)/n, len(r.Measures)
	part := &Result{
		Obs: r.Obs[from*o : to*o], Next: r.Next[from*o : to*o], Reward: r.Reward[from:to],
		Terminated: r.Terminated[from:to], Truncated: r.Truncated[from:to], First: r.First[from:to],
		Return: r.Return[from:to], Length: r.Length[from:to], Measures: r.Measures, Figures: r.Figures[from*k : to*k],
	}
	if r.Mask != nil {
		part.Mask, part.NextMask = r.Mask[from*m:to*m], r.NextMask[from*m:to*m]
	}
	return part
}

// Spec describes the environments.
func (p *Parallel) Spec() Spec { return p.all.Spec() }

// Footprint is about how many bytes each environment takes: see Vec.
func (p *Parallel) Footprint() int { return p.all.Footprint() }

// Len is the number of environments.
func (p *Parallel) Len() int { return p.all.Len() }

// Reset starts every environment afresh, with the seeds that a Vec would give
// them.
func (p *Parallel) Reset(seed uint64) (*Result, error) { return p.ResetFrom(seed, 0) }

// ResetFrom is Reset for a part of a larger Vector: see Vec.
func (p *Parallel) ResetFrom(seed uint64, first int) (*Result, error) {
	if p.all.invalid != nil {
		return nil, p.all.invalid
	}
	p.all.seed, p.all.from = seed, first
	for _, part := range p.parts {
		part.ResetFrom(seed, first) // its error stays with it
		first += part.Len()
	}
	return p.result()
}

// Step steps every environment with its row of act. Of several errors the first
// environment's is returned.
func (p *Parallel) Step(act []float32) (*Result, error) {
	if p.all.err != nil {
		return nil, p.all.err
	}
	if n, a := p.all.Len(), p.all.terms.a; len(act) != n*a {
		panic(fmt.Sprintf("env: Step of %d actions' floats, want %d×%d", len(act), n, a))
	}
	p.act = act
	p.wait.Add(len(p.run))
	for _, run := range p.run[1:] {
		go run()
	}
	p.run[0]()
	p.wait.Wait()
	return p.result()
}

// result is what all parts show, or the first error that one of them has.
func (p *Parallel) result() (*Result, error) {
	p.all.err = nil
	for _, part := range p.parts {
		if part.err != nil {
			p.all.err = part.err
			return nil, part.err
		}
	}
	return p.all.res, nil
}

// Close closes the environments that are io.Closers. The Parallel cannot be used then.
func (p *Parallel) Close() error { return p.all.Close() }

// State visits what a Vec's does.
func (p *Parallel) State(s *state.State) {
	p.all.State(s)
	if s.Loading() {
		for _, part := range p.parts {
			part.seed, part.err = p.all.seed, p.all.err
		}
	}
}
