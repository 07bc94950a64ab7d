package planar

import "fmt"

// Material says what a fixture is made of, and with which fixtures it collides: those whose Category
// has a bit of its Mask, if its own Category has a bit of their Mask.
type Material struct {
	Density        float32 // [kg/m²]
	Friction       float32 // coefficient; a contact has √(f₁ f₂)
	Restitution    float32 // 0 … 1; a contact has the greater one
	Category, Mask uint16
	Sensor         bool // has Events, but no contact forces
}

// A fixture is a shape on a body.
type fixture struct {
	Material
	shape Shape
	body  int32
	next  int32   // fixture of the body
	proxy int32   // leaf of the tree
	reach float32 // largest distance of a vertex from the centre of mass
}

// AddFixture puts a shape on a body and returns the index of the fixture. It returns an error if
// the body does not exist, or if a number of the material is not possible.
func (w *World) AddFixture(body int32, s Shape, m Material) (int32, error) {
	switch {
	case len(w.fixtures) == maxElements:
		return none, fmt.Errorf("planar: more than %d fixtures", maxElements)
	case uint32(body) >= uint32(len(w.bodies)):
		return none, fmt.Errorf("planar: a fixture of body %d, want 0 … %d", body, len(w.bodies)-1)
	case s.n == 0:
		return none, fmt.Errorf("planar: a fixture without a shape, want one of Circle, Edge, Box or Polygon")
	case !(m.Density >= 0 && m.Friction >= 0 && m.Restitution >= 0) || !finite(m.Density+m.Friction+m.Restitution):
		return none, fmt.Errorf("planar: a fixture with the density %v, the friction %v and the restitution %v, want numbers of 0 or more", m.Density, m.Friction, m.Restitution)
	}
	i := int32(len(w.fixtures))
	b := &w.bodies[body]
	w.fixtures = append(w.fixtures, fixture{Material: m, shape: s, body: body, next: b.fixtures})
	f := &w.fixtures[i]
	f.proxy = w.tree.add(f.shape.box(&b.xf), i)
	w.moved = append(w.moved, f.proxy)
	b.fixtures = i
	w.fresh = true
	if b.kind == Dynamic && m.Density > 0 {
		w.weigh(b)
	}
	w.measure(b)
	return i, nil
}

// BodyOf returns the body of a fixture.
func (w *World) BodyOf(fixture int32) int32 { return w.fixtures[fixture].body }

// Fixtures appends the fixtures of a body to dst, the newest first.
func (w *World) Fixtures(dst []int32, body int32) []int32 {
	for i := w.bodies[body].fixtures; i != none; i = w.fixtures[i].next {
		dst = append(dst, i)
	}
	return dst
}

// ShapeOf returns the shape of a fixture.
func (w *World) ShapeOf(fixture int32) *Shape { return &w.fixtures[fixture].shape }

// weigh computes the mass of a body from its fixtures, the newest first. Box2D 2.3,
// b2Body::ResetMassData.
func (w *World) weigh(b *Body) {
	b.mass, b.inertia, b.invMass, b.invI = 0, 0, 0, 0
	var c Vec
	for i := b.fixtures; i != none; i = w.fixtures[i].next {
		f := &w.fixtures[i]
		if f.Density == 0 {
			continue
		}
		m, at, inertia := f.shape.mass(f.Density)
		b.mass += m
		c = c.add(at.scale(m))
		b.inertia += inertia
	}
	if b.mass > 0 {
		b.invMass = 1 / b.mass
		c = c.scale(b.invMass)
	}
	if b.inertia > 0 {
		b.inertia -= mul(b.mass, dot(c, c))
		b.invI = 1 / b.inertia
	}
	old := b.sweep.c
	b.sweep.local = c
	b.sweep.c = b.xf.apply(c)
	b.sweep.c0 = b.sweep.c
	b.v = b.v.add(spinAt(b.w, b.sweep.c.sub(old)))
}

// measure computes the reach of the body's fixtures.
func (w *World) measure(b *Body) {
	for i := b.fixtures; i != none; i = w.fixtures[i].next {
		f := &w.fixtures[i]
		f.reach = 0
		for _, v := range f.shape.v[:f.shape.n] {
			f.reach = max(f.reach, v.sub(b.sweep.local).length())
		}
	}
}
