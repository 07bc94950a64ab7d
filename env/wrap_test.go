package env_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/render"
)

func TestAs(t *testing.T) {
	pole := classic.NewCartPole()
	scaled := env.ScaleReward{Env: pole, K: 2}
	stuck := env.NewStickyAction(scaled, 0.5)
	if got, ok := env.As[*classic.CartPole](stuck); !ok || got != pole {
		t.Errorf("As[*CartPole](Sticky(Scale(pole))) = %p, %v, want %p", got, ok, pole)
	}
	if got, ok := env.As[env.ScaleReward](stuck); !ok || got != scaled {
		t.Errorf("As[ScaleReward](Sticky(Scale(pole))) = %v, %v, want %v", got, ok, scaled)
	}
	if got, ok := env.As[render.Scene](stuck); !ok || got != render.Scene(pole) {
		t.Errorf("As[Scene](Sticky(Scale(pole))) = %v, %v, want the pole", got, ok)
	}
	if got, ok := env.As[env.Snapshotter](stuck); !ok || got != env.Snapshotter(stuck) {
		t.Errorf("As[Snapshotter](Sticky(Scale(pole))) = %v, %v, want the outermost", got, ok)
	}
	if got, ok := env.As[*env.StickyAction](scaled); ok || got != nil {
		t.Errorf("As[*StickyAction](Scale(pole)) = %v, %v, want none", got, ok)
	}
	if got, ok := env.As[env.Physics](onlyEnv{pole}); ok {
		t.Errorf("As[Physics] of what is no Wrapper = %v, want none", got)
	}
}

func TestSnapshots(t *testing.T) {
	for name, c := range map[string]struct {
		e    env.Env
		want bool
	}{
		"cartpole":       {cartPole(), true},
		"wrapped":        {sticky(), true},
		"hidden":         {onlyEnv{cartPole()}, false},
		"wrapped hidden": {env.NewStickyAction(env.ScaleReward{Env: onlyEnv{cartPole()}, K: 1}, 0), false},
	} {
		if got := env.Snapshots(c.e); got != c.want {
			t.Errorf("Snapshots(%s) = %v, want %v", name, got, c.want)
		}
		err := state.Save(new(bytes.Buffer), stateOf{c.e})
		if (err == nil) != c.want {
			t.Errorf("StateOf(%s) fails with %v, want it to work: %v", name, err, c.want)
		}
		if err != nil && !strings.Contains(err.Error(), "env_test.onlyEnv") {
			t.Errorf("StateOf(%s): %v, want the type named", name, err)
		}
	}
}

type stateOf struct{ e env.Env }

func (v stateOf) State(s *state.State) { env.StateOf(v.e, s) }

// An echoEnv records the actions that it is given. Its observation and its reward are the latest
// action.
type echoEnv struct{ got []float32 }

func (e *echoEnv) Spec() env.Spec {
	return env.Spec{ID: "Echo-v0", Obs: env.NewBox(0, inf), Act: env.NewBox(0, inf)}
}

func (e *echoEnv) Reset(_ uint64, obs []float32) { e.got, obs[0] = e.got[:0], 0 }

func (e *echoEnv) Step(act, obs []float32) env.Outcome {
	e.got, obs[0] = append(e.got, act[0]), act[0]
	return env.Outcome{Reward: float64(act[0]), Terminated: act[0] == 7, Truncated: act[0] == 8}
}

func TestScaleReward(t *testing.T) {
	w := env.ScaleReward{Env: new(echoEnv), K: -0.5}
	obs := make([]float32, 1)
	w.Reset(1, obs)
	for act, want := range map[float32]env.Outcome{
		3: {Reward: -1.5}, 7: {Reward: -3.5, Terminated: true}, 8: {Reward: -4, Truncated: true},
	} {
		if got := w.Step([]float32{act}, obs); got != want || obs[0] != act {
			t.Errorf("Step(%v) = %+v and observation %v, want %+v and %v", act, got, obs[0], want, act)
		}
	}
	if got := w.Spec().ID; got != "Echo-v0" {
		t.Errorf("Spec().ID = %q, want Echo-v0", got)
	}
}

// TestStickyAction checks the actions 1, 2, …, 5 in two episodes. With p = 0, no action is
// repeated. With p = 1, the first action of each episode is repeated: an episode never repeats an
// action of the episode before.
func TestStickyAction(t *testing.T) {
	for p, want := range map[float64][]float32{0: {1, 2, 3, 4, 5}, 1: {1, 1, 1, 1, 1}} {
		inner := new(echoEnv)
		w := env.NewStickyAction(inner, p)
		obs := make([]float32, 1)
		for _, k := range []float32{1, 10} { // the actions of the second episode are ten times larger
			w.Reset(3, obs)
			want := slices.Clone(want)
			for i := range want {
				want[i] *= k
				act := []float32{float32(i+1) * k}
				if w.Step(act, obs); act[0] != float32(i+1)*k {
					t.Errorf("P = %v: Step changed its action to %v, want %v", p, act[0], float32(i+1)*k)
				}
			}
			if !slices.Equal(inner.got, want) {
				t.Errorf("P = %v: the actions that arrive are %v, want %v", p, inner.got, want)
			}
		}
	}
}

// TestStickyActionOften checks how many of n actions are repeated: the number is binomial, with
// mean n p and variance n p (1-p). The repeated action is the latest action taken, not the latest
// action given.
func TestStickyActionOften(t *testing.T) {
	const n, p = 10_000, 0.25
	inner := new(echoEnv)
	w := env.NewStickyAction(inner, p)
	obs := make([]float32, 1)
	w.Reset(1, obs)
	for i := range n + 1 {
		w.Step([]float32{float32(10 + i)}, obs)
	}
	stuck := 0
	for i := 1; i <= n; i++ {
		switch inner.got[i] {
		case float32(10 + i):
		case inner.got[i-1]:
			stuck++
		default:
			t.Fatalf("action %d is %v, want %v or %v", i, inner.got[i], 10+i, inner.got[i-1])
		}
	}
	if limit := 4 * math.Sqrt(n*p*(1-p)); math.Abs(float64(stuck)-n*p) > limit {
		t.Errorf("%d of %d actions stuck, want %v ± %.0f", stuck, n, n*p, limit)
	}
}

// TestRandomAction checks how many of n actions are replaced. A random action of the echo environment is
// never the whole number that was given.
func TestRandomAction(t *testing.T) {
	const n, p = 10_000, 0.25
	inner := new(echoEnv)
	w, err := env.NewRandomAction(inner, p)
	if err != nil {
		t.Fatal(err)
	}
	obs := make([]float32, 1)
	w.Reset(1, obs)
	for range n {
		w.Step([]float32{3}, obs)
	}
	replaced := 0
	for _, a := range inner.got {
		if a != 3 {
			replaced++
		}
	}
	if limit := 4 * math.Sqrt(n*p*(1-p)); math.Abs(float64(replaced)-n*p) > limit {
		t.Errorf("%d of %d actions are random, want %v ± %.0f", replaced, n, n*p, limit)
	}
}

// TestReseed checks that episodes are those of the given seeds, each about as often.
func TestReseed(t *testing.T) {
	const episodes = 1000
	seeds := []uint64{3, 8, 5}
	w, err := env.NewReseed(cartPole(), seeds...)
	if err != nil {
		t.Fatal(err)
	}
	single, obs, want := cartPole(), make([]float32, 4), make([]float32, 4)
	count := map[uint64]int{}
	for seed := range uint64(episodes) {
		w.Reset(seed, obs)
		for _, s := range seeds {
			if single.Reset(s, want); slices.Equal(obs, want) {
				count[s]++
			}
		}
	}
	for _, s := range seeds {
		if n := float64(count[s]); math.Abs(n-episodes/3) > 60 { // 4 standard deviations
			t.Errorf("%v episodes of seed %d of %d, want about a third", n, s, episodes)
		}
	}
	if sum := count[3] + count[8] + count[5]; sum != episodes {
		t.Errorf("%d episodes of the seeds, want %d", sum, episodes)
	}
}

// TestStickyActionSeed checks that the seed alone decides which actions are repeated.
func TestStickyActionSeed(t *testing.T) {
	w := env.NewStickyAction(new(echoEnv), 0.5)
	play := func(seed uint64) []float32 {
		obs := make([]float32, 1)
		w.Reset(seed, obs)
		for i := range 100 {
			w.Step([]float32{float32(10 + i)}, obs)
		}
		inner, _ := env.As[*echoEnv](w)
		return slices.Clone(inner.got)
	}
	first, other := play(1), play(2)
	if slices.Equal(first, other) {
		t.Error("seeds 1 and 2 stick alike, want them to differ")
	}
	if got := play(1); !slices.Equal(got, first) {
		t.Errorf("seed 1 sticks as %v after seed 2, want %v", got, first)
	}
}

// TestScaleRewardThreshold checks that the threshold is scaled as the rewards are.
func TestScaleRewardThreshold(t *testing.T) {
	e := env.ScaleReward{Env: classic.NewCartPole(), K: 0.1}
	if got := e.Spec().RewardThreshold; got == nil || *got != 47.5 {
		t.Errorf("Spec().RewardThreshold = %v, want 47.5", got)
	}
}

// TestSpecShares checks that calls of Spec do not copy bounds: two Specs of an environment share
// them.
func TestSpecShares(t *testing.T) {
	same := func(name string, a, b env.Space) {
		x, ok := a.(env.Box)
		y, _ := b.(env.Box)
		if ok && &x.Low[0] != &y.Low[0] {
			t.Errorf("%s: two Specs have bounds of their own, want the same", name)
		}
	}
	for name, mk := range wrapperCases() {
		e, err := mk()
		if err != nil {
			t.Fatal(err)
		}
		a, b := e.Spec(), e.Spec()
		same(name, a.Obs, b.Obs)
		same(name, a.Act, b.Act)
	}
	for _, e := range []env.Env{classic.NewCartPole(), classic.NewPendulum(), classic.NewAcrobot(), classic.NewMountainCar(), classic.NewMountainCarContinuous()} {
		a, b := e.Spec(), e.Spec()
		same(a.ID, a.Obs, b.Obs)
		same(a.ID, a.Act, b.Act)
	}
}
