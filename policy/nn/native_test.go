package nn_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
)

// TestBuildErrors checks that every mistake in a plan or in a Kind gives an error that
// names the layer.
func TestBuildErrors(t *testing.T) {
	broken := nn.Native{Kinds: nn.Kinds{
		"nothing": func(*rand.Rand, string, nn.Shape, nn.Layer) (nn.Network, nn.Shape, error) {
			return nil, nn.Shape{1}, nil
		},
		"shapeless": func(rng *rand.Rand, name string, in nn.Shape, l nn.Layer) (nn.Network, nn.Shape, error) {
			return newMLP(t, 2, nil, 2, nn.MLPOptions{Activation: "tanh"}), nil, nil
		},
		"unread": func(rng *rand.Rand, name string, in nn.Shape, l nn.Layer) (nn.Network, nn.Shape, error) {
			r := nn.Read(l)
			_, _, _ = r.Number("a", 1), r.Text("b", ""), r.Bool("c", true)
			return newMLP(t, 2, nil, 2, nn.MLPOptions{Activation: "tanh"}), nn.Shape{2}, r.Err()
		},
	}}
	settings := func(kv ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1]
		}
		return m
	}
	for _, tc := range []struct {
		want   string
		layers nn.Layers
	}{
		{"nn: net: 0 layers, want 1 … 1024", nil},
		{`nn: net.1: no layer is called "tahn", want one of adaptive_avg_pool, attention, avg_pool, batch_norm, conv2d`, nn.Layers{{Kind: "tanh"}, {Kind: "tahn"}}},
		{"nn: net.0: linear has 0 outputs, want a whole number, 1 … 65536, as {linear: 64}", nn.Layers{{Kind: "linear"}}},
		{"nn: net.0: linear has -3 outputs, want a whole number, 1 … 65536", nn.Layers{{Kind: "linear", Size: -3}}},
		{"nn: net.0: linear has 1.5 outputs, want a whole number, 1 … 65536", nn.Layers{{Kind: "linear", Size: 1.5}}},
		{"nn: net.0: linear has 65537 outputs, want a whole number, 1 … 65536", nn.Layers{{Kind: "linear", Size: 65537}}},
		{"nn: net.1: linear of 65536 inputs and 65536 outputs has too many weights, want a network of 67108864 at most", nn.Layers{{Kind: "linear", Size: 65536}, {Kind: "linear", Size: 65536}}},
		{"nn: net.0: linear has no setting gian, want gain, init, size", nn.Layers{{Kind: "linear", Size: 3, Settings: settings("gian", 1.0)}}},
		{"nn: net.0: linear has no setting sz, want gain, init, size", nn.Layers{{Kind: "linear", Settings: settings("sz", 32.0)}}},
		{"nn: net.0: linear: gain is much, want a number", nn.Layers{{Kind: "linear", Size: 3, Settings: settings("gain", "much")}}},
		{"nn: net.0: linear: init is 1, want a text", nn.Layers{{Kind: "linear", Size: 3, Settings: settings("init", 1.0)}}},
		{`nn: net.0: init "ones", want one of kaiming_normal`, nn.Layers{{Kind: "linear", Size: 3, Settings: settings("init", "ones")}}},
		{"nn: net.0: tanh has the size 3, want its name without a size", nn.Layers{{Kind: "tanh", Size: 3}}},
		{"nn: net.0: layer_norm has no setting eps, want its name without settings", nn.Layers{{Kind: "layer_norm", Settings: settings("eps", 0.1)}}},
		{"nn: net.0: dropout is 1, want 0 or more and less than 1", nn.Layers{{Kind: "dropout", Size: 1}}},
		{"nn: net.0: dropout is -0.5, want 0 or more and less than 1", nn.Layers{{Kind: "dropout", Size: -0.5}}},
		{"nn: net: layer 0: linear has a setting \"size\", want another name", nn.Layers{{Kind: "linear", Settings: settings("size", 3.0)}}},
		{"nn: net: layer 0: linear: gain is \"3\", want a number, a text", nn.Layers{{Kind: "linear", Settings: settings("gain", 3)}}},
		{"nn: net.0: the layer nothing is a <nil> with outputs of shape [1], want a Network", nn.Layers{{Kind: "nothing"}}},
		{"nn: net.0: the layer shapeless is a *nn.Sequential with outputs of shape [], want a Network and a shape of 1 or more along each axis", nn.Layers{{Kind: "shapeless"}}},
		{"nn: net.0: unread: a is x, want a number", nn.Layers{{Kind: "unread", Settings: settings("a", "x", "c", false)}}},
		{"nn: net.0: unread: c is 1, want true or false", nn.Layers{{Kind: "unread", Settings: settings("c", 1.0)}}},
		{"nn: net.0: unread has no setting d, want a, b, c", nn.Layers{{Kind: "unread", Settings: settings("d", 1.0)}}},
	} {
		n, err := broken.Build(newRand(), "net", nn.Plan{In: nn.Shape{4}, Layers: tc.layers})
		if n != nil || err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("Build of %+v = %v, error %v, want %q at its start", tc.layers, n, err, tc.want)
		}
	}
	if _, err := (nn.Native{Kinds: nn.Kinds{"linear": nil}}).Build(newRand(), "net", plan()); err == nil || !strings.Contains(err.Error(), "own layer linear has the name of a built-in layer") {
		t.Errorf("a Kind called linear: error %v", err)
	}
	if _, err := (nn.Native{}).Build(newRand(), "net", nn.Plan{In: nn.Shape{2, 2}, Layers: nn.Layers{{Kind: "linear", Size: 2}}}); err == nil || !strings.Contains(err.Error(), "linear has inputs of shape 2×2, want a shape with one axis") {
		t.Errorf("a linear layer with images as inputs: error %v", err)
	}
}

// TestLimit checks that Native builds a network with exactly Limit weights, and returns an error
// for a network with more.
func TestLimit(t *testing.T) {
	p := mlp(t, 4, []int{8, 8}, 2, nn.MLPOptions{Activation: "tanh", Norm: "layer"})
	const weights = 4*8 + 8 + 16 + 8*8 + 8 + 16 + 8*2 + 2
	if _, err := (nn.Native{Limit: weights}).Build(newRand(), "net", p); err != nil {
		t.Errorf("a Limit of %d: %v", weights, err)
	}
	for limit := 1; limit < weights; limit += 7 {
		if _, err := (nn.Native{Limit: limit}).Build(newRand(), "net", p); err == nil || !strings.Contains(err.Error(), " at most") {
			t.Errorf("a Limit of %d: error %v, want an error with \"at most\"", limit, err)
		}
	}
}

// TestDescribe compares the results of Describe with numbers computed by hand.
func TestDescribe(t *testing.T) {
	m := newMLP(t, 4, []int{64}, 2, nn.MLPOptions{Activation: "tanh", Norm: "batch", Dropout: 0.1})
	want := []struct {
		name, kind      string
		out             int
		params, mulAdds int
	}{
		{"net.0", "linear", 64, 4*64 + 64, 4 * 64}, {"net.1", "batch_norm", 64, 128, 0}, {"net.2", "tanh", 64, 0, 0},
		{"net.3", "dropout", 64, 0, 0}, {"net.4", "linear", 2, 64*2 + 2, 64 * 2},
	}
	for _, n := range []nn.Network{m, m.Clone()} {
		layers := nn.Describe(n)
		if len(layers) != len(want) {
			t.Fatalf("%d layers, want %d", len(layers), len(want))
		}
		for i, w := range want {
			if l := layers[i]; l.Name != w.name || l.Layer.Kind != w.kind || l.Out.Size() != w.out || l.Params != w.params || l.MulAdds != w.mulAdds {
				t.Errorf("layer %d = %+v, want %+v", i, l, w)
			}
		}
	}
}
