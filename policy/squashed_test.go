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
	k := policy.DefaultKwargs()
	k.NetArch, k.LogStdInit, k.UseSDE = []int{8}, -0.5, sde
	p, err := policy.NewSquashed(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}, k, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSquashedGradient holds gradients of actions and densities to finite differences,
// by every parameter.
func TestSquashedGradient(t *testing.T) {
	for _, sde := range []bool{false, true} {
		p, obs := newSquashed(t, sde), observations()
		epsilon, weight := normal(newRand(), make([]float32, p.Numbers(rows))), normal(newRand(), make([]float32, 2*rows))
		score := func() float64 {
			p.Tape.Reset()
			act, logp := p.Draw(obs, epsilon)
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

// TestSquashedChoose wants Draw's bits without a gradient, and densities that are
// those of the actions: Gaussian before tanh, with the variance that many have.
func TestSquashedChoose(t *testing.T) {
	const n = 20_000
	for _, sde := range []bool{false, true} {
		p, obs, rng := newSquashed(t, sde), observations(), newRand()
		act, logp := make([]float32, 2*rows), make([]float32, rows)
		var sum, square [2 * rows]float64
		for range n {
			p.Sample(rng, obs, act)
			for i, a := range act {
				u := math.Atanh(float64(a))
				sum[i] += u
				square[i] += u * u
			}
		}
		epsilon := normal(rng, make([]float32, p.Numbers(rows)))
		p.Choose(obs, epsilon, act, logp)
		p.Tape.Reset()
		if a, l := p.Draw(obs, epsilon); !slices.Equal(a.Value, act) || !slices.Equal(l.Value, logp) {
			t.Errorf("state-dependent %v: Choose = %v, %v, Draw = %v, %v", sde, act, logp, a.Value, l.Value)
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
				t.Errorf("state-dependent %v, row %d: log π = %v, want %v, as the actions have it", sde, i, logp[i], want)
			}
		}
	}
}

// TestSquashedExplore wants one action of one state while noise that depends on it
// stays, and others when it is drawn again; a copy has all parameters of its own.
func TestSquashedExplore(t *testing.T) {
	p, obs, rng := newSquashed(t, true), observations(), newRand()
	var acts [3][]float32
	p.DrawNoise(rng, rows)
	for i := range acts {
		if acts[i] = make([]float32, 2*rows); i == 2 {
			p.DrawNoise(rng, rows)
		}
		p.Explore(rng, obs, acts[i])
	}
	if !slices.Equal(acts[0], acts[1]) || slices.Equal(acts[0], acts[2]) {
		t.Errorf("Explore = %v, %v with the same noise, and %v with another", acts[0], acts[1], acts[2])
	}
	c := p.Clone().(*policy.Squashed)
	for _, param := range c.Params() {
		param.Value[0]++
	}
	one, two := make([]float32, 2*rows), make([]float32, 2*rows)
	newSquashed(t, true).Act(obs, one)
	if p.Act(obs, two); !slices.Equal(one, two) {
		t.Errorf("a change of the copy changes what the original does from %v to %v", one, two)
	}
	if len(c.Tensors()) != 5 {
		t.Errorf("%d tensors, want two layers' and log_std", len(c.Tensors()))
	}
}
