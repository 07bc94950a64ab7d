package minigrid

// multiRoom is a chain of rooms with closed doors between them: MultiRoom.
type multiRoom struct {
	plain
	rooms   int
	maxSize int // largest width and height of a room with its walls
}

// maxRooms is the largest number of rooms.
const maxRooms = 6

// rules returns the sizes.
func (t multiRoom) rules() rules {
	return rules{
		width: 25, height: 25, maxSteps: 20 * t.rooms, actions: int(actions),
		missions: []string{"traverse the rooms to get to the goal"},
	}
}

// A chained is a room of a chain.
type chained struct {
	rect
	doorX, doorY int // door to the room before
}

// generate draws a chain of rooms with doors. The agent is in the first room, the goal in the last.
func (t multiRoom) generate(w *World) bool {
	var all [maxRooms]chained
	chain := all[:t.rooms]
	for !t.chain(w, chain) {
	}
	w.fill(0, 0, w.W, w.H, Empty)
	color := colors
	for i, r := range chain {
		w.room(r.x, r.y, r.w, r.h)
		if i > 0 {
			color = w.otherColor(color)
			w.set(r.doorX, r.doorY, color.Door(Closed))
		}
	}
	w.placeAgent(chain[0].rect)
	w.place(chain[t.rooms-1].rect, greenGoal)
	return true
}

// otherColor returns a uniformly sampled colour that is not c.
func (w *World) otherColor(c Color) Color {
	for {
		if other := w.randomColor(); other != c {
			return other
		}
	}
}

// chain samples a chain of rooms. It returns false if eight tries in a row find no place for a room.
func (t multiRoom) chain(w *World, rooms []chained) bool {
	const tries = 8
	first := t.next(w, Left, w.below(w.W-2), w.below(w.W-2))
	first.x, first.y = first.doorX, first.doorY
	if !w.fits(first.rect, nil) {
		return false
	}
	rooms[0] = first
	entry := Left // wall of the latest room with the door to the room before
	for i := 1; i < len(rooms); i++ {
		placed := false
		for try := 0; try < tries && !placed; try++ {
			exit := Direction(w.below(3))
			if exit >= entry {
				exit++
			}
			x, y := rooms[i-1].door(w, exit)
			back := (exit + 2) & 3
			r := t.next(w, back, x, y)
			if placed = w.fits(r.rect, rooms[:i-1]); placed {
				rooms[i], entry = r, back
			}
		}
		if !placed {
			return false
		}
	}
	return true
}

// door returns a uniformly sampled square of a wall of r, without its corners.
func (r *rect) door(w *World, wall Direction) (x, y int) {
	switch wall {
	case Right:
		return r.x + r.w - 1, r.y + w.between(1, r.h-1)
	case Down:
		return r.x + w.between(1, r.w-1), r.y + r.h - 1
	case Left:
		return r.x, r.y + w.between(1, r.h-1)
	}
	return r.x + w.between(1, r.w-1), r.y
}

// next samples a room with a door in the given wall at (x, y).
func (t multiRoom) next(w *World, entry Direction, x, y int) chained {
	const minSize = 4
	r := chained{rect{x, y, w.between(minSize, t.maxSize+1), w.between(minSize, t.maxSize+1)}, x, y}
	switch entry {
	case Right:
		r.x = x - r.w + 1
	case Down:
		r.y = y - r.h + 1
	}
	if entry == Right || entry == Left {
		r.y = w.between(y-r.h+2, y)
	} else {
		r.x = w.between(x-r.w+2, x)
	}
	return r
}

// fits reports whether r is inside the grid, above its last row, and overlaps none of the rooms. As in
// MiniGrid, it leaves a free line to a room on its right and below it, and not to the others.
func (w *World) fits(r rect, rooms []chained) bool {
	if r.x < 0 || r.y < 0 || r.x+r.w > w.W || r.y+r.h >= w.H {
		return false
	}
	for i := range rooms {
		o := &rooms[i]
		if r.x+r.w >= o.x && o.x+o.w > r.x && r.y+r.h >= o.y && o.y+o.h > r.y {
			return false
		}
	}
	return true
}
