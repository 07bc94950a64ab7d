package classic_test

import (
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// TestAcrobotEnergy checks that the kinetic and potential energy stays the same without a torque,
// up to the error of the Runge-Kutta method. The equations printed in 1996 lack a term and do not
// conserve energy.
func TestAcrobotEnergy(t *testing.T) {
	for equations, conserved := range map[classic.Equations]bool{classic.Book: true, classic.NIPS: false} {
		e := classic.NewAcrobot()
		e.Equations = equations
		x, most := []float64{0.5, 0.4, 0, 0}, 0.0
		start := energy(x)
		for range 50 {
			x, _ = stepFrom(t, e, x, 1)
			most = max(most, math.Abs(energy(x)-start))
		}
		if (most < 0.05) != conserved {
			t.Errorf("%s: the energy of %.3f J changes by up to %.4f J in 10 s, want it kept: %v", equations, start, most, conserved)
		}
	}
}

// energy returns the energy [J] of two rods of 1 kg and 1 m with moments of inertia of 1 kg m²
// about their centres of mass, which are in the middle.
func energy(x []float64) float64 {
	a, b, u, v := x[0], x[0]+x[1], x[2], x[2]+x[3] // angles and velocities from hanging
	square := u*u + v*v/4 + u*v*math.Cos(b-a)      // squared velocity of the lower rod's centre
	kinetic := 0.5*u*u/4 + 0.5*square + 0.5*(u*u+v*v)
	return kinetic - 9.8*(0.5*math.Cos(a)+math.Cos(a)+0.5*math.Cos(b))
}

// TestAcrobotTorques applies torques at hanging rest, where no other torque acts. With d₁ = 4.5
// and d₂ = 1.75, θ̈₂ = u / (1.25 - d₂²/d₁) at first, and θ₂ becomes ½ θ̈₂ t², less the effect of
// gravity.
func TestAcrobotTorques(t *testing.T) {
	for act, u := range []float64{-3, 0.5} {
		e := classic.NewAcrobot()
		e.Torques = []float64{-3, 0.5}
		x, out := stepFrom(t, e, make([]float64, 4), float32(act))
		if want := 0.02 * u / (1.25 - 1.75*1.75/4.5); math.Abs(x[1]-want) > 0.1*math.Abs(want) {
			t.Errorf("θ₂ after a torque of %v N m = %v, want some %v", u, x[1], want)
		}
		if out != (env.Outcome{Reward: -1}) {
			t.Errorf("Step(%d) = %+v, want reward -1", act, out)
		}
	}
}

// TestAcrobotNoise checks noise from -½ to ½ N m: the uniform number ¾ gives ¼ N m, so a torque
// of 1 N m has the effect of 1¼ N m.
func TestAcrobotNoise(t *testing.T) {
	e, noisy := classic.NewAcrobot(), classic.NewAcrobot()
	e.Torques[2] = 1.25
	noisy.TorqueNoise = 0.5
	noisy.SetDraws([]float64{0.75})
	start := []float64{0.1, -0.2, 0.3, -0.4}
	want, _ := stepFrom(t, e, start, 2)
	if got, _ := stepFrom(t, noisy, start, 2); !nearlyEqual(got, want) {
		t.Errorf("Step of 1 N m and ¼ more = %v, want %v", got, want)
	}
}

// TestAcrobotGoal checks the outcome with the free end 2 m, 1 m and 0 m above the pivot.
func TestAcrobotGoal(t *testing.T) {
	for name, c := range map[string]struct {
		x    []float64
		want env.Outcome
	}{
		"upright": {[]float64{math.Pi, 0, 0, 0}, env.Outcome{Terminated: true}},
		"level":   {[]float64{math.Pi / 2, 0, 0, 0}, env.Outcome{Reward: -1}},
		"folded":  {[]float64{math.Pi, math.Pi, 0, 0}, env.Outcome{Reward: -1}},
	} {
		if _, out := stepFrom(t, classic.NewAcrobot(), c.x, 1); out != c.want {
			t.Errorf("Step from %s = %+v, want %+v", name, out, c.want)
		}
	}
}

// TestAcrobotReset checks that Reset rounds low + (high - low) u to float32.
func TestAcrobotReset(t *testing.T) {
	e := classic.NewAcrobot()
	e.SetDraws([]float64{0, 0.25, 0.5, 0.75})
	e.Reset(1, make([]float32, 6))
	x := float64(float32(0.05))
	if got, want := e.Physics(nil), []float64{-float64(float32(0.1)), -x, 0, x}; !nearlyEqual(got, want) {
		t.Errorf("Reset with draws 0, 1/4, 1/2, 3/4 = %v, want %v", got, want)
	}
}

func TestEquationsUnmarshalText(t *testing.T) {
	for in, want := range map[string]classic.Equations{"book": classic.Book, "nips": classic.NIPS, "": "", "Book": ""} {
		got := classic.Equations("as it was")
		err := got.UnmarshalText([]byte(in))
		if want != "" {
			if err != nil || got != want {
				t.Errorf("UnmarshalText(%q) = %v, %v, want %v", in, got, err, want)
			}
		} else if err == nil || got != "as it was" || !strings.Contains(err.Error(), "book or nips") {
			t.Errorf("UnmarshalText(%q) = %v, %v, want an error that names the two, and no change", in, got, err)
		}
	}
}
