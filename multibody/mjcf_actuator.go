package multibody

import "strings"

// ofOneKind lists the attributes of actuators that mean something for one kind only, so that other
// kinds do not inherit them.
var ofOneKind = map[string]bool{"kp": true, "kv": true, "gainprm": true, "gaintype": true, "biasprm": true, "biastype": true, "dyntype": true,
	"dynprm": true, "dampratio": true, "timeconst": true, "inheritrange": true, "actlimited": true, "actrange": true, "actdim": true, "actearly": true}

// readActuators reads the motors and the position, velocity and general actuators.
func (l *loader) readActuators(section *node) {
	for _, n := range section.children {
		if l.err != nil {
			return
		}
		if classKinds[n.name] != "actuator" {
			l.fail(n, "<"+n.name+">", "this actuator is not supported, want motor, position, velocity or general")
			return
		}
		l.readActuator(n)
	}
}

// readActuator reads one actuator.
func (l *loader) readActuator(n *node) {
	e := l.actuatorElement(n)
	a := Actuator{Name: e.text("name", ""), Joint: e.text("joint", e.text("jointinparent", "")), Gear: 1, Gain: 1}
	for _, name := range []string{"tendon", "site", "slidersite", "cranksite", "body"} {
		if t, ok := e.get(name); ok {
			l.fail(t.at, e.quote(t), "actuators of a %s are not supported, want joint", name)
		}
	}
	var rest [5]float64 // of no effect on a joint of one degree of freedom
	e.numbers("gear", 1, &a.Gear, &rest[0], &rest[1], &rest[2], &rest[3], &rest[4])
	a.Limited, a.Range = e.limits("ctrllimited", "ctrlrange")
	a.ForceLimited, a.ForceRange = e.limits("forcelimited", "forcerange")
	switch n.name {
	case "position":
		a.Gain = e.number("kp", 1)
		a.Bias = [3]float64{0, -a.Gain, -e.number("kv", 0)}
		l.inheritRange(e, &a)
	case "velocity":
		a.Gain = e.number("kv", 1)
		a.Bias[2] = -a.Gain
	case "general":
		l.general(e, &a)
	}
	e.only("0", "damping by ratio is", "dampratio")
	e.only("0", "filters of controls are", "timeconst")
	e.only("0", "delays are", "delay")
	e.only("0", "inertia and damping of actuators are", "armature", "damping")
	e.ignore("group", "user", "lengthrange", "nsample", "interp", "cranklength", "refsite")
	e.end()
	l.b.Actuators = append(l.b.Actuators, a)
}

// actuatorElement returns the reader of an actuator. It inherits what all actuators have in common,
// and the other attributes from defaults of its own kind only.
func (l *loader) actuatorElement(n *node) *element {
	e := l.element(n, "actuator", "")
	all := map[string][]attribute{}
	for name, list := range e.inherited {
		kind, short, found := strings.Cut(name, " ")
		switch {
		case !found:
			all[name] = list
		case kind == n.name:
			all[short] = list
		}
	}
	e.inherited = all
	return e
}

// general reads gain and bias of a general actuator.
func (l *loader) general(e *element, a *Actuator) {
	e.choice("dyntype", "none", "none")
	var gain, bias [10]float64
	gain[0] = 1
	e.numbers("gainprm", 1, pointers(&gain)...)
	e.numbers("biasprm", 1, pointers(&bias)...)
	if e.choice("gaintype", "fixed", "fixed", "affine") == "affine" && (gain[1] != 0 || gain[2] != 0) {
		g, _ := e.get("gainprm")
		l.fail(g.at, e.quote(g), "gains that depend on the joint are not supported, want zeros after the first number")
	}
	a.Gain = gain[0]
	if e.choice("biastype", "none", "none", "affine") == "affine" {
		a.Bias = [3]float64{bias[0], bias[1], bias[2]}
	}
	e.only("0", "activations are", "actdim")
	e.ignore("dynprm", "actlimited", "actrange", "actearly")
	l.inheritRange(e, a)
}

// pointers returns the addresses of the elements of a.
func pointers(a *[10]float64) []*float64 {
	p := make([]*float64, len(a))
	for i := range a {
		p[i] = &a[i]
	}
	return p
}

// inheritRange sets the range of controls to a multiple of the joint's range about its middle.
func (l *loader) inheritRange(e *element, a *Actuator) {
	scale := e.number("inheritrange", 0)
	if scale == 0 {
		return
	}
	j := l.joints[a.Joint]
	if _, own := e.n.own("ctrlrange"); j == nil || !j.Limited || own {
		l.fail(e.n, "<"+e.n.name+">", "inheritrange needs a joint with a range, and no ctrlrange beside it")
		return
	}
	middle, half := float64(0.5*(j.Range[0]+j.Range[1])), float64(0.5*(j.Range[1]-j.Range[0])*scale)
	a.Limited, a.Range = true, [2]float64{middle - half, middle + half}
}
