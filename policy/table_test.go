package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// TestTableIndices checks the indices of states and actions. The last variable changes fastest:
// in a space of 32 × 11 × 2 values, (1, 2, 0) has the index (1·11 + 2)·2 + 0.
func TestTableIndices(t *testing.T) {
	obs := env.Tuple{env.Discrete{N: 32}, env.Dict{{Name: "rest", Space: env.MultiDiscrete{N: []int{11, 2}}}}}
	table, err := policy.NewTable(env.Spec{Obs: obs, Act: env.Tuple{env.MultiBinary{N: 2}, env.Discrete{N: 3}}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if shape := table.Q.Shape(); !slices.Equal(shape, []int{704, 12}) {
		t.Fatalf("table of shape %v, want [704 12]", shape)
	}
	for _, c := range []struct {
		row  []float32
		want int
	}{{[]float32{0, 0, 0}, 0}, {[]float32{0, 0, 1}, 1}, {[]float32{1, 2, 0}, 26}, {[]float32{31, 10, 1}, 703}} {
		if got := table.State(c.row); got != c.want {
			t.Errorf("State(%v) = %d, want %d", c.row, got, c.want)
		}
	}
	act := make([]float32, 3)
	for k, want := range map[int][]float32{0: {0, 0, 0}, 2: {0, 0, 2}, 3: {0, 1, 0}, 11: {1, 1, 2}} {
		if table.Action(k, act); !slices.Equal(act, want) {
			t.Errorf("Action(%d) = %v, want %v", k, act, want)
		}
	}
	table.Row(26)[11], table.Row(703)[3] = 1, 2
	both, v := make([]float32, 6), make([]float32, 2)
	for _, p := range []policy.Policy{table, table.Clone()} {
		p.Act(policy.In{Obs: []float32{1, 2, 0, 31, 10, 1}}, policy.Out{Act: both, Value: v})
		if !slices.Equal(both, []float32{1, 1, 2, 0, 1, 0}) || !slices.Equal(v, []float32{1, 2}) {
			t.Errorf("Act = %v and Values = %v, want [1 1 2 0 1 0] and [1 2]", both, v)
		}
	}
}

// TestTableMask checks that a table takes the best action whose values are all allowed. An action
// is a bit and a variable x of 3 values. Its index is 3·bit + x, and a mask has five elements:
// bit 0, bit 1, x = 0, x = 1, x = 2.
func TestTableMask(t *testing.T) {
	act := env.Tuple{env.MultiBinary{N: 1}, env.Discrete{N: 3}}
	table := must[*policy.Table](t)(policy.NewTable(env.Spec{Obs: env.Discrete{N: 1}, Act: act}, 0))
	copy(table.Row(0), []float32{3, 5, 1, 4, 6, 2})
	for _, c := range []struct {
		mask []bool
		act  []float32
		v    float32
	}{
		{nil, []float32{1, 1}, 6},
		{[]bool{true, true, true, true, true}, []float32{1, 1}, 6},
		{[]bool{true, false, true, true, true}, []float32{0, 1}, 5},
		{[]bool{true, true, true, false, true}, []float32{1, 0}, 4},
		{[]bool{true, false, false, false, true}, []float32{0, 2}, 1},
	} {
		out := outFor(table, 1)
		table.Act(policy.In{Obs: []float32{0}, Mask: c.mask}, out)
		if !slices.Equal(out.Act, c.act) || out.Value[0] != c.v || !slices.Equal(out.Scores, table.Row(0)) {
			t.Errorf("mask %v: Act = %v of value %v, scores %v; want %v of %v, and all scores", c.mask, out.Act, out.Value, out.Scores, c.act, c.v)
		}
	}
}

// TestTableErrors checks the errors for spaces that are not valid for a table.
func TestTableErrors(t *testing.T) {
	two, box := env.Discrete{N: 2}, env.NewBox(0, 1, 1)
	for _, c := range []struct {
		obs, act env.Space
		want     string
	}{
		{box, two, "and not a Box of 1 number; the wrapper discretize_observation turns them into choices"},
		{env.Tuple{two, box}, two, "observations of a table are choices"},
		{two, env.Dict{{Name: "x", Space: box}}, "the wrapper discretize_action turns them into choices"},
		{env.MultiBinary{N: 25}, two, "observations of 25 choices have more"},
		{env.Image{H: 2, W: 3, C: 1}, two, "and not an Image of 2×3×1"},
		{env.MultiDiscrete{N: []int{0}}, two, "observations of 1 choices have more"},
		{env.MultiDiscrete{N: []int{1 << 20, 1 << 20}}, two, "have more values together than the 16777216 of the largest table"},
		{env.MultiBinary{N: 24}, env.Discrete{N: 5}, "a table of 16777216 states and 5 actions, want 67108864 values at most"},
	} {
		_, err := policy.NewTable(env.Spec{Obs: c.obs, Act: c.act}, 0)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("a table of %v and %v: error %v, want %q in it", c.obs, c.act, err, c.want)
		}
	}
}
