package render

import "image/color"

// An Op is one recorded drawing call. As JSON it can be sent to a browser.
type Op struct {
	Op   string     `json:"op"`   // view, line, fill or text
	Args []float32  `json:"args"` // numbers in the order of the call's arguments, points last
	Text string     `json:"text,omitempty"`
	RGBA color.RGBA `json:"rgba"`
}

// A Recorder is a Canvas that keeps the drawing calls since the last View.
type Recorder struct{ Ops []Op }

var _ Canvas = (*Recorder)(nil)

// View forgets the recorded calls and records a view.
func (r *Recorder) View(x0, y0, x1, y1 float32, paper color.RGBA) {
	r.Ops = r.Ops[:0]
	r.add("view", "", paper, nil, x0, y0, x1, y1)
}

// Line records a line.
func (r *Recorder) Line(xy []float32, width float32, c color.RGBA) { r.add("line", "", c, xy, width) }

// Fill records a polygon.
func (r *Recorder) Fill(xy []float32, c color.RGBA) { r.add("fill", "", c, xy) }

// Text records a text.
func (r *Recorder) Text(x, y, size, align float32, s string, c color.RGBA) {
	r.add("text", s, c, nil, x, y, size, align)
}

// add records a call.
func (r *Recorder) add(op, text string, c color.RGBA, xy []float32, args ...float32) {
	r.Ops = append(r.Ops, Op{Op: op, Args: append(args, xy...), Text: text, RGBA: c})
}

// Replay repeats the recorded calls on c. It skips invalid Ops, which a file may contain.
func (r *Recorder) Replay(c Canvas) {
	for _, o := range r.Ops {
		switch a := o.Args; {
		case o.Op == "view" && len(a) == 4:
			c.View(a[0], a[1], a[2], a[3], o.RGBA)
		case o.Op == "line" && len(a) >= 3 && len(a)%2 == 1:
			c.Line(a[1:], a[0], o.RGBA)
		case o.Op == "fill" && len(a) >= 6 && len(a)%2 == 0:
			c.Fill(a, o.RGBA)
		case o.Op == "text" && len(a) == 4:
			c.Text(a[0], a[1], a[2], a[3], o.Text, o.RGBA)
		}
	}
}
