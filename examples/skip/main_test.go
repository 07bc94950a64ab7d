package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestSkip checks that Infer returns the same bits as Forward, that the output is near x at the
// start, and that the gradients agree with finite differences.
func TestSkip(t *testing.T) {
	n, err := nn.Native{Kinds: nn.Kinds{"skip": NewSkip}}.Build(rand.New(rand.NewPCG(1, 2)), "net",
		nn.Plan{In: nn.Shape{4}, Layers: nn.Layers{{Kind: "skip", Size: 8}}})
	if err != nil {
		t.Fatal(err)
	}
	x := []float32{0.5, -1, 2, 0.25, 1, 1, -1, 0}
	y := make([]float32, len(x))
	n.Infer(y, x, nn.Memory{})
	tp := tape.New()
	out := n.Forward(tp, tp.Const(x, 2), nn.Pass{Mode: nn.Training})
	if !slices.Equal(out.Value, y) {
		t.Errorf("Forward = %v, Infer = %v, want the same bits", out.Value, y)
	}
	for i := range x {
		if d := math.Abs(float64(y[i] - x[i])); d == 0 || d > 0.3 {
			t.Errorf("y[%d] = %v, want nearly %v", i, y[i], x[i])
		}
	}

	out.Square().Mean().Backward()
	loss := func() float64 {
		n.Infer(y, x, nn.Memory{})
		sum := 0.0
		for _, v := range y {
			sum += float64(v) * float64(v)
		}
		return sum / float64(len(y))
	}
	for _, p := range nn.Params(n) {
		const h = 1e-2
		value := p.Value[0]
		p.Value[0] = value + h
		up := loss()
		p.Value[0] = value - h
		down := loss()
		p.Value[0] = value
		if got, want := float64(p.Grad[0]), (up-down)/(2*h); math.Abs(got-want) > 1e-3 {
			t.Errorf("gradient of %s = %v, want the finite difference %v", p.Name, got, want)
		}
	}
}
