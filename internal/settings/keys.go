package settings

import (
	"encoding"
	"errors"
	"reflect"
	"slices"
	"strings"
)

// Keys returns the dotted keys of the struct that v points to, and of the structs inside it. Each key
// begins with prefix. If v does not point to a struct, Keys returns nil.
func Keys(prefix string, v any) (keys []string) {
	for _, e := range Fields(v) {
		key := prefix + e.Key
		keys = append(keys, key)
		if inner := reflect.ValueOf(e.Value); inner.Kind() == reflect.Struct && !hasOwnForm(e.Value) {
			p := reflect.New(inner.Type())
			p.Elem().Set(inner)
			keys = append(keys, Keys(key+".", p.Interface())...)
		}
	}
	return keys
}

// hasOwnForm reports whether v is written as YAML in a form of its own, and not by its fields.
func hasOwnForm(v any) bool {
	switch v.(type) {
	case Node, marshaler, encoding.TextMarshaler:
		return true
	}
	return false
}

// Places returns the dotted keys whose last part is name, or the last part of name. Keys with fewer
// parts come first.
func Places(name string, keys []string) (places []string) {
	for _, key := range keys {
		if lastPart(key) == lastPart(name) {
			places = append(places, key)
		}
	}
	slices.SortStableFunc(places, func(a, b string) int { return strings.Count(a, ".") - strings.Count(b, ".") })
	return places
}

// lastPart returns the part of a dotted key after the last dot.
func lastPart(key string) string { return key[strings.LastIndex(key, ".")+1:] }

// WithPlace returns err. If err is a Fault for an unknown key that the known dotted keys have in
// another place, the error names this place instead of the nearest key. If the unknown key is a
// mapping that is known nowhere, the keys inside it are looked up. WithPlace calls knownKeys only for
// an unknown key.
func WithPlace(err error, knownKeys func() []string) error {
	fault, ok := errors.AsType[*Fault](err)
	if !ok || fault.unknown.node == nil {
		return err
	}
	n, known := fault.unknown, knownKeys()
	if places := Places(n.path, known); len(places) > 0 && !slices.Contains(places, n.path) {
		return &Fault{Where: fault.Where, What: "unknown key; it is " + strings.Join(places, " or ")}
	}
	for _, inner := range leaves(nil, "", n.node) {
		name := lastPart(inner.Key)
		if places := Places(name, known); len(places) > 0 {
			return &Fault{Where: fault.Where, What: "unknown key; " + name + " is " + strings.Join(places, " or ")}
		}
	}
	return err
}
