package stage

import (
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A pane is a part of the picture, measured in pixels from its bottom left.
type pane struct {
	*raster.Image
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
	p := &pane{Image: m, th: render.Light()}
	if s.Dark {
		p.th = render.Dark()
	}
	w, h := float32(m.Rect.Dx()), float32(m.Rect.Dy())
	p.u = max(min(w/60, h/40), 9)
	p.within(0, 0, w, h)
	m.Clear(p.th.Paper)
	top, foot, side := 2.4*p.u, 2.2*p.u, w
	sections := s.sections()
	if len(sections) > 0 {
		side = w - max(w*0.32, min(w/2, 19*p.u))
	}
	if len(s.Controls) > 0 {
		foot += 2.6 * p.u
	}
	p.within(0, top, side, h-foot)
	s.Player.Draw(m, p.th)
	p.within(0, 0, w, top)
	s.head(p)
	each := (h - top - foot) / float32(max(len(sections), 3))
	for i, draw := range sections {
		p.within(side, top+float32(i)*each, w-p.u, top+float32(i+1)*each)
		draw(p)
	}
	p.within(0, h-foot, w, h)
	s.foot(p)
	if s.help {
		p.within(0, 0, w, h)
		s.drawHelp(p)
	}
	if s.shoot {
		s.shoot = false
		s.save(m)
	}
}

// head is the line above: the episode, and how it is played.
func (s *Screen) head(p *pane) {
	p.Text(p.u, 0.9*p.u, 1.15*p.u, 0, fmt.Sprintf("%s   episode %d", s.Player, s.number+1), p.th.Ink)
	state := ""
	switch {
	case s.paused && s.Player.Steps < s.Player.Last():
		state = "paused, " + figure.Count(s.Player.Last()-s.Player.Steps, "step") + " back"
	case s.paused:
		state = "paused"
	case s.Sampled:
		state = "sampled"
	}
	p.Text(p.w-p.u, 0.9*p.u, 1.15*p.u, 1, state, p.th.Red)
}

// foot is what keys a person has, and below it what is said.
func (s *Screen) foot(p *pane) {
	x, y := p.u, 2.6*p.u
	for _, c := range s.Controls {
		if c.Key == "" {
			continue
		}
		box, ink := p.th.Faint, p.th.Ink
		for _, k := range s.held {
			if k == c.Key {
				box, ink = p.th.Blue, p.th.Paper
			}
		}
		width := p.TextWidth(sign(c), p.u) + 1.2*p.u
		render.Box(p, x, y-0.55*p.u, x+width, y+1.25*p.u, 0.3*p.u, box)
		p.Text(x+width/2, y, p.u, 0.5, sign(c), ink)
		x += width + 0.5*p.u
		p.Text(x, y, p.u, 0, c.Label, p.th.Ink)
		x += p.TextWidth(c.Label, p.u) + 1.8*p.u
	}
	text, ink := "Space pause    , . step back and on    - + speed    N next    H help", p.th.Soft
	switch {
	case s.broken != nil:
		text, ink = s.broken.Error(), p.th.Red
	case s.message != "":
		text, ink = s.message, p.th.Blue
	case s.paused && len(s.choices) > 0:
		text = "Space goes on    take instead:"
		for i, c := range s.choices[:min(len(s.choices), 9)] {
			text += fmt.Sprintf("   %d %s", i+1, c.Label)
		}
	}
	p.Text(p.u, 0.7*p.u, p.u, 0, text, ink)
}

// drawHelp shows all keys, in the middle.
func (s *Screen) drawHelp(p *pane) {
	all := commands()
	line := min(1.55*p.u, p.h*0.9/float32(len(all)+2))
	w, h := 26*p.u, line*(float32(len(all))+1.2)
	x, y := (p.w-w)/2, (p.h-h)/2
	render.Box(p, x-3, y-3, x+w+3, y+h+3, p.u, p.th.Soft)
	render.Box(p, x, y, x+w, y+h, p.u, p.th.Paper)
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
