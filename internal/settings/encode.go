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

// A Map is a mapping in the order of its entries.
type Map []Entry

// An Entry is a key and its value: anything that Encode takes.
type Entry struct {
	Key   string
	Value any
}

// Encode returns v as YAML that Decode reads back: a struct by its fields'
// yaml tags, a Map, a map by its sorted keys, a slice, a text or a number, nil pointers as
// null, and whatever has forms of its own as its MarshalSetting says.
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

func encode(v reflect.Value) (*yaml.Node, error) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return plain("!!null", "null"), nil
		}
		v = v.Elem()
	}
	if m, ok := v.Interface().(marshaler); ok {
		return encode(reflect.ValueOf(m.MarshalSetting()))
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		return plain("", string(text)), err
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
		return mapNode(sorted(v))
	case v.Kind() == reflect.Slice:
		return listNode(v)
	case v.Kind() == reflect.String:
		return plain("!!str", v.String()), nil
	case v.Kind() == reflect.Bool:
		return plain("!!bool", strconv.FormatBool(v.Bool())), nil
	case v.CanInt():
		return plain("!!int", strconv.FormatInt(v.Int(), 10)), nil
	case v.CanUint():
		return plain("!!int", strconv.FormatUint(v.Uint(), 10)), nil
	case v.CanFloat():
		return plain("", strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())), nil
	}
	return nil, fmt.Errorf("a %s has no form in YAML", v.Type())
}

// Fields returns the fields of the struct that v points to, by their yaml tags;
// none where it points to no struct.
func Fields(v any) Map {
	if !hasFields(v) {
		return nil
	}
	return fieldMap(reflect.ValueOf(v).Elem())
}

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

// sorted returns the entries of a map, by their keys.
func sorted(v reflect.Value) (m Map) {
	for key, value := range v.Seq2() {
		m = append(m, Entry{key.String(), value.Interface()})
	}
	slices.SortFunc(m, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
	return m
}

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
		n.Content = append(n.Content, plain("!!str", e.Key), value)
	}
	return n, nil
}

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

func plain(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}
