package minigrid

import "github.com/rlrun/rlrun/env"

// An action is what the agent does.
type action int

// The actions.
const (
	turnLeft action = iota
	turnRight
	forward
	pickUp
	drop
	toggle
	done
	actions // number of actions
)

// act takes an action as every World does: the agent turns, walks, picks up, drops or toggles. It
// ends the episode on a goal and on lava.
func (w *World) act(a action) (out env.Outcome) {
	ahead := w.index(w.X, w.Y) + w.step(w.Dir)
	front := &w.cells[ahead]
	switch a {
	case turnLeft:
		w.Dir = (w.Dir + 3) & 3
	case turnRight:
		w.Dir = (w.Dir + 1) & 3
	case forward:
		if front.canEnter() {
			w.X, w.Y = w.Dir.moved(w.X, w.Y)
		}
		switch front.Type() {
		case Goal:
			return w.success()
		case Lava:
			return env.Outcome{Terminated: true}
		}
	case pickUp:
		if w.Carrying == 0 && front.canPickUp() {
			w.Carrying, *front = *front, Empty
		}
	case drop:
		if w.Carrying != 0 && *front == Empty && w.inside(w.Dir.moved(w.X, w.Y)) {
			w.Carrying, *front = 0, w.Carrying
		}
	case toggle:
		*front = front.toggled(w.Carrying)
	}
	return out
}

// toggled returns what c becomes when an agent toggles it. A closed door opens, an open door closes, a
// locked door opens if the agent carries a key of its colour, and a box is replaced by its content.
func (c Cell) toggled(carrying Cell) Cell {
	switch {
	case c.Type() == Box:
		return c.Content()
	case c.Type() != Door:
		return c
	case c.State() == Open:
		return c.withState(Closed)
	case c.State() == Closed, carrying.Type() == Key && carrying.Color() == c.Color():
		return c.withState(Open)
	}
	return c
}

// success returns the outcome of a step that ends the episode with success. Its reward is
// 1 - 0.9·steps/max_steps.
func (w *World) success() env.Outcome {
	return env.Outcome{Reward: 1 - float64(0.9*(float64(w.steps)/float64(w.limit))), Terminated: true}
}

// front returns the square ahead of the agent.
func (w *World) front() (x, y int) { return w.Dir.moved(w.X, w.Y) }

// inside reports whether (x, y) is a square of the grid.
func (g *grid) inside(x, y int) bool { return uint(x) < uint(g.W) && uint(y) < uint(g.H) }

// beside reports whether the agent stands beside (x, y), not diagonally.
func (w *World) beside(x, y int) bool {
	dx, dy := w.X-x, w.Y-y
	return dx*dx+dy*dy == 1
}

// plain is the step of a task that adds nothing to the actions.
type plain struct{}

// step takes an action.
func (plain) step(w *World, a action) env.Outcome { return w.act(a) }
