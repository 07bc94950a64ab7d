package multibody

import "math"

// volume returns the volume of g [m³].
func (g *Geom) volume() float64 {
	r, h := g.Size[0], 2*g.Size[1]
	switch g.Shape {
	case Sphere:
		return 4 * math.Pi * r * r * r / 3
	case Capsule:
		return math.Pi * (float64(r*r*h) + float64(4*r*r*r/3))
	case Cylinder:
		return math.Pi * r * r * h
	case Ellipsoid:
		return 4 * math.Pi * g.Size[0] * g.Size[1] * g.Size[2] / 3
	case Box:
		return 8 * g.Size[0] * g.Size[1] * g.Size[2]
	}
	return 0
}

// inertia returns the mass of g [kg] and its moments of inertia about the axes of its frame [kg m²].
// A capsule is a cylinder with two half spheres.
func (g *Geom) inertia() (mass float64, moments Vec3) {
	mass = float64(g.volume() * g.Density)
	r, h := g.Size[0], 2*g.Size[1]
	switch g.Shape {
	case Sphere:
		i := 2 * mass * r * r / 5
		return mass, Vec3{i, i, i}
	case Cylinder:
		i := mass * (float64(3*r*r) + float64(h*h)) / 12
		return mass, Vec3{i, i, mass * r * r / 2}
	case Capsule:
		ends := mass * 4 * r / (float64(4*r) + float64(3*h))
		middle := mass - ends
		sphere := 2 * ends * r * r / 5
		i := float64(middle*(float64(3*r*r)+float64(h*h))/12) + sphere + float64(ends*h*(float64(3*r)+float64(2*h))/8)
		return mass, Vec3{i, i, float64(middle*r*r/2) + sphere}
	case Ellipsoid:
		return mass, squares(g.Size).Scale(mass / 5)
	case Box:
		return mass, squares(g.Size).Scale(mass / 3)
	}
	return 0, Vec3{}
}

// squares returns the sums of the squares of two half lengths each: y² + z², x² + z², x² + y².
func squares(h [3]float64) Vec3 {
	x, y, z := float64(h[0]*h[0]), float64(h[1]*h[1]), float64(h[2]*h[2])
	return Vec3{y + z, x + z, x + y}
}

// addMasses sets the mass, the centre of mass and the principal inertia of each body. If total is
// positive, it scales masses and inertias to that total mass [kg].
func (m *Model) addMasses(total float64) {
	first := 0
	for b := range m.bodies {
		last := first
		for last < len(m.geoms) && int(m.geoms[last].body) == b {
			last++
		}
		if b > 0 {
			m.bodies[b].setMass(m.geoms[first:last])
		}
		first = last
	}
	if total > 0 {
		var sum float64
		for i := range m.bodies {
			sum += m.bodies[i].mass
		}
		scale := max(minVal, total/max(minVal, sum))
		for i := range m.bodies {
			m.bodies[i].mass *= scale
			m.bodies[i].inertia = m.bodies[i].inertia.Scale(scale)
		}
	}
	for i := range m.bodies {
		b := &m.bodies[i]
		b.principalRot = b.principalQuat.mat()
		b.axisym = b.inertia.X == b.inertia.Y
		b.box = b.equalBox()
	}
}

// equalBox returns the sides of the box with the mass and the inertia of b [m], for the forces of
// the medium.
func (b *body) equalBox() Vec3 {
	if b.mass <= 0 {
		return Vec3{}
	}
	side := func(x float64) float64 { return math.Sqrt(max(minVal, x) / b.mass * 6) }
	i := b.inertia
	return Vec3{side(i.Y + i.Z - i.X), side(i.X + i.Z - i.Y), side(i.X + i.Y - i.Z)}
}

// setMass sets the mass of b from its Inertial, or else from its geoms.
func (b *body) setMass(geoms []geom) {
	if n := b.inertial; n != nil {
		b.center, b.principalQuat, b.mass, b.inertia = n.Pos, n.Rot.unit(), n.Mass, n.Moments
		return
	}
	var center Vec3
	var heavy []*geom // geoms without mass have no part in the axes
	for i := range geoms {
		if g := &geoms[i]; g.mass >= minVal {
			heavy = append(heavy, g)
			b.mass += g.mass
			center = center.AddScaled(g.Pos, g.mass)
		}
	}
	switch len(heavy) {
	case 0:
		return
	case 1:
		g := heavy[0]
		b.center, b.principalQuat, b.mass, b.inertia = g.Pos, g.quat, g.mass, g.inertia
		return
	}
	b.center = center.Scale(1 / b.mass)
	var t tensor
	for _, g := range heavy {
		t.addGeom(g, b.center)
	}
	b.inertia, b.principalQuat = t.principal()
}

// A tensor is a symmetric matrix of inertia [kg m²].
type tensor [3][3]float64

// addGeom adds the inertia of g about a centre, by the parallel axis theorem.
func (t *tensor) addGeom(g *geom, center Vec3) {
	offset := g.Pos.Sub(center)
	d := [3]float64{offset.X, offset.Y, offset.Z}
	axes := [3][3]float64{{g.rot.X.X, g.rot.X.Y, g.rot.X.Z}, {g.rot.Y.X, g.rot.Y.Y, g.rot.Y.Z}, {g.rot.Z.X, g.rot.Z.Y, g.rot.Z.Z}}
	moments := [3]float64{g.inertia.X, g.inertia.Y, g.inertia.Z}
	for r := range 3 {
		for c := range 3 {
			for k := range 3 {
				t[r][c] += float64(moments[k] * axes[k][r] * axes[k][c])
			}
			t[r][c] -= float64(g.mass * d[r] * d[c])
		}
		t[r][r] += float64(g.mass * offset.Dot(offset))
	}
}
