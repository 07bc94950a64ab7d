package multibody

// mainClass is the class of elements that name no other.
const mainClass = "main"

// A class has the attributes in <default>, by the kind of the elements that inherit them and by
// name. Each list is from the outermost class to the innermost.
type class struct {
	kinds map[string]map[string][]attribute
}

// classKinds maps the elements of <default> to the kinds of elements that inherit from them. All
// actuators share the attributes that they have in common.
var classKinds = map[string]string{"joint": "joint", "geom": "geom", "site": "site", "tendon": "tendon", "equality": "equality",
	"general": "actuator", "motor": "actuator", "position": "actuator", "velocity": "actuator"}

// readClass reads a <default> with its classes. The parent is nil for the outermost one.
func (l *loader) readClass(n *node, parent *class) {
	name, given := mainClass, false
	if a, ok := n.own("class"); ok {
		name, given = a.value, true
	}
	c := l.classes[mainClass]
	if parent != nil {
		if !given || name == "" || l.classes[name] != nil {
			l.fail(n, "<default>", "the class %q is not new, want a class with a name of its own", name)
			return
		}
		c = parent.child()
		l.classes[name] = c
	} else if name != mainClass {
		l.fail(n, "<default>", "the outermost class is %q, want %q or no name", name, mainClass)
	}
	for _, d := range n.children { // before the classes inside, which inherit all of it
		if d.name != "default" {
			l.addDefaults(c, d)
		}
	}
	for _, d := range n.children {
		if d.name == "default" {
			l.readClass(d, c)
		}
	}
}

// addDefaults adds the attributes of an element in <default>. Elements that do not change the
// motion are read over, and so are kinds of actuators that are refused where they are used.
func (l *loader) addDefaults(c *class, d *node) {
	kind, ok := classKinds[d.name]
	if !ok {
		return
	}
	if c.kinds[kind] == nil {
		c.kinds[kind] = map[string][]attribute{}
	}
	for _, a := range d.attributes {
		name := a.name
		if kind == "actuator" && ofOneKind[name] {
			name = d.name + " " + name
		}
		c.kinds[kind][name] = append(c.kinds[kind][name], a)
	}
}

// child returns a copy of c, to which an inner class adds its attributes.
func (c *class) child() *class {
	d := &class{kinds: map[string]map[string][]attribute{}}
	for kind, names := range c.kinds {
		d.kinds[kind] = map[string][]attribute{}
		for name, all := range names {
			d.kinds[kind][name] = all[:len(all):len(all)]
		}
	}
	return d
}
