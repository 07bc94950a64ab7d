package minigrid

const avoidLava = "avoid the lava and get to the green goal square" // mission of tasks with lava

// distShift is a goal behind two strips of lava: DistShift.
type distShift struct {
	plain
	row int // row of the second strip
}

// rules returns the sizes.
func (distShift) rules() rules {
	const width, height = 9, 7
	return rules{
		width: width, height: height, maxSteps: 4 * width * height, seeThrough: true, actions: int(actions),
		missions: []string{"get to the green goal square"},
	}
}

// generate draws the same squares in every episode.
func (t distShift) generate(w *World) bool {
	w.set(w.W-2, 1, greenGoal)
	w.fill(3, 1, w.W-6, 1, Lava)
	w.fill(3, t.row, w.W-6, 1, Lava)
	w.start(false)
	return true
}

// lavaGap is a strip of lava with a gap: LavaGap.
type lavaGap struct {
	plain
	size int
}

// rules returns the sizes.
func (t lavaGap) rules() rules {
	return rules{width: t.size, height: t.size, maxSteps: 4 * t.size * t.size, actions: int(actions), missions: []string{avoidLava}}
}

// generate draws the strip and its gap.
func (t lavaGap) generate(w *World) bool {
	w.start(false)
	w.set(w.W-2, w.H-2, greenGoal)
	x, y := w.between(2, w.W-2), w.between(1, w.H-1)
	w.fill(x, 1, 1, w.H-2, Lava)
	w.set(x, y, Empty)
	return true
}
