package loss_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/policy/loss"
)

// TestApproximateKL checks a sum by hand: for r = 1, 2 and 1/2 the terms are 0, 1 - log 2 and
// -1/2 + log 2, so their mean is 1/6.
func TestApproximateKL(t *testing.T) {
	got := loss.ApproximateKL([]float32{0, math.Ln2, -math.Ln2}, []float32{1, 2, 0.5})
	if math.Abs(got-1./6) > 1e-7 {
		t.Errorf("ApproximateKL = %v, want 1/6", got)
	}
}
