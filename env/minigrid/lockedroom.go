package minigrid

// lockedRoom is a hallway between six rooms. The goal is in a locked one, whose key is in another:
// LockedRoom.
type lockedRoom struct{ plain }

// rules returns the sizes.
func (lockedRoom) rules() rules {
	const size = 19
	return rules{
		width: size, height: size, maxSteps: 10 * size, actions: int(actions),
		numbers:  []number{colorNumber, colorNumber}, // the locked room, and the room with the key
		missions: []string{"get the 0 key from the 1 room, unlock the 0 door and go to the goal"},
	}
}

// generate draws the rooms, the doors, the goal and the key. The agent is in the hallway.
func (lockedRoom) generate(w *World) bool {
	const rooms, pitch = 6, 6
	left, right := w.W/2-2, w.W/2+2 // walls of the hallway
	w.fill(left, 0, 1, w.H, greyWall)
	w.fill(right, 0, 1, w.H, greyWall)
	for y := pitch; y < w.H-1; y += pitch {
		w.fill(0, y, left, 1, greyWall)
		w.fill(right, y, w.W-right, 1, greyWall)
	}
	tint := [rooms]Color{Red, Green, Blue, Purple, Yellow, Grey}
	shuffle(w, tint[:])
	locked, key := w.below(rooms), w.below(rooms-1)
	if key >= locked {
		key++
	}
	for i := range rooms { // on the left and on the right, from the top to the bottom
		x, y := left, i/2*pitch
		if i%2 == 1 {
			x = right
		}
		state := Closed
		if i == locked {
			state = Locked
		}
		w.set(x, y+pitch/2, tint[i].Door(state))
	}
	inside := func(i int) rect { return rect{1 + i%2*right, 1 + i/2*pitch, left - 1, pitch - 1} }
	w.place(inside(locked), greenGoal)
	w.place(inside(key), tint[locked].Of(Key))
	w.placeAgent(rect{left, 0, right - left, w.H})
	w.goal[0], w.goal[1] = int(tint[locked]), int(tint[key])
	return true
}
