package classic_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// stepFrom sets the state of e and takes one step.
func stepFrom(t *testing.T, e physical, x []float64, act float32) (after []float64, out env.Outcome) {
	t.Helper()
	if err := e.SetPhysics(x); err != nil {
		t.Fatal(err)
	}
	out = e.Step([]float32{act}, make([]float32, e.Spec().Obs.Size()))
	return e.Physics(nil), out
}

func nearlyEqual(a, b []float64) bool {
	for i := range a {
		if math.Abs(a[i]-b[i]) > 1e-15 {
			return false
		}
	}
	return len(a) == len(b)
}

// TestMountainCarStep checks steps against values by hand. At x = -π/6 the slope is level: cos 3x
// = 0, so only the engine accelerates the car.
func TestMountainCarStep(t *testing.T) {
	const level = -math.Pi / 6
	for name, c := range map[string]struct {
		goalVelocity float64
		x            []float64
		act          float32
		want         []float64
		done         bool
	}{
		"left":                  {0, []float64{level, 0}, 0, []float64{level - 0.001, -0.001}, false},
		"not":                   {0, []float64{level, 0}, 1, []float64{level, 0}, false},
		"right":                 {0, []float64{level, 0}, 2, []float64{level + 0.001, 0.001}, false},
		"steepest":              {0, []float64{0, 0}, 1, []float64{-0.0025, -0.0025}, false},
		"top speed":             {0, []float64{level, 0.0695}, 2, []float64{level + 0.07, 0.07}, false},
		"wall":                  {0, []float64{-1.19, -0.07}, 0, []float64{-1.2, 0}, false},
		"right end":             {0, []float64{0.59, 0.07}, 2, []float64{0.6, 0.07}, true},
		"over the flag, slowly": {0.03, []float64{0.5, 0.02}, 1, []float64{0.52 - 0.0025*math.Cos(1.5), 0.02 - 0.0025*math.Cos(1.5)}, false},
		"over the flag":         {0.01, []float64{0.5, 0.02}, 1, []float64{0.52 - 0.0025*math.Cos(1.5), 0.02 - 0.0025*math.Cos(1.5)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			e := classic.NewMountainCar()
			e.GoalVelocity = c.goalVelocity
			got, out := stepFrom(t, e, c.x, c.act)
			if want := (env.Outcome{Reward: -1, Terminated: c.done}); !nearlyEqual(got, c.want) || out != want {
				t.Errorf("Step(%v) from %v = %v, %+v, want %v, %+v", c.act, c.x, got, out, c.want, want)
			}
		})
	}
}

// TestMountainCarContinuousStep checks that the thrust is clipped, that the reward depends on the
// action before clipping, and that the state is rounded to float32.
func TestMountainCarContinuousStep(t *testing.T) {
	const level = -math.Pi / 6
	round := func(x float64) float64 { return float64(float32(x)) }
	for name, c := range map[string]struct {
		goalVelocity float64
		x            []float64
		act          float32
		want         []float64
		out          env.Outcome
	}{
		"half":           {0, []float64{level, 0}, 0.5, []float64{level + 0.00075, 0.00075}, env.Outcome{Reward: -0.025}},
		"back":           {0, []float64{level, 0}, -1, []float64{level - 0.0015, -0.0015}, env.Outcome{Reward: -0.1}},
		"clipped":        {0, []float64{level, 0}, 3, []float64{level + 0.0015, 0.0015}, env.Outcome{Reward: -0.9}},
		"flag":           {0, []float64{0.45, 0.05}, 1, []float64{0.5015 - 0.0025*math.Cos(1.35), 0.0515 - 0.0025*math.Cos(1.35)}, env.Outcome{Reward: 99.9, Terminated: true}},
		"flag, too slow": {0.06, []float64{0.45, 0.05}, 1, []float64{0.5015 - 0.0025*math.Cos(1.35), 0.0515 - 0.0025*math.Cos(1.35)}, env.Outcome{Reward: -0.1}},
	} {
		t.Run(name, func(t *testing.T) {
			e := classic.NewMountainCarContinuous()
			e.GoalVelocity = c.goalVelocity
			got, out := stepFrom(t, e, c.x, c.act)
			want := []float64{round(c.want[0]), round(c.want[1])}
			if !nearlyEqual(got, want) || math.Abs(out.Reward-c.out.Reward) > 1e-15 || out.Terminated != c.out.Terminated {
				t.Errorf("Step(%v) from %v = %v, %+v, want %v, %+v", c.act, c.x, got, out, want, c.out)
			}
		})
	}
}

func TestMountainCarReset(t *testing.T) {
	for _, e := range []physical{
		&classic.MountainCar{Low: -0.5, High: 0.25}, &classic.MountainCarContinuous{Low: -0.5, High: 0.25},
	} {
		e.SetDraws([]float64{0.25})
		e.Reset(1, make([]float32, 2))
		if got, want := e.Physics(nil), []float64{-0.3125, 0}; !nearlyEqual(got, want) {
			t.Errorf("%s: Reset with draw 1/4 between -1/2 and 1/4 = %v, want %v", e.Spec().ID, got, want)
		}
	}
}
