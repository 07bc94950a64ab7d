package nn_test

import (
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
)

// chronoLayer returns a layer of recurrent units with the setting chrono.
func chronoLayer(kind string, steps float64) nn.Plan {
	return nn.Plan{In: nn.Shape{3}, Layers: nn.Layers{{Kind: kind, Size: 200, Settings: map[string]any{"chrono": steps}}}}
}

// TestChrono checks the biases for a memory of 100 steps: those of the forget gate, or of z in a GRU, are
// logarithms of uniform numbers in 1 … 99, whose mean is 50; those of an LSTM's input gate are their
// negatives. Other biases are not changed.
func TestChrono(t *testing.T) {
	const h = 200
	for _, kind := range []string{"lstm", "gru"} {
		params := byName(build(t, chronoLayer(kind, 100)))
		x, hidden := params["net.0.bias_ih_l0"].Value, params["net.0.bias_hh_l0"].Value
		sum := 0.0
		for k := range h {
			steps := math.Exp(float64(x[h+k] + hidden[h+k]))
			sum += steps
			if steps < 1-1e-5 || steps > 99+1e-3 {
				t.Fatalf("%s: unit %d remembers for %v steps, want 1 … 99", kind, k, steps)
			}
			if in := x[k] + hidden[k]; kind == "lstm" && in != -x[h+k] {
				t.Fatalf("unit %d has the bias %v of the input gate, want %v", k, in, -x[h+k])
			}
		}
		if mean := sum / h; mean < 40 || mean > 60 {
			t.Errorf("%s: units remember for %v steps on average, want about 50", kind, mean)
		}
		for _, v := range x[2*h : 3*h] {
			if limit := float32(1 / math.Sqrt(h)); v < -limit || v > limit {
				t.Fatalf("%s: another gate has the bias %v, want those of PyTorch, up to %v", kind, v, limit)
			}
		}
	}
}

// TestChronoPlans checks that chrono is refused where it has no meaning, and that a plan with it is the
// same as one without, for networks with the same weights.
func TestChronoPlans(t *testing.T) {
	for _, c := range []struct {
		kind  string
		steps float64
		want  string
	}{
		{"rnn", 100, "chrono"}, {"lstm", 1, "chrono is 1, want a whole number, 2 …"}, {"gru", 2.5, "chrono is 2.5"}, {"lstm", 1e9, "chrono is 1e+09"},
	} {
		if _, err := (nn.Native{}).Build(newRand(), "net", chronoLayer(c.kind, c.steps)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with chrono %v: %v, want %q", c.kind, c.steps, err, c.want)
		}
	}
	plain := chronoLayer("gru", 100)
	delete(plain.Layers[0].Settings, "chrono")
	if !plain.Same(chronoLayer("gru", 100)) {
		t.Error("a plan with chrono is not the same as one without")
	}
}
