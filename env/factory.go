package env

import (
	"fmt"
	"reflect"
	"runtime/debug"
)

// A Copier is an Env that makes another of the same options, which shares with it
// what never changes: the model of a tabular environment, a map. The copy must be
// Reset before its first step. Copy is called from several goroutines at once.
type Copier interface {
	Env
	Copy() Env
}

// A Factory makes environments that are alike, one with each call. It may be
// called from several goroutines at once.
type Factory func() (Env, error)

// Maker returns the Maker of f's environments.
func (f Factory) Maker() Maker {
	return func(n int) (Vector, error) {
		envs, err := f.several(n)
		if err != nil {
			return nil, err
		}
		v := NewVec(envs...)
		if v.invalid != nil {
			return nil, v.invalid
		}
		return v, nil
	}
}

// ParallelMaker is Maker on several goroutines: see Parallel.
func (f Factory) ParallelMaker(workers int) Maker {
	return func(n int) (Vector, error) {
		envs, err := f.several(n)
		if err != nil {
			return nil, err
		}
		p := NewParallel(workers, envs...)
		if p.all.invalid != nil {
			return nil, p.all.invalid
		}
		return p, nil
	}
}

// several returns n environments.
func (f Factory) several(n int) ([]Env, error) {
	if n < 1 {
		return nil, fmt.Errorf("env: a vector of %d environments, want 1 or more", n)
	}
	envs := make([]Env, n)
	for i := range envs {
		e, err := f.one()
		if err != nil {
			return nil, err
		}
		envs[i] = e
	}
	return envs, nil
}

// one makes an environment. A panic is an error.
func (f Factory) one() (e Env, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("env: making an environment: %w", &PanicError{p, debug.Stack()})
		}
	}()
	return f()
}

// copyOf returns a copy of e, if e is a Copier. What only embeds a Copier is none:
// its copy would be the part that it embeds.
func copyOf(e Env) (Env, bool) {
	c, ok := e.(Copier)
	if !ok {
		return nil, false
	}
	another := c.Copy()
	return another, reflect.TypeOf(another) == reflect.TypeOf(e)
}
