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

// coinFlip is a policy that samples action 0 or 1 with the same probability. Its best action is 0.
type coinFlip struct{ policy.Policy }

func (coinFlip) Spec() policy.Spec { return policy.Spec{} }

func (coinFlip) Act(in policy.In, out policy.Out) {
	clear(out.Act)
	for i := range in.Rand {
		out.Act[i] = float32(rand.New(&in.Rand[i]).IntN(2))
	}
}

// actionReward is wideCountdown whose reward is the action.
type actionReward struct{ *wideCountdown }

func (l actionReward) Step(act, obs []float32) env.Outcome {
	out := l.wideCountdown.Step(act, obs)
	out.Reward = float64(act[0])
	return out
}

// TestEvaluateSampled checks that sampled actions differ from the best actions, and that they
// depend only on the seed of their episode: 15 environments at a time give the same returns as
// 40, and the generator of policy.SeedEpisode gives the same actions.
func TestEvaluateSampled(t *testing.T) {
	const episodes = 40
	returns := func(floats int, sampled bool) []float64 {
		mk := env.Each(func() env.Env {
			return actionReward{&wideCountdown{countdown: countdown{length: func(uint64) int { return 30 }}, floats: floats}}
		})
		s, err := agents.Evaluate(t.Context(), coinFlip{}, mk, agents.Evaluation{Episodes: episodes, MaxSteps: 30, Seed: 7, Sampled: sampled})
		if err != nil {
			t.Fatal(err)
		}
		return s.Returns
	}
	if best := returns(4, false); slices.Max(best) != 0 {
		t.Errorf("the best actions have returns up to %v, want 0", slices.Max(best))
	}
	wide, narrow := returns(4, true), returns(1<<17, true)
	if !slices.Equal(wide, narrow) || slices.Min(wide) == slices.Max(wide) {
		t.Errorf("sampled actions have returns %v with 40 environments, %v with 15", wide[:9], narrow[:9])
	}
	var rng [1]rand.PCG
	for _, i := range []int{0, 20, 39} {
		policy.SeedEpisode(&rng[0], env.Split(env.Split(env.Split(7, 0), uint64(i)), 1))
		want, act := 0.0, make([]float32, 1)
		for range 30 {
			coinFlip{}.Act(policy.In{Rand: rng[:]}, policy.Out{Act: act})
			want += float64(act[0])
		}
		if wide[i] != want {
			t.Errorf("episode %d has return %v, want %v with the generator of its seed", i, wide[i], want)
		}
	}
}

// thirdStepPolicy is a policy with memory: it counts the steps of its episode, and its action is
// 1 in the third step and 0 in the other steps.
type thirdStepPolicy struct{}

func (thirdStepPolicy) Spec() policy.Spec {
	return policy.Spec{Obs: env.NewBox(0, 100, 1), Act: env.Discrete{N: 2}, Memory: 1}
}
func (thirdStepPolicy) Tensors() []*tape.Param { return nil }
func (thirdStepPolicy) Clone() policy.Policy   { return thirdStepPolicy{} }

func (thirdStepPolicy) Act(in policy.In, out policy.Out) {
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

// TestEvaluateMemory checks that Evaluate keeps a policy's memory for each environment and marks
// the first step of an episode.
func TestEvaluateMemory(t *testing.T) {
	mk := env.Each(func() env.Env {
		return actionReward{&wideCountdown{countdown: countdown{length: func(seed uint64) int { return 1 + int(seed%5) }}, floats: 4}}
	})
	s, err := agents.Evaluate(t.Context(), thirdStepPolicy{}, mk, agents.Evaluation{Episodes: 300, MaxSteps: 30, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range s.Lengths {
		if want := map[bool]float64{true: 1}[n >= 3]; s.Returns[i] != want {
			t.Errorf("episode %d of %d steps has return %v, want %v", i, n, s.Returns[i], want)
		}
	}
}

// TestEvaluateCloses checks that Evaluate closes all environments, with and without an error.
func TestEvaluateCloses(t *testing.T) {
	count := new(atomic.Int64)
	mk := env.Each(func() env.Env {
		count.Add(1)
		return &countedEnv{newMimic(), count, 0}
	})
	for _, p := range []policy.Policy{zeroPolicy{}, invalidActionPolicy{}} {
		_, err := agents.Evaluate(t.Context(), p, mk, agents.Evaluation{Episodes: 300, MaxSteps: 5, Seed: 1})
		if n := count.Load(); n != 0 || (err == nil) != (p == zeroPolicy{}) {
			t.Errorf("%T: %d environments are open; error %v", p, n, err)
		}
	}
}

// invalidActionPolicy is a policy whose action is outside the action space.
type invalidActionPolicy struct{ zeroPolicy }

func (invalidActionPolicy) Act(_ policy.In, out policy.Out) { out.Act[0] = 7 }
