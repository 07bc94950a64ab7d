package catch

import "github.com/rlrun/rlrun/render"

// Draw makes Catch a render.Scene: the window and rlrun record use Draw to show the game.
func (c *Catch) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, float32(c.Columns), float32(c.Rows), l.Paper)
	x, y := float32(c.column)+0.5, float32(c.Rows-c.row)-0.5
	render.Disc(d, x, y, 0.35, l.Orange)
	p := float32(c.paddle)
	render.Box(d, p+0.05, 0.3, p+0.95, 0.6, 0.1, l.Blue)
}

// Controls lets a person play, with rlrun play.
func (c *Catch) Controls() []render.Control {
	return []render.Control{
		{Key: "left", Label: "left", Act: []float32{0}},
		{Key: "right", Label: "right", Act: []float32{2}},
		{Label: "stay", Act: []float32{1}},
	}
}
