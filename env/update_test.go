package env_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A lamps is a row of 40 lamps. A step switches two of them, or three after action 1. An episode ends when
// lamp 0 is on. It is an Updater. A fault makes the third step of an episode, or the second reset, write an
// invalid number.
type lamps struct {
	space  env.Space
	fault  string
	on     [40]bool
	rng    rand.PCG
	t      int
	resets int
	shown  [40]bool // what was written last
}

func (e *lamps) Spec() env.Spec {
	return env.Spec{ID: "lab/Lamps-v0", Obs: e.space, Act: env.Discrete{N: 2}, MaxSteps: 25}
}

func (e *lamps) begin(seed uint64) {
	e.rng.Seed(seed, 0)
	e.t, e.on = 0, [40]bool{}
	e.resets++
	for i := range 10 {
		e.on[i+1] = e.rng.Uint64()%2 == 0
	}
}

func (e *lamps) play(act []float32) env.Outcome {
	e.t++
	for range 2 + int(act[0]) {
		i := e.rng.Uint64() % 40
		e.on[i] = !e.on[i]
	}
	return env.Outcome{Reward: float64(e.t), Terminated: e.on[0]}
}

// invalid returns the number that is written in place of lamp 7.
func (e *lamps) invalid() (v float32, ok bool) {
	switch {
	case e.fault == "step" && e.t == 3, e.fault == "reset" && e.t == 0 && e.resets == 2:
		return 0.5, true
	case e.fault == "nan" && e.t == 3:
		return nan, true
	}
	return 0, false
}

func (e *lamps) write(obs []float32) {
	e.shown = e.on
	for i, on := range e.on {
		if obs[i] = 0; on {
			obs[i] = 1
		}
	}
	if v, ok := e.invalid(); ok {
		obs[7] = v
	}
}

func (e *lamps) Reset(seed uint64, obs []float32) {
	e.begin(seed)
	e.write(obs)
}

func (e *lamps) Step(act, obs []float32) env.Outcome {
	out := e.play(act)
	e.write(obs)
	return out
}

func (e *lamps) changes(obs []float32) (changed []int32) {
	for i := range e.on {
		if e.on[i] != e.shown[i] || i == 7 {
			changed = append(changed, int32(i))
		}
	}
	row := make([]float32, 40)
	e.write(row)
	for _, k := range changed {
		obs[k] = row[k]
	}
	return changed
}

func (e *lamps) Update(act, obs []float32) (env.Outcome, []int32) {
	out := e.play(act)
	return out, e.changes(obs)
}

func (e *lamps) Restart(seed uint64, obs []float32) []int32 {
	e.begin(seed)
	return e.changes(obs)
}

func (e *lamps) State(s *state.State) {
	s.PCG("rng", &e.rng)
	s.Int("t", &e.t, 100)
	s.Bools("on", e.on[:])
}

var _ env.Updater = (*lamps)(nil)

// A stepper hides Update and Restart.
type stepper struct{ env.Snapshotter }

// lampSpaces are spaces of lamps.
func lampSpaces() map[string]env.Space {
	return map[string]env.Space{
		"bits":    env.MultiBinary{N: 40, Shape: []int{2, 4, 5}},
		"numbers": env.NewBox(0, 1, 40),
		"choices": env.Tuple{env.Discrete{N: 2}, env.NewBox(0, 1, 39)},
		"image":   env.Image{H: 4, W: 5, C: 2},
	}
}

// lampVectors returns vectors of six lamps: with Update, in parallel, and without Update.
func lampVectors(space env.Space, fault string) (all [3]env.Vector) {
	var envs [3][]env.Env
	for i := range 6 {
		for k := range envs {
			l := &lamps{space: space}
			if i == 4 {
				l.fault = fault
			}
			if envs[k] = append(envs[k], l); k == 2 {
				envs[k][i] = stepper{l}
			}
		}
	}
	return [3]env.Vector{env.NewVec(envs[0]...), env.NewParallel(2, envs[1]...), env.NewVec(envs[2]...)}
}

// TestUpdaters checks that vectors of Updaters give the results of Step and Reset, also after a reset of the
// vector and after their state was loaded.
func TestUpdaters(t *testing.T) {
	for name, space := range lampSpaces() {
		t.Run(name, func(t *testing.T) {
			v, rng := lampVectors(space, ""), rand.New(rand.NewPCG(1, 1))
			act := make([]float32, 6)
			var saved [3]bytes.Buffer
			for step := range 300 {
				for i := range act {
					act[i] = float32(rng.IntN(2))
				}
				var res [3]*env.Result
				for k := range v {
					switch step {
					case 0, 117:
						reset(t, v[k], uint64(step))
					case 100:
						check(t, state.Save(&saved[k], v[k]))
					case 200:
						check(t, state.Load(&saved[k], v[k]))
					}
					r, err := v[k].Step(act)
					check(t, err)
					res[k] = r
				}
				for k := range 2 {
					if a, b := res[k], res[2]; !slices.Equal(a.Obs, b.Obs) || !slices.Equal(a.Next, b.Next) || !slices.Equal(a.Reward, b.Reward) || !slices.Equal(a.First, b.First) {
						t.Fatalf("step %d: vector %d differs from Step", step, k)
					}
				}
			}
		})
	}
}

// TestUpdaterErrors checks that invalid numbers of Updaters are the same errors as those of Step.
func TestUpdaterErrors(t *testing.T) {
	for name, space := range lampSpaces() {
		for _, fault := range []string{"step", "nan", "reset"} {
			var texts [3]string
			for k, v := range lampVectors(space, fault) {
				reset(t, v, 3)
				for step := 0; step < 60 && texts[k] == ""; step++ {
					if _, err := v.Step(make([]float32, 6)); err != nil {
						var e *env.Error
						if !errors.As(err, &e) {
							t.Fatal(err)
						}
						texts[k] = fmt.Sprint(e.Index, e.Seed, e.Step, e.Err)
					}
				}
			}
			if texts[0] != texts[2] || texts[1] != texts[2] || (texts[2] == "") != (name == "numbers" && fault != "nan" || name == "choices" && fault != "nan") {
				t.Errorf("%s, %s: errors %q", name, fault, texts)
			}
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
