package minigrid

// doorKey is a goal behind a locked door, whose key lies on the agent's side: DoorKey.
type doorKey struct {
	plain
	size int
}

// rules returns the sizes.
func (t doorKey) rules() rules {
	return rules{
		width: t.size, height: t.size, maxSteps: 10 * t.size * t.size, actions: int(actions),
		missions: []string{"use the key to open the door and then get to the goal"},
	}
}

// generate draws a wall with a locked door between the agent and the goal. The key is on the agent's side.
func (t doorKey) generate(w *World) bool {
	w.set(w.W-2, w.H-2, greenGoal)
	split := w.between(2, w.W-2)
	w.fill(split, 0, 1, w.H, greyWall)
	left := rect{0, 0, split, w.H}
	w.placeAgent(left)
	w.set(split, w.between(1, w.H-2), Yellow.Door(Locked))
	w.place(left, Yellow.Of(Key))
	return true
}
