package loss_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/tape"
)

// offPolicyRollout is a recorded rollout with V-trace targets. See testdata/README.md.
type offPolicyRollout struct {
	Gamma                 float32
	Rewards, Values       []float32
	Next                  []float32 `json:"next_values"`
	Terminated, Truncated []float32
	LogRatio              []float32 `json:"log_rhos"`
	Estimates             []struct {
		RhoBar     float32 `json:"rho_bar"`
		CBar       float32 `json:"c_bar"`
		Lambda     float32
		PGRhoBar   float32   `json:"pg_rho_bar"`
		Targets    []float64 `json:"vs"`
		Advantages []float64 `json:"pg_advantages"`
	}
}

// TestVTrace compares V-trace with recorded targets and advantages, for two settings of the clips.
func TestVTrace(t *testing.T) {
	var rollouts []offPolicyRollout
	golden.Read(t, "testdata/vtrace.json.gz", &rollouts)
	for i, r := range rollouts {
		n := len(r.Rewards)
		next, done := make([]float32, n), make([]float32, n)
		for k := range n {
			next[k], done[k] = r.Next[k]*(1-r.Terminated[k]), max(r.Terminated[k], r.Truncated[k])
		}
		for _, e := range r.Estimates {
			t.Run(fmt.Sprintf("%d/ρ̄=%v", i, e.RhoBar), func(t *testing.T) {
				target, adv := make([]float32, n), make([]float32, n)
				v := loss.VTrace{Gamma: r.Gamma, Lambda: e.Lambda, RhoBar: e.RhoBar, CBar: e.CBar, PGRhoBar: e.PGRhoBar}
				v.Estimate(target, adv, r.LogRatio, r.Rewards, r.Values, next, done, 1)
				golden.Near(t, "targets", target, e.Targets...)
				golden.Near(t, "advantages", adv, e.Advantages...)
			})
		}
	}
}

// TestVTraceOnPolicy checks that V-trace with ratios of 1 is GAE with λ = 1, as in the paper's eq. 2:
// the targets are the returns, and one step's advantages too.
func TestVTraceOnPolicy(t *testing.T) {
	reward, value, next, done := []float32{1, 1, 0, 3, 2, 1}, []float32{2, 1, 4, 2, 6, 3}, []float32{4, 2, 6, 0, 8, 5}, []float32{0, 0, 0, 1, 0, 0}
	target, adv, gae := make([]float32, 6), make([]float32, 6), make([]float32, 6)
	loss.VTrace{Gamma: 0.5, Lambda: 1, RhoBar: 1, CBar: 1, PGRhoBar: 1}.Estimate(target, adv, make([]float32, 6), reward, value, next, done, 2)
	loss.GAE(gae, reward, value, next, done, 2, 0.5, 1)
	for i, a := range gae {
		golden.Near(t, "target", target[i:i+1], float64(a+value[i]))
		golden.Near(t, "advantage", adv[i:i+1], float64(a))
	}
}

// TestVTraceGradient compares the gradient of the losses with finite differences: for the policy
// gradient of section 4.2, -E[log π(a|s) Â], and for the squared error of V to the target. The
// targets and advantages are constants of the gradient.
func TestVTraceGradient(t *testing.T) {
	logits, value := tape.NewParam("logits", 3, 2), tape.NewParam("v", 3, 1)
	copy(logits.Value, []float32{0.3, -0.2, 0.1, 0.5, -0.4, 0.2})
	copy(value.Value, []float32{0.5, -1, 0.25})
	act, behaviour := []float32{0, 1, 1}, []float32{-0.5, -1.2, -0.3}
	target, adv := make([]float32, 3), make([]float32, 3)
	tp := tape.New()
	forward := func() *tape.Var {
		tp.Reset()
		logp := tp.Param(logits).LogSoftmax().At(act)
		pg := loss.PolicyGradient(logp, tp.Const(adv, 3)).Neg()
		return pg.Add(loss.Squared(tp.Param(value), tp.Const(target, 3)))
	}
	ratio := make([]float32, 3)
	tp.Reset()
	for i, l := range tp.Param(logits).LogSoftmax().At(act).Value {
		ratio[i] = l - behaviour[i]
	}
	loss.VTrace{Gamma: 0.9, Lambda: 1, RhoBar: 1, CBar: 1, PGRhoBar: 1}.Estimate(target, adv, ratio, []float32{1, -1, 2}, value.Value, []float32{-1, 0.25, 0.7}, make([]float32, 3), 1)
	forward().Backward()
	for _, p := range []*tape.Param{logits, value} {
		for i := range p.Value {
			const h = 1e-2
			x := p.Value[i]
			p.Value[i] = x + h
			above := forward().Scalar()
			p.Value[i] = x - h
			below := forward().Scalar()
			p.Value[i] = x
			if want := (above - below) / (2 * h); math.Abs(float64(p.Grad[i]-want)) > 2e-4 {
				t.Errorf("gradient of %s[%d] = %v, finite differences give %v", p.Name, i, p.Grad[i], want)
			}
		}
	}
}
