package gorgonia

import (
	"math"
	"testing"

	G "gorgonia.org/gorgonia"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestActivations compares each activation and its derivative with the formulas in PyTorch's
// documentation, in float64.
func TestActivations(t *testing.T) {
	logistic := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	want := map[string][2]func(x float64) float64{
		"tanh":     {math.Tanh, func(x float64) float64 { return 1 - math.Tanh(x)*math.Tanh(x) }},
		"sigmoid":  {logistic, func(x float64) float64 { return logistic(x) * logistic(-x) }},
		"softplus": {func(x float64) float64 { return math.Log1p(math.Exp(x)) }, logistic},
		"silu": {
			func(x float64) float64 { return x * logistic(x) },
			func(x float64) float64 { return logistic(x) * (1 + x*logistic(-x)) },
		},
		"relu":       {func(x float64) float64 { return max(x, 0) }, func(x float64) float64 { return pick(x, 1, 0) }},
		"leaky_relu": {func(x float64) float64 { return max(x, 0.01*x) }, func(x float64) float64 { return pick(x, 1, 0.01) }},
		"elu": {
			func(x float64) float64 { return pick(x, x, math.Expm1(x)) },
			func(x float64) float64 { return pick(x, 1, math.Exp(x)) },
		},
	}
	points := tape.NewParam("x", 1, 0)
	for x := float32(-12); x <= 12; x += 0.25 {
		points.Value = append(points.Value, x)
	}
	n := len(points.Value)
	points.Cols, points.Grad = n, make([]float32, n)
	for name, act := range activations() {
		net, err := New(nil, n, n, func(_ *G.ExprGraph, x *G.Node, _ []*G.Node) (*G.Node, error) { return act(x), nil })
		if err != nil {
			t.Fatal(err)
		}
		tp := tape.New()
		clear(points.Grad)
		y := net.Forward(tp, tp.Param(points), nn.Pass{Mode: nn.Training})
		y.SumCols().Backward()
		if err := tp.Err(); err != nil {
			t.Fatal(err)
		}
		for i, x := range points.Value {
			for j, got := range []float32{y.Value[i], points.Grad[i]} {
				if want := want[name][j](float64(x)); math.Abs(float64(got)-want) > 1e-6*max(1, math.Abs(want)) {
					t.Errorf("derivative %d of %s at %v = %v, want %v", j, name, x, got, want)
				}
			}
		}
	}
	if len(want) != len(activations()) {
		t.Errorf("%d activations, but formulas for %d", len(activations()), len(want))
	}
}

// pick returns a if x is above 0, otherwise b.
func pick(x, a, b float64) float64 {
	if x > 0 {
		return a
	}
	return b
}
