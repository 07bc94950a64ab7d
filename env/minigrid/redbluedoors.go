package minigrid

import "github.com/rlrun/rlrun/env"

// redBlueDoors is a room with a red and a blue door, to open in this order: RedBlueDoors.
type redBlueDoors struct{ size int }

// rules returns the sizes.
func (t redBlueDoors) rules() rules {
	return rules{
		width: 2 * t.size, height: t.size, maxSteps: 20 * t.size * t.size, actions: int(actions),
		missions: []string{"open the red door then the blue door"},
	}
}

// generate draws the room in the middle, with the red door on its left and the blue door on its right.
func (t redBlueDoors) generate(w *World) bool {
	inner := rect{t.size / 2, 0, t.size, t.size}
	w.room(inner.x, inner.y, inner.w, inner.h)
	w.placeAgent(inner)
	w.set(inner.x, w.between(1, t.size-1), Red.Door(Closed))
	w.set(inner.x+t.size-1, w.between(1, t.size-1), Blue.Door(Closed))
	return true
}

// isOpen reports whether there is an open door in a column.
func (g *grid) isOpen(x int) bool {
	for y := range g.H {
		if c := g.At(x, y); c.Type() == Door && c.State() == Open {
			return true
		}
	}
	return false
}

// step takes an action. The episode ends when the blue door opens, with success if the red door was
// open before this step.
func (t redBlueDoors) step(w *World, a action) env.Outcome {
	left, right := t.size/2, t.size/2+t.size-1
	redBefore, blueBefore := w.isOpen(left), w.isOpen(right)
	out := w.act(a)
	switch blue := w.isOpen(right); {
	case blue && redBefore:
		return w.success()
	case blue, blueBefore && w.isOpen(left):
		return env.Outcome{Terminated: true}
	}
	return out
}
