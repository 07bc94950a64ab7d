// Package render draws environments. An environment that implements Scene draws itself on a
// Canvas, in world units with y upwards and in the colours of a Theme, and does not depend
// on the kind of canvas.
//
// Package raster has a Canvas that makes images. A Recorder is a Canvas that keeps the drawing
// calls, to send them to a browser or to repeat them on another Canvas.
package render

import "image/color"

// A Scene draws its current state.
type Scene interface{ Draw(Canvas, Look) }

// A Canvas receives drawing calls. Its only state is the view. Lengths are in world units,
// points are x0, y0, x1, y1, …, and colours are opaque. A Canvas does not keep the slices
// that it receives.
type Canvas interface {
	// View fills the canvas with the colour paper. From then on the world rectangle
	// (x0, y0) … (x1, y1) fills the canvas, as large as possible without distortion.
	View(x0, y0, x1, y1 float32, paper color.RGBA)

	// Line draws a line through the points, with round ends and corners. A single point is
	// drawn as a disc.
	Line(xy []float32, width float32, c color.RGBA)

	// Fill fills the polygon with these corners.
	Fill(xy []float32, c color.RGBA)

	// Text writes s on the base line y. With align 0 the text begins at x, with 0.5 it is
	// centred at x, and with 1 it ends at x. The size is the font size, about the height
	// from the lowest to the highest point of the letters.
	Text(x, y, size, align float32, s string, c color.RGBA)
}

// A Look contains the theme of a drawing, and optional information to show with the state. A
// Scene ignores the fields that it cannot show.
type Look struct {
	Theme
	Done   bool      // the episode has ended
	Trail  []float32 // last positions of the Tracer's point, oldest first
	Values []float32 // [S] value of each state, if states are discrete
	Best   []int     // [S] action of the policy in each state, if states are discrete
}

// A Tracer is a Scene that shows the trail of a moving point, for example of the tip of a
// pendulum.
type Tracer interface{ Tip() (x, y float32) }

// A Paced is a Scene that knows at how many steps per second it should be shown.
type Paced interface{ StepsPerSecond() int }

// Pace returns the steps per second at which a scene should be shown: its own number, or 30
// if it is not Paced.
func Pace(s Scene) int {
	if p, ok := s.(Paced); ok {
		return p.StepsPerSecond()
	}
	return 30
}
