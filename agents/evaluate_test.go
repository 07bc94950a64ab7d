package agents_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/tape"
)

// zero is a policy of zeros.
type zero struct{}

func (zero) Act(in policy.In, out policy.Out) {
	if in.Rand != nil {
		panic("an evaluation samples")
	}
	clear(out.Act)
}
func (zero) Spec() policy.Spec      { return policy.Spec{} }
func (zero) Tensors() []*tape.Param { return nil }
func (zero) Clone() policy.Policy   { return zero{} }

// staircase makes environments of which the i-th pays 1 for i+1 steps.
func staircase(n int) (env.Vector, error) {
	envs := make([]env.Env, n)
	for i := range envs {
		envs[i] = &countdown{length: func(uint64) int { return i + 1 }}
	}
	return env.NewVec(envs...), nil
}

// TestEvaluate: of returns 1, …, 5 the mean is 3 and the deviation √2. Within 3
// steps they are 1, 2, 3, 3, 3: 2.4 and √0.64. It ends with the last episode.
func TestEvaluate(t *testing.T) {
	for _, tc := range []struct {
		maxSteps               int
		returns                []float64
		mean, std, least, most float64
	}{
		{math.MaxInt, []float64{1, 2, 3, 4, 5}, 3, math.Sqrt2, 1, 5},
		{5, []float64{1, 2, 3, 4, 5}, 3, math.Sqrt2, 1, 5},
		{3, []float64{1, 2, 3, 3, 3}, 2.4, 0.8, 1, 3},
	} {
		s, err := agents.Evaluate(context.Background(), zero{}, staircase, agents.Evaluation{Episodes: 5, MaxSteps: tc.maxSteps, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Returns, tc.returns) || s.Min != tc.least || s.Max != tc.most {
			t.Errorf("Evaluate within %d steps = %+v, want returns %v", tc.maxSteps, s, tc.returns)
		}
		if math.Abs(s.Mean-tc.mean) > 1e-12 || math.Abs(s.Std-tc.std) > 1e-12 {
			t.Errorf("Evaluate within %d steps has mean %v and deviation %v, want %v and %v", tc.maxSteps, s.Mean, s.Std, tc.mean, tc.std)
		}
		for i, n := range s.Lengths {
			if float64(n) != tc.returns[i] {
				t.Errorf("Evaluate within %d steps: episode %d has %d steps, want %v", tc.maxSteps, i, n, tc.returns[i])
			}
		}
	}
}

// TestEvaluateOfNothing wants an error that has the numbers.
func TestEvaluateOfNothing(t *testing.T) {
	for _, tc := range []struct{ episodes, maxSteps int }{{0, 5}, {5, 0}, {-1, 5}, {5, -1}} {
		_, err := agents.Evaluate(context.Background(), zero{}, staircase, agents.Evaluation{Episodes: tc.episodes, MaxSteps: tc.maxSteps, Seed: 1})
		want := fmt.Sprintf("%d episodes of %d steps", tc.episodes, tc.maxSteps)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Evaluate: error %v, want %q in it", err, want)
		}
	}
}

// TestEvaluateSeeds: the k-th group of 256 episodes descends from the k-th child
// of the seed, and each episode has the first seed of its environment.
func TestEvaluateSeeds(t *testing.T) {
	length := func(seed uint64) int { return 1 + int(seed%9) }
	mk := env.Each(func() *countdown { return &countdown{length: length} })
	for _, seed := range []uint64{1, 2} {
		s, err := agents.Evaluate(context.Background(), zero{}, mk, agents.Evaluation{Episodes: 300, MaxSteps: 100, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		for i, got := range s.Returns {
			if want := length(env.Split(env.Split(env.Split(seed, uint64(i/256)), uint64(i%256)), 1)); got != float64(want) {
				t.Errorf("Evaluate with seed %d: episode %d returned %v, want %d", seed, i, got, want)
			}
		}
	}
}

// picture observes many numbers, and is as long as its seed says.
type picture struct {
	countdown
	floats int
}

func (p *picture) Spec() env.Spec {
	s := p.countdown.Spec()
	s.Obs = env.NewBox(0, 100, p.floats)
	return s
}

func (p *picture) Reset(seed uint64, obs []float32) { p.countdown.Reset(seed, obs[:1]) }

func (p *picture) Step(act, obs []float32) env.Outcome { return p.countdown.Step(act, obs[:1]) }

// TestEvaluateSideBySide plays the same episodes, in environments that are fewer where
// their observations are large: 32 MiB, at 16 bytes a number and a little, have room
// for 255 of 8,192 numbers, 15 of 2¹⁷ and 1 of 2²¹.
func TestEvaluateSideBySide(t *testing.T) {
	length := func(seed uint64) int { return 1 + int(seed%9) }
	for floats, most := range map[int]int64{4: 256, 1 << 13: 255, 1 << 17: 15, 1 << 21: 1} {
		episodes := min(300, 2*int(most)+1)
		for name, maker := range map[string]func(func() *picture) env.Maker{
			"Vec":      func(f func() *picture) env.Maker { return env.Each(f) },
			"Parallel": func(f func() *picture) env.Maker { return env.EachParallel(2, f) },
		} {
			var wide int64
			made := maker(func() *picture { return &picture{countdown: countdown{length: length}, floats: floats} })
			s, err := agents.Evaluate(context.Background(), zero{}, func(n int) (env.Vector, error) {
				wide = max(wide, int64(n))
				return made(n)
			}, agents.Evaluation{Episodes: episodes, MaxSteps: 100, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			for i, got := range s.Returns {
				if want := length(env.Split(env.Split(env.Split(5, uint64(i/256)), uint64(i%256)), 1)); got != float64(want) {
					t.Errorf("%s of %d numbers: episode %d returned %v, want %d", name, floats, i, got, want)
				}
			}
			if wide != most {
				t.Errorf("%s of %d numbers: %d environments side by side, want %d", name, floats, wide, most)
			}
		}
	}
}

// TestFootprint counts what wrappers keep of the past, which observations do not show.
func TestFootprint(t *testing.T) {
	late, err := env.NewDelayObservation(classic.NewCartPole(), 100_000)
	if err != nil {
		t.Fatal(err)
	}
	if got := env.NewVec(late).Footprint(); got < 4*400_000 || got > 4*400_100 {
		t.Errorf("Footprint of observations that are 100,000 steps late = %d, want 400,000 numbers of 4 bytes and a little", got)
	}
}

func TestReached(t *testing.T) {
	s := agents.Score{Returns: []float64{1, 2, 3, 4, 5}}
	for threshold, want := range map[float64]float64{-1: 1, 1: 1, 3: 0.6, 3.5: 0.4, 5: 0.2, 6: 0} {
		if got := s.Reached(threshold); got != want {
			t.Errorf("Reached(%v) = %v, want %v", threshold, got, want)
		}
	}
}

// TestEvaluateBounded ends episodes that would never end.
func TestEvaluateBounded(t *testing.T) {
	mk := env.Each(func() *walk { return &walk{rewards: []float64{1}, round: true} })
	s, err := agents.Evaluate(context.Background(), newPPO(mk).Policy(), mk, agents.Evaluation{Episodes: 4, MaxSteps: 300, Seed: 1})
	if err != nil || s.Mean != 300 || s.Std != 0 || !slices.Equal(s.Lengths, []int{300, 300, 300, 300}) {
		t.Errorf("Evaluate of 300 steps that pay 1 = %+v, error %v", s, err)
	}
}

func TestEvaluateErrors(t *testing.T) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if s, err := agents.Evaluate(cancelled, zero{}, staircase, agents.Evaluation{Episodes: 5, MaxSteps: 10, Seed: 1}); !errors.Is(err, context.Canceled) || s.Returns != nil {
		t.Errorf("Evaluate when cancelled = %+v, error %v", s, err)
	}
	cart := env.Each(classic.NewCartPole)
	if _, err := agents.Evaluate(context.Background(), zero{}, cart, agents.Evaluation{Episodes: 0, MaxSteps: 10, Seed: 1}); err == nil || !strings.Contains(err.Error(), "evaluation") {
		t.Errorf("Evaluate of 0 episodes: error %v", err)
	}
	broken := agents.Must(agents.NewDDPG(env.Each(newTracking), agents.DefaultDDPG())).Policy()
	broken.Tensors()[0].Value[0] = float32(math.NaN())
	if _, err := agents.Evaluate(context.Background(), broken, env.Each(newTracking), agents.Evaluation{Episodes: 1, MaxSteps: 10, Seed: 1}); err == nil || !strings.Contains(err.Error(), "agents: evaluation: the policy chose what is no action: ") {
		t.Errorf("Evaluate of a policy with NaN: error %v, want one that blames the policy", err)
	}
	steps := 299 // of faulty that have been taken
	mk := env.Each(func() *faulty { return &faulty{CartPole: classic.NewCartPole(), steps: steps} })
	var e *env.Error
	if _, err := agents.Evaluate(context.Background(), zero{}, mk, agents.Evaluation{Episodes: 2, MaxSteps: 10, Seed: 1}); !errors.As(err, &e) || e.Step != 1 {
		t.Errorf("Evaluate in an environment that panics: error %v, want one of step 1", err)
	}
}

// TestEvaluateSame: of equal returns the mean is the return and the deviation 0, to
// the bit, though the sum of a hundred of 0.87, divided by 100, is not 0.87.
func TestEvaluateSame(t *testing.T) {
	mk := env.Each(func() *walk { return &walk{rewards: []float64{0.87}, round: true} })
	s, err := agents.Evaluate(context.Background(), newPPO(mk).Policy(), mk, agents.Evaluation{Episodes: 100, MaxSteps: 1, Seed: 1})
	if err != nil || s.Mean != 0.87 || s.Std != 0 {
		t.Errorf("Evaluate of returns of 0.87 has mean %v and deviation %v, %v, want 0.87 and 0", s.Mean, s.Std, err)
	}
}
