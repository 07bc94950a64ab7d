package nn_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
)

// TestBuildErrors wants a sentence that names the layer.
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
		{`nn: net.1: no layer is called "tahn", want one of batch_norm, dropout, elu, gelu`, nn.Layers{{Kind: "tanh"}, {Kind: "tahn"}}},
		{"nn: net.0: linear has 0 outputs, want 1 … 65536: {linear: 64}", nn.Layers{{Kind: "linear"}}},
		{"nn: net.0: linear has -3 outputs, want 1 … 65536", nn.Layers{{Kind: "linear", Size: -3}}},
		{"nn: net.0: linear has 1.5 outputs, want 1 … 65536", nn.Layers{{Kind: "linear", Size: 1.5}}},
		{"nn: net.0: linear has 65537 outputs, want 1 … 65536", nn.Layers{{Kind: "linear", Size: 65537}}},
		{"nn: net.1: linear of 65536 inputs and 65536 outputs has too many weights, want a network of 67108864 at most", nn.Layers{{Kind: "linear", Size: 65536}, {Kind: "linear", Size: 65536}}},
		{"nn: net.0: linear has no setting gian, want gain, init, size", nn.Layers{{Kind: "linear", Size: 3, Settings: settings("gian", 1.0)}}},
		{"nn: net.0: linear: gain is much, want a number", nn.Layers{{Kind: "linear", Size: 3, Settings: settings("gain", "much")}}},
		{"nn: net.0: linear: init is 1, want a text", nn.Layers{{Kind: "linear", Size: 3, Settings: settings("init", 1.0)}}},
		{`nn: net.0: init "ones", want one of kaiming_normal`, nn.Layers{{Kind: "linear", Size: 3, Settings: settings("init", "ones")}}},
		{"nn: net.0: tanh has the size 3, want its name alone: it changes no size", nn.Layers{{Kind: "tanh", Size: 3}}},
		{"nn: net.0: layer_norm has no setting eps, want its name alone", nn.Layers{{Kind: "layer_norm", Settings: settings("eps", 0.1)}}},
		{"nn: net.0: dropout is 1, want 0 or more and less than 1", nn.Layers{{Kind: "dropout", Size: 1}}},
		{"nn: net.0: dropout is -0.5, want 0 or more and less than 1", nn.Layers{{Kind: "dropout", Size: -0.5}}},
		{"nn: net: layer 0: linear has a setting \"size\", want another name", nn.Layers{{Kind: "linear", Settings: settings("size", 3.0)}}},
		{"nn: net: layer 0: linear: gain is \"3\", want a number, a text", nn.Layers{{Kind: "linear", Settings: settings("gain", 3)}}},
		{"nn: net.0: the layer nothing is <nil> with the shape [1], want a Network", nn.Layers{{Kind: "nothing"}}},
		{"nn: net.0: the layer shapeless is *nn.Sequential with the shape [], want a Network and 1 or more along each axis", nn.Layers{{Kind: "shapeless"}}},
		{"nn: net.0: unread: a is x, want a number", nn.Layers{{Kind: "unread", Settings: settings("a", "x", "c", false)}}},
		{"nn: net.0: unread: c is 1, want true or false", nn.Layers{{Kind: "unread", Settings: settings("c", 1.0)}}},
		{"nn: net.0: unread has no setting d, want a, b, c", nn.Layers{{Kind: "unread", Settings: settings("d", 1.0)}}},
	} {
		n, err := broken.Build(newRand(), "net", nn.Plan{In: nn.Shape{4}, Layers: tc.layers})
		if n != nil || err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("Build of %+v = %v, error %v, want %q at its start", tc.layers, n, err, tc.want)
		}
	}
	if _, err := (nn.Native{Kinds: nn.Kinds{"linear": nil}}).Build(newRand(), "net", plan()); err == nil || !strings.Contains(err.Error(), "is called linear, as a layer of rlrun") {
		t.Errorf("another linear: error %v", err)
	}
	if _, err := (nn.Native{}).Build(newRand(), "net", nn.Plan{In: nn.Shape{2, 2}, Layers: nn.Layers{{Kind: "linear", Size: 2}}}); err == nil || !strings.Contains(err.Error(), "linear of 2×2 inputs, want a row of numbers") {
		t.Errorf("a linear layer of an image: error %v", err)
	}
}

// TestLimit: a network has as many weights as its Limit, and no more.
func TestLimit(t *testing.T) {
	p := mlp(t, 4, []int{8, 8}, 2, nn.MLPOptions{Activation: "tanh", Norm: "layer"})
	const weights = 4*8 + 8 + 16 + 8*8 + 8 + 16 + 8*2 + 2
	if _, err := (nn.Native{Limit: weights}).Build(newRand(), "net", p); err != nil {
		t.Errorf("a Limit of %d: %v", weights, err)
	}
	for limit := 1; limit < weights; limit += 7 {
		if _, err := (nn.Native{Limit: limit}).Build(newRand(), "net", p); err == nil || !strings.Contains(err.Error(), " at most") {
			t.Errorf("a Limit of %d: error %v, want one", limit, err)
		}
	}
}

// TestRows describes a network by hand.
func TestRows(t *testing.T) {
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
		rows := nn.Rows(n)
		if len(rows) != len(want) {
			t.Fatalf("%d rows, want %d", len(rows), len(want))
		}
		for i, w := range want {
			if r := rows[i]; r.Name != w.name || r.Layer.Kind != w.kind || r.Out.Size() != w.out || r.Params != w.params || r.MulAdds != w.mulAdds {
				t.Errorf("row %d = %+v, want %+v", i, r, w)
			}
		}
	}
}
