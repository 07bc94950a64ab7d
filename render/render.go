// Package render lets an environment draw itself without knowing on what.
//
// A Scene draws on a Canvas, in world units with y up, and in the colours of a
// Theme. A Recorder is a Canvas that keeps what is drawn, for a browser or a later
// Canvas to play back; the package raster has one that makes pictures.
package render

import "image/color"

// A Scene can draw its present state.
type Scene interface{ Draw(Canvas, Look) }

// A Canvas is something to draw on. It has no state but the view. Lengths are
// in world units, points are x0, y0, x1, y1, …, and colours are opaque. It keeps
// none of the slices.
type Canvas interface {
	// View clears the canvas to paper and shows a world rectangle, as large as it
	// fits.
	View(x0, y0, x1, y1 float32, paper color.RGBA)

	// Line joins points, with round ends and corners. One point alone is a disc.
	Line(xy []float32, width float32, c color.RGBA)

	// Fill fills a polygon.
	Fill(xy []float32, c color.RGBA)

	// Text writes s on the base line y: rightwards from x where align is 0, about x
	// where it is 0.5, up to x where it is 1. Letters are size high, with what
	// hangs below and stands above them.
	Text(x, y, size, align float32, s string, c color.RGBA)
}

// A Look is how a Scene is to look, and what is shown beside its state. What a
// Scene does not know of it leaves out.
type Look struct {
	Theme
	Done   bool      // the episode has ended
	Trail  []float32 // where the Tracer's point was of late, the latest last
	Values []float32 // [S] the value of each state, where states can be counted
	Best   []int     // [S] the policy's action in each state
}

// A Tracer is a Scene with a point whose way is worth seeing.
type Tracer interface{ Tip() (x, y float32) }

// A Paced is a Scene that says how many steps a second suit the eye.
type Paced interface{ StepsPerSecond() int }

// Pace is that of a scene, and 30 where it has none.
func Pace(s Scene) int {
	if p, ok := s.(Paced); ok {
		return p.StepsPerSecond()
	}
	return 30
}
