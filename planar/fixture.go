package planar

import (
	"errors"
	"fmt"
)

// Material says what a fixture is made of, and with which fixtures it collides: those whose Category
// has a bit of its Mask, if its own Category has a bit of their Mask. Without a Category or a Mask it collides
// with nothing, and without a Category no ray meets it.
type Material struct {
	Density        float32 // [kg/m²]; 0 adds no mass
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
// the body does not exist, if a number of the material is not possible, or if float32 cannot hold the mass.
func (w *World) AddFixture(body int32, s Shape, m Material) (int32, error) {
	if err := w.checkFixture(body, &s, &m); err != nil {
		return none, err
	}
	i := int32(len(w.fixtures))
	b := &w.bodies[body]
	w.fixtures = append(w.fixtures, fixture{Material: m, shape: s, body: body, next: b.fixtures})
	f := &w.fixtures[i]
	f.proxy = w.tree.add(f.shape.box(&b.xf), i)
	w.moved = append(w.moved, f.proxy)
	b.fixtures = i
	w.fresh = true
	if b.kind == Dynamic {
		if m.Density > 0 {
			w.weigh(b)
		}
		w.measure(b)
	}
	return i, nil
}

// checkFixture returns an error if a fixture is not possible.
func (w *World) checkFixture(body int32, s *Shape, m *Material) error {
	switch {
	case len(w.fixtures) == maxElements:
		return fmt.Errorf("planar: more than %d fixtures", maxElements)
	case uint32(body) >= uint32(len(w.bodies)):
		return fmt.Errorf("planar: a fixture of body %d, want 0 … %d", body, len(w.bodies)-1)
	case s.n == 0:
		return errors.New("planar: a fixture without a shape, want one of Circle, Edge, Box or Polygon")
	case !(m.Density >= 0 && m.Friction >= 0) || !finite(m.Density+m.Friction):
		return fmt.Errorf("planar: a fixture with the density %v and the friction %v, want numbers of 0 or more", m.Density, m.Friction)
	case !(m.Restitution >= 0 && m.Restitution <= 1):
		return fmt.Errorf("planar: a fixture with the restitution %v, want 0 … 1", m.Restitution)
	case w.bodies[body].kind != Dynamic || m.Density == 0 || s.kind == edge:
		return nil
	}
	mass, center, inertia := s.mass(m.Density)
	inertia -= mul(mass, dot(center, center))
	if !finite(mass) || !finite(1/mass) || !(inertia > 0) || !finite(1/inertia) {
		return fmt.Errorf("planar: a fixture with the mass %v kg and the inertia %v kg m² about its own centre, want numbers above 0 that float32 can hold", mass, inertia)
	}
	return nil
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

// ShapeOf returns the shape of a fixture, which must not be changed. The pointer is valid until the next AddFixture, Reset
// or Copy.
func (w *World) ShapeOf(fixture int32) *Shape { return &w.fixtures[fixture].shape }

// weigh computes the mass of a body from its fixtures, the newest first. Box2D 2.3,
// b2Body::ResetMassData.
func (w *World) weigh(b *Body) {
	b.inertia, b.invI = 0, 0
	var mass float32
	var c Vec
	for i := b.fixtures; i != none; i = w.fixtures[i].next {
		f := &w.fixtures[i]
		if f.Density == 0 {
			continue
		}
		m, at, inertia := f.shape.mass(f.Density)
		mass += m
		c = c.add(at.scale(m))
		b.inertia += inertia
	}
	b.setMass(mass)
	if mass > 0 {
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

// setMass sets the mass of a body. A dynamic body without one has 1 kg, so that contacts can stop it.
func (b *Body) setMass(mass float32) {
	if b.kind != Dynamic {
		return
	}
	if mass == 0 {
		mass = 1
	}
	b.mass, b.invMass = mass, 1/mass
}

// measure computes the reach of a moving body's fixtures. That of static bodies is not needed.
func (w *World) measure(b *Body) {
	for i := b.fixtures; i != none; i = w.fixtures[i].next {
		f := &w.fixtures[i]
		f.reach = 0
		for _, v := range f.shape.v[:f.shape.n] {
			f.reach = max(f.reach, v.sub(b.sweep.local).length())
		}
	}
}
