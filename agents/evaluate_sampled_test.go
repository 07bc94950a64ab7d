package agents_test

import (
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/tape"
)

// dice is a policy of two actions, drawn with the same probability; the best is 0.
type dice struct{ policy.Policy }

func (dice) Spec() policy.Spec { return policy.Spec{} }

func (dice) Act(in policy.In, out policy.Out) {
	clear(out.Act)
	for i := range in.Rand {
		out.Act[i] = float32(rand.New(&in.Rand[i]).IntN(2))
	}
}

// longer is picture whose reward is the action.
type longer struct{ *picture }

func (l longer) Step(act, obs []float32) env.Outcome {
	out := l.picture.Step(act, obs)
	out.Reward = float64(act[0])
	return out
}

// TestEvaluateSampled: drawn actions differ from the best. Those of an episode descend from
// its seed, and not from the episodes beside it: 15 side by side or 40 return the same, and
// an Actor draws the same.
func TestEvaluateSampled(t *testing.T) {
	const episodes = 40
	returns := func(floats int, sampled bool) []float64 {
		mk := env.Each(func() env.Env {
			return longer{&picture{countdown: countdown{length: func(uint64) int { return 30 }}, floats: floats}}
		})
		s, err := agents.Evaluate(t.Context(), dice{}, mk, agents.Evaluation{Episodes: episodes, MaxSteps: 30, Seed: 7, Sampled: sampled})
		if err != nil {
			t.Fatal(err)
		}
		return s.Returns
	}
	if best := returns(4, false); slices.Max(best) != 0 {
		t.Errorf("the best actions return up to %v, want 0", slices.Max(best))
	}
	wide, narrow := returns(4, true), returns(1<<17, true)
	if !slices.Equal(wide, narrow) || slices.Min(wide) == slices.Max(wide) {
		t.Errorf("drawn actions return %v side by side, %v one after another", wide[:9], narrow[:9])
	}
	var rng [1]rand.PCG
	for _, i := range []int{0, 20, 39} {
		policy.SeedEpisode(&rng[0], env.Split(env.Split(env.Split(7, 0), uint64(i)), 1))
		want, act := 0.0, make([]float32, 1)
		for range 30 {
			dice{}.Act(policy.In{Rand: rng[:]}, policy.Out{Act: act})
			want += float64(act[0])
		}
		if wide[i] != want {
			t.Errorf("episode %d returned %v, want %v of its own generator", i, wide[i], want)
		}
	}
}

// clock is a policy that remembers how many steps its episode has, and does 1 in the third
// step alone.
type clock struct{}

func (clock) Spec() policy.Spec {
	return policy.Spec{Obs: env.NewBox(0, 100, 1), Act: env.Discrete{N: 2}, Memory: 1}
}
func (clock) Tensors() []*tape.Param { return nil }
func (clock) Clone() policy.Policy   { return clock{} }

func (clock) Act(in policy.In, out policy.Out) {
	for i := range in.Memory {
		if in.First[i] {
			in.Memory[i] = 0
		}
		in.Memory[i]++
		if out.Act[i] = 0; in.Memory[i] == 3 {
			out.Act[i] = 1
		}
	}
}

// TestEvaluateMemory: a policy's memory goes with each episode, and begins with it.
func TestEvaluateMemory(t *testing.T) {
	mk := env.Each(func() env.Env {
		return longer{&picture{countdown: countdown{length: func(seed uint64) int { return 1 + int(seed%5) }}, floats: 4}}
	})
	s, err := agents.Evaluate(t.Context(), clock{}, mk, agents.Evaluation{Episodes: 300, MaxSteps: 30, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range s.Lengths {
		if want := map[bool]float64{true: 1}[n >= 3]; s.Returns[i] != want {
			t.Errorf("episode %d of %d steps returns %v, want %v", i, n, s.Returns[i], want)
		}
	}
}

// TestEvaluateCloses: no environment stays open, after an evaluation or after one that ends
// with an error.
func TestEvaluateCloses(t *testing.T) {
	count := new(atomic.Int64)
	mk := env.Each(func() env.Env {
		count.Add(1)
		return &open{newMimic(), count, 0}
	})
	for _, p := range []policy.Policy{zero{}, wrong{}} {
		_, err := agents.Evaluate(t.Context(), p, mk, agents.Evaluation{Episodes: 300, MaxSteps: 5, Seed: 1})
		if n := count.Load(); n != 0 || (err == nil) != (p == zero{}) {
			t.Errorf("%T: %d environments are open; error %v", p, n, err)
		}
	}
}

// wrong does what is no action.
type wrong struct{ zero }

func (wrong) Act(_ policy.In, out policy.Out) { out.Act[0] = 7 }
