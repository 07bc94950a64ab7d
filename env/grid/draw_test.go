package grid_test

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/render"
)

// shown returns the number of arrows and the texts that e draws for a policy that takes action 0
// in all states.
func shown(t *testing.T, e env.Env, states int) (arrows int, texts []string) {
	t.Helper()
	var rec render.Recorder
	l := render.Look{Theme: render.Light(), Best: make([]int, states), Values: make([]float32, states)}
	e.(render.Scene).Draw(&rec, l)
	for _, o := range rec.Ops {
		switch {
		case o.Op == "fill" && o.RGBA == render.Mix(l.Paper, l.Ink, 0.75):
			arrows++
		case o.Op == "text" && o.Text != "":
			texts = append(texts, o.Text)
		}
	}
	return arrows, texts
}

// TestDrawTerminal checks that terminal states have no arrows: after the passenger's arrival, on
// goals, pits and walls. All other cells keep their arrows when an episode ends.
func TestDrawTerminal(t *testing.T) {
	taxi, obs := grid.NewTaxi(), make([]float32, 1)
	taxi.Reset(1, obs)
	state := func(row, col, passenger, destination float64) []float64 {
		return []float64{((row*5+col)*5+passenger)*4 + destination}
	}
	for name, c := range map[string]struct {
		at   []float64
		want int
	}{"on the way": {state(0, 0, 4, 0), 25}, "home": {state(0, 0, 0, 0), 0}, "waiting": {state(2, 2, 1, 0), 25}} {
		if err := taxi.SetPhysics(c.at); err != nil {
			t.Fatal(err)
		}
		if got, _ := shown(t, taxi, 500); got != c.want {
			t.Errorf("Taxi, %s: %d arrows, want %d", name, got, c.want)
		}
	}
	w, err := grid.NewMap("S.P\n.#G")
	if err != nil {
		t.Fatal(err)
	}
	w.Reset(1, obs)
	for _, right := range []float32{1, 1} { // into the pit
		if got, _ := shown(t, w, 6); got != 3 {
			t.Errorf("a map of three floors: %d arrows, want 3", got)
		}
		w.Step([]float32{right}, obs)
	}
	if got, _ := shown(t, w, 6); got != 3 {
		t.Errorf("at the end of an episode: %d arrows, want 3", got)
	}
}

// TestDrawWithoutMap draws a table without a map. Each square has the number of the action,
// except the square of the terminal state.
func TestDrawWithoutMap(t *testing.T) {
	m := &grid.MDP{States: 3, Actions: 1, Start: []float64{1, 0, 0}}
	for s := range 3 {
		next := min(s+1, 2)
		m.Outcomes = append(m.Outcomes, []grid.Transition{{Probability: 1, Next: next, Terminal: next == 2}})
	}
	e, err := grid.NewTable(env.Spec{ID: "Three-v0"}, m)
	if err != nil {
		t.Fatal(err)
	}
	e.Reset(1, make([]float32, 1))
	if arrows, texts := shown(t, e, 3); arrows != 0 || len(texts) != 2 || texts[0] != "0" {
		t.Errorf("%d arrows and the texts %q, want the number of the action in two states", arrows, texts)
	}
}
