package box2d

import (
	"image/color"

	"github.com/rlrun/rlrun/planar"
	"github.com/rlrun/rlrun/render"
)

// maxSkids is the number of pieces of tyre marks that stay visible.
const maxSkids = 600

// A skid is a piece of the mark of a tyre that slips.
type skid struct {
	from, to planar.Vec
	grass    bool
}

// skids are the latest tyre marks, for the window alone: they are no part of the state.
type skids struct {
	pieces [maxSkids]skid
	count  int                // of the episode; piece i is at i mod maxSkids
	last   [wheels]planar.Vec // where each wheel was in the step before, if it slipped
	slips  [wheels]bool
}

// clear removes all marks.
func (k *skids) clear() { k.count, k.slips = 0, [wheels]bool{} }

// note adds a piece if a wheel, now at a place, slips now and slipped in the step before.
func (k *skids) note(wheel int, at planar.Vec, slips, grass bool) {
	if slips && k.slips[wheel] {
		k.pieces[k.count%maxSkids] = skid{k.last[wheel], at, grass}
		k.count++
	}
	k.last[wheel], k.slips[wheel] = at, slips
}

// drawSkids draws the tyre marks: dark on the road, earth on the grass.
func (c *CarRacing) drawSkids(d render.Canvas, l render.Look, v *headUp) {
	road, grass := render.Mix(l.Soft, l.Ink, 0.4), render.Mix(render.Mix(l.Paper, l.Green, 0.25), l.Orange, 0.35)
	k := &c.car.skids
	for i := range min(k.count, maxSkids) {
		s := &k.pieces[i]
		col := [2]color.RGBA{road, grass}[int(oneIf(s.grass))]
		x0, y0 := v.place(s.from.X, s.from.Y)
		x1, y1 := v.place(s.to.X, s.to.Y)
		if max(x0, x1) > 2*viewLeft && min(x0, x1) < 2*viewRight && max(y0, y1) > viewLow && min(y0, y1) < viewHigh {
			render.Segment(d, x0, y0, x1, y1, 0.45, col)
		}
	}
}
