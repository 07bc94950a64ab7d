package memory

import "github.com/rlrun/rlrun/render"

var _ render.Scene = (*TMaze)(nil)

// StepsPerSecond returns 20: the corridor of 50 cells takes two and a half seconds.
func (m *TMaze) StepsPerSecond() int { return 20 }

// The drawing of the maze, in world units.
const (
	mazeStart    = 0.8 // middle of the first cell
	mazeJunction = 8.8 // middle of the junction
	mazeMiddle   = 2.0 // height of the corridor
	mazeArm      = 1.3 // distance from the junction to the end of an arm
	mazeWidth    = 0.8 // width of the corridor
)

// Draw draws the maze, the signal while the agent sees it, and the agent. At the end of an episode
// it also draws the goal.
func (m *TMaze) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 10, 4, l.Paper)
	const half = mazeWidth / 2
	render.Rect(d, mazeStart-half, mazeMiddle-half, mazeJunction+half, mazeMiddle+half, l.Faint)
	render.Rect(d, mazeJunction-half, mazeMiddle-mazeArm-half, mazeJunction+half, mazeMiddle+mazeArm+half, l.Faint)
	render.Rect(d, mazeStart-half, mazeMiddle-half, mazeStart+half, mazeMiddle+half, render.Mix(l.Paper, l.Sky, 0.4))
	if l.Done {
		y := mazeMiddle + float32(mazeArm*float32(m.x[1]))
		render.Rect(d, mazeJunction-half, y-half, mazeJunction+half, y+half, render.Mix(l.Paper, l.Green, 0.6))
	}
	if sign := float32(m.x[1]); m.x[0] == 0 {
		render.Arrow(d, mazeStart, mazeMiddle+float32(0.5*sign), mazeStart, mazeMiddle+float32(1.45*sign), 0.14, l.Orange)
	}
	x := mazeStart + float32((mazeJunction-mazeStart)*float32(m.x[0]))/float32(m.Length)
	render.Disc(d, x, mazeMiddle+float32(mazeArm*float32(m.turn)), 0.27, l.Blue)
}

// Controls returns keys for moving in four directions. No action is the default, so the episode
// waits until a key is held.
func (m *TMaze) Controls() []render.Control {
	return []render.Control{
		{Key: "up", Label: "go up", Act: []float32{up}}, {Key: "right", Label: "go right", Act: []float32{right}},
		{Key: "down", Label: "go down", Act: []float32{down}}, {Key: "left", Label: "go left", Act: []float32{left}},
	}
}
