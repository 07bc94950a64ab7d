package grid_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
)

// TestBlackjackDraws checks that the given cards are dealt, and that SetDraws refuses a number
// that is no card and then changes nothing.
func TestBlackjackDraws(t *testing.T) {
	b := grid.NewBlackjack()
	obs := make([]float32, 3)
	for _, bad := range []float64{0.99, 0, 11, -1, 1.5, math.NaN(), math.Inf(1)} {
		if err := b.SetDraws([]float64{10, 6, 1, 9}); err != nil {
			t.Fatal(err)
		}
		if err := b.SetDraws([]float64{2, bad}); err == nil || !strings.Contains(err.Error(), "is no card, want whole numbers, 1 (an ace) … 10") {
			t.Errorf("SetDraws(2, %v) = %v, want that it is no card", bad, err)
		}
		b.Reset(1, obs)
		if got, want := b.Physics(nil), []float64{2, 10, 6, 2, 1, 9}; !slices.Equal(got, want) || !slices.Equal(obs, []float32{20, 10, 1}) {
			t.Errorf("cards 10, 6, 1, 9 deal %v and show %v, want %v and 20, 10, 1", got, obs, want)
		}
	}
	b.SetDraws([]float64{5, 3}) // the dealer has 16 and 5 more: 21 beats 20
	if out := b.Step([]float32{0}, obs); out.Reward != -1 || !out.Terminated {
		t.Errorf("sticking on 20 against 21 = %+v, want -1 and the end", out)
	}
}

// TestImpossibleStates checks that SetPhysics refuses an impossible state and then changes
// nothing.
func TestImpossibleStates(t *testing.T) {
	maze, err := grid.NewMap("S#K\n.D.\n.PG")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		e    env.Env
		x    []float64
		want string // of the error; "" if the state is possible
	}{
		{maze, []float64{0}, ""}, {maze, []float64{7}, ""}, {maze, []float64{9 + 4}, ""}, {maze, []float64{9 + 2}, ""},
		{maze, []float64{1}, "row 1, column 2 of the map is a wall"}, {maze, []float64{10}, "row 1, column 2 of the map is a wall"},
		{maze, []float64{4}, "row 2, column 2 of the map is a door, and the key is not taken"},
		{maze, []float64{2}, "row 1, column 3 of the map has the key, which is then taken"},
		{maze, []float64{18}, "want a whole number, 0 … 17"}, {maze, []float64{-1}, "0 … 17"}, {maze, []float64{0.5}, "0 … 17"}, {maze, []float64{1, 2}, "1 state variable, not 2"},
		{grid.NewTaxi(), []float64{499}, ""}, {grid.NewTaxi(), []float64{500}, "want a whole number, 0 … 499"},
		{grid.NewCliffWalking(), []float64{40}, ""}, {grid.NewCliffWalking(), []float64{48}, "0 … 47"},
		{grid.NewBlackjack(), []float64{2, 10, 6, 2, 1, 9}, ""}, {grid.NewBlackjack(), []float64{3, 10, 6, 5, 2, 1, 9}, ""}, {grid.NewBlackjack(), []float64{3, 1, 5, 1, 2, 1, 9}, ""},
		{grid.NewBlackjack(), []float64{3, 10, 7, 4, 2, 1, 9}, "the dealer, who has drawn [10 7 4], stops at 17"}, {grid.NewBlackjack(), []float64{3, 1, 6, 4, 2, 1, 9}, "stops at 17"},
		{grid.NewBlackjack(), []float64{2, 10, 11, 2, 1, 9}, "then the cards, 1 … 10 each"}, {grid.NewBlackjack(), []float64{1, 10, 2, 1, 9}, "2 or more"},
		{grid.NewBlackjack(), []float64{2, 10, 6, 3, 10, 9, 5}, "no more than 21"}, {grid.NewBlackjack(), []float64{2, 10, 6, 2, 1}, "want the number"},
	} {
		e := c.e.(env.Physics)
		before := e.Physics(nil)
		err := e.SetPhysics(c.x)
		if c.want == "" {
			if got := e.Physics(nil); err != nil || !slices.Equal(got, c.x) {
				t.Errorf("%s: SetPhysics(%v) = %v and the state is %v, want it set", c.e.Spec().ID, c.x, err, got)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.want) || !slices.Equal(e.Physics(nil), before) {
			t.Errorf("%s: SetPhysics(%v) = %v and the state is %v, want %q and %v", c.e.Spec().ID, c.x, err, e.Physics(nil), c.want, before)
		}
	}
}

// TestSingleRowCoordinates checks that the space of coordinates is valid for a map with a single
// row or column.
func TestSingleRowCoordinates(t *testing.T) {
	for _, text := range []string{"S.G", "S\n.\nG", "SG", "SKDG"} {
		w, err := grid.NewMap(text)
		if err != nil {
			t.Fatal(err)
		}
		w.Observation = grid.Coordinates
		if err := w.Validate(); err != nil {
			t.Fatal(err)
		}
		if err := w.Spec().Validate(); err != nil {
			t.Errorf("coordinates of %q: %v", text, err)
		}
	}
}

// TestStartValue checks a world in which two cells lead to the goal, and a third cell, which the
// policy never visits, leads back to itself. The policy has two steps with the reward -1. With a
// discount of 1 the third cell has no value, so Evaluate returns an error.
func TestStartValue(t *testing.T) {
	w, err := grid.NewMap("S.G\n.##")
	if err != nil {
		t.Fatal(err)
	}
	w.StepReward, w.GoalReward = -1, -1
	if err := w.Validate(); err != nil {
		t.Fatal(err)
	}
	m := w.Model()
	right := m.Deterministic([]int{1, 1, 0, 3, 0, 0}) // the cell below the start: left, into the edge
	if _, err := m.Evaluate(right, 1); err == nil {
		t.Error("Evaluate at gamma 1 of a policy that stays for ever somewhere: no error")
	}
	for gamma, want := range map[float64]float64{1: -2, 0.5: -1.5, 0: -1} {
		if got, err := m.StartValue(right, gamma); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("StartValue at gamma %v = %v, %v, want %v", gamma, got, err, want)
		}
	}
	if got, err := m.StartValue(m.Deterministic([]int{3, 1, 0, 3, 0, 0}), 1); err == nil {
		t.Errorf("StartValue at gamma 1 of a policy that stays at the start = %v, want an error", got)
	}
	if _, err := m.StartValue(right[1:], 1); err == nil {
		t.Error("StartValue of a policy of another size: no error")
	}
	// If the policy visits every state, the value is the mean of Evaluate.
	lake := grid.NewFrozenLake().Model()
	v, err := lake.Evaluate(lake.Uniform(), 0.9)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := lake.StartValue(lake.Uniform(), 0.9); err != nil || math.Abs(got-lake.Mean(v)) > 1e-12 {
		t.Errorf("StartValue of a random walk on FrozenLake = %v, %v, want %v", got, err, lake.Mean(v))
	}
}
