package minigrid

import "github.com/rlrun/rlrun/env"

// twoRooms are the rooms of Unlock, UnlockPickup and BlockedUnlockPickup.
var twoRooms = roomGrid{size: 6, cols: 2, rows: 1}

// unlock is a locked door to open: Unlock.
type unlock struct{}

// rules returns the sizes.
func (unlock) rules() rules {
	width, height := twoRooms.dimensions()
	return rules{width: width, height: height, maxSteps: 8 * twoRooms.size * twoRooms.size, actions: int(actions), missions: []string{"open the door"}}
}

// generate puts the agent and the key into the left room.
func (unlock) generate(w *World) bool {
	b := twoRooms.build(w)
	color := w.randomColor()
	b.addDoor(0, 0, Right, color.Door(Locked))
	if !b.add(0, 0, color.Of(Key)) {
		return false
	}
	b.placeAgent(0, 0)
	return true
}

// step takes an action. The episode ends with success when the agent toggles and the door is open.
func (unlock) step(w *World, a action) env.Outcome {
	out := w.act(a)
	if a == toggle && w.isOpen(twoRooms.size-1) {
		return w.success()
	}
	return out
}

// unlockPickup is a box behind a locked door: UnlockPickup, and BlockedUnlockPickup with a ball before the
// door.
type unlockPickup struct {
	fetchObject
	blocked bool // a ball is before the door
}

// rules returns the sizes.
func (t unlockPickup) rules() rules {
	maxSteps := 8 * twoRooms.size * twoRooms.size
	if t.blocked {
		maxSteps *= 2
	}
	return twoRooms.fetchRules(maxSteps)
}

// generate puts the box into the right room, and the agent and the key into the left room.
func (t unlockPickup) generate(w *World) bool {
	b := twoRooms.build(w)
	box, color := w.randomColor().Of(Box), w.randomColor()
	b.setGoal(box)
	if !b.add(1, 0, box) {
		return false
	}
	x, y := b.addDoor(0, 0, Right, color.Door(Locked))
	if t.blocked {
		w.set(x-1, y, w.randomColor().Of(Ball))
	}
	if !b.add(0, 0, color.Of(Key)) {
		return false
	}
	b.placeAgent(0, 0)
	return true
}
