package nn

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// MarshalSetting returns l for YAML or JSON in the shortest way: its name, its name with its
// size, its name with its inner layers, or its name with its settings.
func (l Layer) MarshalSetting() any {
	switch {
	case len(l.Settings) == 1 && l.Size == 0 && l.Inner() != nil:
		return map[string]any{l.Kind: l.Inner()}
	case len(l.Settings) > 0:
		settings := maps.Clone(l.Settings)
		if l.Size != 0 {
			settings[sizeKey] = l.Size
		}
		return map[string]any{l.Kind: settings}
	case l.Size != 0:
		return map[string]any{l.Kind: l.Size}
	}
	return l.Kind
}

// UnmarshalText sets l to the layer with the given name and without settings, for example tanh.
func (l *Layer) UnmarshalText(text []byte) error {
	*l = Layer{Kind: string(text)}
	return l.check()
}

// UnmarshalMapping reads a layer that is written as a mapping, from its name to its size,
// {linear: 64}, to its settings, {linear: {size: 64, init: pytorch}}, or to its inner layers,
// {residual: [{linear: 64}, tanh]}.
func (l *Layer) UnmarshalMapping(decode func(into any) error) error {
	var named map[string]layerSettings
	if err := decode(&named); err != nil {
		return err
	}
	if len(named) != 1 {
		kinds := slices.Sorted(maps.Keys(named))
		return fmt.Errorf("a layer with %d names (%s), want one name, as {linear: 64} or {linear: {size: 64, init: pytorch}}", len(kinds), strings.Join(kinds, ", "))
	}
	for kind, s := range named {
		*l = Layer{Kind: kind}
		for key, v := range s {
			if err := l.setValue(key, v.value); err != nil {
				return err
			}
		}
	}
	return l.check()
}

// layerSettings are a layer's settings in YAML, by name. A number in place of the settings is the
// size, and a list of layers in their place is the setting layers.
type layerSettings map[string]setting

// UnmarshalText reads the size, for example 64 in {linear: 64}.
func (s *layerSettings) UnmarshalText(text []byte) error {
	x, err := strconv.ParseFloat(string(text), 64)
	*s = layerSettings{sizeKey: {x}}
	if err != nil {
		return fmt.Errorf("%q, want a number, or settings as {size: 64}", text)
	}
	return nil
}

// UnmarshalMapping reads the settings from a mapping.
func (s *layerSettings) UnmarshalMapping(decode func(into any) error) error {
	return decode((*map[string]setting)(s))
}

// UnmarshalList reads the inner layers.
func (s *layerSettings) UnmarshalList(decode func(into any) error) error {
	var inner setting
	err := inner.UnmarshalList(decode)
	*s = layerSettings{layersKey: inner}
	return err
}

// A setting is the value of one setting in YAML.
type setting struct{ value any } // float64, bool, string, []float64 or Layers

// UnmarshalList reads numbers, as [4, 4], or layers.
func (s *setting) UnmarshalList(decode func(into any) error) error {
	var numbers []float64
	if err := decode(&numbers); err == nil && len(numbers) > 0 {
		s.value = numbers
		return nil
	}
	var layers Layers
	err := decode(&layers)
	s.value = layers
	return err
}

// UnmarshalText reads a number, true, false or a text.
func (s *setting) UnmarshalText(text []byte) error {
	switch x, err := strconv.ParseFloat(string(text), 64); {
	case err == nil:
		s.value = x
	case string(text) == "true", string(text) == "false":
		s.value = string(text) == "true"
	default:
		s.value = string(text)
	}
	return nil
}
