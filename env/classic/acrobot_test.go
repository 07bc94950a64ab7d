package classic_test

import (
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// TestAcrobotEnergy swings without a torque: the energy, kinetic and potential,
// stays as it is, but for the error of the Runge-Kutta method. The equations as
// printed in 1996 lack a term, and do not conserve it.
func TestAcrobotEnergy(t *testing.T) {
	for equations, conserved := range map[classic.Equations]bool{classic.Book: true, classic.NIPS: false} {
		e := classic.NewAcrobot()
		e.Equations = equations
		x, most := []float64{0.5, 0.4, 0, 0}, 0.0
		start := energy(x)
		for range 50 {
			x, _ = from(t, e, x, 1)
			most = max(most, math.Abs(energy(x)-start))
		}
		if (most < 0.05) != conserved {
			t.Errorf("%s: the energy of %.3f J changes by up to %.4f J in 10 s, want it kept: %v", equations, start, most, conserved)
		}
	}
}

// energy [J] of two rods of 1 kg and 1 m with moments of inertia of 1 kg m²
// about their centres, which are halfway.
func energy(x []float64) float64 {
	a, b, u, v := x[0], x[0]+x[1], x[2], x[2]+x[3] // angles and velocities from hanging
	square := u*u + v*v/4 + u*v*math.Cos(b-a)      // of the lower centre's velocity
	kinetic := 0.5*u*u/4 + 0.5*square + 0.5*(u*u+v*v)
	return kinetic - 9.8*(0.5*math.Cos(a)+math.Cos(a)+0.5*math.Cos(b))
}

// TestAcrobotTorques pushes from hanging at rest, where only torques act: with
// d₁ = 4.5 and d₂ = 1.75, θ̈₂ = u / (1.25 - d₂²/d₁) at first, and the way is
// ½ θ̈₂ t² but for what gravity takes.
func TestAcrobotTorques(t *testing.T) {
	for act, u := range []float64{-3, 0.5} {
		e := classic.NewAcrobot()
		e.Torques = []float64{-3, 0.5}
		x, out := from(t, e, make([]float64, 4), float32(act))
		if want := 0.02 * u / (1.25 - 1.75*1.75/4.5); math.Abs(x[1]-want) > 0.1*math.Abs(want) {
			t.Errorf("θ₂ after a torque of %v N m = %v, want some %v", u, x[1], want)
		}
		if out != (env.Outcome{Reward: -1}) {
			t.Errorf("Step(%d) = %+v, want reward -1", act, out)
		}
	}
}

// TestAcrobotNoise draws from -½ to ½ N m: a draw of ¾ is ¼, with which a
// torque of 1 N m is as good as one of 1¼.
func TestAcrobotNoise(t *testing.T) {
	e, loud := classic.NewAcrobot(), classic.NewAcrobot()
	e.Torques[2] = 1.25
	loud.TorqueNoise = 0.5
	loud.SetDraws([]float64{0.75})
	start := []float64{0.1, -0.2, 0.3, -0.4}
	want, _ := from(t, e, start, 2)
	if got, _ := from(t, loud, start, 2); !near(got, want) {
		t.Errorf("Step of 1 N m and ¼ more = %v, want %v", got, want)
	}
}

// TestAcrobotGoal has the free end at the height of 1 m and above it.
func TestAcrobotGoal(t *testing.T) {
	for name, c := range map[string]struct {
		x    []float64
		want env.Outcome
	}{
		"upright": {[]float64{math.Pi, 0, 0, 0}, env.Outcome{Terminated: true}},
		"level":   {[]float64{math.Pi / 2, 0, 0, 0}, env.Outcome{Reward: -1}},
		"folded":  {[]float64{math.Pi, math.Pi, 0, 0}, env.Outcome{Reward: -1}},
	} {
		if _, out := from(t, classic.NewAcrobot(), c.x, 1); out != c.want {
			t.Errorf("Step from %s = %+v, want %+v", name, out, c.want)
		}
	}
}

// TestAcrobotReset rounds low + (high - low) u to a float32.
func TestAcrobotReset(t *testing.T) {
	e := classic.NewAcrobot()
	e.SetDraws([]float64{0, 0.25, 0.5, 0.75})
	e.Reset(1, make([]float32, 6))
	x := float64(float32(0.05))
	if got, want := e.Physics(nil), []float64{-float64(float32(0.1)), -x, 0, x}; !near(got, want) {
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
