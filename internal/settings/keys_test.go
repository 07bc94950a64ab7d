package settings_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/internal/settings"
)

// outer has the keys of TestKeys: a type with a form of its own, span, has none inside it.
type outer struct {
	Rate  float64       `yaml:"rate"`
	Span  span          `yaml:"span"`
	Later settings.Node `yaml:"later"`
	Inner struct {
		Rate  float64 `yaml:"rate"`
		Sizes []int   `yaml:"sizes"`
	} `yaml:"inner"`
}

// TestKeys checks the dotted keys of a struct, and the keys with a given last part.
func TestKeys(t *testing.T) {
	keys := settings.Keys("a.", new(outer))
	if want := []string{"a.rate", "a.span", "a.later", "a.inner", "a.inner.rate", "a.inner.sizes"}; !slices.Equal(keys, want) {
		t.Errorf("Keys = %q, want %q", keys, want)
	}
	if keys := settings.Keys("", 5); keys != nil {
		t.Errorf("Keys of a number = %q, want nil", keys)
	}
	for name, want := range map[string][]string{"rate": {"a.rate", "a.inner.rate"}, "b.sizes": {"a.inner.sizes"}, "size": nil} {
		if got := settings.Places(name, []string{"a.inner.rate", "a.inner.sizes", "a.rate"}); !slices.Equal(got, want) {
			t.Errorf("Places(%q) = %q, want %q", name, got, want)
		}
	}
}

// TestWithPlace checks that the error for an unknown key names the places where the key is known.
func TestWithPlace(t *testing.T) {
	for text, want := range map[string]string{
		"sizes: [1]":             "f.yaml:1:1: sizes: unknown key; it is inner.sizes",
		"later: 1\nb: {rate: 1}": "f.yaml:2:1: b: unknown key; rate is rate or inner.rate",
		"rat: 1":                 "f.yaml:1:1: rat: unknown key; the nearest is rate",
		"inner.rate: 1":          "f.yaml:1:1: inner.rate: unknown key; the nearest is inner", // a dotted key is no path in a file
		"rate: x":                `f.yaml:1:7: rate: "x", want a number`,
	} {
		tree, err := settings.Parse("f.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		err = settings.WithPlace(tree.Root().Decode(new(outer)), func() []string { return settings.Keys("", new(outer)) })
		if err == nil || err.Error() != want {
			t.Errorf("WithPlace of %q = %v, want %s", text, err, want)
		}
	}
	if other := errors.New("other"); settings.WithPlace(other, nil) != other || settings.WithPlace(nil, nil) != nil {
		t.Error("WithPlace changes an error that is no Fault")
	}
}
