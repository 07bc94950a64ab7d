package minigrid

import "github.com/rlrun/rlrun/env"

// putNear is a room with objects, one of which the agent is to put near another: PutNear.
type putNear struct {
	size    int
	objects int
}

// The numbers of the task, besides the colour and the type of each object.
const (
	movedColor = 0
	targetX    = 4
	targetY    = 5
)

// rules returns the sizes.
func (t putNear) rules() rules {
	return rules{
		width: t.size, height: t.size, maxSteps: 5 * t.size, seeThrough: true, actions: int(actions),
		numbers:  []number{colorNumber, typeNumber, colorNumber, typeNumber, xNumber, yNumber},
		missions: []string{"put the 0 1 near the 2 3"},
	}
}

// generate puts different objects anywhere, but not near each other.
func (t putNear) generate(w *World) bool {
	var all [maxObjects]object
	objects := all[:0]
	for len(objects) < t.objects {
		o := w.newObject(objects)
		if !w.placeApart(&o, objects) {
			return false
		}
		objects = append(objects, o)
	}
	w.placeAgent(w.all())
	moved, target := w.below(t.objects), w.below(t.objects-1)
	if target >= moved {
		target++
	}
	from, to := objects[moved].what, objects[target]
	copy(w.goal, []int{int(from.Color()), int(from.Type()), int(to.what.Color()), int(to.what.Type()), to.x, to.y})
	return true
}

// placeApart puts o on a free square that is not near the others. It returns false if there seems to be none.
func (w *World) placeApart(o *object, others []object) bool {
	const tries = 10_000
	for range tries {
		o.x, o.y = w.free(w.all())
		apart := true
		for _, p := range others {
			apart = apart && !near(o.x, o.y, p.x, p.y)
		}
		if apart {
			w.set(o.x, o.y, o.what)
			return true
		}
	}
	return false
}

// near reports whether two squares are the same, or neighbours, diagonal ones included.
func near(x, y, u, v int) bool { return max(x-u, u-x, y-v, v-y) <= 1 }

// step takes an action. The episode ends when the agent picks up a wrong object, and when it drops
// one, with success if it now lies near the target.
func (putNear) step(w *World, a action) env.Outcome {
	before := w.Carrying
	out := w.act(a)
	switch {
	case a == pickUp && w.Carrying != 0 && !w.Carrying.same(w.goalCell(movedColor)):
		out.Terminated = true
	case a == drop && before != 0:
		x, y := w.front()
		if w.Carrying == 0 && near(x, y, w.goal[targetX], w.goal[targetY]) {
			return w.success()
		}
		out.Terminated = true
	}
	return out
}
