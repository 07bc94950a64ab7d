package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestDropout checks dropout with rate p. In training it multiplies a fraction 1 - p of the
// outputs by 1/(1-p), and the other outputs by 0. The gradients must have the same factors. At
// inference dropout must change nothing.
func TestDropout(t *testing.T) {
	const rows, width, p = 100, 64, 0.25
	m := newMLP(t, 1, []int{width}, 0, nn.MLPOptions{Activation: "relu", Dropout: p})
	w, bias := nn.Params(m)[0], nn.Params(m)[1]
	clear(w.Value)
	for i := range bias.Value {
		bias.Value[i] = 2
	}
	tp := tape.New()
	y := m.Forward(tp, tp.Const(make([]float32, rows), rows), nn.Pass{Mode: nn.Training})
	want := make([]float32, width) // gradient of each bias
	for i, v := range y.Value {
		switch v {
		case 2 / (1 - p):
			want[i%width] += 1 / (1 - p)
		case 0:
		default:
			t.Fatalf("an output is %v, want 0 or %v", v, 2/(1-p))
		}
	}
	y.SumCols().Mean().Scale(rows).Backward()
	if !slices.Equal(bias.Grad, want) {
		t.Errorf("gradients %v, want %v", bias.Grad, want)
	}
	var sum float64
	for _, g := range want {
		sum += float64(g)
	}
	// The mean of the 6400 factors, each 0 or 1/(1-p), is 1 with standard error √(p/(1-p)/6400).
	if mean := sum / rows / width; math.Abs(mean-1) > 4*math.Sqrt(p/(1-p)/rows/width) {
		t.Errorf("the factors have mean %v, want 1", mean)
	}
	out := make([]float32, rows*width)
	if y := m.Forward(tp, tp.Const(make([]float32, rows), rows), nn.Pass{Mode: nn.Inference}).Value; slices.ContainsFunc(y, func(v float32) bool { return v != 2 }) {
		t.Error("Forward at inference changes outputs")
	}
	if m.Infer(out, make([]float32, rows), nn.Memory{}); slices.ContainsFunc(out, func(v float32) bool { return v != 2 }) {
		t.Error("Infer changes outputs")
	}
}

// TestDropoutGradients compares the gradients of a network with dropout with finite differences of the
// loss. Every loss is computed with a clone of the network, so all have the same masks. It also checks
// that a second gradient step allocates nothing.
func TestDropoutGradients(t *testing.T) {
	const n, in = 5, 4
	m := newMLP(t, in, []int{6, 6}, 2, nn.MLPOptions{Activation: "tanh", Dropout: 0.3, Gain: 1})
	x, u, tp := normal(newRand(), make([]float32, n*in)), normal(newRand(), make([]float32, n*2)), tape.New()
	loss := func(net nn.Network) *tape.Var {
		tp.Reset()
		return net.Forward(tp, tp.Const(x, n), nn.Pass{Mode: nn.Training}).Mul(tp.Const(u, n)).Sum()
	}
	same := m.Clone()
	loss(same).Backward()
	for k, p := range nn.Params(m) {
		for i, value := range p.Value {
			const h = 1e-2
			p.Value[i] = value + h
			up := float64(loss(m.Clone()).Scalar())
			p.Value[i] = value - h
			down := float64(loss(m.Clone()).Scalar())
			p.Value[i] = value
			if got, want := float64(nn.Params(same)[k].Grad[i]), (up-down)/(2*h); math.Abs(got-want) > 1e-3*max(1, math.Abs(want)) {
				t.Errorf("gradient of %s[%d] = %v, want %v", p.Name, i, got, want)
			}
		}
	}
	if got := testing.AllocsPerRun(5, func() { loss(m).Backward() }); got != 0 {
		t.Errorf("a second gradient step allocates %v times, want 0", got)
	}
}
