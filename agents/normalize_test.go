package agents

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
)

// A paid run is a recording of Gymnasium's NormalizeReward: see testdata/README.md.
type paid struct {
	Name  string
	Steps []struct {
		Reward     float64
		Terminated bool
		Inner      []struct{ Reward float64 }
		Probe      struct{ Mean, Var, Count float64 }
	}
}

// TestRewardScale holds rewards and moments to Gymnasium's, over episodes that end
// in either way.
func TestRewardScale(t *testing.T) {
	var all []paid
	golden.Read(t, "testdata/normalize.json.gz", &all)
	for name, gamma := range map[string]float64{"NormalizeReward(gamma=0.9)": 0.9, "NormalizeReward(gamma=0.99)": 0.99} {
		run := all[slices.IndexFunc(all, func(p paid) bool { return p.Name == name })]
		r, res := newRewardScale(1, gamma, math.Inf(1)), env.NewResult(1, 1)
		for i, s := range run.Steps {
			res.Reward[0], res.Terminated[0] = s.Inner[0].Reward, s.Terminated
			r.observe(res)
			got := make([]float64, 1)
			r.apply(got, res.Reward)
			if near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(b)) }; !near(got[0], s.Reward) ||
				!near(r.seen.Mean[0], s.Probe.Mean) || !near(r.seen.Variance[0], s.Probe.Var) {
				t.Fatalf("%s, step %d: reward %v, moments %v, want %v, %v", name, i, got[0], *r.seen, s.Reward, s.Probe)
			}
		}
	}
}
