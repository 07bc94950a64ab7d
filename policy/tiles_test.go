package policy_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// TestTiles checks two tilings of four tiles over [0, 1] and over [0, 2]. In the first dimension,
// the number 0.2 is at position 0.8 [tiles] of the first tiling. The second tiling is shifted by
// half a tile, so the position is 1.3. In the second dimension, the number 1.5 is at position 3
// of the first tiling. The second tiling is shifted by 3/2 tiles there. Only the fraction 1/2
// counts, so the position is 3.5. The rows of W are ordered by tiling, then by tile. Each
// dimension has five tiles, because the shifted tiling needs one more tile at the edge.
func TestTiles(t *testing.T) {
	spec := env.Spec{Obs: env.Box{Low: []float32{0, 0}, High: []float32{1, 2}}, Act: env.Discrete{N: 2}}
	q, err := policy.NewTiles(spec, 2, 4, nil, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		obs  []float32
		want []int
	}{
		{[]float32{0.2, 1.5}, []int{0*25 + 0*5 + 3, 1*25 + 1*5 + 3}},
		{[]float32{1, 2}, []int{0*25 + 4*5 + 4, 1*25 + 4*5 + 4}},
		{[]float32{-9, 0}, []int{0, 25}},
	} {
		if got := q.Active(tc.obs); !slices.Equal(got, tc.want) {
			t.Errorf("Active(%v) = %v, want %v", tc.obs, got, tc.want)
		}
	}
	q.W.Value[3*2+1] = 2 // weight of action 1, which was 0.5
	if got := q.Row([]float32{0.2, 1.5}); !slices.Equal(got, []float32{1, 2.5}) {
		t.Errorf("Row = %v, want [1 2.5]", got)
	}
	act, v, c := make([]float32, 2), make([]float32, 2), q.Clone()
	q.W.Value[3*2+1] = 0
	c.Act(policy.In{Obs: []float32{0.2, 1.5, 1, 2}}, policy.Out{Act: act, Value: v})
	if !slices.Equal(act, []float32{1, 0}) || !slices.Equal(v, []float32{2.5, 1}) {
		t.Errorf("a clone acts %v and values %v, want [1 0] and [2.5 1]", act, v)
	}
}

// TestBestAllowed checks that Tiles and QNetwork take the best allowed action, write its Q-value
// to Value, and write the scores of all actions.
func TestBestAllowed(t *testing.T) {
	tiles := must[*policy.Tiles](t)(policy.NewTiles(env.Spec{Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 3}}, 1, 1, nil, nil, 0))
	copy(tiles.W.Value, []float32{1, 3, 2})
	config := policy.DefaultNetworkConfig()
	config.NetArch = policy.Layers()
	q := must[*policy.QNetwork](t)(policy.NewQNetwork(newRand(), env.Spec{Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 3}}, config, nil, nn.Native{}, false))
	clear(q.Params()[0].Value)
	copy(q.Params()[1].Value, []float32{1, 3, 2})
	for _, p := range []policy.Policy{tiles, q} {
		out := outFor(p, 4)
		p.Act(policy.In{Obs: make([]float32, 4), Mask: []bool{true, true, true, true, false, true, true, false, false, false, true, false}}, out)
		if want := []float32{1, 2, 0, 1}; !slices.Equal(out.Act, want) || !slices.Equal(out.Raw, want) {
			t.Errorf("%T: Act = %v, Raw = %v, want %v", p, out.Act, out.Raw, want)
		}
		if want := []float32{3, 2, 1, 3}; !slices.Equal(out.Value, want) {
			t.Errorf("%T: Value = %v, want %v", p, out.Value, want)
		}
		if want := slices.Repeat([]float32{1, 3, 2}, 4); !slices.Equal(out.Scores, want) {
			t.Errorf("%T: Scores = %v, want %v", p, out.Scores, want)
		}
	}
}

// TestTilesErrors checks the errors for spaces and bounds that are not valid for Tiles.
func TestTilesErrors(t *testing.T) {
	inf := float32(math.Inf(1))
	endless := env.Box{Low: []float32{0, -inf}, High: []float32{1, inf}}
	two := env.Discrete{N: 2}
	for _, tc := range []struct {
		obs, act  env.Space
		tiles     int
		low, high []float32
		want      string
	}{
		{two, two, 4, nil, nil, "Box"},
		{env.Image{H: 2, W: 2, C: 1}, two, 4, nil, nil, "Box"},
		{env.Tuple{env.NewBox(0, 1, 2), env.NewBox(0, 1, 1)}, two, 4, nil, nil, ""},
		{endless, env.NewBox(0, 1, 1), 4, nil, nil, "Discrete"},
		{endless, two, 4, nil, nil, "observation 1"},
		{endless, two, 4, []float32{0, 1}, []float32{1, 1}, "observation 1"},
		{endless, two, 4, []float32{0}, []float32{1}, "want 2 each"},
		{env.NewBox(0, 1, 8), two, 100, nil, nil, "weights"},
		{endless, two, 4, []float32{0, -1}, []float32{1, 1}, ""},
	} {
		_, err := policy.NewTiles(env.Spec{Obs: tc.obs, Act: tc.act}, 8, tc.tiles, tc.low, tc.high, 0)
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("NewTiles(%v, low %v): error %v, want %q in it", tc.obs, tc.low, err, tc.want)
		}
	}
}
