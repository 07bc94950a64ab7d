package minigrid

import "github.com/rlrun/rlrun/env"

// fetch is a room with objects, one of which the agent is to pick up: Fetch.
type fetch struct {
	size    int
	objects int
}

// The numbers of the task after the mission's text.
const (
	fetchColor = 1 + iota
	fetchType
)

// rules returns the sizes.
func (t fetch) rules() rules {
	return rules{
		width: t.size, height: t.size, maxSteps: 5 * t.size * t.size, seeThrough: true, actions: int(actions),
		numbers:  []number{phraseNumber, colorNumber, typeNumber},
		missions: []string{"get a 1 2", "go get a 1 2", "fetch a 1 2", "go fetch a 1 2", "you must fetch a 1 2"},
	}
}

// maxObjects is the largest number of objects.
const maxObjects = 3

// generate puts keys and balls anywhere, which may be alike.
func (t fetch) generate(w *World) bool {
	var all [maxObjects]Cell
	objects := all[:t.objects]
	for i := range objects {
		objects[i] = w.randomColor().Of(Key + Cell(w.below(2)))
		w.place(w.all(), objects[i])
	}
	w.placeAgent(w.all())
	target := objects[w.below(t.objects)]
	w.goal[0], w.goal[fetchColor], w.goal[fetchType] = w.below(len(w.words.phrases)), int(target.Color()), int(target.Type())
	return true
}

// goalCell returns the object whose colour is number i of the task, and whose type is the next one.
func (w *World) goalCell(i int) Cell { return Color(w.goal[i]).Of(Cell(w.goal[i+1])) }

// step takes an action. The episode ends when the agent carries something, with success if it is the
// right kind of object.
func (fetch) step(w *World, a action) env.Outcome {
	out := w.act(a)
	switch {
	case w.Carrying == 0:
		return out
	case w.Carrying.same(w.goalCell(fetchColor)):
		return w.success()
	}
	return env.Outcome{Terminated: true}
}
