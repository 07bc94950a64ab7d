package f32

import (
	"math"
	"testing"
)

// An exactActivation is an activation and its derivative in float64.
type exactActivation struct{ value, slope func(x float64) float64 }

// exactActivations returns the formulas of all activations.
func exactActivations() [activations]exactActivation {
	const lambda, alpha = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717 // Klambauer et al. 2017, section 2
	cosh2 := func(x float64) float64 { return math.Pow(math.Cosh(x), 2) }
	u := func(x float64) float64 { return 2 * math.Sqrt(2/math.Pi) * (x + 0.044715*x*x*x) }
	du := func(x float64) float64 { return 2 * math.Sqrt(2/math.Pi) * (1 + 3*0.044715*x*x) }
	return [activations]exactActivation{
		Identity:   {func(x float64) float64 { return x }, func(x float64) float64 { return 1 }},
		ReLUAct:    {func(x float64) float64 { return max(x, 0) }, func(x float64) float64 { return pick(x > 0, 1, 0) }},
		TanhAct:    {math.Tanh, func(x float64) float64 { return 1 / cosh2(x) }},
		SigmoidAct: {logistic, func(x float64) float64 { return logistic(x) * logistic(-x) }},
		ELUAct: {
			func(x float64) float64 { return pick(x > 0, x, math.Expm1(x)) },
			func(x float64) float64 { return pick(x > 0, 1, math.Exp(x)) },
		},
		SELUAct: {
			func(x float64) float64 { return lambda * pick(x > 0, x, alpha*math.Expm1(x)) },
			func(x float64) float64 { return lambda * pick(x > 0, 1, alpha*math.Exp(x)) },
		},
		GELUAct: gated(normal, func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }),
		GELUTanhAct: gated(
			func(x float64) float64 { return logistic(u(x)) },
			func(x float64) float64 { return limitProduct(logistic(-u(x))*logistic(u(x)), du(x)) }),
		LeakyReLUAct: {func(x float64) float64 { return max(x, 0.01*x) }, func(x float64) float64 { return pick(x > 0, 1, 0.01) }},
		SoftplusAct:  {log1pExp, logistic},
		SiLUAct:      gated(logistic, func(x float64) float64 { return logistic(x) * logistic(-x) }),
		MishAct: gated(
			func(x float64) float64 { return math.Tanh(log1pExp(x)) },
			func(x float64) float64 { return logistic(x) / cosh2(log1pExp(x)) }),
		HardtanhAct: {
			func(x float64) float64 { return max(min(x, 1), -1) },
			func(x float64) float64 { return pick(math.Abs(x) < 1, 1, 0) },
		},
		HardswishAct: gated(
			func(x float64) float64 { return max(min(x+3, 6), 0) / 6 },
			func(x float64) float64 { return pick(math.Abs(x) < 3, 1.0/6, 0) }),
	}
}

// gated returns the activation x gate(x), where slope is the derivative of gate.
func gated(gate, slope func(x float64) float64) exactActivation {
	return exactActivation{
		func(x float64) float64 { return limitProduct(gate(x), x) },
		func(x float64) float64 { return gate(x) + limitProduct(slope(x), x) },
	}
}

// limitProduct returns the limit of x y, which is 0 where x is 0 and y is infinite.
func limitProduct(x, y float64) float64 { return pick(x == 0, 0, x*y) }

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
func log1pExp(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }
func normal(x float64) float64   { return math.Erfc(-x/math.Sqrt2) / 2 }

// pick returns a if the condition is true, otherwise b.
func pick(condition bool, a, b float64) float64 {
	if condition {
		return a
	}
	return b
}

// limits are the numbers at the ends of the ranges of float32.
var limits = []float32{
	0, float32(math.Copysign(0, -1)), float32(math.Inf(1)), float32(math.Inf(-1)),
	0x1p-149, -0x1p-149, 0x1p-126, -0x1p-126, math.MaxFloat32, -math.MaxFloat32,
}

// TestActivations compares the activations and derivatives of all kernels with formulas in
// float64. The inputs are every 5,003rd float32, with -short every 50,021st, the limits, and
// numbers between -15 and 15.
func TestActivations(t *testing.T) {
	step := uint64(5_003)
	if testing.Short() {
		step = 50_021
	}
	points := append([]float32(nil), limits...)
	for bits := uint64(0); bits <= math.MaxUint32; bits += step {
		if x := math.Float32frombits(uint32(bits)); x-x == 0 {
			points = append(points, x)
		}
	}
	for x := float32(-15); x < 15; x += 1e-4 {
		points = append(points, x)
	}
	for _, k := range available() {
		for _, act := range Activations() {
			value, slope := checkActivation(t, k, act, points)
			t.Logf("%s: %s: largest errors %.2f and, of the derivative, %.2f of 2 ulp or 1e-7", k.name, act, value, slope)
		}
	}
}

// checkActivation compares an activation and its derivative at the points x with the formulas. The
// errors must be at most 2 ulp or 10⁻⁷, whichever is larger. There are two exceptions: the derivative
// of tanh may have twice the error, because 1 - y² has the rounding errors of y and of y², and softplus
// may have an error of 2.4 ulp, the sum of five rounding errors. checkActivation also checks that NaN gives NaN, and that activateSlope and activate have the same results, bit for bit.
// It returns the largest errors as multiples of 2 ulp or 10⁻⁷.
func checkActivation(t *testing.T, k *kernels, act Activation, x []float32) (worstValue, worstSlope float64) {
	t.Helper()
	n := len(x)
	y, kept, slope, db := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
	k.activate[act](y, x)
	copy(kept, y)
	if act.KeepsSlope() {
		same := append([]float32(nil), x...)
		k.activateSlope[act](same, kept, same)
		for i, v := range same {
			if math.Float32bits(v) != math.Float32bits(y[i]) {
				t.Fatalf("%s: %s(%v) = %v, but %v together with the slope", k.name, act, x[i], y[i], v)
			}
		}
	}
	Fill(slope, 1)
	k.layerGrad[act](slope, kept, db, 1)
	exact, limit, slopeLimit := exactActivations()[act], 1.0, 1.0
	switch act {
	case TanhAct:
		slopeLimit = 2
	case SoftplusAct:
		limit = 1.2
	}
	for i, v := range x {
		value, e := exact.value(float64(v)), exact.slope(float64(v))
		if worstValue = max(worstValue, inaccuracy(y[i], value)); worstValue > limit {
			t.Fatalf("%s: %s(%v) = %v, want %v", k.name, act, v, y[i], value)
		}
		if worstSlope = max(worstSlope, inaccuracy(slope[i], e)); worstSlope > slopeLimit {
			t.Fatalf("%s: derivative of %s at %v = %v, want %v", k.name, act, v, slope[i], e)
		}
	}
	nan := []float32{float32(math.NaN())}
	if k.activate[act](nan, nan); nan[0] == nan[0] {
		t.Fatalf("%s: %s(NaN) = %v, want NaN", k.name, act, nan[0])
	}
	return worstValue, worstSlope
}

// inaccuracy returns the error of got as a multiple of 2 ulp or of 10⁻⁷, whichever is larger.
func inaccuracy(got float32, want float64) float64 {
	if got == float32(want) {
		return 0
	}
	_, exponent := math.Frexp(want)
	e := math.Abs(float64(got)-want) / max(1e-7, math.Ldexp(1, exponent-23))
	return pick(e != e, math.Inf(1), e)
}

// FuzzActivations checks the activations of all kernels at any number.
func FuzzActivations(f *testing.F) {
	for i, x := range limits {
		f.Add(uint8(i), x)
	}
	f.Fuzz(func(t *testing.T, act uint8, x float32) {
		if x != x {
			return
		}
		for _, k := range available() {
			checkActivation(t, k, Activation(act)%activations, []float32{x, x / 2})
		}
	})
}

// TestActivationAllocs checks that the exported functions allocate nothing.
func TestActivationAllocs(t *testing.T) {
	x, y, slope := make([]float32, 37), make([]float32, 37), make([]float32, 37)
	for _, act := range Activations() {
		if n := testing.AllocsPerRun(10, func() {
			Activate(y, x, act)
			if act.KeepsSlope() {
				ActivateSlope(y, slope, x, act)
			}
			LayerGrad(x, slope, y, 1, act)
		}); n != 0 {
			t.Errorf("%s allocates %v times, want 0", act, n)
		}
	}
}

// TestGELUCoefficients computes the coefficients geluR again. It also checks the error of the
// polynomial, as an error of Φ, on a grid and for a in every power of two.
func TestGELUCoefficients(t *testing.T) {
	const last = 13.25
	r := func(a float64) float64 { return normal(-a) * math.Exp(a*a/2) }
	want := interpolate(func(v float64) float64 { return r(4.5 * v / (1 - v)) }, 0, last/(last+4.5), len(geluR)-1)
	for i, c := range want {
		if d := math.Abs(float64(geluR[i]) - c); d > 1e-6*math.Abs(c) {
			t.Errorf("coefficient %d of geluR is %v, want %v", i, geluR[i], c)
		}
	}
	var points []float64
	for a := 0x1p-149; a < last; a *= 2 {
		points = append(points, a)
	}
	for a := 0.0; a < last; a += 1e-3 {
		points = append(points, a)
	}
	for _, a := range points {
		v, p := a/(a+4.5), 0.0
		for i := len(want) - 1; i >= 0; i-- {
			p = p*v + want[i]
		}
		if d := math.Abs(p-r(a)) * math.Exp(-a*a/2); d > 3e-9 {
			t.Errorf("the polynomial's error of Φ(-%v) is %v, want 3e-9 at most", a, d)
		}
	}
}

// interpolate returns the polynomial of degree n, the lowest power first, that is equal to f at the
// zeros of a Chebyshev polynomial between low and high. It computes Newton's divided differences.
func interpolate(f func(x float64) float64, low, high float64, n int) []float64 {
	x, d := make([]float64, n+1), make([]float64, n+1)
	for i := range x {
		x[i] = (low+high)/2 + (high-low)/2*math.Cos(math.Pi*(float64(i)+0.5)/float64(n+1))
		d[i] = f(x[i])
	}
	for j := 1; j <= n; j++ {
		for i := n; i >= j; i-- {
			d[i] = (d[i] - d[i-1]) / (x[i] - x[i-j])
		}
	}
	c := make([]float64, n+1)
	for i := n; i >= 0; i-- { // c = c · (z - x_i) + d_i
		for k := n; k > 0; k-- {
			c[k] = c[k-1] - x[i]*c[k]
		}
		c[0] = d[i] - x[i]*c[0]
	}
	return c
}
