package minigrid

import "github.com/rlrun/rlrun/env"

// A roomGrid is square rooms in columns and rows, with shared walls.
type roomGrid struct{ size, cols, rows int }

// A building is the rooms of one episode, while its layout is made.
type building struct {
	*World
	roomGrid
	rooms [maxCols * maxRows]builtRoom // row by row
}

// maxCols and maxRows are the largest numbers of columns and rows.
const (
	maxCols = 3
	maxRows = 3
)

// A builtRoom is one room of a building. Its walls are numbered as the directions.
type builtRoom struct {
	doorX, doorY [4]int  // where the door of each wall is, if it gets one
	neighbor     [4]int  // index of the room behind each wall, or -1
	joined       [4]bool // the wall has a door, or is gone
	locked       bool    // the latest door added to this room is locked
}

// dimensions returns the width and the height of the grid.
func (g roomGrid) dimensions() (width, height int) {
	return (g.size-1)*g.cols + 1, (g.size-1)*g.rows + 1
}

// build draws the walls and samples where the doors may be. Until the agent is placed, it is in the
// middle of the middle room, where it keeps objects away.
func (g roomGrid) build(w *World) building {
	b := building{World: w, roomGrid: g}
	for j := range g.rows {
		for i := range g.cols {
			r := b.rect(i, j)
			w.room(r.x, r.y, r.w, r.h)
			b.rooms[j*g.cols+i].neighbor = [4]int{-1, -1, -1, -1}
		}
	}
	for j := range g.rows {
		for i := range g.cols {
			k, r := j*g.cols+i, b.rect(i, j)
			if i+1 < g.cols {
				b.link(k, k+1, Right, r.x+r.w-1, r.y+w.between(1, r.h-1))
			}
			if j+1 < g.rows {
				b.link(k, k+g.cols, Down, r.x+w.between(1, r.w-1), r.y+r.h-1)
			}
		}
	}
	middle := b.rect(g.cols/2, g.rows/2)
	w.X, w.Y = middle.x+g.size/2, middle.y+g.size/2
	return b
}

// link makes room k and room n neighbours. The argument wall is the wall of room k between them, and
// (x, y) is where its door may be.
func (b *building) link(k, n int, wall Direction, x, y int) {
	from, to, back := &b.rooms[k], &b.rooms[n], (wall+2)&3
	from.neighbor[wall], from.doorX[wall], from.doorY[wall] = n, x, y
	to.neighbor[back], to.doorX[back], to.doorY[back] = k, x, y
}

// rect returns the squares of room (i, j) with its walls.
func (b *building) rect(i, j int) rect {
	return rect{i * (b.size - 1), j * (b.size - 1), b.size, b.size}
}

// join marks a wall of room (i, j) as open.
func (b *building) join(i, j int, wall Direction) *builtRoom {
	r := &b.rooms[j*b.cols+i]
	r.joined[wall] = true
	b.rooms[r.neighbor[wall]].joined[(wall+2)&3] = true
	return r
}

// addDoor adds a door to a wall of room (i, j), and returns its square.
func (b *building) addDoor(i, j int, wall Direction, c Cell) (x, y int) {
	r := b.join(i, j, wall)
	r.locked = c.State() == Locked
	x, y = r.doorX[wall], r.doorY[wall]
	b.set(x, y, c)
	return x, y
}

// removeUpperWall removes the wall between room (i, j) and the room above it.
func (b *building) removeUpperWall(i, j int) {
	b.join(i, j, Up)
	r := b.rect(i, j)
	b.fill(r.x+1, r.y, r.w-2, 1, Empty)
}

// add puts c on a free square of room (i, j), at least two moves away from the agent. It returns false
// if 1001 tries find no square, at which MiniGrid gives up too.
func (b *building) add(i, j int, c Cell) bool {
	const tries = 1001
	r := b.rect(i, j)
	for range tries {
		x, y := b.between(r.x, r.x+r.w), b.between(r.y, r.y+r.h)
		if b.At(x, y) == Empty && max(x-b.X, b.X-x)+max(y-b.Y, b.Y-y) >= 2 {
			b.set(x, y, c)
			return true
		}
	}
	return false
}

// placeAgent puts the agent on a free square of room (i, j) where it looks at a wall or at nothing.
func (b *building) placeAgent(i, j int) {
	for {
		b.World.placeAgent(b.rect(i, j))
		if ahead := b.At(b.front()); ahead == Empty || ahead.Type() == Wall {
			return
		}
	}
}

// connect adds closed doors at random until all rooms can be reached from the agent's room. It adds none
// to a room with a locked door. It returns false if too many tries do not suffice.
func (b *building) connect() bool {
	const tries = 5001
	start := b.Y/(b.size-1)*b.cols + b.X/(b.size-1)
	connected := b.reachesAll(start)
	for try := 0; !connected; try++ {
		if try == tries {
			return false
		}
		i, j, wall := b.below(b.cols), b.below(b.rows), Direction(b.below(4))
		r := &b.rooms[j*b.cols+i]
		if n := r.neighbor[wall]; n < 0 || r.joined[wall] || r.locked || b.rooms[n].locked {
			continue
		}
		b.addDoor(i, j, wall, b.randomColor().Door(Closed))
		connected = b.reachesAll(start)
	}
	return true
}

// reachesAll reports whether all rooms can be reached from room start.
func (b *building) reachesAll(start int) bool {
	n := b.cols * b.rows
	reached := 1 << start
	for grown := true; grown; {
		grown = false
		for k := range n {
			if reached>>k&1 == 0 {
				continue
			}
			for wall, joined := range b.rooms[k].joined {
				if to := b.rooms[k].neighbor[wall]; joined && reached>>to&1 == 0 {
					reached, grown = reached|1<<to, true
				}
			}
		}
	}
	return reached == 1<<n-1
}

// fetchObject is the step of a task that ends with success when the agent picks up an object whose colour and type are
// the numbers of the task.
type fetchObject struct{}

// step takes an action.
func (fetchObject) step(w *World, a action) env.Outcome {
	out := w.act(a)
	if a == pickUp && w.Carrying != 0 && w.Carrying.same(w.goalCell(0)) {
		return w.success()
	}
	return out
}

// fetchRules returns the rules of a task with rooms in which the agent is to pick up an object.
func (g roomGrid) fetchRules(maxSteps int) rules {
	width, height := g.dimensions()
	return rules{
		width: width, height: height, maxSteps: maxSteps, actions: int(actions),
		numbers: []number{colorNumber, typeNumber}, missions: []string{"pick up the 0 1"},
	}
}

// setGoal makes c the object to pick up.
func (b *building) setGoal(c Cell) { b.goal[0], b.goal[1] = int(c.Color()), int(c.Type()) }
