// Package raster draws on images in memory. It needs no display, and gives the same pixels on
// every machine, except for rounding errors of one shade.
//
// An Image is a render.Canvas of pixels. A GIF or an MP4 collects Images as frames of a file. A
// Screen is the content of a window, drawn on an Image: package window shows it.
package raster

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/vector"

	"github.com/rlrun/rlrun/render"
)

// An Image is a Canvas of pixels. One goroutine at a time may draw on it.
type Image struct {
	*image.RGBA
	font *typeface
	z    vector.Rasterizer
	ink  image.Uniform

	clip  image.Rectangle // part of the image that drawing can change
	part  image.Rectangle // part of clip that the current shape can change
	scale float32         // pixels per world unit
	x, y  float32         // pixel of the world's origin
	path  []float32       // scratch: points of a shape in pixels
}

var _ render.Canvas = (*Image)(nil)

// NewImage returns an Image of width × height pixels. A world unit is a pixel until View is called.
func NewImage(width, height int) *Image {
	m := &Image{RGBA: image.NewRGBA(image.Rect(0, 0, width, height)), font: goRegular()}
	m.Within(m.Rect)
	return m
}

// Within limits drawing to the rectangle r: later calls of View and Clear use r in place of the
// whole image, and nothing is drawn outside of r. A world unit becomes a pixel, with the origin at
// the bottom left of r.
func (m *Image) Within(r image.Rectangle) {
	m.clip = r.Intersect(m.Rect)
	m.scale, m.x, m.y = 1, float32(r.Min.X), float32(r.Max.Y)
}

// View clears the part of the image that Within has chosen, and shows a world rectangle in its middle.
func (m *Image) View(x0, y0, x1, y1 float32, paper color.RGBA) {
	m.Clear(paper)
	w, h := float32(m.clip.Dx()), float32(m.clip.Dy())
	m.scale = min(w/(x1-x0), h/(y1-y0))
	m.x = float32(m.clip.Min.X) + w/2 - m.scale*(x0+x1)/2
	m.y = float32(m.clip.Min.Y) + h/2 + m.scale*(y0+y1)/2
}

// Clear fills the part of the image that Within has chosen with the colour paper.
func (m *Image) Clear(paper color.RGBA) {
	if m.clip.Empty() {
		return
	}
	row := func(y int) []byte { return m.Pix[m.PixOffset(m.clip.Min.X, y):][:4*m.clip.Dx()] }
	first := row(m.clip.Min.Y)
	copy(first, []byte{paper.R, paper.G, paper.B, 255})
	for n := 4; n < len(first); n *= 2 {
		copy(first[n:], first[:n])
	}
	for y := m.clip.Min.Y + 1; y < m.clip.Max.Y; y++ {
		copy(row(y), first)
	}
}

// Fill fills a polygon. The colour may be transparent. It draws nothing for fewer than three points.
func (m *Image) Fill(xy []float32, c color.RGBA) {
	if len(xy) < 6 {
		return
	}
	if p := m.pixels(xy); m.startShape(bounds(p), 1) {
		m.polygon(p)
		m.paint(c)
	}
}

// pixels returns points of the world in pixels. The next call overwrites the result.
func (m *Image) pixels(xy []float32) []float32 {
	m.path = m.path[:0]
	for i := 0; i+1 < len(xy); i += 2 {
		m.path = append(m.path, m.x+m.scale*xy[i], m.y-m.scale*xy[i+1])
	}
	return m.path
}

// bounds returns the smallest x and y and the largest x and y of points.
func bounds(p []float32) (b [4]float32) {
	b = [4]float32{p[0], p[1], p[0], p[1]}
	for i := 0; i+1 < len(p); i += 2 {
		b[0], b[1] = min(b[0], p[i]), min(b[1], p[i+1])
		b[2], b[3] = max(b[2], p[i]), max(b[3], p[i+1])
	}
	return b
}

// startShape starts a shape within the bounds b, widened by margin on each side. It returns false if
// nothing of the shape is visible, or if a bound is NaN or far outside of the image.
func (m *Image) startShape(b [4]float32, margin float32) bool {
	for _, v := range b {
		if !(math.Abs(float64(v)) < 1<<20) { // written so that NaN also returns false
			return false
		}
	}
	r := image.Rect(
		int(math.Floor(float64(b[0]-margin))), int(math.Floor(float64(b[1]-margin))),
		int(math.Ceil(float64(b[2]+margin))), int(math.Ceil(float64(b[3]+margin))),
	).Intersect(m.clip)
	if r.Empty() {
		return false
	}
	m.part = r
	m.z.Reset(r.Dx(), r.Dy())
	return true
}

// paint fills the current shape.
func (m *Image) paint(c color.RGBA) {
	m.ink.C = c
	m.z.Draw(m.RGBA, m.part, &m.ink, image.Point{})
}

// polygon adds a closed path through points in pixels to the current shape.
func (m *Image) polygon(p []float32) {
	x, y := float32(m.part.Min.X), float32(m.part.Min.Y)
	m.z.MoveTo(p[0]-x, p[1]-y)
	for i := 2; i+1 < len(p); i += 2 {
		m.z.LineTo(p[i]-x, p[i+1]-y)
	}
	m.z.ClosePath()
}
