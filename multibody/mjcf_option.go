package multibody

import "strings"

// A compiler has the settings that say how the file is to be read.
type compiler struct {
	degrees         bool   // angles are in degrees
	eulerseq        string // axes of euler angles; small letters turn with the body, capital ones do not
	autolimits      bool   // a range that is given holds
	inertiafromgeom string // true, false or auto
	groups          [2]float64
}

// defaultCompiler returns MuJoCo's default settings.
func defaultCompiler() compiler {
	return compiler{degrees: true, eulerseq: "xyz", autolimits: true, inertiafromgeom: "auto", groups: [2]float64{0, 5}}
}

// angle returns an angle of the file in radians.
func (c *compiler) angle(x float64) float64 {
	if c.degrees {
		return Degrees(x)
	}
	return x
}

// euler returns the rotation by three angles about the axes of eulerseq.
func (c *compiler) euler(angles Vec3) Quat {
	q := Quat{W: 1}
	for i, angle := range [3]float64{angles.X, angles.Y, angles.Z} {
		axis := [3]Vec3{{X: 1}, {Y: 1}, {Z: 1}}[strings.IndexByte("xyz", c.eulerseq[i]|0x20)]
		turn := axisAngle(axis, c.angle(angle))
		if c.eulerseq[i] >= 'a' {
			q = q.Mul(turn)
		} else {
			q = turn.Mul(q)
		}
	}
	return q.unit()
}

// readCompiler reads <compiler>.
func (l *loader) readCompiler(n *node) {
	e, c := l.element(n, "", ""), &l.compiler
	c.degrees = e.choice("angle", map[bool]string{true: "degree", false: "radian"}[c.degrees], "degree", "radian") == "degree"
	c.autolimits = e.flag("autolimits", c.autolimits)
	c.inertiafromgeom = e.choice("inertiafromgeom", c.inertiafromgeom, "true", "false", "auto")
	e.numbers("inertiagrouprange", 2, &c.groups[0], &c.groups[1])
	if a, ok := e.get("eulerseq"); ok {
		if c.eulerseq = a.value; len(a.value) != 3 || strings.Trim(a.value, "xyzXYZ") != "" {
			l.fail(n, e.quote(a), "eulerseq is not supported, want three of the letters x, y, z, X, Y and Z")
			c.eulerseq = "xyz"
		}
	}
	if total := e.number("settotalmass", -1); total > 0 {
		l.b.TotalMass = total
	}
	e.only("local", "other coordinates are", "coordinate")
	e.only("false", "changes of the bodies are", "fusestatic", "alignfree")
	e.only("0", "smallest masses are", "boundmass", "boundinertia")
	e.ignore("balanceinertia", "discardvisual", "fitaabb", "meshdir", "texturedir", "assetdir", "strippath", "usethread", "conflict",
		"savecompiled", "savecanonical", "saveinertial", "convexhull", "exactmeshinertia") // the first one: inertias out of balance are refused
	e.end()
}

// readOption reads <option>.
func (l *loader) readOption(n *node) {
	e, o := l.element(n, "", ""), &l.b.Options
	o.Timestep = e.number("timestep", o.Timestep)
	o.Gravity = e.vector("gravity", o.Gravity)
	o.Density, o.Viscosity = e.number("density", o.Density), e.number("viscosity", o.Viscosity)
	o.Iterations, o.Tolerance = e.integer("iterations", o.Iterations), e.number("tolerance", o.Tolerance)
	if o.Iterations > maxIterations { // all solvers end long before
		o.Iterations = maxIterations
	}
	switch e.choice("integrator", "", "Euler", "RK4") {
	case "Euler":
		o.Integrator = Euler
	case "RK4":
		o.Integrator = RK4
	}
	switch e.choice("solver", "", "Newton", "PGS") {
	case "Newton":
		o.Solver = Newton
	case "PGS":
		o.Solver = PGS
	}
	e.only("pyramidal", "elliptic friction cones are", "cone")
	e.only("1", "other ratios of frictional to normal softness are", "impratio")
	e.only("0", "wind is", "wind")
	e.only("0", "iterations against slip are", "noslip_iterations")
	e.only("", "switching groups of actuators off is", "actuatorgroupdisable")
	e.ignore("jacobian", "ls_iterations", "ls_tolerance", "noslip_tolerance", "ccd_iterations", "ccd_tolerance", "sdf_iterations",
		"sdf_initpoints", "sleep_tolerance", "magnetic", "o_margin", "o_solref", "o_solimp", "o_friction", "apirate")
	e.end()
	for _, f := range n.children {
		l.readFlags(f)
	}
}

// flags are the parts of the simulation that a file switches off.
type flags struct{ contact, limit, gravity, spring, damper, actuation, clamp bool }

// readFlags reads <flag>.
func (l *loader) readFlags(n *node) {
	e, f := l.element(n, "", ""), &l.flags
	off := func(name string, to ...*bool) {
		if e.choice(name, "enable", "enable", "disable") == "disable" {
			for _, t := range to {
				*t = true
			}
		}
	}
	off("constraint", &f.contact, &f.limit)
	off("contact", &f.contact)
	off("limit", &f.limit)
	off("gravity", &f.gravity)
	off("passive", &f.spring, &f.damper)
	off("spring", &f.spring)
	off("damper", &f.damper)
	off("actuation", &f.actuation)
	off("clampctrl", &f.clamp)
	off("eulerdamp", &l.b.ExplicitDamping)
	e.only("enable", "switching this off is", "filterparent", "refsafe", "warmstart")
	e.only("disable", "switching this on is", "override", "sleep", "diagexact", "speculative", "ipc")
	e.ignore("equality", "frictionloss", "sensor", "energy", "fwdinv", "invdiscrete", "midphase", "nativeccd", "multiccd", "island", "autoreset")
	e.end()
}

// applyFlags changes the description so that the parts that are switched off have no effect.
func (l *loader) applyFlags() {
	if l.flags.gravity {
		l.b.Gravity = Vec3{}
	}
	if l.flags.damper && l.flags.spring {
		l.b.Density, l.b.Viscosity = 0, 0 // MuJoCo has no passive forces at all then
	}
	l.applyToBody(&l.b.World)
	for i := range l.b.Actuators {
		a := &l.b.Actuators[i]
		a.Limited = a.Limited && !l.flags.clamp
		if l.flags.actuation {
			a.Gear = 0
		}
	}
}

// applyToBody applies the flags to a body and its children. If inertias do not come from geoms, the
// geoms lose their mass.
func (l *loader) applyToBody(b *Body) {
	for i := range b.Joints {
		j := &b.Joints[i]
		j.Limited = j.Limited && !l.flags.limit
		if l.flags.spring {
			j.Stiffness = 0
		}
		if l.flags.damper {
			j.Damping = 0
		}
	}
	for i := range b.Geoms {
		g := &b.Geoms[i]
		if l.flags.contact {
			g.Contype, g.Conaffinity = 0, 0
		}
	}
	for i := range b.Bodies {
		l.applyToBody(&b.Bodies[i])
	}
}

// hasMass reports whether the geoms of a group count for the masses of bodies.
func (c *compiler) hasMass(group int) bool {
	return c.inertiafromgeom != "false" && float64(group) >= c.groups[0] && float64(group) <= c.groups[1]
}
