package settings

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/rlrun/rlrun/internal/nearest"
)

// A Node is a part of a Tree: a value with everything inside it. If a struct has a field of
// type Node, Decode keeps that part of the document undecoded, for a later Decode. The zero
// Node is an empty mapping.
type Node struct {
	tree *Tree
	node *yaml.Node
	path string // dotted key of the node from the root
}

// Take returns the value of key in the mapping n, and a copy of the mapping without the key. If
// n does not have the key, value is the zero Node. If n has the key twice, Take returns an
// error.
func (n Node) Take(key string) (value, rest Node, err error) {
	value, ok := n.At(key)
	if !ok {
		return Node{}, n, nil
	}
	m := *n.node
	i := find(&m, key)
	m.Content = slices.Concat(m.Content[:i], m.Content[i+2:])
	if j := find(&m, key); j >= 0 {
		return Node{}, Node{}, n.tree.fault(m.Content[j], value.path, secondTime)
	}
	return value, Node{n.tree, &m, n.path}, nil
}

// secondTime is the error for a key that a mapping has twice.
const secondTime = "a second time, want each key once"

// At returns the value of key in the mapping n, and reports whether n has the key.
func (n Node) At(key string) (Node, bool) {
	if n.node == nil || n.node.Kind != yaml.MappingNode {
		return Node{}, false
	}
	i := find(n.node, key)
	if i < 0 {
		return Node{}, false
	}
	return Node{n.tree, n.node.Content[i+1], join(n.path, key)}, true
}

// Find returns the node at path below n, one key for each mapping, and reports whether it exists.
func (n Node) Find(path ...string) (found Node, ok bool) {
	for _, key := range path {
		if n, ok = n.At(key); !ok {
			return Node{}, false
		}
	}
	return n, true
}

// Keys returns the keys of the mapping n in their order. If n is not a mapping, it returns nil.
func (n Node) Keys() (keys []string) {
	if n.node == nil || n.node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.node.Content); i += 2 {
		keys = append(keys, n.node.Content[i].Value)
	}
	return keys
}

// Unknown returns the keys of the mapping n for which the struct *into has no field. It leaves
// out keys that Set has added.
func (n Node) Unknown(into any) (keys []string) {
	fields := map[string]reflect.Value{}
	if hasFields(into) {
		fields = fieldsOf(reflect.ValueOf(into).Elem())
	}
	for i, key := range n.Keys() {
		_, fromSet := n.tree.origins[n.node.Content[2*i]]
		if _, known := fields[key]; !known && !fromSet && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Fault returns an error with the place of n. The format says what is wrong, and what would be
// right.
func (n Node) Fault(format string, args ...any) error {
	return n.tree.fault(n.node, n.path, format, args...)
}

// Decode sets *into to the value of n. For a struct it sets the fields whose yaml tags are keys
// of n, and leaves the other fields unchanged. For a map with string keys it makes a new map. A
// key without a field, a key that occurs twice, an alias and null are errors, but null is allowed
// for a pointer.
func (n Node) Decode(into any) error {
	if n.node == nil {
		return nil
	}
	return n.decode(reflect.ValueOf(into).Elem())
}

// DecodeFields is Decode for a value that may have no fields. If into does not point to a
// struct, every key of n is unknown, which is an error.
func (n Node) DecodeFields(into any) error {
	if !hasFields(into) {
		into = new(struct{})
	}
	return n.Decode(into)
}

// hasFields reports whether v points to a struct.
func hasFields(v any) bool {
	t := reflect.TypeOf(v)
	return t != nil && t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct
}

// decode sets v to the value of n.
func (n Node) decode(v reflect.Value) error {
	if n.node.Kind == yaml.AliasNode {
		return n.Fault("an alias, want the value itself")
	}
	if v.Type() == reflect.TypeFor[Node]() {
		v.Set(reflect.ValueOf(n))
		return nil
	}
	if v.Kind() == reflect.Pointer {
		return n.pointer(v)
	}
	if n.node.Kind == yaml.ScalarNode && n.node.Tag == "!!null" {
		return n.Fault("no value, want %s%s", expected(v), n.commentHint())
	}
	if ok, err := n.ownForm(v); ok {
		return err
	}
	switch {
	case v.Kind() == reflect.Slice && n.node.Kind == yaml.SequenceNode: // a list is decoded here even if the type of v also reads a single value
		return n.sequence(v)
	case ownForms(v) != "" && (v.Kind() == reflect.Struct || v.Kind() == reflect.Map || n.node.Kind != yaml.ScalarNode):
		return n.Fault("want %s", expected(v))
	case v.Kind() == reflect.Struct:
		return n.mapping(v)
	case v.Kind() == reflect.Map:
		return n.entries(v)
	case v.Kind() == reflect.Slice:
		return n.Fault("want %s", expected(v))
	}
	return n.scalar(v)
}

// commentHint returns the end of an error message if n has no value because a comment stands in its
// place, as in the row #..S. of a map, and otherwise "".
func (n Node) commentHint() string {
	lines := strings.Split(n.tree.text, "\n")
	if _, fromSet := n.tree.origins[n.node]; fromSet || n.node.Value != "" || n.node.Line > len(lines) {
		return ""
	}
	_, comment, _ := strings.Cut(lines[n.node.Line-1], " #")
	if comment = strings.TrimRightFunc(comment, unicode.IsSpace); comment == "" || comment[0] == ' ' {
		return "" // # and a space: meant as a comment
	}
	return fmt.Sprintf("; # starts a comment, so a text that begins with it needs quotes: %q", "#"+comment)
}

// pointer sets a pointer: to nil if n is null, otherwise to a new value.
func (n Node) pointer(v reflect.Value) error {
	if n.node.Kind == yaml.ScalarNode && n.node.Tag == "!!null" {
		v.SetZero()
		return nil
	}
	p := reflect.New(v.Type().Elem())
	if err := n.decode(p.Elem()); err != nil {
		return err
	}
	v.Set(p)
	return nil
}

// mapping sets the fields of the struct v from the mapping n.
func (n Node) mapping(v reflect.Value) error {
	fields := fieldsOf(v)
	return n.each(func(key string, name *yaml.Node, value Node) error {
		f, known := fields[key]
		if !known {
			fault := n.tree.fault(name, value.path, "unknown key%s", nearest.HintOrAll(key, maps.Keys(fields)))
			fault.unknown = value
			return fault
		}
		return value.decode(f)
	})
}

// entries sets the map v to a new map with the entries of the mapping n.
func (n Node) entries(v reflect.Value) error {
	m := reflect.MakeMap(v.Type())
	err := n.each(func(key string, _ *yaml.Node, value Node) error {
		element := reflect.New(v.Type().Elem()).Elem()
		if err := value.decode(element); err != nil {
			return err
		}
		m.SetMapIndex(reflect.ValueOf(key), element)
		return nil
	})
	if err == nil {
		v.Set(m)
	}
	return err
}

// each calls f for every key of the mapping n: with the key, its YAML node and its value.
func (n Node) each(f func(key string, name *yaml.Node, value Node) error) error {
	if n.node.Kind != yaml.MappingNode {
		return n.Fault("want %s", aMapping)
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.node.Content); i += 2 {
		name, value := n.node.Content[i], n.node.Content[i+1]
		key := name.Value
		path := join(n.path, key)
		switch {
		case name.Kind != yaml.ScalarNode || name.Tag == "!!merge":
			return n.tree.fault(name, n.path, "the key is not a name, want a plain key, as gamma")
		case seen[key]:
			return n.tree.fault(name, path, secondTime)
		}
		seen[key] = true
		if err := f(key, name, Node{n.tree, value, path}); err != nil {
			return err
		}
	}
	return nil
}

// sequence sets the slice v to a new slice with the elements of the list n.
func (n Node) sequence(v reflect.Value) error {
	s := reflect.MakeSlice(v.Type(), len(n.node.Content), len(n.node.Content))
	for i, c := range n.node.Content {
		if err := (Node{n.tree, c, n.path + "[" + strconv.Itoa(i) + "]"}).decode(s.Index(i)); err != nil {
			return err
		}
	}
	v.Set(s)
	return nil
}

// scalar sets v to a number, true, false or a text.
func (n Node) scalar(v reflect.Value) error {
	if n.node.Kind != yaml.ScalarNode || !setScalar(v, n.node.Tag, n.node.Value) {
		return n.Fault("%q, want %s%s", n.node.Value, expected(v), upperLimit(v, n.node.Value))
	}
	return nil
}

// upperLimit returns the end of an error message, ", no more than …", if text is a number above
// the largest integer of v's type, and otherwise "". The limit of an int is lower on a 32-bit
// processor.
func upperLimit(v reflect.Value, text string) string {
	if !v.CanInt() {
		return ""
	}
	limit := int64(1)<<(v.Type().Bits()-1) - 1
	if x, ok := number(text); !ok || x <= float64(limit) {
		return ""
	}
	return fmt.Sprintf(", no more than %d", limit)
}

// setScalar sets v to the value that text describes. tag is the YAML type of text, for example
// !!int. It reports whether text is a value of v's type.
func setScalar(v reflect.Value, tag, text string) bool {
	isNumber := tag == "!!int" || tag == "!!float"
	x, finite := number(text)
	i, isWhole := whole(text)
	switch {
	case v.Kind() == reflect.String && tag == "!!str":
		v.SetString(text)
	case v.Kind() == reflect.Bool && tag == "!!bool":
		v.SetBool(strings.EqualFold(text, "true"))
	case v.CanFloat() && isNumber && finite && !v.OverflowFloat(x):
		v.SetFloat(x)
	case v.CanInt() && isNumber && isWhole && !v.OverflowInt(i):
		v.SetInt(i)
	case v.CanUint() && isNumber && isWhole && i >= 0 && !v.OverflowUint(uint64(i)):
		v.SetUint(uint64(i))
	default:
		return false
	}
	return true
}

// number returns the value of a finite decimal number, and whether text is a number of this kind.
func number(text string) (float64, bool) {
	x, err := strconv.ParseFloat(text, 64)
	return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}

// whole returns the value of a whole number, which may also have the form 1e6, and whether text
// is a whole number.
func whole(text string) (int64, bool) {
	if x, err := strconv.ParseInt(text, 10, 64); err == nil {
		return x, true
	}
	x, ok := number(text)
	return int64(x), ok && x == math.Trunc(x) && math.Abs(x) <= 1<<53
}

// Descriptions of a list and of a mapping, for error messages.
const (
	aList    = "a list, as [a, b]"
	aMapping = "a mapping, key: value"
)

// expected describes the YAML values that v accepts, for error messages: for example "a number".
func expected(v reflect.Value) string {
	if forms := ownForms(v); forms != "" {
		return forms
	}
	switch {
	case v.Kind() == reflect.Struct, v.Kind() == reflect.Map:
		return aMapping
	case v.Kind() == reflect.Slice:
		return aList
	case v.Kind() == reflect.Bool:
		return "true or false"
	case v.CanFloat():
		return "a number"
	case v.CanInt():
		return "a whole number"
	case v.CanUint():
		return "a whole number, 0 or more"
	}
	return "text"
}

// keyOf returns the key in a field's yaml tag, "" if there is no key, and whether Encode leaves
// the field out when it is zero: `yaml:"key,omitempty"`.
func keyOf(f reflect.StructField) (key string, omitEmpty bool) {
	key, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if key == "-" {
		key = ""
	}
	return key, option == "omitempty"
}

// fieldsOf returns the fields of a struct by their keys.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for f, value := range v.Fields() {
		if isInline(f) {
			maps.Copy(fields, fieldsOf(value))
		} else if key, _ := keyOf(f); key != "" {
			fields[key] = value
		}
	}
	return fields
}

// isInline reports whether f is a struct whose fields have their keys in the mapping of the
// outer struct: `yaml:",inline"`.
func isInline(f reflect.StructField) bool { return f.Tag.Get("yaml") == ",inline" }

// join returns the dotted path of key in the mapping at path. A key with control characters,
// for example a newline, is quoted, so that an error message stays one line.
func join(path, key string) string {
	if strings.ContainsFunc(key, unicode.IsControl) {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}
