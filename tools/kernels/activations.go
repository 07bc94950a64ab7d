package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
)

// The activations are the same as in policy/f32/generic_activations.go, which explains the methods
// and has the same constants.

// activations writes three kinds of functions: each activation; each activation that keeps its
// slope, together with the slope; and the gradients of layers.
func (s instructions) activations() {
	for _, a := range []struct {
		name string
		f    func(x vec) vec
	}{
		{"relu", func(x vec) vec { return s.atLeast(s.zero(), x) }},
		{"tanh", s.tanh},
		{"sigmoid", s.sigmoid},
		{"elu", func(x vec) vec { return s.selectLanes(s.compare(x, more, s.zero()), x, s.expm1(x)) }},
		{"leakyReLU", func(x vec) vec { return s.atLeast(s.times(x, s.number(leak)), x) }},
		{"hardtanh", func(x vec) vec { return s.atMost(s.copy(s.number(1)), s.atLeast(s.copy(s.number(-1)), x)) }},
	} {
		s.loop(a.name, oneIn, "dst", []string{"x"}, nil, func(v []vec) []vec { return single(a.f(v[0])) })
	}
	for _, a := range []struct {
		name string
		f    func(x vec, slope bool) []vec // returns the value and, if slope is true, the slope
	}{
		{"selu", s.selu}, {"gelu", s.gelu}, {"geluTanh", s.geluTanh}, {"softplus", s.softplus}, {"silu", s.silu}, {"mish", s.mish}, {"hardswish", s.hardswish},
	} {
		s.loop(a.name, oneIn, "dst", []string{"x"}, nil, func(v []vec) []vec { return a.f(v[0], false) })
		s.loop(a.name+"Slope", "func(y, slope, x []float32)", "y", []string{"x"}, []string{"slope"}, func(v []vec) []vec { return a.f(v[0], true) })
	}
	for _, name := range []string{"identity", "relu", "tanh", "sigmoid", "elu", "leakyReLU", "hardtanh", "slope"} {
		s.layerGrad(name)
	}
}

const (
	leak           = 0.01
	seluScale      = 1.0507009873554805
	seluScaleAlpha = 1.7580993408473766
)

// activationGrad returns the gradient before an activation. dy is the gradient after the
// activation, and kept is the result of the activation, or its slope.
func (s instructions) activationGrad(name string, dy, kept vec) vec {
	switch name {
	case "relu":
		return s.keepLanes(s.compare(kept, more, s.zero()), dy)
	case "tanh":
		d := s.copy(dy)
		VFNMADD231PS(s.times(kept, kept), dy, d) // dy - y² dy
		return d
	case "sigmoid":
		t := s.copy(kept)
		VFNMADD231PS(kept, kept, t) // y - y²
		return s.times(dy, t)
	case "elu":
		return s.times(dy, s.plus(s.atMost(s.zero(), kept), s.number(1)))
	case "leakyReLU":
		return s.selectLanes(s.compare(kept, more, s.zero()), dy, s.times(dy, s.number(leak)))
	case "hardtanh":
		return s.keepLanes(s.compare(s.abs(kept), less, s.number(1)), dy)
	case "slope":
		return s.times(dy, kept)
	}
	panic("no gradient of " + name)
}

func (s instructions) abs(x vec) vec { return s.and(x, s.bits(^uint32(signBit))) }

// exponential returns p and e such that eˣ = p + p e, where p is a power of two and |e| is less
// than ½. If x is about -88, p is 0. It subtracts n ln 2 in one step instead of two, which is
// faster. The product is not rounded, so the relative error of eˣ is less than 3·10⁻⁷.
func (s instructions) exponential(x vec) (p, e vec) {
	n, bits := s.nearest(x, math.Log2E)
	r := s.copy(x)
	VFNMADD231PS(s.number(math.Ln2), n, r)
	return s.pow2(bits), s.expm1r(r)
}

// expm1 returns eˣ - 1 for x ≤ 0.
func (s instructions) expm1(x vec) vec {
	p, e := s.exponential(s.atLeast(s.copy(s.number(-20)), x))
	return s.multiplyAddTo(e, p, s.minus(p, s.number(1)))
}

// selu returns λx where x > 0, and λα(eˣ - 1) elsewhere.
func (s instructions) selu(x vec, slope bool) []vec {
	p, e := s.exponential(s.atLeast(s.copy(s.number(-20)), x))
	down := s.copy(e)
	e = s.multiplyAddTo(e, p, s.minus(p, s.number(1)))
	positive := s.compare(x, more, s.zero())
	y := s.selectLanes(positive, s.times(x, s.number(seluScale)), s.times(e, s.number(seluScaleAlpha)))
	if !slope {
		return single(y)
	}
	down = s.multiplyAdd(down, p, p) // eˣ
	return []vec{y, s.selectLanes(positive, s.number(seluScale), s.times(down, s.number(seluScaleAlpha)))}
}

// decay returns eˣ for -88 ≤ x ≤ 20.
func (s instructions) decay(x vec) vec {
	p, e := s.exponential(x)
	return s.multiplyAddTo(e, p, p)
}

// gate returns max(x, 0) - a q and, if down is not nil, the slope: down where x < 0, and 1 - down
// elsewhere.
func (s instructions) gate(x, a, q, down vec) []vec {
	y := s.atLeast(s.zero(), x)
	VFNMADD231PS(q, a, y)
	if down == nil {
		return single(y)
	}
	up := s.minus(s.copy(s.number(1)), down)
	return []vec{y, s.selectLanes(s.compare(x, less, s.zero()), down, up)}
}

// gelu returns x Φ(x).
func (s instructions) gelu(x vec, slope bool) []vec {
	const density = 0.3989422804014327 // 1/√(2π)
	a := s.atMost(s.copy(s.number(13.25)), s.abs(x))
	e := s.decay(s.times(a, s.times(a, s.number(-0.5))))
	v := s.over(a, s.plus(a, s.number(4.5)))
	r := s.copy(s.number(-0.10511642698212047))
	for _, c := range []float32{
		0.3843560143635226, -0.33538876310204857, -0.7917895469840677, 2.663458883590653, -3.787681679894522, 3.2672359166999763, -1.7952397051725033, 0.5,
	} {
		r = s.multiplyAdd(r, v, s.number(c))
	}
	q := s.times(e, r)
	var down vec
	if slope {
		down = s.copy(q)
		VFNMADD231PS(s.times(e, s.number(density)), a, down)
	}
	return s.gate(x, a, q, down)
}

// geluTanh returns x/2 (1 + tanh u/2) with u = k x + k₃ x³.
func (s instructions) geluTanh(x vec, slope bool) []vec {
	const k = 1.5957691216057308 // 2√(2/π)
	const k3 = 0.044715 * k
	a := s.atMost(s.copy(s.number(10.03)), s.abs(x))
	a2 := s.times(a, a)
	t := s.copy(s.number(-k))
	VFNMADD231PS(s.number(k3), a2, t)
	var du vec
	if slope {
		du = s.copy(s.number(k))
		VFMADD231PS(s.number(3*k3), a2, du)
	}
	return s.gateSigmoid(x, a, s.times(a, t), du)
}

// silu returns x σ(x), where σ is the sigmoid.
func (s instructions) silu(x vec, slope bool) []vec {
	a := s.atMost(s.copy(s.number(88)), s.abs(x))
	var du vec
	if slope {
		du = s.copy(s.number(1))
	}
	return s.gateSigmoid(x, a, s.or(a, s.bits(signBit)), du)
}

// gateSigmoid returns the gate x σ(u(x)). minusU is -u(a). du is the derivative of u at a; if it is nil,
// gateSigmoid returns no slope.
func (s instructions) gateSigmoid(x, a, minusU, du vec) []vec {
	e := s.decay(minusU)
	p := s.over(s.copy(s.number(1)), s.plus(e, s.number(1)))
	q := s.times(e, p)
	var down vec
	if du != nil {
		one := s.copy(s.number(1))
		VFNMADD231PS(du, s.times(a, p), one)
		down = s.times(q, one)
	}
	return s.gate(x, a, q, down)
}

// softplus returns log(1 + eˣ). It computes the exponential as decay does, but subtracts n ln 2 in two
// steps.
func (s instructions) softplus(x vec, slope bool) []vec {
	minusA := s.atLeast(s.copy(s.number(-88)), s.or(x, s.bits(signBit)))
	_, bits, r := s.reduce(minusA)
	u := s.times(s.plus(s.expm1r(r), s.number(1)), s.pow2(bits))
	w := s.plus(u, s.number(1))
	y := s.over(s.times(s.logNormal(w, nil), u), s.minus(w, s.number(1)))
	y = s.selectLanes(s.compare(w, equal, s.number(1)), u, y)
	y = s.plus(s.atLeast(s.zero(), x), y)
	if !slope {
		return single(y)
	}
	return []vec{y, s.over(s.selectLanes(s.compare(x, less, s.zero()), u, s.copy(s.number(1))), w)}
}

// mish returns x tanh(log(1 + eˣ)).
func (s instructions) mish(x vec, slope bool) []vec {
	c := s.atMost(s.copy(s.number(20)), s.atLeast(s.copy(s.number(-88)), x))
	n := s.decay(c)
	w := s.plus(n, n)
	VFMADD231PS(n, n, w)
	d := s.plus(w, s.number(2))
	t := s.over(s.selectLanes(s.compare(x, less, s.zero()), w, s.copy(s.number(-2))), d)
	y := s.atLeast(s.zero(), x)
	VFMADD231PS(t, c, y)
	if !slope {
		return single(y)
	}
	n = s.multiplyAdd(n, n, n) // n² + n
	n = s.times(n, s.times(c, s.number(4)))
	t = s.plus(t, s.over(n, s.times(d, d)))
	whole := s.copy(s.number(1))
	return []vec{y, s.plus(t, s.keepLanes(s.compare(x, atLeast, s.zero()), whole))}
}

// hardswish returns x min(max(x+3, 0), 6) / 6.
func (s instructions) hardswish(x vec, slope bool) []vec {
	low := s.atLeast(s.copy(s.number(-3)), x)
	h := s.atMost(s.copy(s.number(3)), low)
	y := s.times(low, s.over(s.plus(h, s.number(3)), s.number(6)))
	if !slope {
		return single(y)
	}
	d := s.copy(s.number(0.5))
	VFMADD231PS(s.number(1.0/3), h, d)
	d = s.selectLanes(s.compare(x, atMost, s.number(-3)), s.zero(), d)
	return []vec{y, s.selectLanes(s.compare(x, atLeast, s.number(3)), s.number(1), d)}
}
