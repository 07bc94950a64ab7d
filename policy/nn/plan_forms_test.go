package nn_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy/nn"
)

// layersConfig has the settings of a YAML file with layers.
type layersConfig struct {
	Layers nn.Layers `yaml:"layers"`
}

// decodeLayers returns the layers of a YAML text.
func decodeLayers(text string) (nn.Layers, error) {
	var k layersConfig
	tree, err := settings.Parse("f.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	return k.Layers, tree.Root().Decode(&k)
}

// TestLayersForms checks that every way to write a layer in YAML is read correctly, and that the
// layer stays the same when it is written and read again.
func TestLayersForms(t *testing.T) {
	for text, want := range map[string]nn.Layers{
		"layers: []": {},
		"layers: [{skip: 64}, tanh, {linear: 64}, relu]": {
			{Kind: "skip", Size: 64}, {Kind: "tanh"}, {Kind: "linear", Size: 64}, {Kind: "relu"},
		},
		"layers: [{linear: {size: 1e2, init: pytorch, gain: 0.5}}, {dropout: 0.25}]": {
			{Kind: "linear", Size: 100, Settings: map[string]any{"init": "pytorch", "gain": 0.5}}, {Kind: "dropout", Size: 0.25},
		},
		"layers:\n  - skip:\n      size: 8\n      gate: true\n      by: rows\n  - tanh\n": {
			{Kind: "skip", Size: 8, Settings: map[string]any{"gate": true, "by": "rows"}}, {Kind: "tanh"},
		},
		"layers: [{tanh: {}}]": {{Kind: "tanh"}},
		"layers: [{conv2d: {size: 8, kernel: [3, 5]}}, {residual: [{linear: 4}, {residual: [tanh]}]}, {residual: {layers: [relu], activation: relu}}]": {
			{Kind: "conv2d", Size: 8, Settings: map[string]any{"kernel": []float64{3, 5}}},
			{Kind: "residual", Settings: map[string]any{"layers": nn.Layers{
				{Kind: "linear", Size: 4}, {Kind: "residual", Settings: map[string]any{"layers": nn.Layers{{Kind: "tanh"}}}},
			}}},
			{Kind: "residual", Settings: map[string]any{"layers": nn.Layers{{Kind: "relu"}}, "activation": "relu"}},
		},
	} {
		got, err := decodeLayers(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %+v, error %v, want %+v", text, got, err, want)
			continue
		}
		written, err := settings.Encode(layersConfig{got})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := decodeLayers(string(written)); err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%s is written as %s and read as %+v, error %v", text, written, again, err)
		}
	}
	text, err := settings.Encode(layersConfig{plan().Layers[1:]})
	if want := "layers: [layer_norm, tanh, {dropout: 0.25}, {skip: {by: rows, gate: true, k: -1.5e-07, size: 32}}, {linear: 2}]\n"; err != nil || strings.Join(strings.Fields(string(text)), " ")+"\n" != want {
		t.Errorf("Encode = %s, error %v, want %s", text, err, want)
	}
}

// TestLayersFaults checks that every mistake in YAML causes an error that names its place and
// says what would be right.
func TestLayersFaults(t *testing.T) {
	for text, want := range map[string]string{
		"layers: tanh":                           "f.yaml:1:9: layers: want a list",
		"layers: [null]":                         "layers[0]: no value, want a single value, or a mapping",
		"layers: [[tanh]]":                       "layers[0]: want a single value, or a mapping",
		"layers: [tanh, a b]":                    `f.yaml:1:16: layers[1]: the layer has the name "a b", want a letter`,
		"layers: [{}]":                           "layers[0]: a layer with 0 names (), want one name, as {linear: 64}",
		"layers: [{linear: 64, tanh: 1}]":        "layers[0]: a layer with 2 names (linear, tanh), want one name, as {linear: 64} or {linear: {size: 64, init: pytorch}}",
		"layers: [{linear: 64, linear: 1}]":      "layers[0].linear: a second time",
		"layers: [{linear: big}]":                `f.yaml:1:19: layers[0].linear: "big", want a number, or settings as {size: 64}`,
		"layers: [{linear: [64]}]":               `layers[0]: "linear" has the inner layers [64], want layers, as [{linear: 64}, tanh]`,
		"layers: [{linear: null}]":               "layers[0].linear: no value, want a single value, or a list, as [a, b], or a mapping",
		"layers: [{linear: {size: big}}]":        `layers[0]: "linear" has the size "big", want a number`,
		"layers: [{linear: {size: .inf}}]":       `"linear" has the size ".inf", want a number`,
		"layers: [{residual: []}]":               `layers[0]: "residual": "layers" is an empty list, want one layer or more`,
		"layers: [{residual: [tanh, a b]}]":      `layers[0].residual[1]: the layer has the name "a b", want a letter`,
		"layers: [{conv2d: {kernel: [3, x]}}]":   `layers[0].conv2d.kernel[0]: the layer has the name "3", want a letter`,
		"layers: [{linear: {init: {x: 1}}}]":     "layers[0].linear.init: want a single value",
		"layers: [{linear: {\"i n\": 1}}]":       `layers[0]: linear has a setting "i n", want another name`,
		"layers: [{linear: {size: 1, size: 2}}]": "layers[0].linear.size: a second time",
	} {
		if l, err := decodeLayers(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is read as %+v, error %v, want %q in it", text, l, err, want)
		}
	}
}
