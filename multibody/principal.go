package multibody

import "math"

const (
	principalSweeps    = 500   // largest number of Jacobi rotations, as in MuJoCo
	principalTolerance = 1e-12 // off-diagonal entry at which MuJoCo stops [kg m²]
)

// principal returns the principal moments of t, the largest first, and the rotation to their axes.
// It uses Jacobi's method: each rotation makes the largest off-diagonal entry zero. Angles are
// known by their tangents, so square roots suffice.
func (t *tensor) principal() (Vec3, Quat) {
	q := Quat{W: 1}
	var moments [3]float64
	for range principalSweeps {
		d := t.turned(q)
		moments = [3]float64{d[0][0], d[1][1], d[2][2]}
		r, c := d.largest()
		if math.Abs(d[r][c]) < principalTolerance {
			break
		}
		q = q.Mul(jacobiRotation(r, c, d[r][r]-d[c][c], 2*d[r][c])).unit()
	}
	half := math.Sqrt(0.5) // cosine and sine of a quarter turn's half angle
	for _, j := range [3]int{0, 1, 0} {
		if moments[j] >= moments[j+1] {
			continue
		}
		moments[j], moments[j+1] = moments[j+1], moments[j]
		quarter := Quat{W: half, Z: half}
		if j == 1 {
			quarter = Quat{W: half, X: half}
		}
		q = q.Mul(quarter).unit()
	}
	return Vec3{moments[0], moments[1], moments[2]}, q
}

// turned returns t in the axes of rotation q.
func (t *tensor) turned(q Quat) tensor {
	r := q.mat()
	axes := [3]Vec3{r.X, r.Y, r.Z}
	rows := [3]Vec3{{t[0][0], t[0][1], t[0][2]}, {t[1][0], t[1][1], t[1][2]}, {t[2][0], t[2][1], t[2][2]}}
	var d tensor
	for i, a := range axes {
		v := Vec3{rows[0].Dot(a), rows[1].Dot(a), rows[2].Dot(a)}
		for j := range axes {
			d[j][i] = axes[j].Dot(v)
		}
	}
	return d
}

// largest returns the row and the column of the largest entry above the diagonal.
func (t *tensor) largest() (row, column int) {
	row, column = 0, 1
	for _, k := range [2][2]int{{0, 2}, {1, 2}} {
		if math.Abs(t[k[0]][k[1]]) > math.Abs(t[row][column]) {
			row, column = k[0], k[1]
		}
	}
	return row, column
}

// jacobiRotation returns the rotation in the plane of axes r and c by the angle φ, at most 45°, at
// which the entry between them becomes zero:
//
//	cot 2φ = difference / twice,  tan φ = ±1 / (|cot 2φ| + √(1 + cot² 2φ))
func jacobiRotation(r, c int, difference, twice float64) Quat {
	cot := difference / twice
	tan := math.Copysign(1/(math.Abs(cot)+math.Sqrt(1+float64(cot*cot))), cot)
	cos := 1 / math.Sqrt(1+float64(tan*tan))
	half := math.Sqrt((1 + cos) / 2) // cosine of φ/2
	s := tan * cos / (2 * half)
	switch 3 - r - c {
	case 0:
		return Quat{W: half, X: s}
	case 1:
		return Quat{W: half, Y: -s}
	}
	return Quat{W: half, Z: s}
}

// alignZ returns the rotation that turns the z axis to the unit vector v. The axis is across both;
// the half angle follows from the cosine by square roots. For the opposite direction the axis is x.
func alignZ(v Vec3) Quat {
	axis, sin := Vec3{0, 0, 1}.Cross(v).unit()
	if sin < 1e-10 {
		axis = Vec3{1, 0, 0}
	}
	var c, s float64 // cosine and sine of the half angle; the smaller one by division, to full precision
	if v.Z >= 0 {
		c = math.Sqrt((1 + v.Z) / 2)
		s = sin / (2 * c)
	} else {
		s = math.Sqrt((1 - v.Z) / 2)
		c = sin / (2 * s)
	}
	return Quat{c, s * axis.X, s * axis.Y, s * axis.Z}
}

// quat returns the rotation m as a quaternion, by the largest of its four components.
func (m *Mat3) quat() Quat {
	x, y, z := m.X.X, m.Y.Y, m.Z.Z
	switch {
	case x+y+z > 0:
		w := math.Sqrt(1+x+y+z) / 2
		return Quat{w, (m.Y.Z - m.Z.Y) / (4 * w), (m.Z.X - m.X.Z) / (4 * w), (m.X.Y - m.Y.X) / (4 * w)}
	case x > y && x > z:
		v := math.Sqrt(1+x-y-z) / 2
		return Quat{(m.Y.Z - m.Z.Y) / (4 * v), v, (m.Y.X + m.X.Y) / (4 * v), (m.Z.X + m.X.Z) / (4 * v)}
	case y > z:
		v := math.Sqrt(1-x+y-z) / 2
		return Quat{(m.Z.X - m.X.Z) / (4 * v), (m.Y.X + m.X.Y) / (4 * v), v, (m.Z.Y + m.Y.Z) / (4 * v)}
	}
	v := math.Sqrt(1-x-y+z) / 2
	return Quat{(m.X.Y - m.Y.X) / (4 * v), (m.Z.X + m.X.Z) / (4 * v), (m.Z.Y + m.Y.Z) / (4 * v), v}
}
