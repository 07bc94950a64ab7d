package env

import (
	"fmt"
	"reflect"
	"sync/atomic"
)

// A Copier is an Env that can be copied. The copy has the same options and shares the data that
// never changes, for example the model of a tabular environment. The copy must be Reset before
// its first step. Several goroutines may call Copy at the same time.
type Copier interface {
	Env
	Copy() Env
}

// A Factory returns a new environment on each call. All of them have the same Spec and options.
// Several goroutines may call it at the same time.
type Factory func() (Env, error)

// Peek returns an environment, so that the caller can read its Spec, and a Factory whose first
// call returns this same environment. So no environment is made only for its Spec and then thrown
// away.
func (f Factory) Peek() (Env, Factory, error) {
	e, err := f.newEnv()
	if err != nil {
		return nil, nil, err
	}
	return e, f.startingWith(e), nil
}

// startingWith returns a Factory whose first call returns e. Later calls call f.
func (f Factory) startingWith(e Env) Factory {
	var used atomic.Bool
	return func() (Env, error) {
		if used.CompareAndSwap(false, true) {
			return e, nil
		}
		return f()
	}
}

// Maker returns a Maker. It makes Vecs whose environments come from f.
func (f Factory) Maker() Maker {
	return func(n int) (Vector, error) {
		envs, err := f.newEnvs(n)
		if err != nil {
			return nil, err
		}
		v := NewVec(envs...)
		if v.invalid != nil {
			return nil, closeOnError(v.invalid, envs...)
		}
		return v, nil
	}
}

// ParallelMaker returns a Maker. It makes Parallels whose environments come from f. Each Parallel
// uses the given number of goroutines.
func (f Factory) ParallelMaker(workers int) Maker {
	return func(n int) (Vector, error) {
		envs, err := f.newEnvs(n)
		if err != nil {
			return nil, err
		}
		p := NewParallel(workers, envs...)
		if p.vec.invalid != nil {
			return nil, closeOnError(p.vec.invalid, envs...)
		}
		return p, nil
	}
}

// newEnvs returns n new environments. If an environment cannot be made, it closes the others and
// returns the error.
func (f Factory) newEnvs(n int) ([]Env, error) {
	if n < 1 {
		return nil, fmt.Errorf("env: a vector of %d environments, want 1 or more", n)
	}
	envs := make([]Env, n)
	for i := range envs {
		e, err := f.newEnv()
		if err != nil {
			return nil, closeOnError(err, envs[:i]...)
		}
		envs[i] = e
	}
	return envs, nil
}

// closeOnError closes envs and returns err, together with the error of closing if there is one.
func closeOnError(err error, envs ...Env) error {
	if c := Close(envs...); c != nil {
		return fmt.Errorf("%w; and closing what was made: %w", err, c)
	}
	return err
}

// newEnv returns a new environment. It returns a panic of f as an error.
func (f Factory) newEnv() (e Env, err error) {
	defer catch("env: making an environment", &err)
	return f()
}

// copyOf returns a copy of e if e is a Copier. It returns false for a type that only embeds a
// Copier, because the Copy of this type returns only the embedded environment.
func copyOf(e Env) (Env, bool) {
	c, ok := e.(Copier)
	if !ok {
		return nil, false
	}
	copied := c.Copy()
	return copied, reflect.TypeOf(copied) == reflect.TypeOf(e)
}
