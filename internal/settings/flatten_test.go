package settings

import (
	"slices"
	"testing"
)

// TestFlatten checks the leaves of nested mappings and lists.
func TestFlatten(t *testing.T) {
	got, err := Flatten("f.yaml", []byte("a: 1\nb: {c: [1, {x: y}], d: {e: \"s, t\", f: {}}}\ng: null\n"))
	want := []Leaf{{"a", "1"}, {"b.c", "[1, {x: y}]"}, {"b.d.e", `"s, t"`}, {"g", "null"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("Flatten = %q, %v, want %q", got, err, want)
	}
	if _, err := Flatten("f.yaml", []byte("- 1\n")); err == nil {
		t.Error("Flatten of a list: no error, want one")
	}
}
