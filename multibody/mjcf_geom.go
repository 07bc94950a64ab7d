package multibody

import "slices"

// otherShapes has the names of the shapes that are not supported.
var otherShapes = map[string]string{"mesh": "meshes", "hfield": "height fields", "sdf": "signed distance fields"}

// readGeom reads a geom.
func (l *loader) readGeom(n *node, b *Body, at place) {
	e, g := l.element(n, "geom", at.class), DefaultGeom()
	g.Name = e.text("name", "")
	g.Contype, g.Conaffinity = e.integer("contype", g.Contype), e.integer("conaffinity", g.Conaffinity)
	e.numbers("size", 1, &g.Size[0], &g.Size[1], &g.Size[2])
	kind := e.text("type", "sphere")
	if _, ok := e.get("mesh"); ok && (kind == "sphere" || l.visual(e, b, &g)) {
		kind = "mesh" // MuJoCo fits a shape to the mesh if the type is another one
	}
	shape := slices.Index(shapeNames[:], kind)
	if shape < 0 {
		if !l.visual(e, b, &g) {
			l.refuseShape(e, kind)
		}
		return
	}
	g.Shape = Shape(shape)
	l.placeGeom(e, &g, at)
	g.Condim, g.Priority = e.integer("condim", g.Condim), e.integer("priority", 0)
	e.numbers("friction", 1, &g.Friction[0], &g.Friction[1], &g.Friction[2])
	g.Margin, g.Mix = e.number("margin", 0), e.number("solmix", 1)
	e.softness("solref", "solimp", &g.Softness)
	e.numbers("rgba", 4, &g.Color[0], &g.Color[1], &g.Color[2], &g.Color[3])
	g.Density = e.number("density", g.Density)
	if _, ok := e.get("mass"); ok && g.volume() > 0 {
		g = g.WithMass(e.number("mass", 0))
	}
	if !l.compiler.hasMass(e.integer("group", 0)) {
		g.Density = 0
	}
	e.only("false", "masses of shells are", "shellinertia")
	e.only("none", "other models of the medium are", "fluidshape")
	e.only("0", "adhesion is", "adhesion")
	e.only("0", "surfaces that move are", "surfacevel")
	e.ignore("material", "user", "gap", "fluidcoef", "fitscale", "castshadow", "class")
	e.end()
	b.Geoms = append(b.Geoms, g)
}

// placeGeom reads the pose of a geom: from point to point, or position and orientation.
func (l *loader) placeGeom(e *element, g *Geom, at place) {
	var from, to Vec3
	pos, rot := e.vector("pos", Vec3{}), e.orientation()
	if e.numbers("fromto", 6, &from.X, &from.Y, &from.Z, &to.X, &to.Y, &to.Z) > 0 {
		switch {
		case g.Shape != Capsule && g.Shape != Cylinder:
			l.fail(e.n, "<geom>", "fromto is not for this type, want a capsule or a cylinder")
		case pos != Vec3{}:
			l.fail(e.n, "<geom>", "it has both pos and fromto, want one of them")
		case from.Sub(to).Norm() < minLength:
			l.fail(e.n, "<geom>", "the points of fromto are the same, want two points")
		}
		*g = g.between(from, to, g.Size[0])
		pos, rot = g.Pos, g.Rot
	}
	g.Pos, g.Rot = at.inside(pos, rot)
}

// visual reports whether a geom only shows: it touches nothing and has no mass.
func (l *loader) visual(e *element, b *Body, g *Geom) bool {
	if (g.Contype != 0 || g.Conaffinity != 0) && !l.flags.contact {
		return false
	}
	return b == &l.b.World || b.Inertial != nil || !l.compiler.hasMass(e.integer("group", 0)) ||
		e.number("mass", 1) == 0 || e.number("density", 1) == 0 && len(e.all("mass")) == 0
}

// refuseShape fails for a geom of an unsupported shape.
func (l *loader) refuseShape(e *element, kind string) {
	what, ok := otherShapes[kind]
	if !ok {
		what = "geoms of this type"
	}
	a, given := e.get("type")
	if !given {
		a = attribute{name: "type", value: kind, at: e.n}
	}
	if a.at != e.n {
		a = attribute{name: "type", value: kind, at: &node{name: "geom", file: e.n.file, line: e.n.line}}
	}
	l.fail(a.at, e.quote(a), "%s are not supported, want plane, sphere, capsule or cylinder, "+
		"or a geom that only shows: contype and conaffinity 0 and no mass", what)
}

// firstInertial returns the children of a body with the inertial first, since it decides whether
// geoms have mass.
func firstInertial(children []*node) []*node {
	i := slices.IndexFunc(children, func(n *node) bool { return n.name == "inertial" })
	if i <= 0 {
		return children
	}
	return slices.Concat(children[i:i+1], children[:i], children[i+1:])
}
