package env_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A closingEnv appends its name to closed when it is closed.
type closingEnv struct {
	probe
	name   string
	closed *[]string
	err    error
}

func (d *closingEnv) Close() error {
	*d.closed = append(*d.closed, d.name)
	if d.err != nil && d.err.Error() == "panic" {
		panic("stuck")
	}
	return d.err
}

// A closingWrapper is a wrapper that has to be closed itself.
type closingWrapper struct {
	env.ScaleReward
	closer *closingEnv
}

func (g closingWrapper) Close() error { return g.closer.Close() }

// TestClose checks that Close closes each environment once, after the wrappers around it, and
// that the environments cannot be used afterwards.
func TestClose(t *testing.T) {
	var shut []string
	n := 0
	newEnv := func() env.Env {
		n++
		inner := &closingEnv{name: fmt.Sprint("env", n), closed: &shut}
		return env.NewWithMaxSteps(closingWrapper{env.ScaleReward{Env: inner, K: 1}, &closingEnv{name: fmt.Sprint("wrap", n), closed: &shut}}, 9)
	}
	for kind, v := range map[string]env.Vector{"Vec": vecOf(2, newEnv), "Parallel": parallelOf(2, 2, newEnv)} {
		shut = nil
		reset(t, v, 1)
		for range 2 {
			must(t, v.Close())
		}
		if len(shut) != 4 || !strings.HasPrefix(shut[0], "wrap") || shut[1] != "env"+shut[0][4:] {
			t.Errorf("%s: closed %q, want two wrappers, each before its environment", kind, shut)
		}
		if _, err := v.Step([]float32{0, 0}); !oneSentence(err, "closed") {
			t.Errorf("%s: Step after Close: %v, want an error", kind, err)
		}
		if _, err := v.Reset(1); !oneSentence(err, "closed") {
			t.Errorf("%s: Reset after Close: %v, want an error", kind, err)
		}
	}
	p := newEpisode(t, newEnv(), 9)
	shut = nil
	must(t, p.Reset(1))
	must(t, p.Close())
	must(t, p.Close())
	if p.Reset(1) == nil || p.Step([]float32{0}) == nil || len(shut) != 2 {
		t.Errorf("an Episode that was closed plays on, or %q was closed", shut)
	}
	must(t, vecOf(2, cartPole).Close())

	shut = nil
	bad := func(text string) env.Env { return &closingEnv{name: text, closed: &shut, err: errors.New(text)} }
	if err := env.NewVec(bad("first"), bad("panic"), bad("third")).Close(); !oneSentence(err, "first") || len(shut) != 3 {
		t.Errorf("Close: %v, and %q closed, want the first error, and all", err, shut)
	}
	if err := env.NewVec(bad("panic")).Close(); !oneSentence(err, "Close: panic: stuck") {
		t.Errorf("Close: %v, want the panic as an error", err)
	}
}

// TestClosedWhereRefused checks that environments are closed when making a Vector or an
// environment returns an error.
func TestClosedWhereRefused(t *testing.T) {
	var shut []string
	newEnv := func() *closingEnv { return &closingEnv{name: "x", closed: &shut} }
	many := 0
	f := env.Factory(func() (env.Env, error) {
		if many++; many == 3 {
			return nil, errors.New("no more doors")
		}
		return newEnv(), nil
	})
	if _, err := f.Maker()(3); !oneSentence(err, "no more doors") || len(shut) != 2 {
		t.Errorf("Maker: %v, %d closed, want 2", err, len(shut))
	}
	shut = nil
	r := env.Registry{"acme/Bad-v0": func(env.Options) (env.Env, error) {
		return closingWrapper{env.ScaleReward{Env: &specEnv{}, K: 1}, newEnv()}, nil
	}}
	if _, err := r.Make("acme/Bad-v0", nil); err == nil || len(shut) != 1 {
		t.Errorf("Make: %v, %d closed, want 1", err, len(shut))
	}
	shut = nil
	unlike := []env.Env{newEnv(), &closingEnv{probe: probe{n: 9}, closed: &shut}}
	f = func() (env.Env, error) {
		e := unlike[0]
		unlike = unlike[1:]
		return e, nil
	}
	if _, err := f.ParallelMaker(2)(2); err == nil || len(shut) != 2 {
		t.Errorf("ParallelMaker: %v, %d closed, want 2", err, len(shut))
	}
}
