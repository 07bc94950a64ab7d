package settings

import (
	"bytes"
	"cmp"
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// A Map is a mapping whose entries have an order.
type Map []Entry

// An Entry is a key of a Map with its value.
type Entry struct {
	Key   string
	Value any // any value that Encode accepts
}

// Encode returns v as YAML that Decode reads back. The value v may be a struct, a Map, a map, a
// slice, a text, a number or a bool. The keys of a struct are its yaml tags, and the keys of a
// map are sorted. A nil pointer becomes null. If a value has a method MarshalSetting, Encode
// writes its result instead of the value.
func Encode(v any) ([]byte, error) {
	n, err := encode(reflect.ValueOf(v))
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(n); err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return b.Bytes(), enc.Close()
}

// encode returns v as a YAML node.
func encode(v reflect.Value) (*yaml.Node, error) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return scalarNode("!!null", "null"), nil
		}
		v = v.Elem()
	}
	if m, ok := v.Interface().(marshaler); ok {
		return encode(reflect.ValueOf(m.MarshalSetting()))
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		return scalarNode("", string(text)), err
	}
	switch x := v.Interface().(type) {
	case Map:
		return mapNode(x)
	case Node:
		if x.node == nil {
			return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}, nil
		}
		return x.node, nil
	}
	switch {
	case v.Kind() == reflect.Struct:
		return mapNode(fieldMap(v))
	case v.Kind() == reflect.Map && v.Type().Key().Kind() == reflect.String:
		return mapNode(sortedEntries(v))
	case v.Kind() == reflect.Slice:
		return listNode(v)
	case v.Kind() == reflect.String:
		return scalarNode("!!str", v.String()), nil
	case v.Kind() == reflect.Bool:
		return scalarNode("!!bool", strconv.FormatBool(v.Bool())), nil
	case v.CanInt():
		return scalarNode("!!int", strconv.FormatInt(v.Int(), 10)), nil
	case v.CanUint():
		return scalarNode("!!int", strconv.FormatUint(v.Uint(), 10)), nil
	case v.CanFloat():
		return scalarNode("", strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())), nil
	}
	return nil, fmt.Errorf("a value of type %s cannot be written as YAML, want a struct, map, slice, text, number or bool", v.Type())
}

// Fields returns the fields of the struct that v points to, with their yaml tags as keys. If v
// does not point to a struct, it returns nil.
func Fields(v any) Map {
	if !hasFields(v) {
		return nil
	}
	return fieldMap(reflect.ValueOf(v).Elem())
}

// fieldMap returns the fields of the struct v, with their yaml tags as keys.
func fieldMap(v reflect.Value) (m Map) {
	for f, value := range v.Fields() {
		if isInline(f) {
			m = append(m, fieldMap(value)...)
		} else if key, omitEmpty := keyOf(f); key != "" && !(omitEmpty && value.IsZero()) {
			m = append(m, Entry{key, value.Interface()})
		}
	}
	return m
}

// sortedEntries returns the entries of a map, sorted by key.
func sortedEntries(v reflect.Value) (m Map) {
	for key, value := range v.Seq2() {
		m = append(m, Entry{key.String(), value.Interface()})
	}
	slices.SortFunc(m, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
	return m
}

// mapNode returns m as a YAML mapping.
func mapNode(m Map) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if len(m) == 0 {
		n.Style = yaml.FlowStyle
	}
	for _, e := range m {
		value, err := encode(reflect.ValueOf(e.Value))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Key, err)
		}
		n.Content = append(n.Content, scalarNode("!!str", e.Key), value)
	}
	return n, nil
}

// listNode returns the slice v as a YAML list in flow style.
func listNode(v reflect.Value) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
	for i := range v.Len() {
		c, err := encode(v.Index(i))
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, c)
	}
	return n, nil
}

// scalarNode returns a YAML node with a single value.
func scalarNode(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}
