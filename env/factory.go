package env

import (
	"fmt"
	"reflect"
	"sync/atomic"
)

// A Copier is an Env that can be copied. The copy has the same options and shares what
// never changes, for example the model of a tabular environment. It must be Reset
// before its first step. Copy may be called from several goroutines at once.
type Copier interface {
	Env
	Copy() Env
}

// A Factory makes environments that are alike, one with each call. It may be
// called from several goroutines at once.
type Factory func() (Env, error)

// Peek returns an environment to be looked at, and a Factory whose first call returns it:
// none is made in vain.
func (f Factory) Peek() (Env, Factory, error) {
	e, err := f.one()
	if err != nil {
		return nil, nil, err
	}
	return e, f.after(e), nil
}

// after returns a Factory whose first call returns e, and whose other calls are f's.
func (f Factory) after(e Env) Factory {
	var taken atomic.Bool
	return func() (Env, error) {
		if taken.CompareAndSwap(false, true) {
			return e, nil
		}
		return f()
	}
}

// Maker returns the Maker of f's environments.
func (f Factory) Maker() Maker {
	return func(n int) (Vector, error) {
		envs, err := f.several(n)
		if err != nil {
			return nil, err
		}
		v := NewVec(envs...)
		if v.invalid != nil {
			return nil, givenUp(v.invalid, envs...)
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
			return nil, givenUp(p.all.invalid, envs...)
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
			return nil, givenUp(err, envs[:i]...)
		}
		envs[i] = e
	}
	return envs, nil
}

// givenUp returns err, for which envs are closed.
func givenUp(err error, envs ...Env) error {
	if c := Close(envs...); c != nil {
		return fmt.Errorf("%w; and closing what was made: %w", err, c)
	}
	return err
}

// one makes an environment. A panic is an error.
func (f Factory) one() (e Env, err error) {
	defer catch("env: making an environment", &err)
	return f()
}

// copyOf returns a copy of e if e is a Copier. A type that only embeds a Copier is not
// one: the copy would be the embedded part.
func copyOf(e Env) (Env, bool) {
	c, ok := e.(Copier)
	if !ok {
		return nil, false
	}
	another := c.Copy()
	return another, reflect.TypeOf(another) == reflect.TypeOf(e)
}
