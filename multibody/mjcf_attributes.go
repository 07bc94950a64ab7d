package multibody

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// An element reads the attributes of a node, with those that it inherits from its class. An
// attribute that nobody has read when end is called is an error.
type element struct {
	l         *loader
	n         *node
	inherited map[string][]attribute // from the outermost class to the innermost
	used      map[string]bool
}

// element returns the reader of a node. The kind is its name in <default>, "" if it inherits
// nothing. The class is the one of its parents, if it names none.
func (l *loader) element(n *node, kind, class string) *element {
	e := &element{l: l, n: n, used: map[string]bool{}}
	if kind == "" {
		return e
	}
	at := n
	if a, ok := n.own("class"); ok {
		class, at = a.value, a.at
	}
	e.used["class"] = true
	if class == "" {
		class = mainClass
	}
	c, ok := l.classes[class]
	if !ok {
		l.fail(at, "<"+n.name+">", "there is no class %q, want a class of <default>", class)
		return e
	}
	e.inherited = c.kinds[kind]
	return e
}

// get returns the attribute of a name.
func (e *element) get(name string) (attribute, bool) {
	e.used[name] = true
	if a, ok := e.n.own(name); ok {
		return a, true
	}
	if all := e.inherited[name]; len(all) > 0 {
		return all[len(all)-1], true
	}
	return attribute{}, false
}

// all returns the attributes of a name from the outermost class to the element itself. Each one
// sets the first numbers of a list.
func (e *element) all(name string) []attribute {
	e.used[name] = true
	all := e.inherited[name]
	if a, ok := e.n.own(name); ok {
		return append(all[:len(all):len(all)], a)
	}
	return all
}

// ignore marks attributes that do not change the motion.
func (e *element) ignore(names ...string) {
	for _, name := range names {
		e.used[name] = true
	}
}

// end fails if the element has an attribute that nobody has read.
func (e *element) end() {
	for _, a := range e.n.attributes {
		if !e.used[a.name] {
			e.l.fail(a.at, e.quote(a), "the attribute %s is not supported, want the element without it", a.name)
		}
	}
	for name, all := range e.inherited {
		if !e.used[name] && e.l.err == nil {
			a := all[len(all)-1]
			e.l.fail(a.at, e.quote(a), "the attribute %s is not supported, want the element without it", a.name)
		}
	}
}

// quote returns an element with one attribute, for a message.
func (e *element) quote(a attribute) string {
	value := a.value
	if len(value) > 60 {
		value = value[:60] + "…"
	}
	return fmt.Sprintf("<%s %s=%q>", a.at.name, a.name, value)
}

// text returns an attribute, or a default.
func (e *element) text(name, otherwise string) string {
	if a, ok := e.get(name); ok {
		return a.value
	}
	return otherwise
}

// choice returns an attribute that must be one of several words. Any other word is not supported.
func (e *element) choice(name, otherwise string, words ...string) string {
	a, ok := e.get(name)
	if !ok {
		return otherwise
	}
	for _, w := range words {
		if a.value == w {
			return w
		}
	}
	want := strings.Join(words, ", ")
	if i := strings.LastIndex(want, ", "); i >= 0 {
		want = want[:i] + " or" + want[i+1:]
	}
	e.l.fail(a.at, e.quote(a), "%q is not supported, want %s", a.value, want)
	return otherwise
}

// only fails if an attribute has another value than the one that changes nothing. Numbers are
// compared as numbers.
func (e *element) only(value, why string, names ...string) {
	for _, name := range names {
		a, ok := e.get(name)
		if !ok || a.value == value {
			continue
		}
		same := len(strings.Fields(a.value)) > 0
		for _, f := range strings.Fields(a.value) {
			x, err := strconv.ParseFloat(f, 64)
			y, err2 := strconv.ParseFloat(value, 64)
			same = same && err == nil && err2 == nil && x == y
		}
		if !same {
			e.l.fail(a.at, e.quote(a), "%s not supported, want %q", why, value)
		}
	}
}

// flag returns an attribute that is true or false.
func (e *element) flag(name string, otherwise bool) bool {
	return e.choice(name, strconv.FormatBool(otherwise), "true", "false") == "true"
}

// numbers sets the first values of into to an attribute of least to len(into) numbers, after those
// that it inherits. It returns how many numbers the attribute has, 0 if it is not there.
func (e *element) numbers(name string, least int, into ...*float64) (n int) {
	for _, a := range e.all(name) {
		words := strings.Fields(a.value)
		if len(words) < least || len(words) > len(into) {
			want := strconv.Itoa(least)
			if len(into) > least {
				want += " to " + strconv.Itoa(len(into))
			}
			e.l.fail(a.at, e.quote(a), "%s has %d numbers, want %s", name, len(words), want)
			return 0
		}
		for i, w := range words {
			x, err := strconv.ParseFloat(w, 64)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				e.l.fail(a.at, e.quote(a), "%s has %q, want a finite number", name, w)
				return 0
			}
			*into[i] = x
		}
		n = max(n, len(words))
	}
	return n
}

// number returns an attribute of one number, or a default.
func (e *element) number(name string, otherwise float64) float64 {
	e.numbers(name, 1, &otherwise)
	return otherwise
}

// integer returns an attribute of one whole number, or a default.
func (e *element) integer(name string, otherwise int) int {
	x := e.number(name, float64(otherwise))
	if x != math.Trunc(x) || math.Abs(x) > math.MaxInt32 {
		a, _ := e.get(name)
		e.l.fail(a.at, e.quote(a), "%s is %v, want a whole number", name, x)
		return otherwise
	}
	return int(x)
}

// vector returns an attribute of three numbers, or a default.
func (e *element) vector(name string, otherwise Vec3) Vec3 {
	e.numbers(name, 3, &otherwise.X, &otherwise.Y, &otherwise.Z)
	return otherwise
}

// limits reports whether a range holds, and returns it. By the compiler's autolimits a range that is
// given holds, unless an attribute says something else.
func (e *element) limits(limited, name string) (bool, [2]float64) {
	var r [2]float64
	given := e.numbers(name, 2, &r[0], &r[1]) > 0
	switch e.choice(limited, "auto", "auto", "true", "false") {
	case "true":
		return true, r
	case "false":
		return false, r
	}
	if given && !e.l.compiler.autolimits {
		e.l.fail(e.n, "<"+e.n.name+">", "%s is given without %s, want %s=\"true\" or \"false\", since autolimits is false", name, limited, limited)
	}
	return given && r != [2]float64{}, r
}

// orientation returns the rotation of an element: quat, axisangle, euler, xyaxes or zaxis.
func (e *element) orientation() Quat {
	q, given := Quat{}, 0
	var x, y Vec3
	var angle float64
	if e.numbers("quat", 4, &q.W, &q.X, &q.Y, &q.Z) > 0 {
		given++
		q = q.unit()
	}
	if e.numbers("axisangle", 4, &x.X, &x.Y, &x.Z, &angle) > 0 {
		given++
		x, _ = x.unit()
		q = axisAngle(x, e.l.compiler.angle(angle))
	}
	if e.numbers("euler", 3, &x.X, &x.Y, &x.Z) > 0 {
		given++
		q = e.l.compiler.euler(x)
	}
	if e.numbers("xyaxes", 6, &x.X, &x.Y, &x.Z, &y.X, &y.Y, &y.Z) > 0 {
		given++
		x, _ = x.unit()
		y, _ = y.AddScaled(x, -x.Dot(y)).unit()
		q = (&Mat3{x, y, x.Cross(y)}).quat()
	}
	if e.numbers("zaxis", 3, &x.X, &x.Y, &x.Z) > 0 {
		given++
		x, _ = x.unit()
		q = alignZ(x)
	}
	if given > 1 {
		e.l.fail(e.n, "<"+e.n.name+">", "it has %d orientations, want one of quat, axisangle, euler, xyaxes and zaxis", given)
	}
	return q
}

// softness reads the two attributes of a Softness.
func (e *element) softness(ref, imp string, c *Softness) {
	e.numbers(ref, 1, &c.Ref[0], &c.Ref[1])
	e.numbers(imp, 1, &c.Imp[0], &c.Imp[1], &c.Imp[2], &c.Imp[3], &c.Imp[4])
}
