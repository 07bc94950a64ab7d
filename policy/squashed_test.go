package policy_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

func newSquashed(t *testing.T, sde bool) *policy.Squashed {
	t.Helper()
	config := policy.DefaultNetworkConfig()
	config.NetArch, config.LogStdInit, config.UseSDE = policy.Layers(8), -0.5, sde
	p, err := policy.NewSquashed(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}, config, nil, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSquashedGradient compares the gradients of actions and densities with finite differences,
// for every parameter.
func TestSquashedGradient(t *testing.T) {
	for _, sde := range []bool{false, true} {
		p, obs := newSquashed(t, sde), observations()
		epsilon, weight := normal(newRand(), make([]float32, p.Head.EpsilonLen(rows))), normal(newRand(), make([]float32, 2*rows))
		score := func() float64 {
			p.Tape.Reset()
			act, logp := p.Draw(policy.Batch{Obs: obs}, epsilon)
			l := act.Mul(p.Tape.Const(weight, rows)).SumCols().Add(logp).Mean()
			for _, param := range p.Params() {
				clear(param.Grad)
			}
			l.Backward()
			return float64(l.Scalar())
		}
		score()
		var grads [][]float32
		for _, param := range p.Params() {
			grads = append(grads, slices.Clone(param.Grad))
		}
		for k, param := range p.Params() {
			for i, grad := range grads[k] {
				const h = 1e-2
				v := param.Value[i]
				param.Value[i] = v + h
				up := score()
				param.Value[i] = v - h
				down := score()
				param.Value[i] = v
				if want := (up - down) / (2 * h); math.Abs(float64(grad)-want) > 0.01+0.02*math.Abs(want) {
					t.Errorf("state-dependent %v: gradient %d of %s = %v, want %v", sde, i, param.Name, grad, want)
				}
			}
		}
	}
}

// TestSquashedSampled checks that Infer has the same bits as Draw. It also checks that the
// actions that Act samples have the mean and variance of the Gaussian before tanh, and that their
// log-density agrees.
func TestSquashedSampled(t *testing.T) {
	const n = 20_000
	for _, sde := range []bool{false, true} {
		p, obs, rng := newSquashed(t, sde), observations(), newRand()
		act, logp := make([]float32, 2*rows), make([]float32, rows)
		var sum, square [2 * rows]float64
		rngs := rowGenerators(rows)
		for range n {
			p.Act(policy.In{Obs: obs, Rand: rngs}, policy.Out{Raw: act})
			for i, a := range act {
				u := math.Atanh(float64(a))
				sum[i] += u
				square[i] += u * u
			}
		}
		epsilon := normal(rng, make([]float32, p.Head.EpsilonLen(rows)))
		p.Infer(obs, epsilon, act, logp)
		p.Tape.Reset()
		if a, l := p.Draw(policy.Batch{Obs: obs}, epsilon); !slices.Equal(a.Value, act) || !slices.Equal(l.Value, logp) {
			t.Errorf("state-dependent %v: Infer = %v, %v, Draw = %v, %v", sde, act, logp, a.Value, l.Value)
		}
		for i := range rows {
			want := 0.0
			for j := 2 * i; j < 2*i+2; j++ {
				mean, a := sum[j]/n, float64(act[j])
				variance := square[j]/n - mean*mean
				u := math.Atanh(a) - mean
				want -= u*u/(2*variance) + 0.5*math.Log(2*math.Pi*variance) + math.Log(1-a*a)
			}
			if math.Abs(float64(logp[i])-want) > 0.1 {
				t.Errorf("state-dependent %v, row %d: log π = %v, want %v by the sampled actions", sde, i, logp[i], want)
			}
		}
	}
}

// TestSquashedNoise checks that an observation has the same action while the state-dependent
// noise stays the same, and another action after DrawNoise. Actions and densities must be equal
// to the results of Infer for the ε of this noise.
func TestSquashedNoise(t *testing.T) {
	p, obs := newSquashed(t, true), observations()
	a, l := 2, 8
	var outs [3]policy.Out
	noise, rngs := make([]float32, rows*p.Spec().Noise), rowGenerators(rows)
	p.DrawNoise(rngs, noise)
	for i := range outs {
		if outs[i] = outFor(p, rows); i == 2 {
			p.DrawNoise(rngs, noise)
		}
		p.Act(policy.In{Obs: obs, Rand: rngs, Noise: noise}, outs[i])
	}
	if !sameBits(outs[0].Act, outs[1].Act) || slices.Equal(outs[0].Act, outs[2].Act) {
		t.Errorf("Act = %v, %v with the same noise, and %v with new noise", outs[0].Act, outs[1].Act, outs[2].Act)
	}
	sigma := math.Exp(-0.5)
	for i := range rows { // row by row, because Infer has the same noise for all rows
		epsilon := make([]float32, a*l)
		for k := range epsilon {
			epsilon[k] = float32(float64(noise[i*a*l+k]) / sigma)
		}
		act, logp := make([]float32, a), make([]float32, 1)
		p.Infer(obs[3*i:3*i+3], epsilon, act, logp)
		for j := range act {
			if got := outs[2].Raw[a*i+j]; math.Abs(float64(got-act[j])) > 1e-5 {
				t.Errorf("row %d: Raw %d = %v, Infer has %v", i, j, got, act[j])
			}
		}
		if got := outs[2].LogProb[i]; math.Abs(float64(got-logp[0])) > 1e-4 {
			t.Errorf("row %d: LogProb = %v, Infer has %v", i, got, logp[0])
		}
	}
}
