package grid

import (
	"image/color"

	"github.com/rlrun/rlrun/render"
)

// Draw draws the four places, the walls, the taxi, the passenger and the destination. The values
// and arrows of the cells are for this passenger and destination. If the passenger is at the
// destination, the episode has ended, and Draw draws no values and no arrows.
func (t *Taxi) Draw(d render.Canvas, l render.Look) {
	m := newMapDrawing(d, l, taxiSide, taxiSide)
	f := fareOf(t.s % taxiStates)
	at := func(cell int) int { return fare{cell / taxiSide, cell % taxiSide, f.passenger, f.destination}.state() }
	home := f.passenger == f.destination
	if len(l.Values) >= taxiStates && !home {
		v := make([]float32, taxiSide*taxiSide)
		for i := range v {
			v[i] = l.Values[at(i)]
		}
		m.look.Values = v
		m.heat(0, func(int) bool { return true })
	}
	m.grid()
	for i, p := range taxiPlaces {
		x, y := m.corner(p[0]*taxiSide + p[1])
		c := [4]color.RGBA{l.Red, l.Green, l.Yellow, l.Blue}[i]
		render.Box(m.Canvas, x+0.08, y+0.08, x+0.92, y+0.92, 0.1, render.Mix(l.Paper, c, 0.55))
		if i == f.destination {
			render.Polyline(m.Canvas, 0.09, c, x+0.1, y+0.1, x+0.9, y+0.1, x+0.9, y+0.9, x+0.1, y+0.9, x+0.1, y+0.1)
		}
		m.Text(x+0.185, y+0.69, 0.17, 0, "RGYB"[i:i+1], l.Ink)
	}
	for r, row := range taxiWalls {
		for c, wall := range row {
			if wall {
				x, y := m.corner(r*taxiSide + c)
				render.Segment(m.Canvas, x+1, y, x+1, y+1, 0.1, l.Ink)
			}
		}
	}
	for i := range taxiSide * taxiSide {
		if s := at(i); !home && s < len(l.Best) && l.Best[s] < 4 {
			m.arrow(i, []string{"↓", "↑", "→", "←"}[l.Best[s]])
		}
	}
	x, y := m.corner(f.row*taxiSide + f.col)
	car := render.At(m.Canvas, x+0.5, y+0.5, 0, 1)
	for _, wheel := range [2]float32{-0.2, 0.2} {
		render.Disc(car, wheel, -0.18, 0.09, l.Ink)
	}
	render.Box(car, -0.36, -0.18, 0.36, 0.06, 0.06, l.Orange)
	render.Box(car, -0.2, 0, 0.2, 0.24, 0.06, l.Orange)
	passenger := render.At(car, 0, 0.1, 0, 1)
	if f.passenger < inTaxi {
		place := taxiPlaces[f.passenger]
		x, y := m.corner(place[0]*taxiSide + place[1])
		passenger = render.At(m.Canvas, x+0.77, y+0.21, 0, 1)
	}
	render.Disc(passenger, 0, 0.1, 0.08, l.Pink)
	m.torso(passenger)
}

// torso draws the passenger's body below the head.
func (m mapDrawing) torso(d render.Canvas) {
	render.Polygon(d, m.look.Pink, -0.11, -0.1, 0.11, -0.1, 0.05, 0.06, -0.05, 0.06)
}

// Controls returns keys for driving, picking up and dropping off.
func (t *Taxi) Controls() []render.Control {
	return []render.Control{
		{Key: "down", Label: "go south", Act: []float32{0}}, {Key: "up", Label: "go north", Act: []float32{1}},
		{Key: "right", Label: "go east", Act: []float32{2}}, {Key: "left", Label: "go west", Act: []float32{3}},
		{Key: "enter", Label: "pick up", Act: []float32{4}}, {Key: "backspace", Label: "drop off", Act: []float32{5}},
	}
}
