package minigrid

// obstructedMaze is rooms with locked doors, whose keys may be in boxes, and which balls may block. The
// agent is to pick up the blue ball: ObstructedMaze.
type obstructedMaze struct {
	fetchObject
	quarters   int  // quarters of the nine rooms that are used; 0: there are only two rooms
	visits     int  // rooms to visit, for the time limit
	fromMiddle bool // the agent begins in the room in the middle, not in the one on its right
	boxes      bool // keys are in boxes
	blocked    bool // balls are before the locked doors
	keysLast   bool // the keys of a room are placed after its balls, as in version 1
}

// The kinds of objects.
const (
	soughtBall   = Ball | Cell(Blue)<<colorShift
	blockingBall = Ball | Cell(Green)<<colorShift
	keyBox       = Box | Cell(Grey)<<colorShift
)

// rooms returns the sizes of the rooms.
func (t obstructedMaze) rooms() roomGrid {
	if t.quarters == 0 {
		return twoRooms
	}
	return roomGrid{twoRooms.size, maxCols, maxRows}
}

// rules returns the sizes.
func (t obstructedMaze) rules() rules {
	return t.rooms().fetchRules(4 * t.visits * twoRooms.size * twoRooms.size)
}

// generate draws the maze.
func (t obstructedMaze) generate(w *World) bool {
	b := t.rooms().build(w)
	tint := [colors]Color{Red, Green, Blue, Purple, Yellow, Grey}
	shuffle(w, tint[:])
	b.setGoal(soughtBall)
	if t.quarters == 0 {
		t.addDoor(&b, 0, 0, Right, tint[0])
		if !t.addKey(&b, 0, 0, tint[0]) || !b.add(1, 0, soughtBall) {
			return false
		}
		b.placeAgent(0, 0)
		return true
	}
	for i := range t.quarters {
		if !t.addSide(&b, i, &tint) {
			return false
		}
	}
	corner := [4][2]int{{2, 0}, {2, 2}, {0, 2}, {0, 0}}[w.below(t.quarters)]
	if !b.add(corner[0], corner[1], soughtBall) {
		return false
	}
	if t.fromMiddle {
		b.placeAgent(1, 1)
	} else {
		b.placeAgent(2, 1)
	}
	return true
}

// addSide adds the door from the middle room to side room i, its two locked doors and their keys. Side
// room i is behind wall i of the middle room.
func (t obstructedMaze) addSide(b *building, i int, tint *[colors]Color) bool {
	side := [4][2]int{{2, 1}, {1, 2}, {0, 1}, {1, 0}}[i]
	b.addDoor(1, 1, Direction(i), tint[i].Door(Closed))
	n := int(colors)
	turns := [2]int{-1, 1}
	for _, k := range turns {
		color := tint[(i+k+n)%n]
		t.addDoor(b, side[0], side[1], Direction(i+k)&3, color)
		if !t.keysLast && !t.addKey(b, side[0], side[1], color) {
			return false
		}
	}
	for _, k := range turns {
		if t.keysLast && !t.addKey(b, side[0], side[1], tint[(i+k+n)%n]) {
			return false
		}
	}
	return true
}

// addDoor adds a locked door to room (i, j), and its ball.
func (t obstructedMaze) addDoor(b *building, i, j int, wall Direction, color Color) {
	x, y := b.addDoor(i, j, wall, color.Door(Locked))
	if t.blocked {
		x, y = (wall + 2).moved(x, y)
		b.set(x, y, blockingBall)
	}
}

// addKey adds a key to room (i, j), in a box or not.
func (t obstructedMaze) addKey(b *building, i, j int, color Color) bool {
	key := color.Of(Key)
	if t.boxes {
		key = keyBox.Containing(key)
	}
	return b.add(i, j, key)
}
