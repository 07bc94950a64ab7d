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

// zeroPolicy is a policy whose actions are 0.
type zeroPolicy struct{}

func (zeroPolicy) Act(in policy.In, out policy.Out) {
	if in.Rand != nil {
		panic("an evaluation that does not sample has random generators")
	}
	clear(out.Act)
}
func (zeroPolicy) Spec() policy.Spec      { return policy.Spec{} }
func (zeroPolicy) Tensors() []*tape.Param { return nil }
func (zeroPolicy) Clone() policy.Policy   { return zeroPolicy{} }

// staircase makes n environments. Environment i has episodes of i+1 steps with the reward 1.
func staircase(n int) (env.Vector, error) {
	envs := make([]env.Env, n)
	for i := range envs {
		envs[i] = &countdown{length: func(uint64) int { return i + 1 }}
	}
	return env.NewVec(envs...), nil
}

// TestEvaluate checks the Score of returns 1, …, 5, with mean 3 and standard deviation √2, and of
// episodes that are cut off after 3 steps: returns 1, 2, 3, 3, 3 with mean 2.4 and deviation
// √0.64.
func TestEvaluate(t *testing.T) {
	for _, tc := range []struct {
		maxSteps                        int
		returns                         []float64
		mean, std, minReturn, maxReturn float64
	}{
		{math.MaxInt, []float64{1, 2, 3, 4, 5}, 3, math.Sqrt2, 1, 5},
		{5, []float64{1, 2, 3, 4, 5}, 3, math.Sqrt2, 1, 5},
		{3, []float64{1, 2, 3, 3, 3}, 2.4, 0.8, 1, 3},
	} {
		s, err := agents.Evaluate(context.Background(), zeroPolicy{}, staircase, agents.Evaluation{Episodes: 5, MaxSteps: tc.maxSteps, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(s.Returns, tc.returns) || s.Min != tc.minReturn || s.Max != tc.maxReturn {
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

// TestEvaluateNothing checks that the error for 0 episodes or 0 steps has the numbers.
func TestEvaluateNothing(t *testing.T) {
	for _, tc := range []struct{ episodes, maxSteps int }{{0, 5}, {5, 0}, {-1, 5}, {5, -1}} {
		_, err := agents.Evaluate(context.Background(), zeroPolicy{}, staircase, agents.Evaluation{Episodes: tc.episodes, MaxSteps: tc.maxSteps, Seed: 1})
		want := fmt.Sprintf("%d episodes of %d steps", tc.episodes, tc.maxSteps)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Evaluate: error %v, want %q in it", err, want)
		}
	}
}

// TestEvaluateSeeds checks the seeds of 300 episodes: group k of 256 episodes has the seed
// env.Split(seed, k) of the evaluation's seed, and an episode has the seed of its environment's
// first episode.
func TestEvaluateSeeds(t *testing.T) {
	length := func(seed uint64) int { return 1 + int(seed%9) }
	mk := env.Each(func() *countdown { return &countdown{length: length} })
	for _, seed := range []uint64{1, 2} {
		s, err := agents.Evaluate(context.Background(), zeroPolicy{}, mk, agents.Evaluation{Episodes: 300, MaxSteps: 100, Seed: seed})
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

// wideCountdown is countdown with observations of a given number of floats.
type wideCountdown struct {
	countdown
	floats int
}

func (p *wideCountdown) Spec() env.Spec {
	s := p.countdown.Spec()
	s.Obs = env.NewBox(0, 100, p.floats)
	return s
}

func (p *wideCountdown) Reset(seed uint64, obs []float32) { p.countdown.Reset(seed, obs[:1]) }

func (p *wideCountdown) Step(act, obs []float32) env.Outcome { return p.countdown.Step(act, obs[:1]) }

// TestEvaluateSideBySide checks that Evaluate uses fewer environments at a time if observations
// are large, and that the returns do not depend on this. An environment needs 16 bytes for each
// number of an observation and a little more, so 32 MiB are enough for 255 environments with 8,192
// numbers, 15 with 2¹⁷ and 1 with 2²¹.
func TestEvaluateSideBySide(t *testing.T) {
	length := func(seed uint64) int { return 1 + int(seed%9) }
	for floats, want := range map[int]int64{4: 256, 1 << 13: 255, 1 << 17: 15, 1 << 21: 1} {
		episodes := min(300, 2*int(want)+1)
		for name, maker := range map[string]func(func() *wideCountdown) env.Maker{
			"Vec":      func(f func() *wideCountdown) env.Maker { return env.Each(f) },
			"Parallel": func(f func() *wideCountdown) env.Maker { return env.EachParallel(2, f) },
		} {
			var widest int64
			made := maker(func() *wideCountdown { return &wideCountdown{countdown: countdown{length: length}, floats: floats} })
			s, err := agents.Evaluate(context.Background(), zeroPolicy{}, func(n int) (env.Vector, error) {
				widest = max(widest, int64(n))
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
			if widest != want {
				t.Errorf("%s of %d numbers: %d environments at a time, want %d", name, floats, widest, want)
			}
		}
	}
}

// TestFootprint checks that Footprint counts the memory of a wrapper that keeps old observations.
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

// TestEvaluateBounded checks that MaxSteps cuts episodes that would never end.
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
	if s, err := agents.Evaluate(cancelled, zeroPolicy{}, staircase, agents.Evaluation{Episodes: 5, MaxSteps: 10, Seed: 1}); !errors.Is(err, context.Canceled) || s.Returns != nil {
		t.Errorf("Evaluate when cancelled = %+v, error %v", s, err)
	}
	cart := env.Each(classic.NewCartPole)
	if _, err := agents.Evaluate(context.Background(), zeroPolicy{}, cart, agents.Evaluation{Episodes: 0, MaxSteps: 10, Seed: 1}); err == nil || !strings.Contains(err.Error(), "evaluation") {
		t.Errorf("Evaluate of 0 episodes: error %v", err)
	}
	nanPolicy := agents.Must(agents.NewDDPG(env.Each(newTracking), agents.DefaultDDPG())).Policy()
	nanPolicy.Tensors()[0].Value[0] = float32(math.NaN())
	if _, err := agents.Evaluate(context.Background(), nanPolicy, env.Each(newTracking), agents.Evaluation{Episodes: 1, MaxSteps: 10, Seed: 1}); err == nil || !strings.Contains(err.Error(), "agents: evaluation: the policy's action is not in the action space: ") {
		t.Errorf("Evaluate of a policy with NaN: error %v, want one about the policy's action", err)
	}
	steps := 299 // faulty panics in its step 300, which is the first here
	mk := env.Each(func() *faulty { return &faulty{CartPole: classic.NewCartPole(), steps: steps} })
	var e *env.Error
	if _, err := agents.Evaluate(context.Background(), zeroPolicy{}, mk, agents.Evaluation{Episodes: 2, MaxSteps: 10, Seed: 1}); !errors.As(err, &e) || e.Step != 1 {
		t.Errorf("Evaluate in an environment that panics: error %v, want one of step 1", err)
	}
}

// TestEvaluateSame checks that equal returns have exactly this return as their mean, and the
// deviation 0. In floating point the sum of a hundred 0.87, divided by 100, is not 0.87.
func TestEvaluateSame(t *testing.T) {
	mk := env.Each(func() *walk { return &walk{rewards: []float64{0.87}, round: true} })
	s, err := agents.Evaluate(context.Background(), newPPO(mk).Policy(), mk, agents.Evaluation{Episodes: 100, MaxSteps: 1, Seed: 1})
	if err != nil || s.Mean != 0.87 || s.Std != 0 {
		t.Errorf("Evaluate of returns of 0.87 has mean %v and deviation %v, error %v, want 0.87 and 0", s.Mean, s.Std, err)
	}
}
