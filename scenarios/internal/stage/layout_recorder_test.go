package stage

import (
	"fmt"
	"image"
	"image/color"
	"strings"

	"github.com/rlrun/rlrun/render/raster"
)

// A layoutRecorder is a canvas that records the bounding boxes of texts and shapes, in pixels. It
// draws nothing.
type layoutRecorder struct {
	*raster.Image
	clip   image.Rectangle
	scale  float32 // pixels per world unit
	x, y   float32 // pixel of the origin
	texts  []textBox
	shapes []shape
}

// An area is a rectangle, in pixels from the top left.
type area struct{ x0, y0, x1, y1 float32 }

// A shape is the bounding box of a filled polygon or of a segment of a line.
type shape struct {
	area
	color color.RGBA
}

// A textBox is the bounding box of a text.
type textBox struct {
	area
	text   string
	shapes int  // number of shapes that were drawn before the text
	clip   area // pane of the text
	scene  bool // the environment drew the text
}

// newRecorder returns a layoutRecorder of w × h pixels.
func newRecorder(w, h int) *layoutRecorder {
	s := &layoutRecorder{Image: raster.NewImage(w, h)}
	s.Within(s.Rect)
	return s
}

// Within limits drawing to r, and puts the origin at its bottom left.
func (s *layoutRecorder) Within(r image.Rectangle) {
	s.clip = r.Intersect(s.Rect)
	s.scale, s.x, s.y = 1, float32(r.Min.X), float32(r.Max.Y)
}

// View fits a world rectangle into the clip.
func (s *layoutRecorder) View(x0, y0, x1, y1 float32, paper color.RGBA) {
	w, h := float32(s.clip.Dx()), float32(s.clip.Dy())
	s.scale = min(w/(x1-x0), h/(y1-y0))
	s.x = float32(s.clip.Min.X) + w/2 - s.scale*(x0+x1)/2
	s.y = float32(s.clip.Min.Y) + h/2 + s.scale*(y0+y1)/2
}

// Line records each segment of a line.
func (s *layoutRecorder) Line(xy []float32, width float32, c color.RGBA) {
	for i := 0; i+1 < len(xy); i += 2 {
		s.shape(xy[max(i-2, 0):i+2], width/2, c)
	}
}

// Fill records a polygon.
func (s *layoutRecorder) Fill(xy []float32, c color.RGBA) {
	s.shape(xy, 0, c)
}

// shape records the visible bounding box of points, with a margin around them in world units.
func (s *layoutRecorder) shape(xy []float32, margin float32, c color.RGBA) {
	a := area{1e9, 1e9, -1e9, -1e9}
	for i := 0; i+1 < len(xy); i += 2 {
		x, y := s.x+s.scale*xy[i], s.y-s.scale*xy[i+1]
		a = area{min(a.x0, x), min(a.y0, y), max(a.x1, x), max(a.y1, y)}
	}
	r := s.scale * margin
	clip := areaOf(s.clip)
	a = area{max(a.x0-r, clip.x0), max(a.y0-r, clip.y0), min(a.x1+r, clip.x1), min(a.y1+r, clip.y1)}
	s.shapes = append(s.shapes, shape{a, c})
}

// areaOf returns the area of a rectangle.
func areaOf(r image.Rectangle) area {
	return area{float32(r.Min.X), float32(r.Min.Y), float32(r.Max.X), float32(r.Max.Y)}
}

// Text records the bounding box of a text, from its base line to the top of its capital letters.
func (s *layoutRecorder) Text(x, y, size, align float32, text string, c color.RGBA) {
	if text == "" {
		return
	}
	const capitals = 0.72 // height of capital letters, as a share of the font size
	w := s.TextWidth(text, size*s.scale)
	left, base := s.x+s.scale*x-align*w, s.y-s.scale*y
	s.texts = append(s.texts, textBox{area{left, base - capitals*size*s.scale, left + w, base}, text, len(s.shapes), areaOf(s.clip), s.scale != 1})
}

// overlaps reports whether two areas overlap by more than half a pixel.
func (a area) overlaps(b area) bool {
	return min(a.x1, b.x1)-max(a.x0, b.x0) > 0.5 && min(a.y1, b.y1)-max(a.y0, b.y0) > 0.5
}

// contains reports whether a contains b.
func (a area) contains(b area) bool {
	return a.x0 <= b.x0 && a.y0 <= b.y0 && a.x1 >= b.x1 && a.y1 >= b.y1
}

// recordLayout returns the recorded picture of a Screen of w × h pixels.
func recordLayout(s *Screen, w, h int) *layoutRecorder {
	m := newRecorder(w, h)
	s.draw(m, float32(w), float32(h))
	return m
}

// contains reports whether a text of the picture contains words.
func (s *layoutRecorder) contains(words string) bool {
	for _, t := range s.texts {
		if strings.Contains(t.text, words) {
			return true
		}
	}
	return false
}

// faults returns a sentence for each unreadable text among the last texts. A text is unreadable if
// the edge of its pane cuts it, if it overlaps another text, if it touches a shape, or if it is
// too small. A text may lie within a shape.
func (s *layoutRecorder) faults(last int) (all []string) {
	texts := s.texts[max(len(s.texts)-last, 0):]
	for i, t := range texts {
		if !t.clip.contains(area{t.x0 + 1, t.y0 + 1, t.x1 - 1, t.y1 - 1}) {
			all = append(all, fmt.Sprintf("%q at %.0f is cut off by %.0f", t.text, t.area, t.clip))
		}
		if h := t.y1 - t.y0; h < 3 && (!t.scene || s.Rect.Dx() >= 600 && len(t.text) > 1) {
			all = append(all, fmt.Sprintf("%q is %.1f pixels high", t.text, h))
		}
		for _, other := range texts[:i] {
			if t.overlaps(other.area) {
				all = append(all, fmt.Sprintf("%q at %.0f overlaps %q at %.0f", t.text, t.area, other.text, other.area))
			}
		}
		background := 0 // index after the last shape that contains the text
		for k, a := range s.shapes[:t.shapes] {
			if a.contains(t.area) {
				background = k + 1
			}
		}
		wide := t.area
		if background == 0 && !t.scene {
			wide.x0, wide.x1 = t.x0-2, t.x1+2
		}
		for _, a := range s.shapes[background:] {
			if wide.overlaps(a.area) {
				all = append(all, fmt.Sprintf("%q at %.0f touches a shape at %.0f", t.text, t.area, a.area))
				break
			}
		}
	}
	return all
}
