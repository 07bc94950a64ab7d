package agents

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// narrow is a place to stand with actions in [-0.1, 0.1], which it sums.
type narrow struct{ sum *float64 }

func (narrow) Spec() env.Spec {
	return env.Spec{ID: "Narrow-v0", Obs: env.NewBox(-1, 1, 4), Act: env.NewBox(-0.1, 0.1, 1), MaxSteps: 5}
}

func (narrow) Reset(seed uint64, obs []float32) {
	for i := range obs {
		obs[i] = float32(seed>>(16*i)&0xffff) / 0xffff
	}
}

func (e narrow) Step(act, obs []float32) env.Outcome {
	*e.sum += math.Abs(float64(act[0]))
	return env.Outcome{Reward: 1}
}

func newNarrow(t *testing.T, seed uint64) (p *PPO, sum *float64) {
	c := DefaultPPO()
	c.Seed, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = seed, 2, 16, 8, 3
	c.Network.NetArch = policy.Layers(8)
	sum = new(float64)
	p, err := NewPPO(env.Each(func() narrow { return narrow{sum} }), c)
	if err != nil {
		t.Fatal(err)
	}
	return p, sum
}

// TestPPOCollect: an environment gets actions within its bounds, of which few
// of a deviation of 1 are; what is learned from are the actions as drawn, whose
// log-probabilities are those of the policy to the bit.
func TestPPOCollect(t *testing.T) {
	p, sum := newNarrow(t, 1)
	if err := p.collect(p.roll); err != nil {
		t.Fatal(err)
	}
	if n := len(p.roll.Act); *sum > 0.1*float64(n)+1e-6 || *sum < 0.08*float64(n) {
		t.Errorf("%d bounded actions have sizes of %v in all, want a little less than %v", n, *sum, 0.1*float64(n))
	}
	if got := slices.Max(p.roll.Act); got < 0.5 {
		t.Errorf("greatest action learned from = %v, want one beyond the bounds", got)
	}
	b := p.roll.All()
	if want := p.networks.model.Pi(b.Obs, nil).LogProb(b.Act).Value; !slices.Equal(b.LogProb, want) {
		t.Errorf("log-probabilities of the rollout = %v, want %v", b.LogProb, want)
	}
}

// TestPPOIteration counts: 3 epochs of 4 minibatches, of which the last epoch's alone are
// in approx_kl.
func TestPPOIteration(t *testing.T) {
	p, _ := newNarrow(t, 1)
	for i := range 3 {
		if err := p.iterate(); err != nil {
			t.Fatal(err)
		}
		l := p.log
		if l.kl.n != 4 || l.loss.n != 12 || l.outside.n != 12 || l.updates != 3*(i+1) {
			t.Errorf("approx_kl, loss, clip_fraction of %d, %d, %d minibatches, and %d updates, want 4, 12, 12 and %d",
				l.kl.n, l.loss.n, l.outside.n, l.updates, 3*(i+1))
		}
	}
}

// TestPPOSeed wants networks, noise and episodes to depend on the seed.
func TestPPOSeed(t *testing.T) {
	one, _ := newNarrow(t, 1)
	two, _ := newNarrow(t, 2)
	if slices.Equal(one.play.obs, two.play.obs) {
		t.Errorf("seeds 1 and 2 begin at the same observations %v", one.play.obs)
	}
	if a, b := one.networks.params[0].Value, two.networks.params[0].Value; slices.Equal(a, b) {
		t.Errorf("seeds 1 and 2 begin with the same weights %v", a)
	}
	if one.rng.Uint64() == two.rng.Uint64() {
		t.Error("seeds 1 and 2 have the same noise")
	}
}

// TestExplainedVariance: returns 1, 2, 3 have variance 2/3. Errors of 0, and of
// 5 each, have none; errors 1, 2, 3 as much; -1, 0, 2 have 14/9.
func TestExplainedVariance(t *testing.T) {
	nan := math.NaN()
	for _, tc := range []struct {
		value, ret []float32
		want       float64
	}{
		{[]float32{1, 2, 3}, []float32{1, 2, 3}, 1},
		{[]float32{6, 7, 8}, []float32{1, 2, 3}, 1},
		{[]float32{0, 0, 0}, []float32{1, 2, 3}, 0},
		{[]float32{2, 2, 1}, []float32{1, 2, 3}, 1 - (14./9)/(2./3)},
		{[]float32{1, 2, 3}, []float32{4, 4, 4}, nan},
	} {
		got := explainedVariance(tc.value, tc.ret)
		if math.Abs(got-tc.want) > 1e-12 || math.IsNaN(got) != math.IsNaN(tc.want) {
			t.Errorf("explainedVariance(%v, %v) = %v, want %v", tc.value, tc.ret, got, tc.want)
		}
	}
}
