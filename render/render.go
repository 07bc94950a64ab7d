// Package render lets an environment draw itself without knowing on what.
//
// A Scene draws on a Canvas, in world units with y up. A Recorder is a Canvas
// that keeps what is drawn, for a browser or a later Canvas to play back.
package render

import (
	"image/color"
	"slices"
)

// A Scene can draw its present state.
type Scene interface{ Draw(Canvas) }

// A Canvas is something to draw on. It has no state but the view. Lengths are
// in world units.
type Canvas interface {
	// View sets the world rectangle to show and clears it to white.
	View(x0, y0, x1, y1 float32)
	Line(x0, y0, x1, y1, width float32, c color.RGBA)
	Rect(x0, y0, x1, y1 float32, c color.RGBA)       // filled
	Circle(x, y, r float32, c color.RGBA)            // filled
	Polygon(xy []float32, c color.RGBA)              // filled; xy is x0, y0, x1, y1, …
	Text(x, y, size float32, s string, c color.RGBA) // from x rightwards, y its base line
}

// An Op is one recorded drawing call, in a form that JSON carries to a browser.
type Op struct {
	Op   string     `json:"op"`
	Args []float32  `json:"args"`
	Text string     `json:"text,omitempty"`
	RGBA color.RGBA `json:"rgba"`
}

// A Recorder is a Canvas that keeps the calls made on it since the last View.
type Recorder struct{ Ops []Op }

var _ Canvas = (*Recorder)(nil)

// View starts a new picture.
func (r *Recorder) View(x0, y0, x1, y1 float32) {
	r.Ops = r.Ops[:0]
	r.add("view", color.RGBA{}, x0, y0, x1, y1)
}

// Line records a line.
func (r *Recorder) Line(x0, y0, x1, y1, width float32, c color.RGBA) {
	r.add("line", c, x0, y0, x1, y1, width)
}

// Rect records a rectangle.
func (r *Recorder) Rect(x0, y0, x1, y1 float32, c color.RGBA) { r.add("rect", c, x0, y0, x1, y1) }

// Circle records a circle.
func (r *Recorder) Circle(x, y, radius float32, c color.RGBA) { r.add("circle", c, x, y, radius) }

// Polygon records a polygon, of which it keeps a copy.
func (r *Recorder) Polygon(xy []float32, c color.RGBA) { r.add("polygon", c, slices.Clone(xy)...) }

// Text records a text.
func (r *Recorder) Text(x, y, size float32, s string, c color.RGBA) {
	r.add("text", c, x, y, size)
	r.Ops[len(r.Ops)-1].Text = s
}

func (r *Recorder) add(op string, c color.RGBA, args ...float32) {
	r.Ops = append(r.Ops, Op{Op: op, Args: args, RGBA: c})
}

// Replay makes the recorded calls again, on c. Ops that no call could have
// made, as a file may have them, are left out.
func (r *Recorder) Replay(c Canvas) {
	args := map[string]int{"view": 4, "line": 5, "rect": 4, "circle": 3, "text": 3}
	for _, o := range r.Ops {
		a := o.Args
		if len(a) < args[o.Op] {
			continue
		}
		switch o.Op {
		case "view":
			c.View(a[0], a[1], a[2], a[3])
		case "line":
			c.Line(a[0], a[1], a[2], a[3], a[4], o.RGBA)
		case "rect":
			c.Rect(a[0], a[1], a[2], a[3], o.RGBA)
		case "circle":
			c.Circle(a[0], a[1], a[2], o.RGBA)
		case "polygon":
			c.Polygon(a, o.RGBA)
		case "text":
			c.Text(a[0], a[1], a[2], o.Text, o.RGBA)
		}
	}
}
