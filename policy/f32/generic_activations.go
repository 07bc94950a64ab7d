package f32

import "math"

// This file has the activations and their derivatives in plain Go, one element at a time.

// genericActivate has the functions f of y = f(x).
var genericActivate = [activations]func(dst, x []float32){
	Identity:     func(dst, x []float32) { copy(dst, x) },
	ReLUAct:      func(dst, x []float32) { clipGeneric(dst, x, 0, float32(math.Inf(1))) },
	TanhAct:      eachGeneric(tanh),
	SigmoidAct:   eachGeneric(sigmoid),
	ELUAct:       eachGeneric(elu),
	SELUAct:      valueGeneric(selu),
	GELUAct:      valueGeneric(gelu),
	GELUTanhAct:  valueGeneric(geluTanh),
	LeakyReLUAct: eachGeneric(leakyReLU),
	SoftplusAct:  valueGeneric(softplus),
	SiLUAct:      valueGeneric(silu),
	MishAct:      valueGeneric(mish),
	HardtanhAct:  func(dst, x []float32) { clipGeneric(dst, x, -1, 1) },
	HardswishAct: valueGeneric(hardswish),
}

// genericActivateSlope has the functions of activations that keep their slope.
var genericActivateSlope = [activations]func(y, slope, x []float32){
	SELUAct:      slopeGeneric(selu),
	GELUAct:      slopeGeneric(gelu),
	GELUTanhAct:  slopeGeneric(geluTanh),
	SoftplusAct:  slopeGeneric(softplus),
	SiLUAct:      slopeGeneric(silu),
	MishAct:      slopeGeneric(mish),
	HardswishAct: slopeGeneric(hardswish),
}

// genericLayerGrad has the gradients before an activation. Those of activations that keep their
// slope are all the same.
var genericLayerGrad = [activations]func(dy, kept, db []float32, n int){
	Identity:     func(dy, _, db []float32, n int) { sumRowsGeneric(db, dy, n) },
	ReLUAct:      layerGradGeneric(func(dy, y float32) float32 { return above(y, 0, dy, 0) }),
	TanhAct:      layerGradGeneric(func(dy, y float32) float32 { return dy - float32(dy*float32(y*y)) }),
	SigmoidAct:   layerGradGeneric(func(dy, y float32) float32 { return dy * float32(y*(1-y)) }),
	ELUAct:       layerGradGeneric(func(dy, y float32) float32 { return dy * (min(y, 0) + 1) }),
	SELUAct:      layerGradGeneric(timesSlope),
	GELUAct:      layerGradGeneric(timesSlope),
	GELUTanhAct:  layerGradGeneric(timesSlope),
	LeakyReLUAct: layerGradGeneric(func(dy, y float32) float32 { return dy * above(y, 0, 1, leak) }),
	SoftplusAct:  layerGradGeneric(timesSlope),
	SiLUAct:      layerGradGeneric(timesSlope),
	MishAct:      layerGradGeneric(timesSlope),
	HardtanhAct:  layerGradGeneric(func(dy, y float32) float32 { return above(1, abs(y), dy, 0) }),
	HardswishAct: layerGradGeneric(timesSlope),
}

// eachGeneric returns the loop that applies f to each element.
func eachGeneric(f func(x float32) float32) func(dst, x []float32) {
	return func(dst, x []float32) {
		x = x[:len(dst)]
		for i := range dst {
			dst[i] = f(x[i])
		}
	}
}

// valueGeneric returns the loop that writes the first result of f for each element.
func valueGeneric(f func(x float32) (y, slope float32)) func(dst, x []float32) {
	return func(dst, x []float32) {
		x = x[:len(dst)]
		for i := range dst {
			dst[i], _ = f(x[i])
		}
	}
}

// slopeGeneric returns the loop that writes both results of f for each element.
func slopeGeneric(f func(x float32) (y, slope float32)) func(y, slope, x []float32) {
	return func(y, slope, x []float32) {
		slope, x = slope[:len(y)], x[:len(y)]
		for i := range y {
			y[i], slope[i] = f(x[i])
		}
	}
}

// layerGradGeneric returns the loop that replaces each dy by f(dy, kept) and then adds the rows of
// dy to db.
func layerGradGeneric(f func(dy, kept float32) float32) func(dy, kept, db []float32, n int) {
	return func(dy, kept, db []float32, n int) {
		kept = kept[:len(dy)]
		for i := range dy {
			dy[i] = f(dy[i], kept[i])
		}
		sumRowsGeneric(db, dy, n)
	}
}

func timesSlope(dy, slope float32) float32 { return dy * slope }

// above returns a if x is above bound, otherwise b.
func above(x, bound, a, b float32) float32 {
	if x > bound {
		return a
	}
	return b
}

// leak is the slope of leaky_relu for negative inputs.
const leak = 0.01

func leakyReLU(x float32) float32 { return above(x, 0, x, leak*x) }

// elu computes eˣ - 1 as 2ⁿ(eʳ-1) + 2ⁿ-1, which is accurate for small x too. If x ≤ -20, the
// result rounds to -1.
func elu(x float32) float32 { return above(x, 0, x, expm1(x)) }

// expm1 returns eˣ - 1 for x ≤ 0.
func expm1(x float32) float32 {
	n, r := reduce(max(x, -20))
	s := pow2(n)
	return float32(s*expm1r(r)) + (s - 1)
}

// Constants of SELU, λ and λα with α = 1.6732632423543772.
const (
	seluScale      = 1.0507009873554805
	seluScaleAlpha = 1.7580993408473766
)

// selu keeps its slope, because the derivative computed from the result y, y + λα, has the rounding
// errors of y.
func selu(x float32) (y, slope float32) {
	if x > 0 {
		return seluScale * x, seluScale
	}
	return seluScaleAlpha * expm1(x), seluScaleAlpha * decay(max(x, -20))
}

// decay returns eˣ for -88 ≤ x ≤ 20. At -88 it returns 0. It is simpler than exp, because it needs
// no numbers below 2⁻¹²⁶.
func decay(x float32) float32 {
	n, r := reduce(x)
	return (1 + expm1r(r)) * pow2(n)
}

// gate returns max(x, 0) - a q and its derivative. This is x Q(x) for a function Q with Q(x) +
// Q(-x) = 1, where a is |x|, q is Q(-a), and down is the derivative of x Q(x) at -a.
func gate(x, a, q, down float32) (y, slope float32) {
	return max(x, 0) - float32(a*q), above(0, x, down, 1-down)
}

// gelu computes Φ(-a) as R(a) times e to the power -a²/2. The derivative of Φ is e to the power
// -a²/2, divided by √(2π). R is a polynomial of v = a / (a + 4.5), which has a small rounding error
// for small a.
func gelu(x float32) (y, slope float32) {
	const density = 0.3989422804014327 // 1/√(2π)
	a := min(abs(x), 13.25)
	e := decay(a * float32(-0.5*a))
	v := a / (a + 4.5)
	r := float32(geluR[8]*v) + geluR[7]
	for i := 6; i >= 0; i-- {
		r = float32(r*v) + geluR[i]
	}
	q := e * r
	return gate(x, a, q, q-float32(a*float32(density*e)))
}

// geluR are the coefficients of the polynomial R of gelu, the lowest power first. It interpolates
// Φ(-a) e^(a²/2) at the zeros of a Chebyshev polynomial of v, for 0 ≤ a ≤ 13.25. The error of Φ is
// less than 3·10⁻⁹.
var geluR = [9]float32{
	0.5, -1.7952397051725033, 3.2672359166999763, -3.787681679894522, 2.663458883590653,
	-0.7917895469840677, -0.33538876310204857, 0.3843560143635226, -0.10511642698212047,
}

// geluTanh computes x/2 (1 + tanh u/2) as x σ(u), where σ is the sigmoid. The derivative of u is u'.
func geluTanh(x float32) (y, slope float32) {
	const k = 1.5957691216057308 // 2√(2/π)
	const k3 = 0.044715 * k
	a := min(abs(x), 10.03)
	a2 := a * a
	return gateSigmoid(x, a, a*(k+float32(k3*a2)), k+float32(3*k3*a2))
}

func silu(x float32) (y, slope float32) {
	a := min(abs(x), 88)
	return gateSigmoid(x, a, a, 1)
}

// gateSigmoid returns the gate with Q(x) = σ(u(x)), where σ is the sigmoid. u and du are the
// function u and its derivative at a.
func gateSigmoid(x, a, u, du float32) (y, slope float32) {
	e := decay(-u)
	p := 1 / (1 + e) // σ(u)
	q := e * p       // σ(-u)
	return gate(x, a, q, float32(q*(1-float32(float32(a*p)*du))))
}

// softplus computes max(x, 0) + log(1 + u) with u = e⁻ˡˣˡ. For small u, the sum w = 1 + u has a
// rounding error. Therefore log(1 + u) is computed as u log w / (w-1): the rounding error is in log w
// and in w - 1, and it cancels. The derivative is the sigmoid.
func softplus(x float32) (y, slope float32) {
	u := decay(-min(abs(x), 88))
	w := 1 + u
	y = u
	if w != 1 {
		y = log(w) * u / (w - 1)
	}
	return max(x, 0) + y, above(0, x, u, 1) / w
}

// mish computes tanh(log(1 + n)) with n = eˣ as w / (w+2), or as 1 - 2 / (w+2) if x ≥ 0. w is n² +
// 2n. If x ≥ 20, the result rounds to 1.
func mish(x float32) (y, slope float32) {
	c := min(max(x, -88), 20)
	n := decay(c)
	n2 := n * n
	w := n2 + 2*n
	d := w + 2
	t, whole := float32(-2), float32(1)
	if x < 0 {
		t, whole = w, 0
	}
	t /= d
	return max(x, 0) + float32(c*t), whole + (t + float32(4*c)*(n2+n)/float32(d*d))
}

func hardswish(x float32) (y, slope float32) {
	low := max(x, -3)
	h := min(low, 3)
	y, slope = low*((h+3)/6), h/3+0.5
	if x <= -3 {
		slope = 0
	}
	if x >= 3 {
		slope = 1
	}
	return y, slope
}
