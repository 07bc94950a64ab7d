package minigrid

// keyCorridor is a corridor between rooms. A ball is in a locked room on the right, whose key is in a room on
// the left: KeyCorridor.
type keyCorridor struct {
	fetchObject
	size int
	rows int
}

// rooms returns the sizes of the rooms.
func (t keyCorridor) rooms() roomGrid { return roomGrid{t.size, maxCols, t.rows} }

// rules returns the sizes.
func (t keyCorridor) rules() rules { return t.rooms().fetchRules(30 * t.size * t.size) }

// generate draws the corridor and the rooms.
func (t keyCorridor) generate(w *World) bool {
	b := t.rooms().build(w)
	for j := 1; j < t.rows; j++ {
		b.removeUpperWall(1, j)
	}
	row, color := w.below(t.rows), w.randomColor()
	ball := w.randomColor().Of(Ball)
	b.addDoor(2, row, Left, color.Door(Locked))
	b.setGoal(ball)
	if !b.add(2, row, ball) || !b.add(0, w.below(t.rows), color.Of(Key)) {
		return false
	}
	b.placeAgent(1, t.rows/2)
	return b.connect()
}
