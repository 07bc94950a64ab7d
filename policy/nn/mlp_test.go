package nn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
)

// TestMLPParams checks the names and shapes of a multilayer perceptron's parameters.
func TestMLPParams(t *testing.T) {
	for _, tc := range []struct {
		hidden []int
		want   string
	}{
		{nil, "net.0.weight [3 5] net.0.bias [3]"},
		{[]int{8, 1}, "net.0.weight [8 5] net.0.bias [8] net.2.weight [1 8] net.2.bias [1] net.4.weight [3 1] net.4.bias [3]"},
	} {
		m := newMLP(t, 5, tc.hidden, 3, nn.MLPOptions{Activation: "relu", Gain: 1})
		var got []string
		for _, p := range nn.Params(m) {
			got = append(got, fmt.Sprint(p.Name, " ", p.Shape()))
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("Params() of hidden layers %v = %s, want %s", tc.hidden, s, tc.want)
		}
	}
}

// TestMLPErrors checks that MLP returns an error for invalid options and sizes, and that the
// message has the invalid value.
func TestMLPErrors(t *testing.T) {
	for _, tc := range []struct {
		hidden  []int
		out     int
		options nn.MLPOptions
		want    string
	}{
		{nil, 2, nn.MLPOptions{Activation: "gleu"}, `activation_fn "gleu", want one of elu, gelu`},
		{nil, 2, nn.MLPOptions{Activation: "tanh", Norm: "lyer"}, `norm "lyer", want one of batch, layer, none`},
		{nil, 2, nn.MLPOptions{Activation: "tanh", Init: "zero"}, `init_fn "zero", want one of kaiming_normal`},
		{nil, 2, nn.MLPOptions{Activation: "tanh", Init: "zeros"}, `init_fn "zeros", want one of kaiming_normal`},
		{nil, 2, nn.MLPOptions{Activation: "tanh", Dropout: 1}, "dropout is 1, want 0 or more and less than 1"},
		{nil, 0, nn.MLPOptions{Activation: "tanh"}, "a layer of 0×2 weights"},
		{nil, 2, nn.MLPOptions{}, `activation_fn ""`},
		{[]int{4, 0}, 2, nn.MLPOptions{Activation: "tanh"}, "net_arch [4 0]"},
		{[]int{-1}, 2, nn.MLPOptions{Activation: "tanh"}, "net_arch [-1]"},
	} {
		if _, err := nn.MLP(2, tc.hidden, tc.out, tc.options); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("MLP(2, %v, %d, %+v) has error %v, want %q in it", tc.hidden, tc.out, tc.options, err, tc.want)
		}
	}
}

// TestModuleNames checks that the numbers in tensors' names count all layers, including
// activations and dropout, as in PyTorch's Sequential.
func TestModuleNames(t *testing.T) {
	m := newMLP(t, 2, []int{3, 3}, 1, nn.MLPOptions{Activation: "silu", Norm: "batch", Dropout: 0.1})
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
