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

// A canvas is a render.Canvas whose drawing can be limited to a part of it. A Screen draws on a
// *raster.Image, and tests use a canvas that records the calls.
type canvas interface {
	render.Canvas
	Within(r image.Rectangle)
	Clear(paper color.RGBA)
	TextWidth(s string, size float32) float32
}

var _ canvas = (*raster.Image)(nil)

// A pane is a rectangular part of the picture. Its coordinates are in pixels, from its bottom
// left corner.
type pane struct {
	canvas
	th   render.Theme
	w, h float32 // size [pixels]
	u    float32 // font size [pixels], the unit of all distances
}

// within moves the pane to the rectangle with these corners, in pixels from the top left of
// the picture.
func (p *pane) within(x0, y0, x1, y1 float32) {
	p.Within(image.Rect(int(x0), int(y0), int(x1), int(y1)))
	p.w, p.h = float32(int(x1)-int(x0)), float32(int(y1)-int(y0))
}

// Draw draws the whole picture. If the key P was pressed, it also saves the picture to a file.
func (s *Screen) Draw(m *raster.Image) {
	defer s.addEpisode()
	s.draw(m, float32(m.Rect.Dx()), float32(m.Rect.Dy()))
	if s.savePicture {
		s.savePicture = false
		s.save(m)
	}
}

// draw draws on w × h pixels: the headline at the top, the environment, the panels beside it, and
// a line of text at the bottom.
func (s *Screen) draw(c canvas, w, h float32) {
	p := &pane{canvas: c, th: render.Light()}
	if s.Dark {
		p.th = render.Dark()
	}
	p.u = max(min(w/60, h/40), 9)
	p.within(0, 0, w, h)
	p.Clear(p.th.Paper)
	top, foot, side := 2.4*p.u, 2.2*p.u, w // heights of the headline and the foot, left edge of the panels
	keys := s.keyRows(p)
	foot += 2.6 * p.u * float32(len(keys))
	sections := s.sections()
	if len(sections) > 0 {
		side = w - max(w*0.32, min(w/2, 19*p.u))
	}
	p.within(p.u, top, side-p.u, h-foot)
	s.Player.Draw(p, p.th)
	p.within(0, 0, w, top)
	s.drawHead(p)
	for _, part := range arrange(sections, (h-top-foot)/p.u) {
		p.within(side+0.5*p.u, top+part.from*p.u, w-p.u, top+part.to*p.u)
		part.draw(p)
	}
	p.within(0, h-foot, w, h)
	s.drawFoot(p, keys)
	if s.help {
		p.within(0, 0, w, h)
		s.drawHelp(p)
	}
}

// drawHead draws the line at the top: the headline of the episode, and "paused" or "sampled".
func (s *Screen) drawHead(p *pane) {
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
	width := p.w - 3*p.u - p.TextWidth(state, size)
	s.Player.Headline(p, p.u, 0.9*p.u, size, width, s.number+1, p.th.Ink)
}

// controlWidth returns the width of a control's key and label, with the space after them.
func (p *pane) controlWidth(c render.Control) float32 {
	return p.TextWidth(keyLabel(c), p.u) + p.TextWidth(c.Label, p.u) + 3.5*p.u
}

// keyRows returns the controls of a person who plays, in rows that fit into the pane.
func (s *Screen) keyRows(p *pane) (rows [][]render.Control) {
	x := p.w
	for _, c := range s.Controls {
		if c.Key == "" {
			continue
		}
		if x += p.controlWidth(c); x > p.w-p.u {
			rows, x = append(rows, nil), p.u+p.controlWidth(c)
		}
		last := len(rows) - 1
		rows[last] = append(rows[last], c)
	}
	return rows
}

// drawFoot draws the keys of a person who plays. Below them it draws an error, a message, or a
// hint about keys.
func (s *Screen) drawFoot(p *pane, keys [][]render.Control) {
	for i, row := range keys {
		x, y := p.u, 2.6*p.u*float32(len(keys)-i)
		for _, c := range row {
			box, ink := p.th.Faint, p.th.Ink
			for _, k := range s.held {
				if k == c.Key {
					box, ink = p.th.Blue, p.th.Paper
				}
			}
			width := p.TextWidth(keyLabel(c), p.u) + 1.2*p.u
			render.Box(p, x, y-0.55*p.u, x+width, y+1.25*p.u, 0.3*p.u, box)
			p.Text(x+width/2, y, p.u, 0.5, keyLabel(c), ink)
			p.Text(x+width+0.5*p.u, y, p.u, 0, c.Label, p.th.Ink)
			x += p.controlWidth(c)
		}
	}
	width := p.w - 2*p.u
	switch {
	case s.err != nil:
		for i, line := range p.wrap(s.err.Error(), 0.85*p.u, width, 2) {
			p.Text(p.u, (1.15-0.95*float32(i))*p.u, 0.85*p.u, 0, line, p.th.Red)
		}
	case s.message != "":
		p.Text(p.u, 0.7*p.u, p.u, 0, p.fit(s.message, p.u, width), p.th.Blue)
	default:
		p.Text(p.u, 0.7*p.u, p.u, 0, s.hint(p, width), p.th.Label())
	}
}

// hint returns a text about the most useful keys that is at most width pixels wide.
func (s *Screen) hint(p *pane, width float32) string {
	if !s.paused || len(s.actions) == 0 {
		for _, text := range []string{"Space pause    , . step back and forward    - + speed    N next    H help", "Space pause    , . step    - + speed    H help"} {
			if p.TextWidth(text, p.u) <= width {
				return text
			}
		}
		return "Space pause    H help"
	}
	text := "Space continue    take another action:"
	for i, c := range s.actions[:min(len(s.actions), 9)] {
		text += fmt.Sprintf("   %d %s", i+1, c.Label)
	}
	return p.fit(text, p.u, width)
}

// drawHelp draws the list of all keys in the middle of the picture.
func (s *Screen) drawHelp(p *pane) {
	all := commands()
	line := min(1.55*p.u, p.h*0.9/float32(len(all)+2))
	w, h := 26*p.u, line*(float32(len(all))+1.2)
	x, y := (p.w-w)/2, (p.h-h)/2
	render.Box(p, x-2, y-2, x+w+2, y+h+2, 0.5*p.u, p.th.Soft)
	render.Box(p, x, y, x+w, y+h, 0.5*p.u, p.th.Paper)
	for i, c := range all {
		base := y + h - line*(float32(i)+1.3)
		p.Text(x+7*p.u, base, min(p.u, line*0.75), 1, c.shown, p.th.Blue)
		p.Text(x+8*p.u, base, min(p.u, line*0.75), 0, c.help, p.th.Ink)
	}
}

// save writes the picture to a new file rlrun-N.png, and shows a message with its name.
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
