package env_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
)

func newEpisode(t testing.TB, e env.Env, maxSteps int) *env.Episode {
	t.Helper()
	p, err := env.NewEpisode(e, maxSteps)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// must ends the test if err is not nil.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// shownBits returns the bits of all exported fields of an Episode.
func shownBits(p *env.Episode) string {
	var bits []uint32
	for _, x := range p.Obs {
		bits = append(bits, math.Float32bits(x))
	}
	return fmt.Sprint(p.Seed, p.Steps, bits, p.Act, p.Mask, p.Reward, p.Return, p.Terminated, p.Truncated, p.Done(), p.Running(), p.Metrics)
}

// TestEpisodeIsAVec checks that an Episode has the same results as a Vec with the same seeds.
func TestEpisodeIsAVec(t *testing.T) {
	for name, newEnv := range map[string]func() env.Env{
		"CartPole": cartPole, "sticky": sticky, "mask": func() env.Env { return new(maskedWalk) }, "Taxi": func() env.Env { return grid.NewTaxi() },
		"time limit": func() env.Env { return limit(cartPole(), 7) }, "measured": func() env.Env { return new(measuredWalk) },
	} {
		v := vecOf(1, newEnv)
		r := reset(t, v, 5)
		p := newEpisode(t, newEnv(), v.Spec().MaxSteps)
		for episode := range uint64(5) {
			must(t, p.Reset(env.Split(env.Split(5, 0), episode+1)))
			if !sameBits(p.Obs, r.Obs) || !slices.Equal(p.Mask, r.Mask) || p.Steps != 0 || p.Act != nil || p.Done() || !p.Running() {
				t.Fatalf("%s: episode %d begins with %s, want %v and %v", name, episode, shownBits(p), r.Obs, r.Mask)
			}
			for n := 0; !p.Done(); n++ {
				act := []float32{float32(n / 3 % 2)}
				must(t, p.Step(act))
				var err error
				if r, err = v.Step(act); err != nil {
					t.Fatal(err)
				}
				mask := r.Mask
				if p.Done() {
					mask = r.NextMask
				}
				if !sameBits(p.Obs, r.Next) || p.Reward != r.Reward[0] || p.Return != r.Return[0] || p.Steps != r.Length[0] ||
					p.Terminated != r.Terminated[0] || p.Truncated != r.Truncated[0] || !p.Terminated && !slices.Equal(p.Mask, mask) {
					t.Fatalf("%s: episode %d: %s, and the Vec shows %+v", name, episode, shownBits(p), r)
				}
				if p.Done() && !slices.Equal(p.Metrics, r.Metrics) {
					t.Errorf("%s: figures %v, and the Vec's %v", name, p.Metrics, r.Metrics)
				}
				if p.Act[0] != act[0] || p.Done() == p.Running() {
					t.Fatalf("%s: %s after action %v", name, shownBits(p), act)
				}
			}
			if err := p.Step([]float32{0}); !oneSentence(err, "over") {
				t.Errorf("%s: Step of an episode that is over: %v, want an error", name, err)
			}
		}
	}
}

// TestEpisodeLastMask checks that Mask is what the final state allows, even if it allows nothing.
func TestEpisodeLastMask(t *testing.T) {
	p := newEpisode(t, &fixedMasks{probe{ends: 1}, env.Discrete{N: 2}, [][]bool{parseMask("01"), parseMask("00")}}, 0)
	must(t, p.Reset(1))
	must(t, p.Step([]float32{1}))
	if !p.Terminated || !slices.Equal(p.Mask, parseMask("00")) {
		t.Errorf("%s, want the mask 0 0", shownBits(p))
	}
}

// TestEpisodeSeek checks that Seek, back or forwards, leads to the same fields as before. If Step
// is called at an earlier step, the later steps are dropped.
func TestEpisodeSeek(t *testing.T) {
	p := newEpisode(t, env.NewStickyAction(grid.NewTaxi(), 0.3), 9)
	if err := p.Step([]float32{0}); !oneSentence(err, "has not begun") {
		t.Errorf("Step before Reset: %v, want an error", err)
	}
	must(t, p.Reset(7))
	want := []string{shownBits(p)}
	for n := 0; !p.Done(); n++ {
		must(t, p.Step([]float32{float32(n % 4)}))
		want = append(want, shownBits(p))
	}
	if len(want) != 10 || !p.Truncated {
		t.Fatalf("%d moments, want 10 up to the limit", len(want))
	}
	for _, step := range []int{5, 0, 3, 9, -1, 99, 8, 9} {
		must(t, p.Seek(step))
		if got, want := shownBits(p), want[min(max(step, 0), 9)]; got != want {
			t.Errorf("Seek(%d) leads to %s, want %s", step, got, want)
		}
		if p.Last() != 9 {
			t.Errorf("Last() = %d after Seek(%d), want 9", p.Last(), step)
		}
	}
	must(t, p.Seek(2))
	must(t, p.Step([]float32{3}))
	if p.Last() != 3 {
		t.Errorf("Last() = %d after another third action, want 3", p.Last())
	}
}

// TestEpisodeSetPhysics checks that an episode can begin at a given state and cannot go back.
func TestEpisodeSetPhysics(t *testing.T) {
	p := newEpisode(t, env.NewWithMaxSteps(classic.NewCartPole(), 3), 3)
	must(t, p.Reset(1))
	must(t, p.Step([]float32{1}))
	if err := p.SetPhysics([]float64{0}); err == nil || p.Steps != 1 {
		t.Errorf("SetPhysics of one number: %v, at step %d, want an error that changes nothing", err, p.Steps)
	}
	must(t, p.SetPhysics([]float64{0, 0, 0.125, 0}))
	if p.Steps != 0 || p.Obs[2] != 0.125 || p.Return != 0 || p.Last() != 0 {
		t.Errorf("SetPhysics leads to %s, want a new episode", shownBits(p))
	}
	for range 3 {
		must(t, p.Step([]float32{0}))
	}
	if !p.Truncated || p.Seek(1) == nil {
		t.Errorf("%s, and a way back, want the time limit and none", shownBits(p))
	}
	must(t, p.Seek(9)) // stays at step 3, the last one
	stack, err := env.NewFrameStack(cartPole(), 2, false)
	must(t, err)
	if err := newEpisode(t, stack, 0).SetPhysics(make([]float64, 4)); !oneSentence(err, "the state of CartPole-v1 cannot be set") {
		t.Errorf("SetPhysics within frames that are stacked: %v, want an error", err)
	}
}

// TestEpisodeErrors checks that each error is an *Error with seed, step and actions, and that the
// episode continues where this is possible.
func TestEpisodeErrors(t *testing.T) {
	p := newEpisode(t, new(probe), 0)
	must(t, p.Reset(3))
	must(t, p.Step([]float32{2}))
	for _, act := range [][]float32{{3}, {-1}, {nan}, {0, 0}, nil} {
		err := p.Step(act)
		var e *env.Error
		if !errors.As(err, &e) || !errors.Is(err, env.ErrAction) || e.Index != -1 || e.Seed != 3 || e.Step != 2 || len(e.Actions) != 1+len(act) || p.Steps != 1 {
			t.Errorf("Step(%v) = %v, want ErrAction at step 2, and nothing changed", act, err)
		}
		if !oneSentence(err, "env: Probe-v0, episode seed 3, step 2: action") {
			t.Errorf("Step(%v) = %v, want no number of the environment", act, err)
		}
	}
	must(t, p.Step([]float32{1}))

	p = newEpisode(t, &panicAtStep{probe{n: 3}, 2}, 0)
	must(t, p.Reset(3))
	must(t, p.Step([]float32{2}))
	err := p.Step([]float32{1})
	var e *env.Error
	if !errors.As(err, &e) || e.Step != 2 || !slices.Equal(e.Actions, []float32{2, 1}) || p.Running() {
		t.Errorf("a panic is %v, running %v, want an *Error at step 2, and the end", err, p.Running())
	}
	must(t, p.Seek(1)) // the step before the panic
	if p.Steps != 1 || !p.Running() {
		t.Errorf("Seek to before the panic leads to %s", shownBits(p))
	}

	p = newEpisode(t, &strayObs{space: env.Discrete{N: 3}, at: 1}, 0)
	must(t, p.Reset(3))
	if err := p.Step([]float32{0}); !errors.Is(err, env.ErrObservation) || p.Obs[0] != 3 || p.Steps != 1 {
		t.Errorf("an observation outside its space: %v, %s, want ErrObservation, and to see it", err, shownBits(p))
	}
	must(t, p.Step([]float32{0}))
	if err := (&env.Error{Env: "Lift-v1", Index: -1, Seed: 3, Step: 4, Err: env.ErrMask}).Error(); err != "env: Lift-v1, episode seed 3, step 4: the mask allows no action" {
		t.Errorf("Error() = %q", err)
	}
}

// TestNewEpisode checks that NewEpisode refuses invalid environments.
func TestNewEpisode(t *testing.T) {
	if _, err := env.NewEpisode(cartPole(), -1); !oneSentence(err, "env: CartPole-v1: a time limit of -1 steps") {
		t.Errorf("a time limit of -1: %v, want an error", err)
	}
	if _, err := env.NewEpisode(nil, 0); !oneSentence(err, "there is no environment") {
		t.Errorf("no environment: %v, want an error", err)
	}
	for want, spec := range badSpecs() {
		if _, err := env.NewEpisode(&specEnv{spec: spec}, 0); !oneSentence(err, want) {
			t.Errorf("NewEpisode = %v, want %q", err, want)
		}
	}
}

// TestEpisodeLong checks that an episode with too many actions for the log continues but cannot
// go back.
func TestEpisodeLong(t *testing.T) {
	p := newEpisode(t, new(wideActions), 0)
	must(t, p.Reset(1))
	act := make([]float32, 1024)
	for range 1026 {
		must(t, p.Step(act))
	}
	if err := p.Seek(1025); !oneSentence(err, "1026 steps of an episode are too many to go back in") {
		t.Errorf("Seek: %v, want an error", err)
	}
	must(t, p.Step(act))
	if p.Steps != 1027 || p.Last() != 1027 {
		t.Errorf("step %d of %d, want 1027", p.Steps, p.Last())
	}
}

// TestEpisodeAllocs checks that an episode allocates nothing once its log has grown.
func TestEpisodeAllocs(t *testing.T) {
	p, act := newEpisode(t, grid.NewTaxi(), 50), []float32{1}
	play := func() {
		p.Reset(1)
		for !p.Done() {
			p.Step(act)
		}
	}
	if n := testing.AllocsPerRun(10, play); n != 0 {
		t.Errorf("an episode allocates %v times, want 0", n)
	}
}
