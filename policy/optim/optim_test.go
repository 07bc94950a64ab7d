package optim_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

var inf = float32(math.Inf(1))

func isNear(a, b, tol float64) bool { return math.Abs(a-b) <= tol*max(1, math.Abs(b)) }

// TestClipFactor checks the factor by hand. For a norm of 10⁻⁶, the 10⁻⁶ in the formula halves
// the factor.
func TestClipFactor(t *testing.T) {
	for _, tc := range []struct {
		norm, most float32
		want       float64
	}{
		{5, 1, 1 / 5.000001}, {1, 1, 1 / 1.000001}, {0.5, 1, 1}, {0, 1, 1},
		{1e-6, 1e-7, 0.05}, {1e-6, 1e-5, 1}, {3, 0, 0},
		{0, inf, 1}, {5, inf, 1}, {math.MaxFloat32, inf, 1},
	} {
		if got := optim.ClipFactor(tc.norm, tc.most); !isNear(float64(got), tc.want, 1e-7) {
			t.Errorf("ClipFactor(%v, %v) = %v, want %v", tc.norm, tc.most, got, tc.want)
		}
	}
}

// params returns two parameters with the values 1, 1 and 1 and the gradients a, b and c.
func params(a, b, c float32) []*tape.Param {
	p, q := tape.NewParam("p", 1, 2), tape.NewVector("q", 1)
	copy(p.Value, []float32{1, 1})
	q.Value[0] = 1
	setGradients([]*tape.Param{p, q}, a, b, c)
	return []*tape.Param{p, q}
}

// setGradients sets the gradients of the parameters of params.
func setGradients(ps []*tape.Param, a, b, c float32) {
	copy(ps[0].Grad, []float32{a, b})
	ps[1].Grad[0] = c
}

func values(ps []*tape.Param) []float32 { return slices.Concat(ps[0].Value, ps[1].Value) }

func TestNorm(t *testing.T) {
	if got := optim.Norm(params(2, -3, 6)); got != 7 { // √(4 + 9 + 36)
		t.Errorf("Norm of 2, -3 | 6 = %v, want 7", got)
	}
	if got := optim.Norm(params(1e30, 0, 0)); got != 1e30 { // the square is infinite in float32
		t.Errorf("Norm of 10³⁰ = %v, want 10³⁰", got)
	}
}

// TestAdam checks the first step by hand: m̂ = g and v̂ = g², so θ changes by -α g / (|g| + ε).
func TestAdam(t *testing.T) {
	for _, tc := range []struct {
		what                   string
		rate, epsilon, maxNorm float32
		grad                   [3]float32
		move                   [3]float64
	}{
		{"nearly α sign(g)", 0.01, 1e-8, inf, [3]float32{3, -4, 0}, [3]float64{-0.01, 0.01, 0}},
		{"ε as large as g", 0.01, 1e-3, inf, [3]float32{1e-3, 0, -3e-3}, [3]float64{-0.005, 0, 0.0075}},
		{"clipped to norm 1", 1, 1, 1, [3]float32{3, 0, -4}, [3]float64{-0.6 / 1.6, 0, 0.8 / 1.8}},
		{"rate 0", 0, 1e-8, inf, [3]float32{2, -3, 6}, [3]float64{0, 0, 0}},
	} {
		ps := params(tc.grad[0], tc.grad[1], tc.grad[2])
		a := optim.NewAdam(tc.rate, tc.epsilon, ps)
		a.MaxNorm = tc.maxNorm
		a.Step()
		for i, got := range values(ps) {
			if want := 1 + tc.move[i]; !isNear(float64(got), want, 1e-6) {
				t.Errorf("%s: θ[%d] = %v, want %v", tc.what, i, got, want)
			}
		}
		if optim.Norm(ps) != 0 {
			t.Errorf("%s: gradients %v, %v after Step, want zeros", tc.what, ps[0].Grad, ps[1].Grad)
		}
	}
}

// TestAdamSecondStep checks the second step by hand, for the gradients 1 and -1: m = 0.9·0.1 -
// 0.1 = -0.01 and m̂ = m/0.19. v̂ is 1 in both steps.
func TestAdamSecondStep(t *testing.T) {
	ps := params(1, 1, 1)
	a := optim.NewAdam(0.1, 1e-8, ps)
	a.Step()
	setGradients(ps, -1, -1, -1)
	a.Step()
	want := 1 - 0.1 + 0.1*0.01/0.19
	for i, got := range values(ps) {
		if !isNear(float64(got), want, 1e-6) {
			t.Errorf("θ[%d] after two steps = %v, want %v", i, got, want)
		}
	}
}

// methods has all optimiser classes, and settings with which a class has more slots.
var methods = map[string]struct {
	class string
	k     optim.Settings
}{
	"adam": {"adam", optim.Settings{}}, "amsgrad": {"adam", optim.Settings{AMSGrad: new(true)}}, "adamw": {"adamw", optim.Settings{}},
	"sgd": {"sgd", optim.Settings{}}, "nesterov": {"sgd", optim.Settings{Momentum: new(0.9), Nesterov: new(true)}},
	"rmsprop": {"rmsprop", optim.Settings{}}, "rmsprop_tf": {"rmsprop_tf", optim.Settings{}},
	"centered": {"rmsprop", optim.Settings{Centered: new(true), Momentum: new(0.5)}},
	"adagrad":  {"adagrad", optim.Settings{WeightDecay: new(0.1)}},
}

// newOptimizer returns the optimiser of a method, with learning rate 0.1.
func newOptimizer(t testing.TB, method string, ps []*tape.Param) *optim.Optimizer {
	t.Helper()
	o, err := optim.ByName(methods[method].class, methods[method].k, ps)
	if err != nil {
		t.Fatal(err)
	}
	o.Rate = 0.1
	return o
}

// TestState checks that an optimiser that is restored after some steps continues exactly like the
// original optimiser, for each method.
func TestState(t *testing.T) {
	for method := range methods {
		one, two := params(0, 0, 0), params(0, 0, 0)
		a, b := newOptimizer(t, method, one), newOptimizer(t, method, two)
		step := func(o *optim.Optimizer, ps []*tape.Param, i int) {
			x := float32(math.Sin(float64(i)))
			setGradients(ps, x, x*x, 1-x)
			o.Step()
		}
		for i := range 5 {
			step(a, one, i)
		}
		var f bytes.Buffer
		if err := state.Save(&f, a); err != nil {
			t.Fatal(err)
		}
		if err := state.Load(&f, b); err != nil {
			t.Fatal(err)
		}
		for i, p := range one {
			copy(two[i].Value, p.Value)
		}
		for i := 5; i < 10; i++ {
			step(a, one, i)
			step(b, two, i)
		}
		if got, want := values(two), values(one); !slices.Equal(got, want) {
			t.Errorf("%s: after 10 steps θ = %v resumed, %v uninterrupted", method, got, want)
		}
	}
	var f bytes.Buffer
	if err := state.Save(&f, newOptimizer(t, "adam", params(0, 0, 0))); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&f, newOptimizer(t, "adam", []*tape.Param{tape.NewParam("p", 1, 3)})); err == nil {
		t.Error("Load of another shape: no error")
	}
}

// TestRMSPropTF compares rmsprop_tf with recorded steps of TensorFlow for the loss Σ w⁴: see
// testdata/README.md.
func TestRMSPropTF(t *testing.T) {
	var want struct {
		Init  []float32
		After [][]float64
	}
	golden.Read(t, "testdata/rmsprop_tf.json.gz", &want)
	w := tape.NewVector("w", len(want.Init))
	copy(w.Value, want.Init)
	o := optim.New(7e-4, &optim.RMSProp{Alpha: 0.99, Epsilon: 1e-5, TensorFlow: true}, []*tape.Param{w})
	for _, after := range want.After {
		for i, v := range w.Value {
			w.Grad[i] = 4 * v * v * v
		}
		o.Step()
		golden.Near(t, "w", w.Value, after...)
	}
}

// TestDecay checks weight decay by hand, for α = 0.1 and λ = 0.5. If Decoupled is false, λθ is
// added to the gradient after clipping. If it is true, αλθ is subtracted from θ.
func TestDecay(t *testing.T) {
	for _, tc := range []struct {
		decoupled bool
		maxNorm   float32
		want      []float64 // θ after a step from θ = 1, 1 | 1 with g = 3, -4 | 0
	}{
		{false, inf, []float64{1 - 0.1*3.5, 1 + 0.1*3.5, 1 - 0.1*0.5}},
		{false, 1, []float64{1 - 0.1*(0.6+0.5), 1 - 0.1*(-0.8+0.5), 1 - 0.1*0.5}},
		{true, inf, []float64{0.95 - 0.3, 0.95 + 0.4, 0.95}},
	} {
		ps := params(3, -4, 0)
		o := optim.New(0.1, &optim.SGD{}, ps)
		o.WeightDecay, o.Decoupled, o.MaxNorm = 0.5, tc.decoupled, tc.maxNorm
		o.Step()
		golden.Near(t, "θ", values(ps), tc.want...)
	}
}

// TestPenalties checks that λ₁ sign(w) + λ₂ w is added to the gradients of weights before
// clipping, and not to the gradients of biases.
func TestPenalties(t *testing.T) {
	ps := params(0, 0, 0)
	copy(ps[0].Value, []float32{2, -3})
	o := optim.New(1, &optim.SGD{}, ps)
	o.L1, o.L2 = 0.5, 0.25
	o.Step()
	golden.Near(t, "θ", values(ps), 2-0.5-0.5, -3+0.5+0.75, 1)

	ps = params(0, 0, 0)
	copy(ps[0].Value, []float32{6, -8})
	o = optim.New(1, &optim.SGD{}, ps)
	o.L2, o.MaxNorm = 1, 1
	o.Step()
	golden.Near(t, "clipped θ", values(ps), 6-0.6, -8+0.8, 1)
}

// TestByNameErrors checks the errors for unknown classes and invalid settings.
func TestByNameErrors(t *testing.T) {
	for _, tc := range []struct {
		class string
		k     optim.Settings
		want  string
	}{
		{"adma", optim.Settings{}, `optimizer_class "adma", want one of adagrad, adam, adamw, rmsprop, rmsprop_tf, sgd`},
		{"sgd", optim.Settings{Alpha: new(0.9)}, "optimizer_kwargs.alpha: optimizer_class sgd has no such setting"},
		{"adam", optim.Settings{Betas: []float64{0.9}}, "optimizer_kwargs.betas is [0.9], want two"},
		{"adam", optim.Settings{Betas: []float64{0.9, 1}}, "optimizer_kwargs.betas is [0.9 1], want two"},
		{"rmsprop", optim.Settings{Eps: new(-1.)}, "optimizer_kwargs.eps is -1, want 0 or more"},
		{"rmsprop", optim.Settings{Alpha: new(1.)}, "optimizer_kwargs.alpha is 1, want 0 or more and less than 1"},
		{"adagrad", optim.Settings{WeightDecay: new(math.NaN())}, "optimizer_kwargs.weight_decay is NaN"},
		{"sgd", optim.Settings{Nesterov: new(true)}, "optimizer_kwargs.nesterov is true, want a momentum"},
	} {
		o, err := optim.ByName(tc.class, tc.k, params(0, 0, 0))
		if o != nil || err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("ByName(%q) has error %v, want %q in it", tc.class, err, tc.want)
		}
	}
}

func TestAllocs(t *testing.T) {
	for method := range methods {
		o := newOptimizer(t, method, params(1, 2, 3))
		if n := testing.AllocsPerRun(10, o.Step); n != 0 {
			t.Errorf("%s: Step allocates %v times, want 0", method, n)
		}
	}
}

func BenchmarkAdam(b *testing.B) {
	p := tape.NewParam("p", 64, 64)
	a := optim.NewAdam(1e-3, 1e-5, []*tape.Param{p})
	b.ReportAllocs()
	for b.Loop() {
		a.Step()
	}
	b.ReportMetric(float64(len(p.Value)*b.N)/b.Elapsed().Seconds()/1e9, "Gelement/s")
}

// TestShared checks that the bytes of a step do not depend on the number of cores.
func TestShared(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	for method := range methods {
		var want []float32
		for cores := 1; cores <= 3; cores++ {
			pool := parallel.New(cores)
			pool.Always = true
			pool.Start()
			p := tape.NewParam("p", 150, 149)
			o := newOptimizer(t, method, []*tape.Param{p})
			o.Share(pool)
			rng := rand.New(rand.NewPCG(1, 2))
			for range 3 {
				for i := range p.Grad {
					p.Grad[i] = float32(rng.NormFloat64())
				}
				o.Step()
			}
			pool.Stop()
			if cores == 1 {
				want = p.Value
			} else if !slices.Equal(p.Value, want) {
				t.Errorf("%s: on %d cores the parameters differ from one core", method, cores)
			}
		}
	}
}
