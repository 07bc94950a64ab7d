package f32

import (
	"fmt"
	"math"
	"testing"
)

// exactActivations returns each activation and its derivative as formulas in float64.
func exactActivations() [activations]struct{ value, slope func(x float64) float64 } {
	type exact = struct{ value, slope func(x float64) float64 }
	step := func(x, a, b float64) float64 { // a where x > 0, b elsewhere
		if x > 0 {
			return a
		}
		return b
	}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	softplus := func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
	normal := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	u := func(x float64) float64 { return 2 * math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x) }
	const lambda, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
	// finite limits a number to a range that every activation maps to a finite number.
	finite := func(x float64) float64 { return max(x, -1e3) }
	return [activations]exact{
		Identity: {func(x float64) float64 { return x }, func(x float64) float64 { return 1 }},
		ReLUAct:  {func(x float64) float64 { return max(x, 0) }, func(x float64) float64 { return step(x, 1, 0) }},
		TanhAct: {math.Tanh, func(x float64) float64 {
			c := math.Cosh(x)
			return 1 / (c * c)
		}},
		SigmoidAct: {sigmoid, func(x float64) float64 { return sigmoid(x) * sigmoid(-x) }},
		ELUAct:     {func(x float64) float64 { return step(x, x, math.Expm1(x)) }, func(x float64) float64 { return step(x, 1, math.Exp(x)) }},
		SELUAct: {
			func(x float64) float64 { return lambda * step(x, x, alpha*math.Expm1(x)) },
			func(x float64) float64 { return lambda * step(x, 1, alpha*math.Exp(x)) },
		},
		GELUAct: {
			func(x float64) float64 { return finite(x) * normal(x) },
			func(x float64) float64 {
				return normal(x) + max(min(x, 1e3), -1e3)*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
			},
		},
		GELUTanhAct: {
			func(x float64) float64 { return finite(x) * sigmoid(u(x)) },
			func(x float64) float64 {
				x = max(min(x, 1e2), -1e2)
				return sigmoid(u(x)) * (1 + x*sigmoid(-u(x))*2*math.Sqrt(2/math.Pi)*(1+3*0.044715*x*x))
			},
		},
		LeakyReLUAct: {func(x float64) float64 { return max(x, 0.01*x) }, func(x float64) float64 { return step(x, 1, 0.01) }},
		SoftplusAct:  {softplus, sigmoid},
		SiLUAct: {
			func(x float64) float64 { return finite(x) * sigmoid(x) },
			func(x float64) float64 { x = max(min(x, 1e3), -1e3); return sigmoid(x) * (1 + x*sigmoid(-x)) },
		},
		MishAct: {
			func(x float64) float64 { return finite(x) * math.Tanh(softplus(x)) },
			func(x float64) float64 {
				x = max(min(x, 1e3), -1e3)
				c := math.Cosh(min(softplus(x), 300))
				return math.Tanh(softplus(x)) + x*sigmoid(x)/(c*c)
			},
		},
		HardtanhAct: {func(x float64) float64 { return max(min(x, 1), -1) }, func(x float64) float64 { return step(1-math.Abs(x), 1, 0) }},
		HardswishAct: {
			func(x float64) float64 { return finite(x) * max(min(x+3, 6), 0) / 6 },
			func(x float64) float64 { return step(x+3, step(3-x, x/3+0.5, 1), 0) },
		},
	}
}

// TestActivations compares the activations and derivatives of all kernels with formulas in
// float64. The error of a number must be at most 2 ulp or 10⁻⁷, whichever is larger. The inputs are
// every 509th float32, with -short every 50,021st, and each of ±0, ±∞, the smallest and the largest
// numbers. NaN must give NaN. The derivative of tanh may have twice the error: it is 1 - y² with the
// rounding errors of y and of y².
func TestActivations(t *testing.T) {
	step := uint64(509)
	if testing.Short() {
		step = 50_021
	}
	inf := float32(math.Inf(1))
	points := []float32{0, float32(math.Copysign(0, -1)), inf, -inf, 0x1p-149, -0x1p-149, math.MaxFloat32, -math.MaxFloat32}
	for bits := uint64(0); bits <= math.MaxUint32; bits += step {
		if x := math.Float32frombits(uint32(bits)); x-x == 0 {
			points = append(points, x)
		}
	}
	for x := float32(-15); x < 15; x += 1e-4 {
		points = append(points, x)
	}
	y, slope, db := make([]float32, len(points)), make([]float32, len(points)), make([]float32, len(points))
	for _, k := range available() {
		for i, exact := range exactActivations() {
			act := Activation(i)
			k.activate[act](y, points)
			derivatives(k, act, slope, y, points, db)
			worst, limit := [2]float64{}, [2]float64{1, 1}
			if act == TanhAct {
				limit[1] = 2
			}
			for i, x := range points {
				for j, got := range []float32{y[i], slope[i]} {
					want := [2]float64{exact.value(float64(x)), exact.slope(float64(x))}[j]
					e := inaccuracy(got, want)
					if worst[j] = max(worst[j], e); e > limit[j] {
						t.Errorf("%s: %s(%v): %s = %v, want %v", k.name, act, x, [2]string{"y", "y'"}[j], got, want)
						break
					}
				}
			}
			t.Logf("%s: %s: largest errors %.2f and, of the derivative, %.2f of what is allowed", k.name, act, worst[0], worst[1])
			nan := []float32{float32(math.NaN())}
			if k.activate[act](nan, nan); nan[0] == nan[0] {
				t.Errorf("%s: %s(NaN) = %v, want NaN", k.name, act, nan[0])
			}
		}
	}
}

// derivatives sets slope to the derivatives of the activation at x, where y = act(x). It checks
// that activateSlope writes the same y, bit for bit. db is scratch memory.
func derivatives(k *kernels, act Activation, slope, y, x, db []float32) {
	kept := y
	if act.KeepsSlope() {
		same := make([]float32, len(y))
		k.activateSlope[act](same, db, x)
		for i, v := range same {
			if math.Float32bits(v) != math.Float32bits(y[i]) {
				panic(fmt.Sprintf("%s: %s(%v) = %v, and %v together with the slope", k.name, act, x[i], y[i], v))
			}
		}
		kept = append([]float32(nil), db...)
	}
	for i := range slope {
		slope[i] = 1
	}
	k.layerGrad[act](slope, kept, db, 1)
}

// inaccuracy returns the error of got as a multiple of 2 ulp or of 10⁻⁷, whichever is larger.
func inaccuracy(got float32, want float64) float64 {
	if float64(got) == want || math.Abs(want) > math.MaxFloat32 && math.IsInf(float64(got), int(math.Copysign(1, want))) {
		return 0
	}
	e := math.Abs(float64(got)-want) / max(1e-7, 2*math.Ldexp(1, exponent(want)-24))
	if e != e {
		return math.Inf(1)
	}
	return e
}

// exponent returns the exponent of math.Frexp.
func exponent(x float64) int {
	_, e := math.Frexp(x)
	return e
}
