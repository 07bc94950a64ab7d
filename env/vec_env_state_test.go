package env_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A movable Vector can save and load its environments one by one.
type movable interface {
	env.Vector
	ResetFrom(seed uint64, first int) (*env.Result, error)
	EnvState(i int, s *state.State)
}

// place is an environment of a Vector, as a Stater.
type place struct {
	v movable
	i int
}

func (p place) State(s *state.State) { p.v.EnvState(p.i, s) }

// move loads environment i of from into environment k of to.
func move(t *testing.T, to movable, k int, from movable, i int) {
	t.Helper()
	data := save(t, place{from, i})
	if err := state.Load(bytes.NewReader(data), place{to, k}); err != nil {
		t.Fatal(err)
	}
	if again := save(t, place{to, k}); !bytes.Equal(again, data) {
		t.Errorf("environment %d saves other bytes after it was moved to place %d", i, k)
	}
}

// TestEnvState moves the environments of a Vec to parts of other sizes and back, and checks that they go on
// with the same bits.
func TestEnvState(t *testing.T) {
	for name, newEnv := range map[string]func() env.Env{
		"snapshotter": cartPole, "wrapped": sticky, "log": func() env.Env { return onlyEnv{sticky()} }, "log, drawing": func() env.Env { return new(randomWalk) },
	} {
		for _, parallel := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, parallel %v", name, parallel), func(t *testing.T) {
				const n, seed, steps = 5, 7, 60
				var whole movable = vecOf(n, newEnv)
				if parallel {
					whole = parallelOf(2, n, newEnv)
				}
				alone := vecOf(n, newEnv)
				reset(t, whole, seed)
				reset(t, alone, seed)
				rng, same := rand.New(rand.NewPCG(1, 1)), rand.New(rand.NewPCG(1, 1))
				drive(t, whole, rng, 2, steps, func([]float32, *env.Result) {})
				drive(t, alone, same, 2, steps, func([]float32, *env.Result) {})
				var want [][]float32
				var acts [][]float32
				drive(t, alone, same, 2, steps, func(act []float32, r *env.Result) {
					acts = append(acts, append([]float32(nil), act...))
					want = append(want, append([]float32(nil), r.Obs...))
				})
				for _, sizes := range [][]int{{2, 3}, {1, 1, 1, 1, 1}} {
					from := 0
					for _, size := range sizes {
						part := vecOf(size, newEnv)
						if _, err := part.ResetFrom(seed, from); err != nil {
							t.Fatal(err)
						}
						for i := range size {
							move(t, part, i, whole, from+i)
						}
						follow(t, part, from, acts, want)
						from += size
					}
				}
				back := vecOf(n, newEnv)
				reset(t, back, seed)
				for i := range n {
					move(t, back, i, whole, i)
				}
				drive(t, whole, rand.New(rand.NewPCG(5, 5)), 2, 10, func([]float32, *env.Result) {})
				for i := range n { // back to where they were
					move(t, whole, i, back, i)
				}
				follow(t, whole, 0, acts, want)
			})
		}
	}
}

// follow checks that the environments of v, the numbers from, from+1, … of n, go on with the given
// observations.
func follow(t *testing.T, v movable, from int, acts, want [][]float32) {
	t.Helper()
	for k := range acts {
		r, err := v.Step(acts[k][from : from+v.Len()])
		if err != nil {
			t.Fatal(err)
		}
		o := len(r.Obs) / v.Len()
		if got := fmt.Sprint(r.Obs); got != fmt.Sprint(want[k][from*o:(from+v.Len())*o]) {
			t.Fatalf("step %d of the environments from %d: %s, want %v", k, from, got, want[k][from*o:(from+v.Len())*o])
		}
	}
}

// TestEnvStateBad checks that a Vec that was not Reset, and damaged actions, are errors.
func TestEnvStateBad(t *testing.T) {
	if err := state.Save(new(bytes.Buffer), place{vecOf(1, cartPole), 0}); err == nil {
		t.Error("a Vec that was not Reset saves an environment, want an error")
	}
	newEnv := func() env.Env { return onlyEnv{cartPole()} }
	a, b := vecOf(1, newEnv), vecOf(1, newEnv)
	reset(t, a, 1)
	reset(t, b, 2)
	drive(t, a, rand.New(rand.NewPCG(1, 1)), 2, 5, func([]float32, *env.Result) {})
	data := save(t, place{a, 0})
	if err := state.Load(bytes.NewReader(data[:len(data)-1]), place{b, 0}); err == nil {
		t.Error("a file that is cut short loads, want an error")
	}
	c := vecOf(1, func() env.Env { return onlyEnv{new(probe)} })
	reset(t, c, 1)
	for range 5 { // actions that CartPole's episode has, and that no probe takes
		if _, err := c.Step([]float32{2}); err != nil {
			t.Fatal(err)
		}
	}
	b = vecOf(1, newEnv)
	reset(t, b, 2)
	if err := state.Load(bytes.NewReader(save(t, place{c, 0})), place{b, 0}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Step([]float32{0}); err == nil || !strings.Contains(err.Error(), "not those of a running episode") {
		t.Errorf("Step = %v, want an error about the actions", err)
	}
}
