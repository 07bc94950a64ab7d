package policy_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// constantSquashed returns a policy with one action. The outputs of its network are mean and
// logStd for every observation.
func constantSquashed(t *testing.T, mean, logStd float32) *policy.Squashed {
	t.Helper()
	config := policy.DefaultNetworkConfig()
	config.NetArch = policy.Layers(4)
	p, err := policy.NewSquashed(newRand(), env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 1)}, config, nil, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	for _, param := range nn.Params(p.Net) {
		clear(param.Value)
		if param.Name == "actor.2.bias" {
			param.Value[0], param.Value[1] = mean, logStd
		}
	}
	return p
}

// squashedDensity returns log N(u; μ, σ) - log(1 - tanh² u) at u = μ + σ ε. It uses 1 - tanh² u =
// 1/cosh² u.
func squashedDensity(mean, logStd, epsilon float64) float64 {
	u := math.Abs(mean + math.Exp(logStd)*epsilon)
	logCosh := u + math.Log1p(math.Exp(-2*u)) - math.Ln2
	return -epsilon*epsilon/2 - logStd - math.Log(2*math.Pi)/2 + 2*logCosh
}

// TestSquashedSaturated checks that densities and their gradients with respect to μ and log σ are
// exact even if an action is very near 1 or -1. By hand, for μ = 30, log σ = -5 and u = μ, the
// log-density is 5 - log(2π)/2 + 2 (30 - log 2) = 62.695. With 10⁻⁶ added to 1 - tanh², it would
// be 5 - log(2π)/2 + 6 log 10 = 17.896.
func TestSquashedSaturated(t *testing.T) {
	for _, c := range []struct{ mean, logStd, epsilon, want float64 }{
		{30, -5, 0, 62.6948}, {-30, -5, 0, 62.6948}, {0, 0, 0, -0.918939}, {0, 0, 1, squashedDensity(0, 0, 1)},
		{0.5, -1, -0.7, squashedDensity(0.5, -1, -0.7)}, {-6, 1, -2, squashedDensity(-6, 1, -2)}, {9, -3, 1.5, squashedDensity(9, -3, 1.5)},
		{-300, 2, 3, squashedDensity(-300, 2, 3)}, {1e6, -20, 1, squashedDensity(1e6, -20, 1)},
	} {
		t.Run(fmt.Sprint(c.mean, c.logStd, c.epsilon), func(t *testing.T) {
			p := constantSquashed(t, float32(c.mean), float32(c.logStd))
			obs, epsilon := make([]float32, 3), []float32{float32(c.epsilon)}
			act, logp := make([]float32, 1), make([]float32, 1)
			p.Infer(obs, epsilon, act, logp)
			if got := float64(logp[0]); !(math.Abs(got-c.want) <= 1e-5+1e-6*math.Abs(c.want)) {
				t.Errorf("log density = %v, want %v", got, c.want)
			}
			if got, want := float64(act[0]), math.Tanh(c.mean+math.Exp(c.logStd)*c.epsilon); math.Abs(got-want) > 1e-6 {
				t.Errorf("action = %v, want %v", got, want)
			}
			p.Tape.Reset()
			_, l := p.Draw(policy.Batch{Obs: obs}, epsilon)
			l.Mean().Backward()
			const h = 1e-4
			byMean := (squashedDensity(c.mean+h, c.logStd, c.epsilon) - squashedDensity(c.mean-h, c.logStd, c.epsilon)) / (2 * h)
			byLogStd := (squashedDensity(c.mean, c.logStd+h, c.epsilon) - squashedDensity(c.mean, c.logStd-h, c.epsilon)) / (2 * h)
			for i, want := range []float64{byMean, byLogStd} {
				if math.Abs(c.logStd) == 20 && i == 1 {
					continue // log σ is at its bound, where the gradient is 0
				}
				got := float64(nn.Params(p.Net)[3].Grad[i])
				if !(math.Abs(got-want) <= 1e-4+1e-4*math.Abs(want)) {
					t.Errorf("gradient with respect to %s = %v, want %v", []string{"the mean", "log σ"}[i], got, want)
				}
			}
		})
	}
}

// TestTanhEpsilon checks that TanhEpsilon gives the density of Stable-Baselines3: see
// TestSquashedSaturated.
func TestTanhEpsilon(t *testing.T) {
	p, logp := constantSquashed(t, 30, -5), make([]float32, 1)
	p.Head.TanhEpsilon = 1e-6
	p.Infer(make([]float32, 3), make([]float32, 1), nil, logp)
	if got, want := float64(logp[0]), 17.896; math.Abs(got-want) > 0.05 { // 1 + 1e-6 is inexact in float32
		t.Errorf("log density = %v, want %v", got, want)
	}
}

// TestSquashedStateNoiseSaturated checks that densities are exact and gradients are finite if
// strong state-dependent noise gives actions that are rounded to 1 or -1.
func TestSquashedStateNoiseSaturated(t *testing.T) {
	p, obs := newSquashed(t, true), observations()
	epsilon := normal(newRand(), make([]float32, p.Head.EpsilonLen(rows)))
	log := p.Params()[len(p.Params())-1]
	for i := range log.Value {
		log.Value[i] = 4 // σ = 55, and many |u| are above 10
	}
	p.Tape.Reset()
	act, logp := p.Draw(policy.Batch{Obs: obs}, epsilon)
	logp.Mean().Backward()
	mean, features := make([]float32, 2*rows), make([]float32, 8*rows)
	p.Features.Infer(features, obs, nn.Memory{})
	p.Net.Infer(mean, features, nn.Memory{})
	std, saturated := math.Exp(4), 0
	for r := range rows {
		want := 0.0
		for a := range 2 {
			noise, variance := 0.0, 1e-6
			for k := range 8 {
				z := float64(features[8*r+k])
				noise += std * float64(epsilon[8*a+k]) * z
				variance += std * std * z * z
			}
			deviation := math.Sqrt(variance)
			m := min(max(float64(mean[2*r+a]), -2), 2)
			want += squashedDensity(m, math.Log(deviation), noise/deviation)
			if act.Value[2*r+a] == 1 || act.Value[2*r+a] == -1 {
				saturated++
			}
		}
		if got := float64(logp.Value[r]); math.Abs(got-want) > 1e-4*math.Abs(want) {
			t.Errorf("row %d: log density = %v, want %v", r, got, want)
		}
	}
	if saturated < rows {
		t.Errorf("%d of %d actions are 1 or -1, want at least half of the actions", saturated, 2*rows)
	}
	for _, param := range p.Params() {
		for i, g := range param.Grad {
			if g-g != 0 {
				t.Errorf("gradient %d of %s = %v, want a finite number", i, param.Name, g)
			}
		}
	}
}
