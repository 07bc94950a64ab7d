package classic_test

import (
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// TestReset checks 10,000 resets against the moments of a uniform number, within four standard
// errors: the mean is (a+b)/2, the standard deviation is (b-a)/√12 with a relative standard error
// of √(0.2/n).
func TestReset(t *testing.T) {
	for name, c := range map[string]struct{ low, high float64 }{
		"default": {-0.05, 0.05},
		"options": {-0.15, 0.12},
		"point":   {0.25, 0.25},
	} {
		t.Run(name, func(t *testing.T) {
			e := classic.NewCartPole()
			if name != "default" {
				e.Low, e.High = c.low, c.high
			}
			const n = 10_000
			var sum, squares [4]float64
			var x [4]float64
			obs := make([]float32, 4)
			mean, std := (c.low+c.high)/2, (c.high-c.low)/math.Sqrt(12)
			for seed := range uint64(n) {
				e.Reset(seed, obs)
				for i, v := range e.Physics(x[:0]) {
					if v < c.low || v > c.high || obs[i] != float32(v) {
						t.Fatalf("Reset(%d): x[%d] = %v and obs %v, want one number in [%v, %v]", seed, i, v, obs[i], c.low, c.high)
					}
					sum[i] += v - mean
					squares[i] += (v - mean) * (v - mean)
				}
			}
			for i := range sum {
				if got, limit := sum[i]/n, 4*std/math.Sqrt(n); math.Abs(got) > limit {
					t.Errorf("mean of x[%d] = %v, want %v ± %v", i, mean+got, mean, limit)
				}
				if got, limit := math.Sqrt(squares[i]/n), 4*std*math.Sqrt(0.2/n); math.Abs(got-std) > limit {
					t.Errorf("deviation of x[%d] = %v, want %v ± %v", i, got, std, limit)
				}
			}
		})
	}
}

// TestSetDraws checks low + (high - low) u. The bounds are powers of 2, so the numbers are exact.
func TestSetDraws(t *testing.T) {
	e := classic.NewCartPole()
	e.Low, e.High = -0.5, 0.25
	obs := make([]float32, 4)
	e.SetDraws([]float64{0, 0.25, 0.5, 0.75, 0.875})
	e.Reset(1, obs)
	if got, want := [4]float64(e.Physics(nil)), [4]float64{-0.5, -0.3125, -0.125, 0.0625}; got != want {
		t.Errorf("Reset with draws 0, 1/4, 1/2, 3/4 = %v, want %v", got, want)
	}
	e.Reset(1, obs) // the unused draw comes first
	if got := e.Physics(nil)[0]; got != 0.15625 {
		t.Errorf("x after Reset with draw 7/8 = %v, want 0.15625", got)
	}
}

// TestThresholds takes one step from rest: an explicit Euler step changes neither x nor θ. It
// checks that the bounds are strict, as in Gymnasium: at the bound itself the episode does not
// end. The bound of θ is Python's 12*2*math.pi/360, which is rounded at every operation: one ulp
// below Go's exact constant.
func TestThresholds(t *testing.T) {
	const lean = 0.20943951023931953
	for name, c := range map[string]struct {
		x, theta float64
		want     bool
	}{
		"x at the right end":  {2.4, 0, false},
		"x beyond it":         {math.Nextafter(2.4, 3), 0, true},
		"x at the left end":   {-2.4, 0, false},
		"x beyond the left":   {math.Nextafter(-2.4, -3), 0, true},
		"θ at its bound":      {0, lean, false},
		"θ beyond it":         {0, math.Nextafter(lean, 1), true},
		"θ at its left bound": {0, -lean, false},
		"θ beyond the left":   {0, math.Nextafter(-lean, -1), true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, suttonBarto := range []bool{false, true} {
				e := classic.NewCartPole()
				e.SuttonBarto = suttonBarto
				if err := e.SetPhysics([]float64{c.x, 0, c.theta, 0}); err != nil {
					t.Fatal(err)
				}
				want := env.Outcome{Reward: 1, Terminated: c.want}
				if suttonBarto && c.want {
					want.Reward = -1
				} else if suttonBarto {
					want.Reward = 0
				}
				if got := e.Step([]float32{1}, make([]float32, 4)); got != want {
					t.Errorf("Step from x = %v, θ = %v, Sutton and Barto %v = %+v, want %+v", c.x, c.theta, suttonBarto, got, want)
				}
			}
		})
	}
}

// TestIntegrators pushes a cart from upright rest. By hand: with θ = 0 and θ̇ = 0, t = 10/1.1, θ̈
// = -t / (0.5 (4/3 - 0.1/1.1)), ẍ = t - 0.05 θ̈/1.1.
func TestIntegrators(t *testing.T) {
	const force = 10 / 1.1
	const alpha = -force / (0.5 * (4.0/3 - 0.1/1.1))
	const a = force - 0.05*alpha/1.1
	for integrator, want := range map[classic.Integrator][4]float64{
		classic.Euler:        {0, 0.02 * a, 0, 0.02 * alpha},
		classic.SemiImplicit: {0.02 * 0.02 * a, 0.02 * a, 0.02 * 0.02 * alpha, 0.02 * alpha},
	} {
		for act, sign := range map[float32]float64{0: -1, 1: 1} {
			e := classic.NewCartPole()
			e.Integrator = integrator
			e.Step([]float32{act}, make([]float32, 4))
			for i, got := range e.Physics(nil) {
				if math.Abs(got-sign*want[i]) > 1e-15 {
					t.Errorf("%s, action %v: x[%d] = %v, want %v", integrator, act, i, got, sign*want[i])
				}
			}
		}
	}
}

func TestValidate(t *testing.T) {
	for name, c := range map[string]struct {
		low, high float64
		want      bool
	}{
		"default":   {-0.05, 0.05, true},
		"equal":     {0.1, 0.1, true},
		"reversed":  {0.1, -0.1, false},
		"NaN low":   {math.NaN(), 0.1, false},
		"NaN high":  {0.1, math.NaN(), false},
		"Inf low":   {math.Inf(-1), 0.1, false},
		"Inf high":  {0.1, math.Inf(1), false},
		"both Inf":  {math.Inf(1), math.Inf(1), false},
		"both -Inf": {math.Inf(-1), math.Inf(-1), false},
	} {
		t.Run(name, func(t *testing.T) {
			e := classic.NewCartPole()
			e.Low, e.High = c.low, c.high
			if err := e.Validate(); (err == nil) != c.want {
				t.Errorf("Validate() of low %v, high %v = %v, want it good: %v", c.low, c.high, err, c.want)
			}
		})
	}
}

func TestIntegratorUnmarshalText(t *testing.T) {
	for in, want := range map[string]classic.Integrator{
		"euler": classic.Euler, "semi-implicit": classic.SemiImplicit,
		"": "", "Euler": "", "semi_implicit": "", "euler ": "",
	} {
		got := classic.Integrator("as it was")
		err := got.UnmarshalText([]byte(in))
		if want != "" {
			if err != nil || got != want {
				t.Errorf("UnmarshalText(%q) = %v, %v, want %v", in, got, err, want)
			}
		} else if err == nil || got != "as it was" || !strings.Contains(err.Error(), "euler or semi-implicit") {
			t.Errorf("UnmarshalText(%q) = %v, %v, want an error that names the two, and no change", in, got, err)
		}
	}
}

func TestSetPhysics(t *testing.T) {
	e := classic.NewCartPole()
	want := [4]float64{1, 2, 3, 4}
	if err := e.SetPhysics(want[:]); err != nil {
		t.Fatalf("SetPhysics(%v): %v", want, err)
	}
	for _, x := range [][]float64{nil, {1, 2, 3}, {1, 2, 3, 4, 5}, {math.NaN(), 0, 0, 0}, {0, 0, 0, math.Inf(-1)}} {
		if err := e.SetPhysics(x); err == nil {
			t.Errorf("SetPhysics(%v): no error, want one", x)
		}
		if got := [4]float64(e.Physics(nil)); got != want {
			t.Errorf("state after SetPhysics(%v) = %v, want %v as before", x, got, want)
		}
	}
}

func BenchmarkCartPoleStep(b *testing.B) {
	e, act, obs := classic.NewCartPole(), make([]float32, 1), make([]float32, 4)
	e.Reset(1, obs)
	b.ReportAllocs()
	seed := uint64(0)
	for b.Loop() {
		act[0] = 1 - act[0]
		if e.Step(act, obs).Done() {
			seed++
			e.Reset(seed, obs)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
}
