package minigrid

import "github.com/rlrun/rlrun/env"

// memory is a hallway with two objects at its end. The right one is like the object at the start: Memory.
type memory struct {
	size   int
	random bool // the hallway has a random length
}

// The numbers of the task.
const (
	successX = iota
	successY
	failureX
	failureY
)

// rules returns the sizes.
func (t memory) rules() rules {
	return rules{
		width: t.size, height: t.size, maxSteps: 5 * t.size * t.size, actions: int(actions),
		numbers:  []number{xNumber, yNumber, xNumber, yNumber},
		missions: []string{"go to the matching object at the end of the hallway"},
	}
}

// generate draws the start room, the hallway and the objects.
func (t memory) generate(w *World) bool {
	middle, end := w.H/2, w.W-3
	if t.random {
		end = w.between(4, w.W-2)
	}
	for _, side := range []int{-1, 1} { // above and below the middle row
		w.fill(1, middle+2*side, 4, 1, greyWall)
		w.set(4, middle+side, greyWall)
		if end > 5 {
			w.fill(5, middle+side, end-5, 1, greyWall)
		}
	}
	w.fill(end, 0, 1, middle, greyWall)
	w.fill(end, middle+1, 1, w.H-middle-1, greyWall)
	w.fill(end+2, 0, 1, w.H, greyWall)
	w.agent = agent{X: w.between(1, end+1), Y: middle}

	pair := [2]Cell{Green.Of(Key), Green.Of(Ball)}
	first, up := w.below(2), w.below(2) // the object at the start, and the upper one at the end
	w.set(1, middle-1, pair[first])
	w.set(end+1, middle-2, pair[up])
	w.set(end+1, middle+2, pair[1-up])
	side := -1
	if first != up {
		side = 1
	}
	copy(w.goal, []int{successX: end + 1, successY: middle + side, failureX: end + 1, failureY: middle - side})
	return true
}

// step takes an action, and ends the episode beside an object at the end of the hallway. Picking up is toggling, as in
// MiniGrid.
func (memory) step(w *World, a action) env.Outcome {
	if a == pickUp {
		a = toggle
	}
	out := w.act(a)
	switch [2]int{w.X, w.Y} {
	case [2]int(w.goal[failureX:]):
		return env.Outcome{Terminated: true}
	case [2]int(w.goal[successX:]):
		return w.success()
	}
	return out
}
