package agents

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// narrowActions is an environment with actions in [-0.1, 0.1]. It adds the absolute values of its
// actions to sum.
type narrowActions struct{ sum *float64 }

func (narrowActions) Spec() env.Spec {
	return env.Spec{ID: "Narrow-v0", Obs: env.NewBox(-1, 1, 4), Act: env.NewBox(-0.1, 0.1, 1), MaxSteps: 5}
}

func (narrowActions) Reset(seed uint64, obs []float32) {
	for i := range obs {
		obs[i] = float32(seed>>(16*i)&0xffff) / 0xffff
	}
}

func (e narrowActions) Step(act, obs []float32) env.Outcome {
	*e.sum += math.Abs(float64(act[0]))
	return env.Outcome{Reward: 1}
}

// newNarrowPPO returns a small PPO in narrowActions, and the sum of the environments.
func newNarrowPPO(t *testing.T, seed uint64) (p *PPO, sum *float64) {
	c := DefaultPPO()
	c.Seed, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = seed, 2, 16, 8, 3
	c.Network.NetArch = policy.Layers(8)
	sum = new(float64)
	p, err := NewPPO(env.Each(func() narrowActions { return narrowActions{sum} }), c)
	if err != nil {
		t.Fatal(err)
	}
	return p, sum
}

// TestPPOCollect checks that environments get actions within their bounds, most of them at a
// bound because the policy's standard deviation is 1. The rollout has the actions as sampled, and
// exactly the policy's log-probabilities of the sampled actions.
func TestPPOCollect(t *testing.T) {
	p, sum := newNarrowPPO(t, 1)
	if err := p.collect(p.roll); err != nil {
		t.Fatal(err)
	}
	if n := len(p.roll.Act); *sum > 0.1*float64(n)+1e-6 || *sum < 0.08*float64(n) {
		t.Errorf("the absolute values of %d bounded actions have the sum %v, want a little less than %v", n, *sum, 0.1*float64(n))
	}
	if got := slices.Max(p.roll.Act); got < 0.5 {
		t.Errorf("the largest action in the rollout is %v, want one beyond the bounds", got)
	}
	b := p.roll.All()
	if want := p.networks.model.Pi(trainingBatch(b)).LogProb(b.Act).Value; !slices.Equal(b.LogProb, want) {
		t.Errorf("log-probabilities of the rollout = %v, want %v", b.LogProb, want)
	}
}

// TestPPOIteration checks that an iteration has 3 epochs of 4 minibatches, and that approx_kl is
// the mean over the last epoch only.
func TestPPOIteration(t *testing.T) {
	p, _ := newNarrowPPO(t, 1)
	for i := range 3 {
		if err := p.iterate(); err != nil {
			t.Fatal(err)
		}
		l := p.log
		if l.approxKL.n != 4 || l.loss.n != 12 || l.clipFraction.n != 12 || l.epochs != 3*(i+1) {
			t.Errorf("approx_kl, loss, clip_fraction are means of %d, %d, %d minibatches after %d epochs, want 4, 12, 12 and %d",
				l.approxKL.n, l.loss.n, l.clipFraction.n, l.epochs, 3*(i+1))
		}
	}
}

// TestPPOSeed checks that networks, random numbers and episodes depend on the seed.
func TestPPOSeed(t *testing.T) {
	seed1, _ := newNarrowPPO(t, 1)
	seed2, _ := newNarrowPPO(t, 2)
	if slices.Equal(seed1.crew.parts[0].play.obs, seed2.crew.parts[0].play.obs) {
		t.Errorf("seeds 1 and 2 begin at the same observations %v", seed1.crew.parts[0].play.obs)
	}
	if a, b := seed1.networks.params[0].Value, seed2.networks.params[0].Value; slices.Equal(a, b) {
		t.Errorf("seeds 1 and 2 begin with the same weights %v", a)
	}
	if seed1.rng.Uint64() == seed2.rng.Uint64() {
		t.Error("seeds 1 and 2 have the same random numbers")
	}
}

// TestExplainedVariance checks the explained variance for returns 1, 2, 3, whose variance is 2/3.
// The errors 0, 0, 0 and the errors 5, 5, 5 have the variance 0, the errors 1, 2, 3 have the
// variance 2/3, and the errors -1, 0, 2 have the variance 14/9.
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
