package policy_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

func newStateExplorer(t *testing.T, trunk bool) *policy.ActorCritic {
	t.Helper()
	k := policy.DefaultKwargs()
	k.NetArch, k.LogStdInit, k.UseSDE, k.ShareTrunk = []int{8}, -0.5, true, trunk
	spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.NewBox(-1, 1, 2)}
	m, err := policy.NewActorCritic(newRand(), spec, k, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestStateNoise wants one action of one state while the noise stays, and over many
// draws of it the distribution that is learned.
func TestStateNoise(t *testing.T) {
	const n = 20_000
	m, obs := newStateExplorer(t, false), observations()
	act, again, logp := make([]float32, 2*rows), make([]float32, 2*rows), make([]float32, rows)
	rng := newRand()
	mean := make([]float32, 2*rows)
	m.Pi(obs).Mode(mean)
	var squares [2 * rows]float64
	for range n {
		m.DrawNoise(rng, rows)
		m.Explore(rng, obs, act, logp)
		for i, a := range act {
			squares[i] += float64((a - mean[i]) * (a - mean[i]))
		}
	}
	m.Explore(rng, obs, again, logp)
	if !slices.Equal(again, act) {
		t.Errorf("Explore twice with the same noise = %v, %v", act, again)
	}
	m.DrawNoise(rng, rows)
	if m.Explore(rng, obs, again, logp); slices.Equal(again, act) {
		t.Error("Explore with other noise does the same")
	}
	pi := m.Pi(obs)
	for i := range rows { // log π of the mean is -Σ log σ + log(2π)/2
		want := math.Log(2 * math.Pi)
		for j := range 2 {
			want += 0.5 * math.Log(squares[2*i+j]/n)
		}
		if got := -float64(pi.LogProb(mean).Value[i]); math.Abs(got-want) > 0.05 {
			t.Errorf("row %d: Σ log σ + log 2π = %v, want %v, as the actions have it", i, got, want)
		}
	}
}

// TestStateNoiseGradient holds the gradient of log σ to finite differences.
func TestStateNoiseGradient(t *testing.T) {
	for _, trunk := range []bool{false, true} {
		m, obs := newStateExplorer(t, trunk), observations()
		act := normal(newRand(), make([]float32, 2*rows))
		score := func() float64 {
			m.Tape.Reset()
			return float64(m.Pi(obs).LogProb(act).Mean().Scalar())
		}
		score()
		m.Tape.Reset()
		m.Pi(obs).LogProb(act).Mean().Backward()
		p := m.Head.LogStd
		if s := p.Shape(); p.Name != "log_std" || !slices.Equal(s, []int{8, 2}) {
			t.Errorf("parameter %s %v, want log_std [8 2]", p.Name, s)
		}
		for i, grad := range p.Grad {
			const h = 1e-2
			v := p.Value[i]
			p.Value[i] = v + h
			up := score()
			p.Value[i] = v - h
			down := score()
			p.Value[i] = v
			if want := (up - down) / (2 * h); math.Abs(float64(grad)-want) > 1e-3+0.01*math.Abs(want) {
				t.Errorf("trunk %v: gradient %d of log_std = %v, want %v", trunk, i, grad, want)
			}
		}
	}
}

// TestStateNoiseClone: a copy acts alike, with parameters of its own.
func TestStateNoiseClone(t *testing.T) {
	m, obs := newStateExplorer(t, false), observations()
	c := m.Copy()
	one, two := make([]float32, 2*rows), make([]float32, 2*rows)
	m.Sample(newRand(), obs, one)
	c.Sample(newRand(), obs, two)
	if !slices.Equal(one, two) {
		t.Errorf("a copy draws %v, want %v", two, one)
	}
	c.Head.LogStd.Value[0], c.Features.Params()[0].Value[0] = 3, 3
	if m.Sample(newRand(), obs, two); !slices.Equal(one, two) {
		t.Error("a change of the copy changes the original")
	}
}
