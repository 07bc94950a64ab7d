package minigrid

import (
	"fmt"
	"slices"
)

// header is the number of state variables before the numbers of the task.
const header = 9

// Physics appends the state of the episode: width, height, time limit, whether walls are see-through, the
// agent's x, y, direction and what it carries, the steps taken, the numbers of the task, and the Code of
// each square, row by row. What the agent carries is a Code, or 0.
func (w *World) Physics(dst []float64) []float64 {
	see, carrying := 0, 0
	if w.seeThrough {
		see = 1
	}
	if w.Carrying != 0 {
		carrying = w.Carrying.Code()
	}
	for _, v := range [header]int{w.W, w.H, w.limit, see, w.X, w.Y, int(w.Dir), carrying, w.steps} {
		dst = append(dst, float64(v))
	}
	for _, v := range w.goal {
		dst = append(dst, float64(v))
	}
	for y := range w.H {
		for _, c := range w.cells[w.index(0, y):][:w.W] {
			dst = append(dst, float64(c.Code()))
		}
	}
	return dst
}

// SetPhysics sets the state of the episode, in the order of Physics.
func (w *World) SetPhysics(x []float64) error {
	if want := header + len(w.goal) + w.W*w.H; len(x) != want {
		return fmt.Errorf("minigrid: %s has %d state variables, not %d", w.spec.ID, want, len(x))
	}
	if err := w.checkHeader(x[:header]); err != nil {
		return err
	}
	goal, codes := x[header:][:len(w.goal)], x[header+len(w.goal):]
	for i, code := range codes {
		if _, err := cellOf(code); err != nil {
			return fmt.Errorf("minigrid: square (%d, %d): %w", i%w.W, i/w.W, err)
		}
	}
	if err := w.checkGoal(goal, codes); err != nil {
		return fmt.Errorf("minigrid: %s: %w", w.spec.ID, err)
	}
	w.limit, w.seeThrough, w.steps, w.succeeded = int(x[2]), x[3] == 1, int(x[8]), false
	w.agent = agent{X: int(x[4]), Y: int(x[5]), Dir: Direction(x[6])}
	if x[7] != 0 {
		w.Carrying, _ = cellOf(x[7])
	}
	for i, v := range goal {
		w.goal[i] = int(v)
	}
	for i, code := range codes {
		c, _ := cellOf(code)
		w.set(i%w.W, i/w.W, c)
	}
	w.words.choose(w.goal)
	return nil
}

// checkHeader returns an error if the first variables of a state are not possible.
func (w *World) checkHeader(x []float64) error {
	for i, v := range []struct {
		name      string
		low, high int
	}{
		{"width", w.W, w.W}, {"height", w.H, w.H}, {"time limit", 1, w.rules.maxSteps}, {"see-through", 0, 1},
		{"agent's x", 0, w.W - 1}, {"agent's y", 0, w.H - 1}, {"direction", 0, 3}, {"carried object", 0, maxCode},
		{"number of steps", 0, w.rules.maxSteps},
	} {
		if !isWhole(x[i], v.low, v.high) {
			return fmt.Errorf("minigrid: %s: the %s is never %v, want a whole number, %d … %d", w.spec.ID, v.name, x[i], v.low, v.high)
		}
	}
	if x[7] == 0 {
		return nil
	}
	c, err := cellOf(x[7])
	if err == nil && !c.canPickUp() {
		err = fmt.Errorf("%v is nothing to carry, want a key, a ball, a box, or 0", x[7])
	}
	if err != nil {
		return fmt.Errorf("minigrid: the carried object: %w", err)
	}
	return nil
}

// maxCode is above every Code.
const maxCode = 99_999

// isWhole reports whether x is a whole number from low to high.
func isWhole(x float64, low, high int) bool {
	return float64(low) <= x && x <= float64(high) && x == float64(int(x))
}

// checkGoal returns an error if the numbers of the task are not possible. The argument codes has the
// squares of the state.
func (w *World) checkGoal(goal, codes []float64) error {
	for i, kind := range w.words.kinds {
		high := [...]int{phraseNumber: len(w.words.phrases), colorNumber: int(colors), typeNumber: int(Agent), xNumber: w.W, yNumber: w.H}[kind] - 1
		if !isWhole(goal[i], 0, high) {
			return fmt.Errorf("number %d of the task is never %v, want a whole number, 0 … %d", i+1, goal[i], high)
		}
	}
	if c, ok := w.task.(interface {
		check(w *World, goal, codes []float64) error
	}); ok {
		return c.check(w, goal, codes)
	}
	return nil
}

// SetDraws gives the squares to which the obstacles of Dynamic-Obstacles try to move in the next Step:
// the x and the y of each try, in order. Other tasks sample nothing in a Step, and ignore them. After the
// last one, the generator samples the squares.
func (w *World) SetDraws(draws []float64) error {
	if w.draws = nil; !w.rules.draws {
		return nil
	}
	for i, v := range draws {
		if size := [2]int{w.W, w.H}[i%2]; !isWhole(v, 0, size-1) {
			return fmt.Errorf("draws: %v, want x and y of squares, whole numbers below %d and %d", v, w.W, w.H)
		}
	}
	if len(draws)%2 != 0 {
		return fmt.Errorf("draws: %d numbers, want an x and a y for each square", len(draws))
	}
	w.draws = slices.Clone(draws)
	return nil
}
