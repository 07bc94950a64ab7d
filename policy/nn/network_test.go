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

// visited is a Stater of a network, as a policy is.
type visited struct{ nn.Network }

func (v visited) State(s *state.State) { nn.Visit(s, v.Network) }

// TestState: saved and loaded, training goes on with the same averages and the
// same outputs left out; a clone does so too, and has its own.
func TestState(t *testing.T) {
	p := mlp(t, 2, []int{9, 9}, 2, nn.MLPOptions{Activation: "elu", Norm: "batch", Dropout: 0.5, Gain: 1})
	one, two := build(t, p), build(t, p)
	x := normal(newRand(), make([]float32, 2*8))
	forward := func(n nn.Network) []float32 {
		tp := tape.New()
		return n.Forward(tp, tp.Const(x, 8), nn.Training).Value
	}
	forward(one)
	var f bytes.Buffer
	if err := state.Save(&f, visited{one}); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&f, visited{two}); err != nil {
		t.Fatal(err)
	}
	clone := one.Clone()
	want := forward(one)
	for what, n := range map[string]nn.Network{"loaded": two, "clone": clone} {
		if got := forward(n); !sameBits(got, want) {
			t.Errorf("%s: Forward = %v, want %v", what, got, want)
		}
		for name, p := range named(n) {
			if o := named(one)[name]; !sameBits(p.Value, o.Value) || &p.Value[0] == &o.Value[0] {
				t.Errorf("%s: %s = %v, want a copy of %v", what, name, p.Value, o.Value)
			}
		}
	}
}

// TestClone changes each of two clones and looks at the other.
func TestClone(t *testing.T) {
	m := newMLP(t, 2, []int{4}, 1, nn.MLPOptions{Activation: "tanh", Gain: 1})
	c := m.Clone()
	infer := func(n nn.Network) []float32 {
		y := make([]float32, 1)
		n.Infer(y, []float32{0.5, -1})
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

// TestFollow: θ' ← τθ + (1-τ)θ'. The layer has weight 1 and bias 0 in the source, 3 and
// -2 in the target. τ = 1 copies to the bit.
func TestFollow(t *testing.T) {
	for _, tc := range []struct{ tau, weight, bias float32 }{
		{0, 3, -2}, {0.5, 2, -1}, {0.25, 2.5, -1.5}, {1, 1, 0},
	} {
		src := newMLP(t, 1, nil, 1, nn.MLPOptions{Activation: "relu", Gain: 1})
		dst := src.Clone()
		source, target := nn.Params(src), nn.Params(dst)
		source[0].Value[0], source[1].Value[0] = 1, 0
		target[0].Value[0], target[1].Value[0] = 3, -2
		nn.Follow(dst, src, tc.tau)
		if w, b := target[0].Value[0], target[1].Value[0]; w != tc.weight || b != tc.bias {
			t.Errorf("Follow by %v = %v, %v, want %v, %v", tc.tau, w, b, tc.weight, tc.bias)
		}
		if source[0].Value[0] != 1 {
			t.Errorf("Follow by %v changed its source", tc.tau)
		}
	}
	src := newMLP(t, 9, []int{9}, 9, nn.MLPOptions{Activation: "relu", Norm: "batch", Gain: 1})
	dst := src.Clone()
	for i, p := range nn.Tensors(dst) {
		normal(newRand(), p.Value)
		normal(newRand(), nn.Tensors(src)[i].Value)
		nn.Tensors(src)[i].Value[0] = 1.0 / 3
	}
	nn.Follow(dst, src, 1)
	for i, p := range nn.Tensors(dst) {
		if want := nn.Tensors(src)[i].Value; !sameBits(p.Value, want) {
			t.Errorf("Follow by 1 made %s %v, want %v", p.Name, p.Value, want)
		}
	}
}

// TestFollowBuffers: a target's running averages are its source's after every step, so
// that what it infers is the source's as its weights become the same.
func TestFollowBuffers(t *testing.T) {
	src := newMLP(t, 2, []int{4}, 1, nn.MLPOptions{Activation: "relu", Norm: "batch", Gain: 1})
	dst, tp := src.Clone(), tape.New()
	x := []float32{100, 5, 104, 6, 96, 4}
	src.Forward(tp, tp.Const(x, 3), nn.Training)
	nn.Follow(dst, src, 0.01)
	for _, name := range []string{"net.1.running_mean", "net.1.running_var"} {
		if got, want := named(dst)[name].Value, named(src)[name].Value; !sameBits(got, want) || want[0] == 0 || want[0] == 1 {
			t.Errorf("%s = %v, want the source's %v, which have moved", name, got, want)
		}
	}
	if n := testing.AllocsPerRun(5, func() { nn.Follow(dst, src, 0.01) }); n != 0 {
		t.Errorf("Follow allocates %v times, want 0", n)
	}
	one, two := make([]float32, 3), make([]float32, 3)
	src.Infer(one, x)
	if dst.Infer(two, x); !sameBits(one, two) {
		t.Errorf("the target infers %v, want %v of the same weights and averages", two, one)
	}
}

// TestOutputs: the size of a result is known of any network.
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
