package env_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestMask checks the masks after Reset, after each step and after a restart, and that
// environments without masks have a nil Mask.
func TestMask(t *testing.T) {
	v := env.NewVec(env.NewStickyAction(new(maskedWalk), 0), new(maskedWalk))
	r := reset(t, v, 1)
	want := []bool{false, true, false, true}
	ended := false
	for step := range 60 {
		if !slices.Equal(r.Mask, want) {
			t.Fatalf("step %d: Mask = %v, want %v", step, r.Mask, want)
		}
		var err error
		if r, err = v.Step([]float32{1, 1}); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			steps := r.Length[i]
			if r.Done(i) {
				steps, ended = 0, true
			}
			for k := range 2 {
				want[2*i+k] = (steps+k)%3 > 0
			}
		}
	}
	if !ended {
		t.Error("no episode ended")
	}
	if r := reset(t, vecOf(2, cartPole), 1); r.Mask != nil || r.NextMask != nil {
		t.Errorf("Mask of CartPole = %v and %v, want nil", r.Mask, r.NextMask)
	}
}

// A fixedMasks environment has masks[t] at step t, and repeats them in a cycle.
type fixedMasks struct {
	probe
	act   env.Space
	masks [][]bool // at step 0, 1, …
}

func (l *fixedMasks) Spec() env.Spec {
	s := l.probe.Spec()
	s.Act = l.act
	return s
}

func (l *fixedMasks) Mask(allowed []bool) { copy(allowed, l.masks[l.t%len(l.masks)]) }

// parseMask returns the bools of a text of ones and zeros.
func parseMask(text string) (all []bool) {
	for _, c := range text {
		all = append(all, c == '1')
	}
	return all
}

// TestMaskRows checks Mask and NextMask for every kind of discrete action space, in a Vec and a
// Parallel. The expected rows are written by hand: an episode ends at step 2, truncated or
// terminated.
func TestMaskRows(t *testing.T) {
	for name, c := range map[string]struct {
		act   env.Space
		masks [3]string // at steps 0, 1 and 2
	}{
		"Discrete":      {env.Discrete{N: 3}, [3]string{"110", "011", "100"}},
		"MultiDiscrete": {env.MultiDiscrete{N: []int{2, 3}}, [3]string{"10111", "01001", "11100"}},
		"MultiBinary":   {env.MultiBinary{N: 2}, [3]string{"1011", "0101", "1110"}},
		"Dict":          {env.Dict{{Name: "x", Space: env.Discrete{N: 2}}, {Name: "y", Space: env.MultiBinary{N: 1}}}, [3]string{"1011", "0101", "1110"}},
	} {
		masks := [][]bool{parseMask(c.masks[0]), parseMask(c.masks[1]), parseMask(c.masks[2])}
		everything := slices.Repeat([]bool{true}, len(masks[0]))
		for _, ends := range []bool{false, true} {
			newEnv := func() env.Env {
				e := &fixedMasks{probe{cuts: 2}, c.act, masks}
				if ends {
					e.probe = probe{ends: 2}
				}
				return env.NewWithMaxSteps(e, 9)
			}
			for kind, v := range map[string]env.Vector{"Vec": vecOf(3, newEnv), "Parallel": parallelOf(2, 3, newEnv)} {
				r := reset(t, v, 1)
				check := func(step int, mask, next []bool, first bool) {
					t.Helper()
					m := len(mask)
					for i := range 3 {
						if got := r.Mask[i*m : (i+1)*m]; !slices.Equal(got, mask) {
							t.Errorf("%s, %s, step %d: Mask of row %d = %v, want %v", name, kind, step, i, got, mask)
						}
						if got := r.NextMask[i*m : (i+1)*m]; next != nil && !slices.Equal(got, next) {
							t.Errorf("%s, %s, step %d: NextMask of row %d = %v, want %v", name, kind, step, i, got, next)
						}
						if r.First[i] != first {
							t.Errorf("%s, %s, step %d: First of row %d = %v, want %v", name, kind, step, i, r.First[i], first)
						}
					}
				}
				check(0, masks[0], nil, true)
				act := make([]float32, 3*c.act.Size())
				for step := 1; step <= 4; step++ {
					var err error
					if r, err = v.Step(act); err != nil {
						t.Fatal(err)
					}
					switch {
					case step%2 == 1:
						check(step, masks[1], nil, false)
					case ends:
						check(step, masks[0], everything, true)
					default:
						check(step, masks[0], masks[2], true)
					}
				}
			}
		}
	}
}

// TestMaskAllowsNothing checks that a mask that allows no value of a choice is an error with
// environment, seed and step, unless the episode has terminated.
func TestMaskAllowsNothing(t *testing.T) {
	pair := env.MultiDiscrete{N: []int{2, 3}}
	for name, c := range map[string]struct {
		act   env.Space
		probe probe
		masks string // one for each step
		step  int    // step of the error; -1 for no error
	}{
		"reset":                   {env.Discrete{N: 2}, probe{}, "00", 0},
		"step":                    {env.Discrete{N: 2}, probe{}, "01 10 00", 2},
		"second choice":           {pair, probe{}, "01001 11000", 1},
		"first choice":            {pair, probe{}, "01001 00111", 1},
		"a bit":                   {env.MultiBinary{N: 2}, probe{}, "1001 0010", 1},
		"last state, cut off":     {env.Discrete{N: 2}, probe{cuts: 1}, "01 00", 1},
		"last state, time limit":  {env.Discrete{N: 2}, probe{max: 1}, "01 00", 1},
		"last state, terminated":  {env.Discrete{N: 2}, probe{ends: 1}, "01 00", -1},
		"terminated at its limit": {env.Discrete{N: 2}, probe{ends: 1, max: 1}, "01 00", -1},
	} {
		var masks [][]bool
		for _, mask := range strings.Fields(c.masks) {
			masks = append(masks, parseMask(mask))
		}
		newEnv := func() env.Env { return &fixedMasks{c.probe, c.act, masks} }
		for kind, v := range map[string]env.Vector{"Vec": vecOf(2, newEnv), "Parallel": parallelOf(2, 2, newEnv)} {
			_, err := v.Reset(5)
			for range 4 {
				if err == nil {
					_, err = v.Step(make([]float32, 2*c.act.Size()))
				}
			}
			var e *env.Error
			if c.step < 0 {
				if err != nil {
					t.Errorf("%s, %s: %v, want no error", name, kind, err)
				}
			} else if !errors.As(err, &e) || !errors.Is(err, env.ErrMask) || e.Env != "Probe-v0" || e.Index != 0 || e.Step != c.step || e.Seed != env.Split(env.Split(5, 0), 1) {
				t.Errorf("%s, %s: %v, want ErrMask at step %d", name, kind, err, c.step)
			}
		}
	}
}

// TestMaskAllocs checks that steps and restarts with masks allocate nothing.
func TestMaskAllocs(t *testing.T) {
	v := vecOf(4, func() env.Env { return new(maskedWalk) })
	reset(t, v, 1)
	drive(t, v, rand.New(rand.NewPCG(1, 1)), 2, 200, func([]float32, *env.Result) {})
	act := make([]float32, 4)
	if n := testing.AllocsPerRun(500, func() { v.Step(act) }); n != 0 {
		t.Errorf("Step allocates %v times, want 0", n)
	}
}

// An onlyFirst is a user's wrapper: its action is the first of two choices, the second is 0.
type onlyFirst struct{ env.ScaleReward }

func (w onlyFirst) Spec() env.Spec {
	s := w.ScaleReward.Spec()
	s.Act = env.Discrete{N: 2}
	return s
}

func (w onlyFirst) Step(act, obs []float32) env.Outcome {
	return w.ScaleReward.Step([]float32{act[0], 0}, obs)
}

// An ownMask is an onlyFirst with a mask for its own actions.
type ownMask struct{ onlyFirst }

func (ownMask) Mask(allowed []bool) { allowed[0], allowed[1] = true, false }

// TestMaskBehindWrapper checks that a mask is refused if a wrapper changes the actions that it
// masks, or if these actions are not discrete.
func TestMaskBehindWrapper(t *testing.T) {
	pair := &fixedMasks{act: env.MultiDiscrete{N: []int{2, 3}}, masks: [][]bool{parseMask("11111")}}
	around := onlyFirst{env.ScaleReward{Env: pair, K: 1}}
	const want = "it masks actions that are 2 choices (MultiDiscrete), and a wrapper makes them a choice of 2 (Discrete): want a wrapper with a mask of its own"
	if _, err := env.NewVec(around).Reset(1); !oneSentence(err, "env: Probe-v0: "+want) {
		t.Errorf("Reset: %v, want %q", err, want)
	}
	if r := reset(t, env.NewVec(ownMask{around}), 1); !slices.Equal(r.Mask, parseMask("10")) {
		t.Errorf("Mask of a wrapper's own = %v, want 1 0", r.Mask)
	}
	if r := reset(t, env.NewVec(onlyEnv{around}), 1); r.Mask != nil {
		t.Errorf("Mask = %v, want none where the wrapper hides it", r.Mask)
	}
	numbers := &fixedMasks{act: env.NewBox(-1, 1, 2), masks: [][]bool{parseMask("11")}}
	if _, err := env.NewVec(numbers).Reset(1); !oneSentence(err, "it masks actions that are a Box of 2 numbers, want a choice (Discrete)") {
		t.Errorf("Reset: %v, want it refused", err)
	}
}
