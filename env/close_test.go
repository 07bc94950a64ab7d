package env_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A door is closed at the end, and writes that down.
type door struct {
	probe
	name  string
	shut  *[]string
	fails error
}

func (d *door) Close() error {
	*d.shut = append(*d.shut, d.name)
	if d.fails != nil && d.fails.Error() == "panic" {
		panic("stuck")
	}
	return d.fails
}

// A gateway is a wrapper with something of its own to close.
type gateway struct {
	env.ScaleReward
	door *door
}

func (g gateway) Close() error { return g.door.Close() }

// TestClose closes each environment once, and what is around it first; then nothing can
// be played.
func TestClose(t *testing.T) {
	var shut []string
	n := 0
	newEnv := func() env.Env {
		n++
		inner := &door{name: fmt.Sprint("env", n), shut: &shut}
		return env.NewWithMaxSteps(gateway{env.ScaleReward{Env: inner, K: 1}, &door{name: fmt.Sprint("wrap", n), shut: &shut}}, 9)
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
	bad := func(text string) env.Env { return &door{name: text, shut: &shut, fails: errors.New(text)} }
	if err := env.NewVec(bad("first"), bad("panic"), bad("third")).Close(); !oneSentence(err, "first") || len(shut) != 3 {
		t.Errorf("Close: %v, and %q closed, want the first error, and all", err, shut)
	}
	if err := env.NewVec(bad("panic")).Close(); !oneSentence(err, "Close: panic: stuck") {
		t.Errorf("Close: %v, want the panic as an error", err)
	}
}

// TestClosedWhereRefused closes what was made in vain.
func TestClosedWhereRefused(t *testing.T) {
	var shut []string
	newEnv := func() *door { return &door{name: "x", shut: &shut} }
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
		return gateway{env.ScaleReward{Env: &described{}, K: 1}, newEnv()}, nil
	}}
	if _, err := r.Make("acme/Bad-v0", nil); err == nil || len(shut) != 1 {
		t.Errorf("Make: %v, %d closed, want 1", err, len(shut))
	}
	shut = nil
	unlike := []env.Env{newEnv(), &door{probe: probe{n: 9}, shut: &shut}}
	f = func() (env.Env, error) {
		e := unlike[0]
		unlike = unlike[1:]
		return e, nil
	}
	if _, err := f.ParallelMaker(2)(2); err == nil || len(shut) != 2 {
		t.Errorf("ParallelMaker: %v, %d closed, want 2", err, len(shut))
	}
}
