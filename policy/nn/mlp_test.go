package nn_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

func TestMLPParams(t *testing.T) {
	for _, tc := range []struct {
		hidden []int
		want   string
	}{
		{nil, "net.0.weight [3 5] net.0.bias [3]"},
		{[]int{8, 1}, "net.0.weight [8 5] net.0.bias [8] net.2.weight [1 8] net.2.bias [1] net.4.weight [3 1] net.4.bias [3]"},
	} {
		m := newMLP(t, nn.MLPConfig{In: 5, Hidden: tc.hidden, Out: 3, Activation: "relu", Gain: 1})
		var got []string
		for _, p := range m.Params() {
			got = append(got, fmt.Sprint(p.Name, " ", p.Shape()))
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("Params() of hidden layers %v = %s, want %s", tc.hidden, s, tc.want)
		}
	}
}

func TestMLPErrors(t *testing.T) {
	for _, tc := range []struct {
		config nn.MLPConfig
		want   string
	}{
		{nn.MLPConfig{In: 2, Out: 2, Activation: "gleu"}, `activation_fn "gleu", want one of elu, gelu`},
		{nn.MLPConfig{In: 2, Out: 2, Activation: "tanh", Norm: "lyer"}, `norm "lyer", want one of batch, layer, none`},
		{nn.MLPConfig{In: 2, Out: 2, Activation: "tanh", Init: "zero"}, `init_fn "zero", want one of kaiming_normal`},
		{nn.MLPConfig{In: 2, Out: 2, Activation: "tanh", Dropout: 1}, "dropout is 1, want 0 or more and less than 1"},
		{nn.MLPConfig{In: 2, Activation: "tanh"}, "a layer of 0×2 weights"},
		{nn.MLPConfig{In: 2, Out: 2}, `activation_fn ""`},
		{nn.MLPConfig{In: 2, Out: 2, Hidden: []int{4, 0}, Activation: "tanh"}, "net_arch [4 0]"},
		{nn.MLPConfig{In: 2, Out: 2, Hidden: []int{-1}, Activation: "tanh"}, "net_arch [-1]"},
	} {
		if _, err := nn.NewMLP(newRand(), "actor", tc.config); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("NewMLP(%+v) has error %v, want %q in it", tc.config, err, tc.want)
		}
	}
}

// TestModuleNames: what stands between the layers is counted as PyTorch counts it.
func TestModuleNames(t *testing.T) {
	m := newMLP(t, nn.MLPConfig{In: 2, Hidden: []int{3, 3}, Out: 1, Activation: "silu", Norm: "batch", Dropout: 0.1})
	var got []string
	for _, p := range nn.Tensors(m) {
		got = append(got, p.Name)
	}
	want := []string{
		"net.0.weight", "net.0.bias", "net.1.weight", "net.1.bias",
		"net.4.weight", "net.4.bias", "net.5.weight", "net.5.bias", "net.8.weight", "net.8.bias",
		"net.1.running_mean", "net.1.running_var", "net.5.running_mean", "net.5.running_var",
	}
	if !slices.Equal(got, want) {
		t.Errorf("tensors are %v, want %v", got, want)
	}
}

// TestMLPState: saved and loaded, training goes on with the same averages and the
// same outputs left out; a clone does so too, and has its own.
func TestMLPState(t *testing.T) {
	c := nn.MLPConfig{In: 2, Hidden: []int{9, 9}, Out: 2, Activation: "elu", Norm: "batch", Dropout: 0.5, Gain: 1}
	one, two := newMLP(t, c), newMLP(t, c)
	x := normal(newRand(), make([]float32, 2*8))
	forward := func(n nn.Network) []float32 {
		tp := tape.New()
		return n.Forward(tp, tp.Const(x, 8)).Value
	}
	forward(one)
	var f bytes.Buffer
	if err := state.Save(&f, one); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&f, two); err != nil {
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

// TestMLPClone changes each of two clones and looks at the other.
func TestMLPClone(t *testing.T) {
	m := newMLP(t, nn.MLPConfig{In: 2, Hidden: []int{4}, Out: 1, Activation: "tanh", Gain: 1})
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
	for i, p := range c.Params() {
		if o := m.Params()[i]; p.Name != o.Name || !slices.Equal(p.Shape(), o.Shape()) {
			t.Errorf("a clone's parameter is %s %v, want %s %v", p.Name, p.Shape(), o.Name, o.Shape())
		}
		p.Grad[0] = 1
		clear(p.Value)
	}
	if got := infer(m); !sameBits(got, before) || m.Params()[0].Grad[0] != 0 {
		t.Errorf("Infer = %v after the clone changed, want %v", got, before)
	}
	if got := infer(c)[0]; got != 0 {
		t.Errorf("Infer of a cleared clone = %v, want 0", got)
	}
}

// TestBlend: θ' ← τθ + (1-τ)θ'. The last layer has weight 1 and bias 0 in the
// source, 3 and -2 in the target.
func TestBlend(t *testing.T) {
	for _, tc := range []struct{ tau, weight, bias float32 }{
		{0, 3, -2}, {0.5, 2, -1}, {0.25, 2.5, -1.5}, {1, 1, 0},
	} {
		c := nn.MLPConfig{In: 1, Out: 1, Activation: "relu", Gain: 1}
		src, dst := newMLP(t, c), newMLP(t, c)
		src.Params()[0].Value[0], src.Params()[1].Value[0] = 1, 0
		dst.Params()[0].Value[0], dst.Params()[1].Value[0] = 3, -2
		nn.Blend(dst.Params(), src.Params(), tc.tau)
		if w, b := dst.Params()[0].Value[0], dst.Params()[1].Value[0]; w != tc.weight || b != tc.bias {
			t.Errorf("Blend(%v) = %v, %v, want %v, %v", tc.tau, w, b, tc.weight, tc.bias)
		}
		if src.Params()[0].Value[0] != 1 {
			t.Errorf("Blend(%v) changed its source", tc.tau)
		}
	}
	c := nn.MLPConfig{In: 9, Hidden: []int{9}, Out: 9, Activation: "relu", Gain: 1}
	src, dst := newMLP(t, c), newMLP(t, c)
	for i, p := range dst.Params() {
		normal(newRand(), p.Value)
		normal(newRand(), src.Params()[i].Value)
		src.Params()[i].Value[0] = 1.0 / 3
	}
	nn.Blend(dst.Params(), src.Params(), 1)
	for i, p := range dst.Params() {
		if want := src.Params()[i].Value; !sameBits(p.Value, want) {
			t.Errorf("Blend(1) made %s %v, want %v", p.Name, p.Value, want)
		}
	}
}
