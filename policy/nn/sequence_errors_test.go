package nn_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
)

// TestSequenceErrors checks the errors of layers for sequences with invalid settings, and that a layer
// with too many weights is refused before its memory is allocated.
func TestSequenceErrors(t *testing.T) {
	layer := func(kind string, size float64, key string, value any) nn.Layer {
		return nn.Layer{Kind: kind, Size: size, Settings: map[string]any{key: value}}
	}
	for want, l := range map[string]nn.Layer{
		"net.0: lstm has 0 outputs, want a whole number, 1 … 65536":                               {Kind: "lstm"},
		"net.0: lstm: layers is 1.5, want a whole number, 1 … 64":                                 layer("lstm", 8, "layers", 1.5),
		"net.0: gru: layers is 65, want a whole number, 1 … 64":                                   layer("gru", 8, "layers", 65.0),
		`net.0: init "orthogonl", want one of kaiming_normal`:                                     layer("rnn", 8, "init", "orthogonl"),
		"net.0: lstm of 64 layers of 1000 units has too many weights":                             layer("lstm", 1000, "layers", 64.0),
		"net.0: lstm has no setting heads":                                                        layer("lstm", 8, "heads", 2.0),
		"net.0: attention of 6 numbers with 4 heads, want a number of heads that divides 6":       {Kind: "attention"},
		"net.0: transformer of 10 numbers with 4 heads":                                           {Kind: "transformer", Size: 10},
		"net.0: transformer: context is 0, want a whole number, 1 … 4096":                         layer("transformer", 8, "context", 0.0),
		`net.0: positions "learned", want one of none, sinusoidal`:                                layer("transformer", 8, "positions", "learned"),
		`net.0: transformer: activation "gellu", want one of`:                                     layer("transformer", 8, "activation", "gellu"),
		"net.0: transformer of 1 layers of 60000 numbers has too many weights":                    layer("transformer", 60000, "context", 1.0),
		"net.0: gtrxl with a context of 4096 remembers 3.2768e+07 numbers, want 16777216 at most": {Kind: "gtrxl", Size: 4000, Settings: map[string]any{"context": 4096.0}},
		"net.0: gtrxl has no setting norm_first":                                                  layer("gtrxl", 8, "norm_first", true),
	} {
		_, err := nn.Native{}.Build(newRand(), "net", nn.Plan{In: nn.Shape{6}, Layers: nn.Layers{l}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Build of %v: error %v, want %q in it", l, err, want)
		}
	}
	for _, kind := range []string{"lstm", "gru", "rnn", "attention", "transformer", "gtrxl"} {
		l := nn.Layer{Kind: kind, Size: 64}
		if kind == "attention" {
			l.Size = 0
		}
		n, err := nn.Native{Limit: 1000}.Build(newRand(), "net", nn.Plan{In: nn.Shape{64}, Layers: nn.Layers{l}})
		if err == nil || !strings.Contains(err.Error(), "has too many weights, want a network of 1000 at most") {
			t.Errorf("Build of %s with a limit of 1000 weights = %v, error %v", kind, n, err)
		}
		_, err = nn.Native{}.Build(newRand(), "net", nn.Plan{In: nn.Shape{8, 8, 1}, Layers: nn.Layers{l}})
		if err == nil || !strings.Contains(err.Error(), "want a shape with one axis: a layer flatten before it") {
			t.Errorf("Build of %s for images: error %v", kind, err)
		}
	}
}

// TestSequenceLimit checks that a layer is built if its weights are as many as the limit, and not if
// there is one more.
func TestSequenceLimit(t *testing.T) {
	for name, plan := range sequenceNetworks() {
		plan.Layers = plan.Layers[:1]
		if name == "lstm 13" || name == "attention" {
			continue // whose first layer is linear
		}
		weights := 0
		for _, p := range nn.Params(build(t, plan)) {
			weights += len(p.Value)
		}
		if _, err := (nn.Native{Limit: weights}).Build(newRand(), "net", plan); err != nil {
			t.Errorf("%s: Build with a limit of its %d weights: error %v", name, weights, err)
		}
		if _, err := (nn.Native{Limit: weights - 1}).Build(newRand(), "net", plan); err == nil {
			t.Errorf("%s: Build with a limit of %d weights has no error, want one", name, weights-1)
		}
	}
}
