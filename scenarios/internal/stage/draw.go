package stage

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A canvas is what a Screen draws on, part by part: an image.
type canvas interface {
	render.Canvas
	Within(r image.Rectangle)
	Clear(paper color.RGBA)
	TextWidth(s string, size float32) float32
}

var _ canvas = (*raster.Image)(nil)

// A pane is a part of the picture, measured in pixels from its bottom left.
type pane struct {
	canvas
	th   render.Theme
	w, h float32
	u    float32 // the size of letters
}

// within makes the part with these corners, from the picture's top left, the pane.
func (p *pane) within(x0, y0, x1, y1 float32) {
	p.Within(image.Rect(int(x0), int(y0), int(x1), int(y1)))
	p.w, p.h = float32(int(x1)-int(x0)), float32(int(y1)-int(y0))
}

// Draw draws all that there is to see.
func (s *Screen) Draw(m *raster.Image) {
	defer s.name()
	s.draw(m, float32(m.Rect.Dx()), float32(m.Rect.Dy()))
	if s.shoot {
		s.shoot = false
		s.save(m)
	}
}

// draw draws on w × h pixels: a line of text at the top, the environment, the panels beside it,
// and a line of text at the bottom.
func (s *Screen) draw(c canvas, w, h float32) {
	p := &pane{canvas: c, th: render.Light()}
	if s.Dark {
		p.th = render.Dark()
	}
	p.u = max(min(w/60, h/40), 9)
	p.within(0, 0, w, h)
	p.Clear(p.th.Paper)
	top, foot, side := 2.4*p.u, 2.2*p.u, w
	keys := s.keyRows(p)
	foot += 2.6 * p.u * float32(len(keys))
	sections := s.sections()
	if len(sections) > 0 {
		side = w - max(w*0.32, min(w/2, 19*p.u))
	}
	p.within(p.u, top, side-p.u, h-foot)
	s.Player.Draw(p, p.th)
	p.within(0, 0, w, top)
	s.head(p)
	for _, part := range arrange(sections, (h-top-foot)/p.u) {
		p.within(side+0.5*p.u, top+part.from*p.u, w-p.u, top+part.to*p.u)
		part.draw(p)
	}
	p.within(0, h-foot, w, h)
	s.foot(p, keys)
	if s.help {
		p.within(0, 0, w, h)
		s.drawHelp(p)
	}
}

// head is the line above: the episode, and how it is played.
func (s *Screen) head(p *pane) {
	state := ""
	switch {
	case s.paused && s.Player.Steps < s.Player.Last():
		state = "paused, " + figure.Count(s.Player.Last()-s.Player.Steps, "step") + " back"
	case s.paused:
		state = "paused"
	case s.Sampled:
		state = "sampled"
	}
	size := 1.15 * p.u
	p.Text(p.w-p.u, 0.9*p.u, size, 1, state, p.th.Red)
	room := p.w - 3*p.u - p.TextWidth(state, size)
	s.Player.Headline(p, p.u, 0.9*p.u, size, room, s.number+1, p.th.Ink)
}

// keyWidth returns the width of a control with the space after it.
func (p *pane) keyWidth(c render.Control) float32 {
	return p.TextWidth(sign(c), p.u) + p.TextWidth(c.Label, p.u) + 3.5*p.u
}

// keyRows returns the player's controls, in rows that fit the pane.
func (s *Screen) keyRows(p *pane) (rows [][]render.Control) {
	x := p.w
	for _, c := range s.Controls {
		if c.Key == "" {
			continue
		}
		if x += p.keyWidth(c); x > p.w-p.u {
			rows, x = append(rows, nil), p.u+p.keyWidth(c)
		}
		last := len(rows) - 1
		rows[last] = append(rows[last], c)
	}
	return rows
}

// foot is what keys a person has, and below them what is said.
func (s *Screen) foot(p *pane, keys [][]render.Control) {
	for i, row := range keys {
		x, y := p.u, 2.6*p.u*float32(len(keys)-i)
		for _, c := range row {
			box, ink := p.th.Faint, p.th.Ink
			for _, k := range s.held {
				if k == c.Key {
					box, ink = p.th.Blue, p.th.Paper
				}
			}
			width := p.TextWidth(sign(c), p.u) + 1.2*p.u
			render.Box(p, x, y-0.55*p.u, x+width, y+1.25*p.u, 0.3*p.u, box)
			p.Text(x+width/2, y, p.u, 0.5, sign(c), ink)
			p.Text(x+width+0.5*p.u, y, p.u, 0, c.Label, p.th.Ink)
			x += p.keyWidth(c)
		}
	}
	room := p.w - 2*p.u
	switch {
	case s.broken != nil:
		for i, line := range p.wrap(s.broken.Error(), 0.85*p.u, room, 2) {
			p.Text(p.u, (1.15-0.95*float32(i))*p.u, 0.85*p.u, 0, line, p.th.Red)
		}
	case s.message != "":
		p.Text(p.u, 0.7*p.u, p.u, 0, p.fit(s.message, p.u, room), p.th.Blue)
	default:
		p.Text(p.u, 0.7*p.u, p.u, 0, s.hint(p, room), p.th.Label())
	}
}

// hint returns a text about the keys that fits the room.
func (s *Screen) hint(p *pane, room float32) string {
	if !s.paused || len(s.choices) == 0 {
		for _, text := range []string{"Space pause    , . step back and on    - + speed    N next    H help", "Space pause    , . step    - + speed    H help"} {
			if p.TextWidth(text, p.u) <= room {
				return text
			}
		}
		return "Space pause    H help"
	}
	text := "Space goes on    take instead:"
	for i, c := range s.choices[:min(len(s.choices), 9)] {
		text += fmt.Sprintf("   %d %s", i+1, c.Label)
	}
	return p.fit(text, p.u, room)
}

// drawHelp shows all keys, in the middle.
func (s *Screen) drawHelp(p *pane) {
	all := commands()
	line := min(1.55*p.u, p.h*0.9/float32(len(all)+2))
	w, h := 26*p.u, line*(float32(len(all))+1.2)
	x, y := (p.w-w)/2, (p.h-h)/2
	render.Box(p, x-2, y-2, x+w+2, y+h+2, 0.5*p.u, p.th.Soft)
	render.Box(p, x, y, x+w, y+h, 0.5*p.u, p.th.Paper)
	for i, c := range all {
		at := y + h - line*(float32(i)+1.3)
		p.Text(x+7*p.u, at, min(p.u, line*0.75), 1, c.shown, p.th.Blue)
		p.Text(x+8*p.u, at, min(p.u, line*0.75), 0, c.help, p.th.Ink)
	}
}

// save writes the picture to a file that was not there.
func (s *Screen) save(m *raster.Image) {
	for n := 1; ; n++ {
		name := fmt.Sprintf("rlrun-%d.png", n)
		err := atomicfile.Create(name, func(w io.Writer) error { return png.Encode(w, m) })
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if s.say("the picture is in " + name); err != nil {
			s.say(err.Error())
		}
		return
	}
}
