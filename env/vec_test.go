package env_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// A probe has the rewards 1, 2, 3, … Its observation is the number of its episode and its step.
// It has no State.
type probe struct {
	max   int // Spec().MaxSteps
	ends  int // step that terminates; 0 for no such step
	cuts  int // step that truncates; 0 for no such step
	n     int // number of actions; 0 means 3
	seeds []uint64
	t     int
}

func newProbe() *probe { return new(probe) }

func (p *probe) Spec() env.Spec {
	n := 3
	if p.n > 0 {
		n = p.n
	}
	return env.Spec{ID: "Probe-v0", Obs: env.NewBox(0, inf, 2), Act: env.Discrete{N: n}, MaxSteps: p.max}
}

func (p *probe) Reset(seed uint64, obs []float32) {
	p.seeds = append(p.seeds, seed)
	p.t = 0
	p.observe(obs)
}

func (p *probe) Step(act, obs []float32) env.Outcome {
	p.t++
	p.observe(obs)
	return env.Outcome{Reward: float64(p.t), Terminated: p.t == p.ends, Truncated: p.t == p.cuts}
}

func (p *probe) observe(obs []float32) { obs[0], obs[1] = float32(len(p.seeds)), float32(p.t) }

// An onlyEnv has only the methods of Env: it hides all other methods of an environment.
type onlyEnv struct{ env.Env }

// A limited is a wrapper with its own time limit.
type limited struct {
	env.ScaleReward
	max int
}

var _ env.Wrapper = limited{}

func limit(e env.Env, max int) limited { return limited{env.ScaleReward{Env: e, K: 1}, max} }

func (l limited) Spec() env.Spec {
	s := l.Env.Spec()
	s.MaxSteps = l.max
	return s
}

func cartPole() env.Env { return classic.NewCartPole() }

// vecOf returns a Vec of n environments.
func vecOf(n int, newEnv func() env.Env) *env.Vec {
	envs := make([]env.Env, n)
	for i := range envs {
		envs[i] = newEnv()
	}
	return env.NewVec(envs...)
}

// drive steps v with random actions among 0, …, k-1, and calls check with each Result.
func drive(t testing.TB, v env.Vector, rng *rand.Rand, k, steps int, check func(act []float32, r *env.Result)) {
	t.Helper()
	act := make([]float32, v.Len())
	for s := range steps {
		for i := range act {
			act[i] = float32(rng.IntN(k))
		}
		r, err := v.Step(act)
		if err != nil {
			t.Fatalf("step %d: %v", s, err)
		}
		check(act, r)
	}
}

func reset(t testing.TB, v env.Vector, seed uint64) *env.Result {
	t.Helper()
	r, err := v.Reset(seed)
	if err != nil {
		t.Fatalf("Reset(%d): %v", seed, err)
	}
	return r
}

// A row is one probe's row of a Result.
type row struct {
	obs, next  [2]float32
	reward     float64
	terminated bool
	truncated  bool
	ret        float64
	length     int
}

func rowOf(r *env.Result, i int) row {
	return row{[2]float32(r.Obs[2*i:]), [2]float32(r.Next[2*i:]), r.Reward[i],
		r.Terminated[i], r.Truncated[i], r.Return[i], r.Length[i]}
}

// TestVecResults checks the rows of probes that end in different ways under a time limit of 3.
// The expected rows are calculated by hand.
func TestVecResults(t *testing.T) {
	v := env.NewVec(&probe{max: 3, ends: 2}, &probe{max: 3, ends: 3}, &probe{max: 3}, &probe{max: 3, cuts: 1})
	r := reset(t, v, 1)
	for i := range v.Len() {
		if got, want := rowOf(r, i), (row{obs: [2]float32{1, 0}}); got != want {
			t.Errorf("row %d after Reset = %+v, want %+v", i, got, want)
		}
	}
	for step, rows := range [][]row{{
		{[2]float32{1, 1}, [2]float32{1, 1}, 1, false, false, 1, 1},
		{[2]float32{1, 1}, [2]float32{1, 1}, 1, false, false, 1, 1},
		{[2]float32{1, 1}, [2]float32{1, 1}, 1, false, false, 1, 1},
		{[2]float32{2, 0}, [2]float32{1, 1}, 1, false, true, 1, 1}, // truncated by the environment
	}, {
		{[2]float32{2, 0}, [2]float32{1, 2}, 2, true, false, 3, 2}, // terminated by the environment
		{[2]float32{1, 2}, [2]float32{1, 2}, 2, false, false, 3, 2},
		{[2]float32{1, 2}, [2]float32{1, 2}, 2, false, false, 3, 2},
		{[2]float32{3, 0}, [2]float32{2, 1}, 1, false, true, 1, 1},
	}, {
		{[2]float32{2, 1}, [2]float32{2, 1}, 1, false, false, 1, 1},
		{[2]float32{2, 0}, [2]float32{1, 3}, 3, true, true, 6, 3}, // terminated at the time limit
		{[2]float32{2, 0}, [2]float32{1, 3}, 3, false, true, 6, 3},
		{[2]float32{4, 0}, [2]float32{3, 1}, 1, false, true, 1, 1},
	}, {
		{[2]float32{3, 0}, [2]float32{2, 2}, 2, true, false, 3, 2},
		{[2]float32{2, 1}, [2]float32{2, 1}, 1, false, false, 1, 1},
		{[2]float32{2, 1}, [2]float32{2, 1}, 1, false, false, 1, 1},
		{[2]float32{5, 0}, [2]float32{4, 1}, 1, false, true, 1, 1},
	}} {
		r, err := v.Step(make([]float32, 4))
		if err != nil {
			t.Fatalf("step %d: %v", step+1, err)
		}
		for i, want := range rows {
			if got := rowOf(r, i); got != want {
				t.Errorf("row %d after step %d = %+v, want %+v", i, step+1, got, want)
			}
			if got, want := r.Done(i), want.terminated || want.truncated; got != want {
				t.Errorf("Done(%d) after step %d = %v, want %v", i, step+1, got, want)
			}
		}
	}
	// Reset clears the results of the episodes that it breaks off.
	r = reset(t, v, 2)
	if got, want := rowOf(r, 1), (row{obs: [2]float32{3, 0}}); got != want {
		t.Errorf("row 1 after Reset in mid-episode = %+v, want %+v", got, want)
	}
}

// TestVecNoLimit checks that an episode without a time limit does not end.
func TestVecNoLimit(t *testing.T) {
	v := env.NewVec(new(probe))
	reset(t, v, 1)
	var last row
	drive(t, v, rand.New(rand.NewPCG(1, 1)), 3, 5000, func(_ []float32, r *env.Result) { last = rowOf(r, 0) })
	want := row{[2]float32{1, 5000}, [2]float32{1, 5000}, 5000, false, false, 5000 * 5001 / 2, 5000}
	if last != want {
		t.Errorf("row after 5000 steps = %+v, want %+v", last, want)
	}
}

func TestVecSeeds(t *testing.T) {
	probes := []*probe{{ends: 1}, {ends: 2}, {ends: 5}}
	v := env.NewVec(probes[0], probes[1], probes[2])
	for _, seed := range []uint64{7, 0, 1<<64 - 1} { // each Reset counts episodes from k = 1 again
		for _, p := range probes {
			p.seeds = nil
		}
		reset(t, v, seed)
		drive(t, v, rand.New(rand.NewPCG(1, 1)), 3, 10, func([]float32, *env.Result) {})
		for i, begun := range []int{11, 6, 3} {
			if got := len(probes[i].seeds); got != begun {
				t.Errorf("environment %d has begun %d episodes, want %d", i, got, begun)
			}
			for j, got := range probes[i].seeds {
				if want := env.Split(env.Split(seed, uint64(i)), uint64(j+1)); got != want {
					t.Errorf("seed of episode %d of environment %d = %#x, want %#x", j+1, i, got, want)
				}
			}
		}
	}
}

func TestVecSpec(t *testing.T) {
	v := env.NewVec(&probe{max: 9}, &probe{max: 9})
	if got := v.Spec(); v.Len() != 2 || got.ID != "Probe-v0" || got.MaxSteps != 9 {
		t.Errorf("Vec of two probes: Len() = %d and Spec() = %+v, want 2 and the probe's", v.Len(), got)
	}
}

func TestVecNotReset(t *testing.T) {
	v := env.NewVec(new(probe))
	if r, err := v.Step([]float32{0}); err == nil || r != nil || !strings.Contains(err.Error(), "Reset") {
		t.Errorf("Step before Reset = %v, %v, want an error that says so", r, err)
	}
	reset(t, v, 1)
	if _, err := v.Step([]float32{0}); err != nil {
		t.Errorf("Step after Reset: %v", err)
	}
}

func TestVecActionLength(t *testing.T) {
	v := env.NewVec(new(probe), new(probe))
	reset(t, v, 1)
	for _, n := range []int{0, 1, 3} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(p.(string), "want 2×1") {
					t.Errorf("Step of %d floats panicked with %v, want 2×1 named", n, p)
				}
			}()
			v.Step(make([]float32, n))
		}()
	}
	if _, err := v.Step([]float32{0, 0}); err != nil {
		t.Errorf("Step after the caller's mistake: %v, want none", err)
	}
}

// TestVecOwnsResult checks that Step always returns the same Result and neither keeps nor changes
// the actions.
func TestVecOwnsResult(t *testing.T) {
	v := vecOf(2, cartPole)
	first := reset(t, v, 1)
	drive(t, v, rand.New(rand.NewPCG(1, 1)), 2, 100, func(act []float32, r *env.Result) {
		if r != first {
			t.Fatal("Step returned another Result, want the one it overwrites")
		}
		for i := range act {
			if act[i] != 0 && act[i] != 1 {
				t.Fatalf("action %d is %v after Step, want it untouched", i, act[i])
			}
			act[i] = nan // if the Vec had kept act, the NaN would be an error
		}
	})
}

// TestVecAllocs checks that steps allocate nothing, over episodes of about 20 steps with
// restarts. Without a State, the log of actions grows until the longest episode has ended.
func TestVecAllocs(t *testing.T) {
	for name, newEnv := range map[string]func() env.Env{
		"snapshotter": cartPole,
		"wrapped":     func() env.Env { return env.NewStickyAction(env.ScaleReward{Env: cartPole(), K: 2}, 0.25) },
		"log":         func() env.Env { return onlyEnv{limit(cartPole(), 10)} },
	} {
		t.Run(name, func(t *testing.T) {
			v := vecOf(8, newEnv)
			reset(t, v, 1)
			rng := rand.New(rand.NewPCG(1, 1))
			drive(t, v, rng, 2, 200, func([]float32, *env.Result) {})
			act, ended := make([]float32, 8), 0
			n := testing.AllocsPerRun(2000, func() {
				for i := range act {
					act[i] = float32(rng.IntN(2))
				}
				r, err := v.Step(act)
				if err != nil {
					t.Fatal(err)
				}
				for i := range act {
					if r.Done(i) {
						ended++
					}
				}
			})
			if n != 0 {
				t.Errorf("Step allocates %v times, want 0", n)
			}
			if ended < 100 {
				t.Errorf("%d episodes ended in 2000 steps of 8 environments, want 100 or more", ended)
			}
		})
	}
}

// resultBits appends all numbers of a Result to dst, as bits.
func resultBits(dst []uint64, r *env.Result) []uint64 {
	for _, x := range slices.Concat(r.Obs, r.Next) {
		dst = append(dst, uint64(math.Float32bits(x)))
	}
	for i := range r.Reward {
		dst = append(dst, math.Float64bits(r.Reward[i]), math.Float64bits(r.Return[i]), uint64(r.Length[i]))
		for _, flag := range []bool{r.Terminated[i], r.Truncated[i], r.First[i]} {
			if flag {
				dst = append(dst, 1)
			} else {
				dst = append(dst, 0)
			}
		}
	}
	return dst
}
