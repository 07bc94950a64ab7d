package dist_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/tape"
)

const rows = 5 // batch size of these tests

// newStateHead returns a head for two actions with noise that depends on eight features.
func newStateHead(t *testing.T) *dist.Head {
	t.Helper()
	h := newHead(t, env.NewBox(-1, 1, 2), -0.5)
	if err := h.ExploreByState(8, false); err != nil {
		t.Fatal(err)
	}
	return h
}

// TestStateNoise checks that the same noise gives the same actions, and that the actions for many
// samples of the noise have the variance of the distribution for training.
func TestStateNoise(t *testing.T) {
	const n = 20_000
	h, mean, z := newStateHead(t), normal(newRand(), make([]float32, 2*rows)), normal(newRand(), make([]float32, 8*rows))
	rng, theta := rowGenerators(rows), make([]float32, rows*h.Noise.Size())
	explore := func() []float32 {
		act := slices.Clone(mean)
		h.Noise.Add(act, z, theta)
		return act
	}
	var squares [2 * rows]float64
	var act []float32
	for range n {
		h.Noise.Draw(rng, theta)
		act = explore()
		for i, a := range act {
			squares[i] += float64((a - mean[i]) * (a - mean[i]))
		}
	}
	if again := explore(); !slices.Equal(again, act) {
		t.Errorf("actions of the same noise are %v and %v", act, again)
	}
	h.Noise.Draw(rng, theta)
	if again := explore(); slices.Equal(again, act) {
		t.Error("actions with new noise are the same")
	}
	tp := tape.New()
	logp := h.Dist(tp.Const(mean, rows), tp.Const(z, rows), nil).LogProb(mean).Value
	for i := range rows { // -log π of the mean action is Σ (log σ + log(2π)/2)
		want := math.Log(2 * math.Pi)
		for j := range 2 {
			want += 0.5 * math.Log(squares[2*i+j]/n)
		}
		if got := -float64(logp[i]); math.Abs(got-want) > 0.05 {
			t.Errorf("row %d: Σ log σ + log 2π = %v, want %v by the sampled actions", i, got, want)
		}
	}
}

// TestStateNoiseGradient checks the gradient of log σ against finite differences.
func TestStateNoiseGradient(t *testing.T) {
	h, mean, z := newStateHead(t), normal(newRand(), make([]float32, 2*rows)), normal(newRand(), make([]float32, 8*rows))
	act, tp := normal(newRand(), make([]float32, 2*rows)), tape.New()
	score := func() *tape.Var {
		tp.Reset()
		return h.Dist(tp.Const(mean, rows), tp.Const(z, rows), nil).LogProb(act).Mean()
	}
	score().Backward()
	p := h.LogStd
	if s := p.Shape(); p.Name != "log_std" || !slices.Equal(s, []int{8, 2}) {
		t.Errorf("parameter %s %v, want log_std [8 2]", p.Name, s)
	}
	for i, grad := range p.Grad {
		const step = 1e-2
		v := p.Value[i]
		p.Value[i] = v + step
		up := float64(score().Scalar())
		p.Value[i] = v - step
		down := float64(score().Scalar())
		p.Value[i] = v
		if want := (up - down) / (2 * step); math.Abs(float64(grad)-want) > 1e-3+0.01*math.Abs(want) {
			t.Errorf("gradient %d of log_std = %v, want %v", i, grad, want)
		}
	}
}

// TestStateNoiseClone checks that a clone samples the same noise, and that its parameter is a
// copy.
func TestStateNoiseClone(t *testing.T) {
	h := newStateHead(t)
	c := h.Clone()
	one, two := make([]float32, rows*h.Noise.Size()), make([]float32, rows*h.Noise.Size())
	h.Noise.Draw(rowGenerators(rows), one)
	c.Noise.Draw(rowGenerators(rows), two)
	if !slices.Equal(one, two) {
		t.Errorf("a clone samples %v, want %v", two, one)
	}
	c.LogStd.Value[0] = 3
	if h.Noise.Draw(rowGenerators(rows), two); !slices.Equal(one, two) {
		t.Error("a change of the clone changes the original")
	}
}

// TestExpln checks that with expln σ is e^x for x ≤ 0 and log(1+x) + 1 for x > 0. By hand, for
// one action, features z = (2, -1) and log σ = (-0.5, 1.5): σ = (0.606531, 1.916291), and the
// variance v is 4·0.367879 + 3.672171 + 10⁻⁶. The derivative of log(v) / 2 with respect to log σ
// is σ σ' z² / v, with σ' = 0.606531 and 0.4.
func TestExpln(t *testing.T) {
	h := newHead(t, env.NewBox(-1, 1, 1), 0)
	if err := h.ExploreByState(2, true); err != nil {
		t.Fatal(err)
	}
	h = h.Clone()
	h.LogStd.Import([]float32{-0.5, 1.5})
	z, tp := []float32{2, -1}, tape.New()
	const variance = 4*0.36787944 + 3.67217195 + 1e-6
	deviation := h.Noise.LogDeviation(tp.Const(z, 1))
	golden.Near(t, "log deviation", deviation.Value, 0.5*math.Log(variance))
	deviation.Sum().Backward()
	golden.Near(t, "slope", h.LogStd.Grad, 0.36787944*4/variance, 1.91629073*0.4/variance)
	d := h.Dist(tp.Const([]float32{0.25}, 1), tp.Const(z, 1), nil)
	golden.Near(t, "log_prob of the mean", d.LogProb([]float32{0.25}).Value, -0.5*math.Log(variance)-0.5*math.Log(2*math.Pi))

	const n = 40_000
	rng, theta, squares := rowGenerators(1), make([]float32, 2), [2]float64{}
	for range n {
		h.Noise.Draw(rng, theta)
		for i, x := range theta {
			squares[i] += float64(x) * float64(x)
		}
	}
	for i, sigma := range []float64{0.60653066, 1.91629073} {
		if got := math.Sqrt(squares[i] / n); math.Abs(got-sigma) > 5*sigma/math.Sqrt(2*n) {
			t.Errorf("θ %d has deviation %v, want %v", i, got, sigma)
		}
	}
}
