package mujoco

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestLog compares log with math.Log.
func TestLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	worst := 0.0
	for range 100_000 {
		x := math.Ldexp(rng.Float64()+0x1p-60, -rng.IntN(100))
		worst = max(worst, math.Abs(log(x)/math.Log(x)-1))
	}
	if worst > 4e-16 {
		t.Errorf("log differs from math.Log by %g, want 4e-16 or less", worst)
	}
	if got := log(1); got != 0 {
		t.Errorf("log(1) = %v, want 0", got)
	}
}
