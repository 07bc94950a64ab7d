package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestDropout: in training a share of 1 - p passes, 1/(1-p) times as great, and
// the others get no gradient; in use all pass as they are.
func TestDropout(t *testing.T) {
	const rows, width, p = 100, 64, 0.25
	m := newMLP(t, 1, []int{width}, 0, nn.MLPOptions{Activation: "relu", Dropout: p})
	w, bias := nn.Params(m)[0], nn.Params(m)[1]
	clear(w.Value)
	for i := range bias.Value {
		bias.Value[i] = 2
	}
	tp := tape.New()
	y := m.Forward(tp, tp.Const(make([]float32, rows), rows), nn.Training)
	kept := make([]float32, width)
	for i, v := range y.Value {
		switch v {
		case 2 / (1 - p):
			kept[i%width] += 1 / (1 - p)
		case 0:
		default:
			t.Fatalf("an output of %v, want 0 or %v", v, 2/(1-p))
		}
	}
	y.SumCols().Mean().Scale(rows).Backward()
	if !slices.Equal(bias.Grad, kept) {
		t.Errorf("gradients %v, want %v", bias.Grad, kept)
	}
	var sum float64
	for _, k := range kept {
		sum += float64(k)
	}
	// of 6400 the mean of what passes is 1, with a deviation of √(p/(1-p)/6400)
	if mean := sum / rows / width; math.Abs(mean-1) > 4*math.Sqrt(p/(1-p)/rows/width) {
		t.Errorf("what passes has a mean of %v, want 1", mean)
	}
	out := make([]float32, rows*width)
	if in := m.Forward(tp, tp.Const(make([]float32, rows), rows), nn.Use).Value; slices.ContainsFunc(in, func(v float32) bool { return v != 2 }) {
		t.Error("Forward in use leaves outputs out")
	}
	if m.Infer(out, make([]float32, rows)); slices.ContainsFunc(out, func(v float32) bool { return v != 2 }) {
		t.Error("Infer leaves outputs out")
	}
}
