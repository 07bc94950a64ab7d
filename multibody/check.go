package multibody

import (
	"fmt"
	"math"
)

// Bounds on a description, so that a hostile one cannot use up the memory or the time.
const (
	maxBodies     = 1000
	maxDofs       = 500
	maxGeoms      = 2000
	maxSites      = 10_000
	maxActuators  = 1000
	maxDepth      = 500     // bodies between a body and the world
	maxIterations = 100_000 // of a solver
	maxNumber     = 1e10    // largest number, as of the state
	minLength     = 1e-10   // smallest length of an axis or a quaternion
	maxBodyDofs   = 6
)

// The world in names and messages.
const (
	worldName  = "world"
	worldLabel = "the world"
)

// label returns the words for a thing in a message: its kind and name, or else its number in the
// list of its parent.
func label(kind, name string, index int, parent string) string {
	if name != "" {
		return fmt.Sprintf("%s %q", kind, name)
	}
	return fmt.Sprintf("%s %d of %s", kind, index+1, parent)
}

// A checker walks through a description and keeps the first error.
type checker struct {
	names                             map[[2]string]bool // kind and name
	joints                            map[string]*Joint  // by name
	bodies, dofs, geoms, sites, depth int
	moving                            bool     // a joint moves the current body
	bodyLabels, geomLabels            []string // in the order of the Model
	err                               error
}

// check returns the labels of the bodies and the geoms. If a value of b is out of its range or a name
// is missing or used twice, it returns an error.
func (b *Builder) check() (bodies, geoms []string, err error) {
	c := &checker{names: map[[2]string]bool{}, joints: map[string]*Joint{}}
	c.options(&b.Options)
	c.amount("the total mass", "TotalMass", b.TotalMass)
	c.unique("body", worldName, worldLabel)
	if len(b.World.Joints) > 0 {
		c.fail("the world has a joint, want joints of bodies only")
	}
	c.content(&b.World, worldLabel)
	if len(b.Actuators) > maxActuators {
		c.fail("%d actuators are too many, want at most %d", len(b.Actuators), maxActuators)
	}
	for i := range b.Actuators {
		c.actuator(&b.Actuators[i], label("actuator", b.Actuators[i].Name, i, "the mechanism"))
	}
	for _, e := range b.Exclude {
		for _, name := range e {
			if !c.names[[2]string{"body", name}] {
				c.fail("Exclude has the body %q, which does not exist", name)
			}
		}
	}
	return c.bodyLabels, c.geomLabels, c.err
}

// fail keeps an error, unless there is one already.
func (c *checker) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("multibody: "+format, args...)
	}
}

// unique fails if the name is used twice for the same kind. Things without a name are allowed.
func (c *checker) unique(kind, name, where string) {
	key := [2]string{kind, name}
	if name != "" && c.names[key] {
		c.fail("%s: there are two of this name, want another name", where)
	}
	c.names[key] = name != ""
}

// number fails if one of x is not a number from -maxNumber to maxNumber.
func (c *checker) number(where, field string, x ...float64) {
	for _, v := range x {
		if !(math.Abs(v) <= maxNumber) {
			c.fail("%s: %s is %v, want a number from %v to %v", where, field, v, -float64(maxNumber), float64(maxNumber))
		}
	}
}

// vector fails if a component of v is not a number.
func (c *checker) vector(where, field string, v Vec3) { c.number(where, field, v.X, v.Y, v.Z) }

// rotation fails if q is neither zero nor a quaternion that can be normalised.
func (c *checker) rotation(where, field string, q Quat) {
	c.number(where, field, q.W, q.X, q.Y, q.Z)
	n := math.Sqrt(float64(q.W*q.W) + float64(q.X*q.X) + float64(q.Y*q.Y) + float64(q.Z*q.Z))
	if q != (Quat{}) && n < minLength {
		c.fail("%s: %s has the length %v, want a unit quaternion, or zero for no rotation", where, field, n)
	}
}

// amount fails if one of x is not a number from 0 to maxNumber.
func (c *checker) amount(where, field string, x ...float64) {
	c.number(where, field, x...)
	for _, v := range x {
		if v < 0 {
			c.fail("%s: %s is %v, want 0 or more", where, field, v)
		}
	}
}

// positive fails if x is not above zero.
func (c *checker) positive(where, field string, x float64) {
	if !(x > 0) {
		c.fail("%s: %s is %v, want more than 0", where, field, x)
	}
}

// interval fails if the ends of a range that holds are not in order.
func (c *checker) interval(where, field string, holds bool, r [2]float64) {
	c.number(where, field, r[0], r[1])
	if holds && !(r[0] < r[1]) {
		c.fail("%s: %s is [%v, %v], want the smaller number first", where, field, r[0], r[1])
	}
}

// options checks the constants of the simulation.
func (c *checker) options(o *Options) {
	const where = "the options"
	c.number(where, "Timestep", o.Timestep)
	c.positive(where, "Timestep", o.Timestep)
	c.vector(where, "Gravity", o.Gravity)
	c.amount(where, "Density", o.Density)
	c.amount(where, "Viscosity", o.Viscosity)
	c.amount(where, "Tolerance", o.Tolerance)
	if o.Iterations < 1 || o.Iterations > maxIterations {
		c.fail("%s: Iterations is %d, want 1 to %d", where, o.Iterations, maxIterations)
	}
	if o.Integrator != Euler && o.Integrator != RK4 {
		c.fail("%s: Integrator is %d, want Euler or RK4", where, o.Integrator)
	}
	if o.Solver != Newton && o.Solver != PGS {
		c.fail("%s: Solver is %d, want Newton or PGS", where, o.Solver)
	}
}

// content checks what is in body b: joints, geoms, sites and children.
func (c *checker) content(b *Body, where string) {
	c.geoms += len(b.Geoms)
	c.sites += len(b.Sites)
	c.bodies += len(b.Bodies)
	if c.depth++; c.depth > maxDepth {
		c.fail("%s: more than %d bodies hang from each other, want fewer", where, maxDepth)
	}
	if c.bodies > maxBodies || c.geoms > maxGeoms || c.sites > maxSites {
		c.fail("there are more than %d bodies, %d geoms or %d sites, want fewer", maxBodies, maxGeoms, maxSites)
	}
	if c.err != nil {
		return
	}
	c.bodyLabels = append(c.bodyLabels, where)
	c.jointsOf(b, where)
	for i := range b.Geoms {
		g := label("geom", b.Geoms[i].Name, i, where)
		c.geomLabels = append(c.geomLabels, g)
		c.geom(&b.Geoms[i], g)
	}
	for i := range b.Sites {
		s := label("site", b.Sites[i].Name, i, where)
		c.unique("site", b.Sites[i].Name, s)
		c.vector(s, "Pos", b.Sites[i].Pos)
	}
	for i := range b.Bodies {
		c.body(&b.Bodies[i], label("body", b.Bodies[i].Name, i, where))
	}
	c.depth--
}

// body checks a body and what is in it.
func (c *checker) body(b *Body, where string) {
	c.unique("body", b.Name, where)
	c.vector(where, "Pos", b.Pos)
	c.rotation(where, "Rot", b.Rot)
	if n := b.Inertial; n != nil {
		c.vector(where, "Inertial.Pos", n.Pos)
		c.rotation(where, "Inertial.Rot", n.Rot)
		c.amount(where, "Inertial.Mass", n.Mass)
		i := n.Moments
		c.amount(where, "Inertial.Moments", i.X, i.Y, i.Z)
		if i.X+i.Y < i.Z || i.X+i.Z < i.Y || i.Y+i.Z < i.X {
			c.fail("%s: Inertial.Moments are %v, %v and %v, want no moment above the sum of the others", where, i.X, i.Y, i.Z)
		}
	}
	dofs := 0
	for i := range b.Joints {
		if b.Joints[i].Type == Free {
			dofs += 6
			if len(b.Joints) > 1 || c.depth != 1 {
				c.fail("%s is free, want a free joint as the only joint of a child of the world", label("joint", b.Joints[i].Name, i, where))
			}
		} else {
			dofs++
		}
	}
	if dofs > maxBodyDofs {
		c.fail("%s has %d degrees of freedom, want at most %d", where, dofs, maxBodyDofs)
	}
	if c.dofs += dofs; c.dofs > maxDofs {
		c.fail("there are more than %d degrees of freedom, want fewer joints", maxDofs)
	}
	moving := c.moving
	c.moving = moving || len(b.Joints) > 0
	c.content(b, where)
	c.moving = moving
}
