package minigrid

import "slices"

// crossing is a room that lines of lava or walls cross, each with one opening: LavaCrossing and
// SimpleCrossing.
type crossing struct {
	plain
	size  int
	lines int
	what  Cell // Lava or greyWall
}

// rules returns the sizes.
func (t crossing) rules() rules {
	r := rules{
		width: t.size, height: t.size, maxSteps: 4 * t.size * t.size, actions: int(actions),
		missions: []string{"find the opening and get to the green goal square"},
	}
	if t.what == Lava {
		r.missions = []string{avoidLava}
	}
	return r
}

// maxLines is the largest number of lines in one direction.
const maxLines = 8

// An across is the lines of one direction: the edge of the room, the lines in order, the other edge.
type across struct {
	at [maxLines + 2]int
	n  int // lines without the edges
}

// generate draws random lines, and openings on a random way through the rooms between them.
func (t crossing) generate(w *World) bool {
	w.start(false)
	w.set(w.W-2, w.H-2, greenGoal)
	vertical, horizontal := t.chooseLines(w)
	for i := 1; i <= vertical.n; i++ {
		w.fill(vertical.at[i], 1, 1, w.H-2, t.what)
	}
	for i := 1; i <= horizontal.n; i++ {
		w.fill(1, horizontal.at[i], w.W-2, 1, t.what)
	}
	var moves [2 * maxLines]bool // true: the way crosses a vertical line
	way := moves[:t.lines]
	for i := range vertical.n {
		way[i] = true
	}
	shuffle(w, way)
	column, row := 0, 0 // of the room that the way has reached
	for _, right := range way {
		if right {
			w.set(vertical.at[column+1], w.between(horizontal.at[row]+1, horizontal.at[row+1]), Empty)
			column++
		} else {
			w.set(w.between(vertical.at[column]+1, vertical.at[column+1]), horizontal.at[row+1], Empty)
			row++
		}
	}
	return true
}

// chooseLines samples the columns of the vertical lines and the rows of the horizontal lines.
func (t crossing) chooseLines(w *World) (vertical, horizontal across) {
	var numbers [2 * maxLines]int
	each := (t.size - 3) / 2
	all := numbers[:2*each]
	for i := range all {
		all[i] = i
	}
	shuffle(w, all)
	for _, k := range all[:t.lines] {
		side := &vertical
		if k >= each {
			side = &horizontal
		}
		side.n++
		side.at[side.n] = 2 + 2*(k%each)
	}
	for _, side := range []*across{&vertical, &horizontal} {
		slices.Sort(side.at[1 : side.n+1])
		side.at[side.n+1] = t.size - 1
	}
	return vertical, horizontal
}
