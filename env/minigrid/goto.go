package minigrid

import (
	"slices"

	"github.com/rlrun/rlrun/env"
)

// reachDoor is a room of random size with four doors, beside one of which the agent is to say that it
// is done.
type reachDoor struct{ size int }

// rules returns the sizes.
func (t reachDoor) rules() rules {
	return rules{
		width: t.size, height: t.size, maxSteps: 4 * t.size * t.size, seeThrough: true, actions: int(actions),
		numbers: []number{colorNumber, xNumber, yNumber}, missions: []string{"go to the 0 door"},
	}
}

// generate draws a room in the top left corner, with a door in each wall. The rest of the grid is empty.
func (t reachDoor) generate(w *World) bool {
	const minSize = 5
	w.fill(0, 0, w.W, w.H, Empty)
	r := rect{0, 0, w.between(minSize, t.size+1), w.between(minSize, t.size+1)}
	w.room(r.x, r.y, r.w, r.h)
	doors := [4][2]int{{w.between(2, r.w-2), 0}, {w.between(2, r.w-2), r.h - 1}, {0, w.between(2, r.h-2)}, {r.w - 1, w.between(2, r.h-2)}}
	tint := [colors]Color{Red, Green, Blue, Purple, Yellow, Grey}
	shuffle(w, tint[:])
	for i, at := range doors {
		w.set(at[0], at[1], tint[i].Door(Closed))
	}
	w.placeAgent(r)
	target := w.below(len(doors))
	w.goal[0], w.goal[1], w.goal[2] = int(tint[target]), doors[target][0], doors[target][1]
	return true
}

// step takes an action.
func (reachDoor) step(w *World, a action) env.Outcome { return w.arrive(a, 1) }

// arrive takes an action. Toggling ends the episode, and so does the action done, with success if the
// agent stands beside the target, whose x and y are numbers i and i+1 of the task.
func (w *World) arrive(a action, i int) env.Outcome {
	out := w.act(a)
	switch {
	case a == done && w.beside(w.goal[i], w.goal[i+1]):
		return w.success()
	case a == done, a == toggle:
		out.Terminated = true
	}
	return out
}

// goToObject is a room with objects, beside one of which the agent is to say that it is done:
// GoToObject.
type goToObject struct {
	size    int
	objects int
}

// rules returns the sizes.
func (t goToObject) rules() rules {
	return rules{
		width: t.size, height: t.size, maxSteps: 5 * t.size * t.size, seeThrough: true, actions: int(actions),
		numbers: []number{colorNumber, typeNumber, xNumber, yNumber}, missions: []string{"go to the 0 1"},
	}
}

// An object is an object and its square.
type object struct {
	what Cell
	x, y int
}

// generate puts different objects anywhere.
func (t goToObject) generate(w *World) bool {
	var all [maxObjects]object
	objects := all[:0]
	for len(objects) < t.objects {
		o := w.newObject(objects)
		o.x, o.y = w.place(w.all(), o.what)
		objects = append(objects, o)
	}
	w.placeAgent(w.all())
	o := objects[w.below(len(objects))]
	w.goal[0], w.goal[1], w.goal[2], w.goal[3] = int(o.what.Color()), int(o.what.Type()), o.x, o.y
	return true
}

// newObject returns a key, a ball or a box that is none of the others. It has no square yet.
func (w *World) newObject(others []object) object {
	for {
		c := w.randomColor().Of(w.randomObject())
		if !slices.ContainsFunc(others, func(o object) bool { return o.what == c }) {
			return object{what: c}
		}
	}
}

// step takes an action.
func (goToObject) step(w *World, a action) env.Outcome { return w.arrive(a, 2) }
