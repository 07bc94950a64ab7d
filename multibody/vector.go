package multibody

import "math"

// Vec3 is a vector with three components. It is a struct, not an array, because the compiler keeps
// structs in registers.
type Vec3 struct{ X, Y, Z float64 }

// Add returns a + b.
func (a Vec3) Add(b Vec3) Vec3 { return Vec3{a.X + b.X, a.Y + b.Y, a.Z + b.Z} }

// Sub returns a - b.
func (a Vec3) Sub(b Vec3) Vec3 { return Vec3{a.X - b.X, a.Y - b.Y, a.Z - b.Z} }

// Scale returns s·a.
func (a Vec3) Scale(s float64) Vec3 {
	return Vec3{float64(a.X * s), float64(a.Y * s), float64(a.Z * s)}
}

// AddScaled returns a + s·b.
func (a Vec3) AddScaled(b Vec3, s float64) Vec3 {
	return Vec3{a.X + float64(s*b.X), a.Y + float64(s*b.Y), a.Z + float64(s*b.Z)}
}

// Dot returns the scalar product of a and b.
func (a Vec3) Dot(b Vec3) float64 { return float64(a.X*b.X) + float64(a.Y*b.Y) + float64(a.Z*b.Z) }

// Cross returns the vector product a × b.
func (a Vec3) Cross(b Vec3) Vec3 {
	return Vec3{
		float64(a.Y*b.Z) - float64(a.Z*b.Y),
		float64(a.Z*b.X) - float64(a.X*b.Z),
		float64(a.X*b.Y) - float64(a.Y*b.X),
	}
}

// Norm returns the length of a.
func (a Vec3) Norm() float64 { return math.Sqrt(a.Dot(a)) }

// unit returns the direction of a, and its length. The direction of a vector without length is the x
// axis, as in MuJoCo.
func (a Vec3) unit() (direction Vec3, length float64) {
	n := a.Norm()
	if n < minVal {
		return Vec3{1, 0, 0}, n
	}
	return a.Scale(1 / n), n
}

// Quat is a rotation as a unit quaternion, with the scalar first.
type Quat struct{ W, X, Y, Z float64 }

// Mul returns the rotation by b and then by a.
func (a Quat) Mul(b Quat) Quat {
	return Quat{
		float64(a.W*b.W) - float64(a.X*b.X) - float64(a.Y*b.Y) - float64(a.Z*b.Z),
		float64(a.W*b.X) + float64(a.X*b.W) + float64(a.Y*b.Z) - float64(a.Z*b.Y),
		float64(a.W*b.Y) - float64(a.X*b.Z) + float64(a.Y*b.W) + float64(a.Z*b.X),
		float64(a.W*b.Z) + float64(a.X*b.Y) - float64(a.Y*b.X) + float64(a.Z*b.W),
	}
}

// unit returns a with length 1. For a quaternion without length this is no rotation, and for one too long
// to measure NaN, so that a bad state stays one. A length of 1 to rounding stays as it is, as in MuJoCo.
func (a Quat) unit() Quat {
	n := math.Sqrt(float64(a.W*a.W) + float64(a.X*a.X) + float64(a.Y*a.Y) + float64(a.Z*a.Z))
	switch {
	case n < minVal:
		return Quat{W: 1}
	case math.Abs(n-1) <= minVal:
		return a
	case !(n <= math.MaxFloat64):
		return Quat{math.NaN(), math.NaN(), math.NaN(), math.NaN()}
	}
	n = 1 / n
	return Quat{float64(a.W * n), float64(a.X * n), float64(a.Y * n), float64(a.Z * n)}
}

// axisAngle returns the rotation by an angle [rad] about a unit vector.
func axisAngle(axis Vec3, angle float64) Quat {
	s, c := sincos(0.5 * angle)
	return Quat{c, float64(s * axis.X), float64(s * axis.Y), float64(s * axis.Z)}
}

// mat returns the rotation as a matrix.
func (a Quat) mat() Mat3 {
	ww, xx, yy, zz := float64(a.W*a.W), float64(a.X*a.X), float64(a.Y*a.Y), float64(a.Z*a.Z)
	xy, xz, yz := float64(a.X*a.Y), float64(a.X*a.Z), float64(a.Y*a.Z)
	wx, wy, wz := float64(a.W*a.X), float64(a.W*a.Y), float64(a.W*a.Z)
	return Mat3{
		Vec3{ww + xx - yy - zz, float64(2 * (xy + wz)), float64(2 * (xz - wy))},
		Vec3{float64(2 * (xy - wz)), ww - xx + yy - zz, float64(2 * (yz + wx))},
		Vec3{float64(2 * (xz + wy)), float64(2 * (yz - wx)), ww - xx - yy + zz},
	}
}

// Mat3 is a matrix of three columns. As a rotation, its columns are the axes of a frame in
// coordinates of the outer frame.
type Mat3 struct{ X, Y, Z Vec3 }

// identity is the matrix of no rotation.
var identity = Mat3{Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{0, 0, 1}}

// Mul returns the product of m and a column: a vector of the frame m in coordinates of the outer frame.
func (m *Mat3) Mul(v Vec3) Vec3 {
	return Vec3{
		float64(m.X.X*v.X) + float64(m.Y.X*v.Y) + float64(m.Z.X*v.Z),
		float64(m.X.Y*v.X) + float64(m.Y.Y*v.Y) + float64(m.Z.Y*v.Z),
		float64(m.X.Z*v.X) + float64(m.Y.Z*v.Y) + float64(m.Z.Z*v.Z),
	}
}

// MulT returns the product of a row and m: a vector of the outer frame in coordinates of the frame m.
func (m *Mat3) MulT(v Vec3) Vec3 { return Vec3{m.X.Dot(v), m.Y.Dot(v), m.Z.Dot(v)} }

// mulMat sets m to a·b. m may be a or b.
func (m *Mat3) mulMat(a, b *Mat3) {
	x, y, z := a.Mul(b.X), a.Mul(b.Y), a.Mul(b.Z)
	m.X, m.Y, m.Z = x, y, z
}
