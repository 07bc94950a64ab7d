package classic_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/env/classic"
)

// TestPendulumStep checks steps against values by hand: θ̇ changes by (1.5 g sin θ + 3u) 0.05,
// then θ changes. The reward depends on the state before the step and on the clipped torque.
func TestPendulumStep(t *testing.T) {
	for name, c := range map[string]struct {
		g      float64
		x      []float64
		act    float32
		want   []float64
		reward float64
	}{
		"torque":     {10, []float64{0, 0}, 1, []float64{0.0075, 0.15}, -0.001},
		"clipped":    {10, []float64{0, 0}, -9, []float64{-0.015, -0.3}, -0.004},
		"gravity":    {10, []float64{math.Pi / 2, 0}, 0, []float64{math.Pi/2 + 0.0375, 0.75}, -math.Pi * math.Pi / 4},
		"less of it": {4, []float64{-math.Pi / 2, 0}, 0, []float64{-math.Pi/2 - 0.015, -0.3}, -math.Pi * math.Pi / 4},
		"fast":       {10, []float64{math.Pi / 2, 8}, 2, []float64{math.Pi/2 + 0.4, 8}, -math.Pi*math.Pi/4 - 6.4 - 0.004},
		"turned":     {0, []float64{6*math.Pi + 1, 0}, 0, []float64{6*math.Pi + 1, 0}, -1},
		"turned far": {0, []float64{1 - 6*math.Pi, -2}, 0, []float64{0.9 - 6*math.Pi, -2}, -1.4},
	} {
		t.Run(name, func(t *testing.T) {
			e := classic.NewPendulum()
			e.G = c.g
			got, out := stepFrom(t, e, c.x, c.act)
			if !nearlyEqual(got, c.want) || math.Abs(out.Reward-c.reward) > 1e-14 || out.Done() {
				t.Errorf("Step(%v) from %v = %v, %+v, want %v and reward %v", c.act, c.x, got, out, c.want, c.reward)
			}
		})
	}
}

// TestPendulumReset checks -b + 2bu for the angle and the angular velocity.
func TestPendulumReset(t *testing.T) {
	e := classic.NewPendulum()
	e.XInit, e.YInit = 0.5, 4
	e.SetDraws([]float64{0.25, 0.75})
	obs := make([]float32, 3)
	e.Reset(1, obs)
	if got, want := e.Physics(nil), []float64{-0.25, 2}; !nearlyEqual(got, want) {
		t.Errorf("Reset with draws 1/4 and 3/4 of ±1/2 and ±4 = %v, want %v", got, want)
	}
	if want := [3]float32{float32(math.Cos(0.25)), float32(-math.Sin(0.25)), 2}; [3]float32(obs) != want {
		t.Errorf("observation of θ = -1/4, θ̇ = 2 = %v, want %v", obs, want)
	}
}
