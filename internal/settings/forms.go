package settings

import (
	"encoding"
	"errors"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// A value in YAML has one of three forms: a single value, a list or a mapping. A type can read
// its forms with its own methods: UnmarshalText of package encoding reads a single value, and the
// methods below read a list or a mapping. Their signatures have no type of this package, so a
// package with such a type does not link the YAML parser.
type (
	// UnmarshalList reads a list, for example [4, step]. The function decode sets *into, as
	// Node.Decode does.
	listUnmarshaler interface {
		UnmarshalList(decode func(into any) error) error
	}

	// UnmarshalMapping reads a mapping, for example {start: 0.001, shape: lin}. It gets
	// the same function decode as UnmarshalList.
	mappingUnmarshaler interface {
		UnmarshalMapping(decode func(into any) error) error
	}

	// MarshalSetting returns the value that Encode writes instead of the receiver. It may
	// return any value that Encode accepts.
	marshaler interface{ MarshalSetting() any }
)

// ownForm decodes n with v's own method if v has a method for the form of n: a single value, a
// list or a mapping. It reports whether v has the method.
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

// located returns err with the place of n. If err is a Fault already, it returns err.
func (n Node) located(err error) error {
	var fault *Fault
	if err == nil || errors.As(err, &fault) {
		return err
	}
	return n.Fault("%v", err)
}

// ownForms describes the forms that v reads with its own methods, for error messages. It returns
// "" if v has no such method.
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
