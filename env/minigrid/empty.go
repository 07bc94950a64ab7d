package minigrid

// empty is a room with a goal in its corner: Empty.
type empty struct {
	plain
	size   int
	random bool // the agent begins anywhere
}

// rules returns the sizes.
func (t empty) rules() rules {
	return rules{
		width: t.size, height: t.size, maxSteps: 4 * t.size * t.size, seeThrough: true, actions: int(actions),
		missions: []string{"get to the green goal square"},
	}
}

// generate puts the goal into the bottom right corner, and the agent into the top left one or anywhere.
func (t empty) generate(w *World) bool {
	w.set(w.W-2, w.H-2, greenGoal)
	w.start(t.random)
	return true
}

// start puts the agent into the top left corner, where it looks to the right, or anywhere.
func (w *World) start(random bool) {
	if random {
		w.placeAgent(w.all())
	} else {
		w.agent = agent{X: 1, Y: 1}
	}
}
