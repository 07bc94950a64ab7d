package agents

import (
	"cmp"
	"math"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/f32"
)

// TestRewardScale compares normalised rewards and moments with recordings of Gymnasium and
// Stable-Baselines3. The recorded episodes are terminated, truncated, or both in one step: see
// testdata/README.md.
func TestRewardScale(t *testing.T) {
	var runs []struct {
		Name                   string
		Gamma, Clip, Tolerance float64
		Steps                  []struct {
			Raw, Reward           []float64
			Terminated, Truncated []bool
			Mean, Var             float64
		}
	}
	golden.Read(t, "testdata/normalize.json.gz", &runs)
	for _, run := range runs {
		n := len(run.Steps[0].Raw)
		r, got, done := newRewardScale(n, run.Gamma, cmp.Or(run.Clip, math.Inf(1))), make([]float32, n), make([]float32, n)
		near := func(a, b float64) bool { return math.Abs(a-b) <= run.Tolerance*max(1, math.Abs(b)) }
		for i, s := range run.Steps {
			for k, raw := range s.Raw {
				got[k], done[k] = float32(raw), 0
				if s.Terminated[k] || s.Truncated[k] {
					done[k] = 1
				}
			}
			r.normalize(got, done)
			for k, want := range s.Reward {
				if !near(float64(got[k]), want) {
					t.Fatalf("%s: step %d: normalize(%v) = %v, want %v", run.Name, i, s.Raw, got, s.Reward)
				}
			}
			if !near(r.moments.Mean[0], s.Mean) || !near(r.moments.Variance[0], s.Var) {
				t.Fatalf("%s: step %d: mean %v, variance %v, want %v, %v", run.Name, i, r.moments.Mean[0], r.moments.Variance[0], s.Mean, s.Var)
			}
		}
	}
}

// TestRewardScaleTerminal checks episodes with nine rewards of 0 and a terminal reward of 100, with
// γ = 1. The sums G of an episode are nine times 0 and once 100, with mean 10 and variance 900, so
// 100 becomes 100/30. If the sum were not reset after the terminal step, it would stay at 100, its
// variance would approach 0, and 100 would become clip_reward.
func TestRewardScaleTerminal(t *testing.T) {
	r, reward, done := newRewardScale(1, 1, 10), make([]float32, 10), make([]float32, 10)
	done[9] = 1
	for range 100 {
		clear(reward)
		reward[9] = 100
		r.normalize(reward, done)
	}
	if want := 100. / 30; math.Abs(float64(reward[9])-want) > 1e-6 {
		t.Errorf("terminal reward 100 becomes %v, want %v", reward[9], want)
	}
}

// TestRewardScaleUndiscounted checks episodes that are truncated after 20 steps with the reward 1.
// With γ = 1 the sums G are 1 … 20 in every episode, with variance (20²-1)/12 = 33.25, so 1 becomes
// 1/√33.25 after the second episode and after the thousandth.
func TestRewardScaleUndiscounted(t *testing.T) {
	r, reward, done := newRewardScale(1, 1, 10), make([]float32, 20), make([]float32, 20)
	done[19] = 1
	for episode := range 1000 {
		f32.Fill(reward, 1)
		r.normalize(reward, done)
		if want, got := 1/math.Sqrt(33.25), float64(reward[19]); episode > 0 && math.Abs(got-want) > 1e-5 {
			t.Fatalf("episode %d: reward 1 becomes %v, want %v", episode, got, want)
		}
	}
}
