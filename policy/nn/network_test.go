package nn_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// stater makes a network a state.Stater.
type stater struct{ nn.Network }

func (n stater) State(s *state.State) { nn.Visit(s, n.Network) }

// TestState checks that a network that is saved and loaded continues its training exactly, with
// the same running averages and the same dropout masks. A clone must do the same, and must share
// no memory with the network.
func TestState(t *testing.T) {
	p := mlp(t, 2, []int{9, 9}, 2, nn.MLPOptions{Activation: "elu", Norm: "batch", Dropout: 0.5, Gain: 1})
	one, two := build(t, p), build(t, p)
	x := normal(newRand(), make([]float32, 2*8))
	forward := func(n nn.Network) []float32 {
		tp := tape.New()
		return n.Forward(tp, tp.Const(x, 8), nn.Pass{Mode: nn.Training}).Value
	}
	forward(one)
	var f bytes.Buffer
	if err := state.Save(&f, stater{one}); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&f, stater{two}); err != nil {
		t.Fatal(err)
	}
	clone := one.Clone()
	want := forward(one)
	for what, n := range map[string]nn.Network{"loaded": two, "clone": clone} {
		if got := forward(n); !sameBits(got, want) {
			t.Errorf("%s: Forward = %v, want %v", what, got, want)
		}
		for name, p := range byName(n) {
			if o := byName(one)[name]; !sameBits(p.Value, o.Value) || &p.Value[0] == &o.Value[0] {
				t.Errorf("%s: %s = %v, want a copy of %v", what, name, p.Value, o.Value)
			}
		}
	}
}

// TestClone checks that a clone has the same outputs, and that changes of the clone do not
// change the network.
func TestClone(t *testing.T) {
	m := newMLP(t, 2, []int{4}, 1, nn.MLPOptions{Activation: "tanh", Gain: 1})
	c := m.Clone()
	infer := func(n nn.Network) []float32 {
		y := make([]float32, 1)
		n.Infer(y, []float32{0.5, -1}, nn.Memory{})
		return y
	}
	before := infer(m)
	if got := infer(c); !sameBits(got, before) {
		t.Errorf("a clone's Infer = %v, want %v", got, before)
	}
	for i, p := range nn.Params(c) {
		if o := nn.Params(m)[i]; p.Name != o.Name || !slices.Equal(p.Shape(), o.Shape()) {
			t.Errorf("a clone's parameter is %s %v, want %s %v", p.Name, p.Shape(), o.Name, o.Shape())
		}
		p.Grad[0] = 1
		clear(p.Value)
	}
	if got := infer(m); !sameBits(got, before) || nn.Params(m)[0].Grad[0] != 0 {
		t.Errorf("Infer = %v after the clone changed, want %v", got, before)
	}
	if got := infer(c)[0]; got != 0 {
		t.Errorf("Infer of a cleared clone = %v, want 0", got)
	}
}

// TestPolyakUpdate checks θ' ← τθ + (1-τ)θ'. The source has weight 1 and bias 0. The target has
// weight 3 and bias -2. With τ = 1 the target becomes a copy, bit for bit.
func TestPolyakUpdate(t *testing.T) {
	for _, tc := range []struct{ tau, weight, bias float32 }{
		{0, 3, -2}, {0.5, 2, -1}, {0.25, 2.5, -1.5}, {1, 1, 0},
	} {
		src := newMLP(t, 1, nil, 1, nn.MLPOptions{Activation: "relu", Gain: 1})
		dst := src.Clone()
		source, target := nn.Params(src), nn.Params(dst)
		source[0].Value[0], source[1].Value[0] = 1, 0
		target[0].Value[0], target[1].Value[0] = 3, -2
		nn.PolyakUpdate(dst, src, tc.tau)
		if w, b := target[0].Value[0], target[1].Value[0]; w != tc.weight || b != tc.bias {
			t.Errorf("PolyakUpdate by %v = %v, %v, want %v, %v", tc.tau, w, b, tc.weight, tc.bias)
		}
		if source[0].Value[0] != 1 {
			t.Errorf("PolyakUpdate by %v changed its source", tc.tau)
		}
	}
	src := newMLP(t, 9, []int{9}, 9, nn.MLPOptions{Activation: "relu", Norm: "batch", Gain: 1})
	dst := src.Clone()
	for i, p := range nn.Tensors(dst) {
		normal(newRand(), p.Value)
		normal(newRand(), nn.Tensors(src)[i].Value)
		nn.Tensors(src)[i].Value[0] = 1.0 / 3
	}
	nn.PolyakUpdate(dst, src, 1)
	for i, p := range nn.Tensors(dst) {
		if want := nn.Tensors(src)[i].Value; !sameBits(p.Value, want) {
			t.Errorf("PolyakUpdate by 1 made %s %v, want %v", p.Name, p.Value, want)
		}
	}
}

// TestPolyakUpdateBuffers checks that after every update the target network's running averages
// are copies of the source's, for every τ. With equal weights, both networks then have the same
// outputs.
func TestPolyakUpdateBuffers(t *testing.T) {
	src := newMLP(t, 2, []int{4}, 1, nn.MLPOptions{Activation: "relu", Norm: "batch", Gain: 1})
	dst, tp := src.Clone(), tape.New()
	x := []float32{100, 5, 104, 6, 96, 4}
	src.Forward(tp, tp.Const(x, 3), nn.Pass{Mode: nn.Training})
	nn.PolyakUpdate(dst, src, 0.01)
	for _, name := range []string{"net.1.running_mean", "net.1.running_var"} {
		if got, want := byName(dst)[name].Value, byName(src)[name].Value; !sameBits(got, want) || want[0] == 0 || want[0] == 1 {
			t.Errorf("%s = %v, want %v as in the source, and changed by training", name, got, want)
		}
	}
	if n := testing.AllocsPerRun(5, func() { nn.PolyakUpdate(dst, src, 0.01) }); n != 0 {
		t.Errorf("PolyakUpdate allocates %v times, want 0", n)
	}
	one, two := make([]float32, 3), make([]float32, 3)
	src.Infer(one, x, nn.Memory{})
	if dst.Infer(two, x, nn.Memory{}); !sameBits(one, two) {
		t.Errorf("the target infers %v, want %v as the source: it has the same weights and averages", two, one)
	}
}

// TestOutputs checks that Outputs counts the outputs of a network and does not change the
// network.
func TestOutputs(t *testing.T) {
	for want, m := range map[int]nn.Network{
		3: newMLP(t, 2, []int{4}, 3, nn.MLPOptions{Activation: "tanh"}),
		4: newMLP(t, 2, []int{4}, 0, nn.MLPOptions{Activation: "gelu", Norm: "batch", Dropout: 0.5}),
	} {
		before := fmt.Sprint(nn.Tensors(m)[0].Value, nn.Tensors(m)[len(nn.Tensors(m))-1].Value)
		if got := nn.Outputs(m, 2); got != want {
			t.Errorf("Outputs = %d, want %d", got, want)
		}
		if after := fmt.Sprint(nn.Tensors(m)[0].Value, nn.Tensors(m)[len(nn.Tensors(m))-1].Value); after != before {
			t.Error("Outputs changes the network")
		}
	}
}
