package multibody

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// LoadMJCF reads a mechanism from an MJCF file, MuJoCo's format of XML, with the defaults of MuJoCo
// 4.0: https://mujoco.readthedocs.io/en/stable/XMLreference.html. The file and the files that it
// includes are in fsys, with paths relative to the directory of the file called name. The Builder
// can be changed before Build makes a Model from it.
//
// What does not change the motion is read over: visual settings, cameras, lights, assets, sensors,
// keyframes. An element or an attribute that does and is not supported is an error that says its
// file, its line and what would be right. A geom of an unsupported shape is left out if it cannot
// touch anything and has no mass.
func LoadMJCF(fsys fs.FS, name string) (*Builder, error) {
	root, err := parseMJCF(fsys, name)
	if err != nil {
		return nil, err
	}
	l := &loader{b: NewBuilder(), compiler: defaultCompiler(), classes: map[string]*class{}, joints: map[string]*Joint{}}
	l.read(root)
	if l.err != nil {
		return nil, l.err
	}
	return l.b, nil
}

// A loader turns the elements of a file into a Builder. It keeps the first error.
type loader struct {
	b        *Builder
	compiler compiler
	flags    flags
	classes  map[string]*class
	joints   map[string]*Joint // by name, in the Builder
	err      error
}

// readOver lists the sections of a file that do not change the motion.
var readOver = map[string]bool{"size": true, "statistic": true, "visual": true, "asset": true, "sensor": true, "custom": true, "keyframe": true}

// read reads the sections of a file in the order in which they depend on each other, as MuJoCo
// does: their order in the file is free.
func (l *loader) read(root *node) {
	root.attributes = nil // the name of the model
	l.sections(root, "compiler", l.readCompiler)
	l.sections(root, "option", l.readOption)
	l.classes[mainClass] = &class{kinds: map[string]map[string][]attribute{}}
	l.sections(root, "default", func(n *node) { l.readClass(n, nil) })
	found := false
	l.sections(root, "worldbody", func(n *node) {
		found = true
		e := l.element(n, "", "")
		class := e.text("childclass", "")
		e.end()
		l.readContent(n, &l.b.World, place{class: class})
	})
	if !found {
		l.fail(root, "<mujoco>", "there is no <worldbody>, want one")
	}
	l.indexJoints(&l.b.World)
	l.sections(root, "contact", l.readContact)
	l.sections(root, "tendon", l.readTendons)
	l.sections(root, "equality", l.readEqualities)
	l.sections(root, "actuator", l.readActuators)
	known := map[string]bool{"compiler": true, "option": true, "default": true, "worldbody": true, "contact": true, "tendon": true, "equality": true, "actuator": true}
	for _, n := range root.children {
		if !readOver[n.name] && !known[n.name] {
			l.fail(n, "<"+n.name+">", "this section is not supported, want rigid bodies with hinges, slides and free joints only")
		}
	}
	l.applyFlags()
}

// sections calls read for each section of a name.
func (l *loader) sections(root *node, name string, read func(*node)) {
	for _, n := range root.children {
		if n.name == name && l.err == nil {
			read(n)
		}
	}
}

// indexJoints fills l.joints, for actuators that inherit the range of a joint.
func (l *loader) indexJoints(b *Body) {
	for i := range b.Joints {
		l.joints[b.Joints[i].Name] = &b.Joints[i]
	}
	for i := range b.Bodies {
		l.indexJoints(&b.Bodies[i])
	}
}

// fail keeps an error about what, at the line of n, unless there is one already.
func (l *loader) fail(n *node, what, format string, args ...any) {
	if l.err == nil {
		l.err = fmt.Errorf("multibody: %s: line %d: %s: %s", n.file, n.line, what, fmt.Sprintf(format, args...))
	}
}

// readContact reads pairs of bodies that do not touch.
func (l *loader) readContact(section *node) {
	for _, n := range section.children {
		if n.name != "exclude" {
			l.fail(n, "<"+n.name+">", "explicit contact pairs are not supported, want collisions by contype and conaffinity, with <exclude> between bodies")
			return
		}
		e := l.element(n, "", "")
		e.ignore("name")
		l.b.Exclude = append(l.b.Exclude, [2]string{e.text("body1", ""), e.text("body2", "")})
		e.end()
	}
}

// readTendons checks that the tendons only measure: one without spring, damper, friction, limits
// and inertia does not change the motion.
func (l *loader) readTendons(section *node) {
	for _, n := range section.children {
		e := l.element(n, "tendon", "")
		for _, name := range []string{"stiffness", "damping", "frictionloss", "armature"} {
			if a, ok := e.get(name); ok && strings.Trim(a.value, "0. \t\r\n") != "" {
				l.fail(a.at, e.quote(a), "tendons with forces are not supported, want 0")
			}
		}
		if limited, r := e.limits("limited", "range"); limited {
			l.fail(n, "<"+n.name+">", "tendons with limits %v are not supported, want limits of joints", r)
		}
	}
}

// readEqualities refuses equality constraints, unless they are not active.
func (l *loader) readEqualities(section *node) {
	for _, n := range section.children {
		e := l.element(n, "equality", "")
		if e.text("active", "true") != "false" {
			l.fail(n, "<"+n.name+">", "equality constraints are not supported, want a tree of bodies and joints")
		}
	}
}

// included returns the path of an included file, relative to the directory of the main file.
func included(main, file string) string {
	return path.Join(path.Dir(main), strings.ReplaceAll(file, "\\", "/"))
}
