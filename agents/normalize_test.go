package agents

import (
	"cmp"
	"math"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
)

// TestRewardScale compares normalised rewards and moments with recordings of
// Gymnasium and of Stable-Baselines3, whose episodes end in either way or in both at
// once: see testdata/README.md.
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
		r, res := newRewardScale(n, run.Gamma, cmp.Or(run.Clip, math.Inf(1))), env.NewResult(n, 1)
		near := func(a, b float64) bool { return math.Abs(a-b) <= run.Tolerance*max(1, math.Abs(b)) }
		for i, s := range run.Steps {
			res.Reward, res.Terminated, res.Truncated = s.Raw, s.Terminated, s.Truncated
			got := make([]float64, n)
			r.normalize(got, res)
			for k, want := range s.Reward {
				if !near(got[k], want) {
					t.Fatalf("%s: step %d: normalize(%v) = %v, want %v", run.Name, i, s.Raw, got, s.Reward)
				}
			}
			if !near(r.seen.Mean[0], s.Mean) || !near(r.seen.Variance[0], s.Var) {
				t.Fatalf("%s: step %d: mean %v, variance %v, want %v, %v", run.Name, i, r.seen.Mean[0], r.seen.Variance[0], s.Mean, s.Var)
			}
		}
	}
}

// TestRewardScaleTerminal has episodes of nine rewards of 0 and a terminal 100. The
// sums of an episode are 0 nine times and 100 once: mean 10, variance 900, and so
// 100 becomes 100/30. A sum that outlives the terminal step stays at 100 with γ = 1,
// its variance goes to 0, and 100 becomes clip_reward.
func TestRewardScaleTerminal(t *testing.T) {
	r, res, got := newRewardScale(1, 1, 10), env.NewResult(1, 1), make([]float64, 1)
	for step := range 1000 {
		last := step%10 == 9
		res.Reward[0], res.Terminated[0] = 0, last
		if last {
			res.Reward[0] = 100
		}
		r.normalize(got, res)
	}
	if want := 100. / 30; math.Abs(got[0]-want) > 1e-6 {
		t.Errorf("terminal reward 100 becomes %v, want %v", got[0], want)
	}
}

// TestRewardScaleUndiscounted pays 1 a step in episodes that are cut off after 20
// steps. With γ = 1 the sums are 1 … 20 in every episode, of variance (20²-1)/12 =
// 33.25: 1 becomes 1/√33.25 after the second episode and after the thousandth.
func TestRewardScaleUndiscounted(t *testing.T) {
	r, res, got := newRewardScale(1, 1, 10), env.NewResult(1, 1), make([]float64, 1)
	for episode := range 1000 {
		for step := range 20 {
			res.Reward[0], res.Truncated[0] = 1, step == 19
			r.normalize(got, res)
		}
		if want := 1 / math.Sqrt(33.25); episode > 0 && math.Abs(got[0]-want) > 1e-5 {
			t.Fatalf("episode %d: reward 1 becomes %v, want %v", episode, got[0], want)
		}
	}
}

// TestNormalizeReset begins the sums anew where all environments are reset.
func TestNormalizeReset(t *testing.T) {
	n := DefaultNormalize()
	n.Reward = true
	vec, err := env.Each(func() blank { return blank{env.NewBox(-9, 9, 1), env.Discrete{N: 3}} })(1)
	if err != nil {
		t.Fatal(err)
	}
	v, _, err := n.around(vec, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	sum := v.(*normalizing).rewards.sum
	sum[0] = 7
	if _, err := v.Reset(1); err != nil || sum[0] != 0 {
		t.Errorf("sum after Reset = %v, %v, want 0", sum[0], err)
	}
}
