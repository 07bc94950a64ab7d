package planar

import "math"

// Vec is a point or a direction in the plane.
type Vec struct{ X, Y float32 }

// mul returns the product ab, rounded. The conversion keeps compilers from fusing the product with
// a sum that follows, which would round only once.
func mul(a, b float32) float32 { return float32(a * b) }

// add returns a + b, sub a - b, neg -a, and scale s·a.
func (a Vec) add(b Vec) Vec       { return Vec{a.X + b.X, a.Y + b.Y} }
func (a Vec) sub(b Vec) Vec       { return Vec{a.X - b.X, a.Y - b.Y} }
func (a Vec) neg() Vec            { return Vec{-a.X, -a.Y} }
func (a Vec) scale(s float32) Vec { return Vec{mul(s, a.X), mul(s, a.Y)} }

// right returns a, turned to the right by 90°.
func (a Vec) right() Vec { return Vec{a.Y, -a.X} }

// length returns the length of a.
func (a Vec) length() float32 { return sqrt(dot(a, a)) }

// finite reports whether both components are numbers, not infinities or NaN.
func (a Vec) finite() bool { return finite(a.X) && finite(a.Y) }

// normalize makes the length of a 1, and returns the length before. It leaves a short vector as it is.
func (a *Vec) normalize() float32 {
	l := a.length()
	if l < epsilon {
		return 0
	}
	inv := 1 / l
	a.X, a.Y = mul(a.X, inv), mul(a.Y, inv)
	return l
}

// dot returns the scalar product of a and b.
func dot(a, b Vec) float32 { return mul(a.X, b.X) + mul(a.Y, b.Y) }

// cross returns the third component of the vector product a × b.
func cross(a, b Vec) float32 { return mul(a.X, b.Y) - mul(a.Y, b.X) }

// spinAt returns the velocity at r from the centre of a body with the angular velocity w.
func spinAt(w float32, r Vec) Vec { return Vec{mul(-w, r.Y), mul(w, r.X)} }

// lesser returns the smaller numbers of each component, and greater the larger ones.
func lesser(a, b Vec) Vec    { return Vec{min2(a.X, b.X), min2(a.Y, b.Y)} }
func greater(a, b Vec) Vec   { return Vec{max2(a.X, b.X), max2(a.Y, b.Y)} }
func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// finite reports whether x is a number, not an infinity or NaN.
func finite(x float32) bool { return x-x == 0 }

// abs returns |x|, and -0 for 0, as b2Abs does.
func abs(x float32) float32 {
	if x > 0 {
		return x
	}
	return -x
}

// min2 returns a if it is below b, otherwise b, as b2Min does. The built-in min treats -0 and NaN
// in another way.
func min2(a, b float32) float32 {
	if a < b {
		return a
	}
	return b
}

// max2 returns a if it is above b, otherwise b, as b2Max does.
func max2(a, b float32) float32 {
	if a > b {
		return a
	}
	return b
}

// clamp returns the number in [low, high] that is nearest to x, as b2Clamp does.
func clamp(x, low, high float32) float32 { return max2(low, min2(x, high)) }

// A rotation is the sine and the cosine of an angle.
type rotation struct{ s, c float32 }

// apply returns v, rotated.
func (q rotation) apply(v Vec) Vec {
	return Vec{mul(q.c, v.X) - mul(q.s, v.Y), mul(q.s, v.X) + mul(q.c, v.Y)}
}

// invert returns v, rotated back.
func (q rotation) invert(v Vec) Vec {
	return Vec{mul(q.c, v.X) + mul(q.s, v.Y), mul(-q.s, v.X) + mul(q.c, v.Y)}
}

// A transform maps coordinates of a body to coordinates of the world.
type transform struct {
	p Vec
	q rotation
}

// apply maps a point of the body to the world.
func (t *transform) apply(v Vec) Vec {
	return Vec{mul(t.q.c, v.X) - mul(t.q.s, v.Y) + t.p.X, mul(t.q.s, v.X) + mul(t.q.c, v.Y) + t.p.Y}
}

// invert maps a point of the world to the body.
func (t *transform) invert(v Vec) Vec { return t.q.invert(v.sub(t.p)) }

// relative returns the transform from b to a.
func relative(a, b *transform) transform {
	return transform{
		p: a.q.invert(b.p.sub(a.p)),
		q: rotation{mul(a.q.c, b.q.s) - mul(a.q.s, b.q.c), mul(a.q.c, b.q.c) + mul(a.q.s, b.q.s)},
	}
}

// A sweep is the motion of a body over a step.
type sweep struct {
	local  Vec     // centre of mass, in coordinates of the body
	c0, c  Vec     // centre of mass at the start and at the end
	a0, a  float32 // angle at the start and at the end
	alpha0 float32 // share of the step at which c0 and a0 are
}

// at returns the transform of the body after the share t of the motion.
func (s *sweep) at(t float32) transform {
	u := 1 - t
	q := sincos(mul(u, s.a0) + mul(t, s.a))
	return transform{s.c0.scale(u).add(s.c.scale(t)).sub(q.apply(s.local)), q}
}

// advance moves the start of the motion to the share alpha of the step.
func (s *sweep) advance(alpha float32) {
	b := (alpha - s.alpha0) / (1 - s.alpha0)
	s.c0 = s.c0.scale(1 - b).add(s.c.scale(b))
	s.a0 = mul(1-b, s.a0) + mul(b, s.a)
	s.alpha0 = alpha
}

// normalize brings the first angle into one turn.
func (s *sweep) normalize() {
	d := mul(twoPi, float32(math.Floor(float64(s.a0/twoPi))))
	s.a0 -= d
	s.a -= d
}
