package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// TestTableNumbers counts the last choice up first: (1, 2, 0) of 32 × 11 × 2 is
// (1·11 + 2)·2 + 0. Every state and action has a number of its own.
func TestTableNumbers(t *testing.T) {
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
		p.Act([]float32{1, 2, 0, 31, 10, 1}, both)
		p.(policy.Valuer).Values([]float32{1, 2, 0, 31, 10, 1}, v)
		if !slices.Equal(both, []float32{1, 1, 2, 0, 1, 0}) || !slices.Equal(v, []float32{1, 2}) {
			t.Errorf("Act = %v and Values = %v, want [1 1 2 0 1 0] and [1 2]", both, v)
		}
	}
}

func TestTableErrors(t *testing.T) {
	two, box := env.Discrete{N: 2}, env.NewBox(0, 1, 1)
	for _, c := range []struct {
		obs, act env.Space
		want     string
	}{
		{box, two, "and not a Box of 1 number; discretize_observation makes them so"},
		{env.Tuple{two, box}, two, "observations of a table are choices"},
		{two, env.Dict{{Name: "x", Space: box}}, "discretize_action makes them so"},
		{env.MultiBinary{N: 25}, two, "observations of 25 choices have more"},
		{env.MultiDiscrete{N: []int{1 << 20, 1 << 20}}, two, "have more values together than the 16777216 that a table takes"},
		{env.MultiBinary{N: 24}, env.Discrete{N: 5}, "a table of 16777216 states and 5 actions, want 67108864 values at most"},
	} {
		_, err := policy.NewTable(env.Spec{Obs: c.obs, Act: c.act}, 0)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("a table of %v and %v: error %v, want %q in it", c.obs, c.act, err, c.want)
		}
	}
}
