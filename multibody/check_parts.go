package multibody

import (
	"fmt"
	"math"
)

// jointsOf checks the joints of body b.
func (c *checker) jointsOf(b *Body, parent string) {
	for i := range b.Joints {
		j := &b.Joints[i]
		where := label("joint", j.Name, i, parent)
		c.unique("joint", j.Name, where)
		c.joints[j.Name] = j
		if j.Type > Free {
			c.fail("%s: Type is %d, want Hinge, Slide or Free", where, j.Type)
		}
		c.vector(where, "Pos", j.Pos)
		c.vector(where, "Axis", j.Axis)
		if j.Type != Free && j.Axis.Norm() < minLength {
			c.fail("%s: Axis is zero, want a direction", where)
		}
		c.interval(where, "Range", j.Limited, j.Range)
		if j.Type == Free && j.Limited {
			c.fail("%s: Limited is set, want no limits of a free joint", where)
		}
		if j.Type == Free && j.Stiffness != 0 {
			c.fail("%s: Stiffness is %v, want no spring of a free joint", where, j.Stiffness)
		}
		c.number(where, "Margin", j.Margin)
		c.number(where, "Ref", j.Ref)
		c.number(where, "SpringRef", j.SpringRef)
		c.amount(where, "Stiffness", j.Stiffness)
		c.amount(where, "Damping", j.Damping)
		c.amount(where, "Armature", j.Armature)
		c.softness(where, &j.Softness)
	}
}

// softness checks the softness of a limit or a contact.
func (c *checker) softness(where string, k *Softness) {
	c.number(where, "Softness.Ref", k.Ref[:]...)
	c.number(where, "Softness.Imp", k.Imp[:]...)
	if (k.Ref[0] > 0) != (k.Ref[1] > 0) {
		c.fail("%s: Softness.Ref is %v, want two positive numbers (time constant, damping ratio), or none (minus stiffness, minus damping)",
			where, k.Ref)
	}
}

// geom checks a geom.
func (c *checker) geom(g *Geom, where string) {
	c.unique("geom", g.Name, where)
	c.vector(where, "Pos", g.Pos)
	c.rotation(where, "Rot", g.Rot)
	c.number(where, "Size", g.Size[:]...)
	switch g.Shape {
	case Plane:
		if c.moving {
			c.fail("%s is a plane on a body that moves, want planes on bodies that are fixed to the world", where)
		}
	case Sphere:
		c.positive(where, "Size[0] (radius)", g.Size[0])
	case Capsule, Cylinder:
		c.positive(where, "Size[0] (radius)", g.Size[0])
		c.positive(where, "Size[1] (half length)", g.Size[1])
	case Ellipsoid, Box:
		for i := range g.Size {
			c.positive(where, fmt.Sprintf("Size[%d] (half length)", i), g.Size[i])
		}
	default:
		c.fail("%s: Shape is %d, want Plane, Sphere, Capsule, Cylinder, Ellipsoid or Box", where, g.Shape)
	}
	c.amount(where, "Density", g.Density)
	switch g.Condim {
	case 1, 3, 4, 6: // 4 and 6 are refused for pairs that could touch
	default:
		c.fail("%s: Condim is %d, want 1 or 3", where, g.Condim)
	}
	c.amount(where, "Friction", g.Friction[:]...)
	c.amount(where, "Margin", g.Margin)
	c.amount(where, "Mix", g.Mix)
	c.softness(where, &g.Softness)
	c.number(where, "Color", g.Color[:]...)
}

// actuator checks an actuator.
func (c *checker) actuator(a *Actuator, where string) {
	c.unique("actuator", a.Name, where)
	switch j := c.joints[a.Joint]; {
	case a.Joint == "" || j == nil:
		c.fail("%s: there is no joint %q, want the name of a hinge or a slide", where, a.Joint)
	case j.Type == Free:
		c.fail("%s: joint %q is free, want a hinge or a slide", where, a.Joint)
	}
	c.number(where, "Gear", a.Gear)
	c.number(where, "Gain", a.Gain)
	c.number(where, "Bias", a.Bias[:]...)
	c.interval(where, "Range", a.Limited, a.Range)
	c.interval(where, "ForceRange", a.ForceLimited, a.ForceRange)
}

// checkMasses returns an error if a body with joints has no mass, or inertia, and no body is welded
// to it that has: such a body would have no acceleration.
func (m *Model) checkMasses(labels []string) error {
	solid := make([]bool, len(m.bodies))
	for i := len(m.bodies) - 1; i > 0; i-- {
		x := &m.bodies[i]
		least := min(x.inertia.X, x.inertia.Y, x.inertia.Z)
		solid[i] = solid[i] || x.mass >= minVal && least >= minVal
		c := &checker{}
		where := labels[i]
		c.number(where, "the mass", x.mass)
		c.vector(where, "the inertia", x.inertia)
		c.vector(where, "the centre of mass", x.center)
		if x.jointCount > 0 && !solid[i] {
			c.fail("%s has joints, but its mass is %v kg and its smallest moment of inertia %v kg m², want more than %v: "+
				"give it a Geom with a Density or an Inertial", where, x.mass, max(0, least), minVal)
		}
		if c.err != nil {
			return c.err
		}
		if x.jointCount == 0 && solid[i] {
			solid[x.parent] = true
		}
	}
	return nil
}

// finite reports whether all weights of the model are finite.
func (m *Model) finite() bool {
	sum := m.scale
	for i := range m.bodies {
		sum += m.bodies[i].invMass + m.bodies[i].invInertia
	}
	for i := range m.joints {
		sum += m.joints[i].invWeight
	}
	return !math.IsNaN(sum) && !math.IsInf(sum, 0)
}
