package multibody

import "math"

// A drag has the coefficients of the forces that the medium puts on a body, which is taken for the box of
// equal inertia (MuJoCo, "Fluid forces", inertia model). Along each principal axis, for the velocity v
// and the angular velocity ω of the body:
//
//	force  = -(viscous + area·|v|)·v
//	torque = -(viscousTurn + turn·|ω|)·ω
type drag struct {
	body                 int32
	viscous, viscousTurn float64 // 3πdβ and πd³β, with the mean side d and the viscosity β
	area, turn           Vec3    // of the x axis: ½ρ·yz and ρ·x(y⁴+z⁴)/64, with the sides x, y, z and the density ρ
}

// makeDrags lists the bodies on which the medium puts forces.
func (m *Model) makeDrags() {
	m.drags = nil
	if !(m.Density > 0 || m.Viscosity > 0) {
		return
	}
	for i := 1; i < len(m.bodies); i++ {
		b := &m.bodies[i]
		if b.mass < minVal {
			continue
		}
		g := drag{body: int32(i)}
		x, y, z := b.box.X, b.box.Y, b.box.Z
		if m.Viscosity > 0 {
			side := (x + y + z) / 3
			g.viscous, g.viscousTurn = 3*math.Pi*side*m.Viscosity, math.Pi*side*side*side*m.Viscosity
		}
		if m.Density > 0 {
			x4, y4, z4 := float64(x*x*x*x), float64(y*y*y*y), float64(z*z*z*z)
			g.area = Vec3{y * z, x * z, x * y}.Scale(0.5 * m.Density)
			g.turn = Vec3{x * (y4 + z4), y * (x4 + z4), z * (x4 + y4)}.Scale(m.Density / 64)
		}
		m.drags = append(m.drags, g)
	}
}

// addDrag takes the drag of the medium off the forces that the links need.
func (d *Data) addDrag() {
	for i := range d.m.drags {
		g := &d.m.drags[i]
		b, x := &d.m.bodies[g.body], d.bodyFrame(int(g.body))
		s := &d.links[b.link]
		var r Mat3 // principal axes
		r.mulMat(&x.rot, &b.principalRot)
		o := x.point(b.center).Sub(d.treeCenters[g.body])
		w := r.MulT(s.velocity.Angular)
		v := r.MulT(s.velocity.Linear.Add(s.velocity.Angular.Cross(o)))
		force, torque := r.Mul(resistance(g.viscous, &g.area, v)), r.Mul(resistance(g.viscousTurn, &g.turn, w))
		s.force.Angular = s.force.Angular.Sub(torque.Add(o.Cross(force)))
		s.force.Linear = s.force.Linear.Sub(force)
	}
}

// resistance returns the drag along three axes.
func resistance(linear float64, quadratic *Vec3, v Vec3) Vec3 {
	return Vec3{resist(linear, quadratic.X, v.X), resist(linear, quadratic.Y, v.Y), resist(linear, quadratic.Z, v.Z)}
}

// resist returns a drag with a linear and a quadratic coefficient at velocity v.
func resist(linear, quadratic, v float64) float64 {
	return -float64((linear + float64(quadratic*math.Abs(v))) * v)
}
