package settings

import (
	"encoding"
	"errors"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A type may read and write forms of its own: a single value by UnmarshalText, the others
// by the methods below. None of these names a type of this package, so that a type of a
// library has forms and links no YAML parser.
type (
	// UnmarshalList reads a list, as [4, step]: decode sets what into points to, as
	// Node.Decode does.
	listUnmarshaler interface {
		UnmarshalList(decode func(into any) error) error
	}

	// UnmarshalMapping reads a mapping, as {start: 0.001, shape: lin}.
	mappingUnmarshaler interface {
		UnmarshalMapping(decode func(into any) error) error
	}

	// MarshalSetting returns what is written in the value's place: anything that Encode
	// takes.
	marshaler interface{ MarshalSetting() any }
)

// ownForm decodes n by v's own method for n's form, and reports whether v has one.
func (n Node) ownForm(v reflect.Value) (ok bool, err error) {
	decode := func(into any) error { return n.decode(reflect.ValueOf(into).Elem()) }
	own := v.Addr().Interface()
	switch n.node.Kind {
	case yaml.ScalarNode:
		if u, ok := own.(encoding.TextUnmarshaler); ok {
			return true, n.located(u.UnmarshalText([]byte(n.node.Value)))
		}
	case yaml.SequenceNode:
		if u, ok := own.(listUnmarshaler); ok {
			return true, n.located(u.UnmarshalList(decode))
		}
	case yaml.MappingNode:
		if u, ok := own.(mappingUnmarshaler); ok {
			return true, n.located(u.UnmarshalMapping(decode))
		}
	}
	return false, nil
}

// located returns err with the place of n, unless it names a place.
func (n Node) located(err error) error {
	var fault *Fault
	if err == nil || errors.As(err, &fault) {
		return err
	}
	return n.Fault("%v", err)
}

// ownForms says which forms v reads by methods of its own; "" if it has no such method.
func ownForms(v reflect.Value) string {
	if !v.CanAddr() {
		return ""
	}
	var forms []string
	own := v.Addr().Interface()
	if _, ok := own.(encoding.TextUnmarshaler); ok {
		forms = append(forms, "a single value")
	}
	if _, ok := own.(listUnmarshaler); ok || len(forms) > 0 && v.Kind() == reflect.Slice {
		forms = append(forms, aList)
	}
	if _, ok := own.(mappingUnmarshaler); ok {
		forms = append(forms, aMapping)
	}
	return strings.Join(forms, ", or ")
}
