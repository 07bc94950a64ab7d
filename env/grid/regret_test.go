package grid_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env/grid"
)

// TestRegret checks regrets in a small world, where the optimal value of the start is 0.96 at
// gamma 1. A policy that goes straight into the pit has the value -0.01 - 1. A policy that always
// moves against the wall never ends at gamma 1, and has the value -0.01 / (1 - 0.9) at gamma 0.9.
func TestRegret(t *testing.T) {
	m := makeEnv(t, "GridWorld-v0", `{map: ["S.P", ".#G", "..."]}`).(grid.Tabular).Model()
	always := func(a int) []int {
		act := make([]int, m.States)
		for s := range act {
			act[s] = a
		}
		return act
	}
	const up, right = 0, 1
	best, err := m.ValueIteration(1)
	if err != nil {
		t.Fatal(err)
	}
	optimal := make([]int, m.States)
	for s, all := range best.Optimal() {
		optimal[s] = all[0]
	}
	pit := slices.Clone(optimal)
	pit[0], pit[1] = right, right
	for what, c := range map[string]struct {
		act         []int
		gamma, want float64
	}{
		"the best": {optimal, 1, 0}, "into the pit": {pit, 1, 0.96 + 1.01},
		"against the wall": {always(up), 0.9, startValue(t, m, 0.9) + 0.1},
	} {
		if got, err := m.Regret(context.Background(), c.act, c.gamma); err != nil || math.Abs(got-c.want) > 1e-9 {
			t.Errorf("Regret of %s = %v, %v, want %v", what, got, err, c.want)
		}
	}
	if got, err := m.Regret(context.Background(), always(up), 1); err == nil {
		t.Errorf("Regret of a walk without an end = %v, want an error", got)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got, err := m.Regret(ctx, optimal, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Regret of a context that has ended = %v, %v, want %v", got, err, context.Canceled)
	}
}

// startValue returns the optimal value of the start.
func startValue(t *testing.T, m *grid.MDP, gamma float64) float64 {
	t.Helper()
	s, err := m.ValueIteration(gamma)
	if err != nil {
		t.Fatal(err)
	}
	return m.Mean(s.V)
}
