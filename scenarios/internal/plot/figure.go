package plot

import (
	"fmt"
	"image/png"
	"io"
	"math"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
)

// A Figure is a picture of learning curves, with a title, the names of the axes and horizontal
// lines.
type Figure struct {
	Title, X, Y string
	Curves      []Curve
	Lines       []Line
	Dark        bool
}

// A Line is a horizontal line to compare with: a threshold, or a published result.
type Line struct {
	Name string
	Y    float64
}

// pixels is the size of a layout's unit of length in a PNG [pixels].
const pixels = 2

// WritePNG writes f as a picture of 1280×800 pixels, or higher if the legend is below.
func (f *Figure) WritePNG(w io.Writer) error {
	l, err := f.layout()
	if err != nil {
		return err
	}
	m := raster.NewImage(width*pixels, l.height*pixels)
	l.draw(m)
	return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(w, m)
}

// WriteSVG writes f as an SVG document of 640×400 pixels, or higher if the legend is below.
func (f *Figure) WriteSVG(w io.Writer) error {
	l, err := f.layout()
	if err != nil {
		return err
	}
	var c svg
	l.draw(&c)
	_, err = w.Write(c.document())
	return err
}

// theme returns the figure's colours.
func (f *Figure) theme() render.Theme {
	if f.Dark {
		return render.Dark()
	}
	return render.Light()
}

// check returns an error if a curve has no points, or a number that cannot be drawn.
func (f *Figure) check() error {
	for _, c := range f.Curves {
		if len(c.X) == 0 {
			return fmt.Errorf("plot: %s has no points", c.Name)
		}
		for _, numbers := range [][]float64{c.X, c.Y, c.Low, c.High} {
			for i, v := range numbers {
				if !drawable(v) {
					return fmt.Errorf("plot: %s has %v as point %d of %d, which cannot be drawn", c.Name, v, i+1, len(numbers))
				}
			}
		}
	}
	for _, l := range f.Lines {
		if !drawable(l.Y) {
			return fmt.Errorf("plot: the line %s is at %v, which cannot be drawn", l.Name, l.Y)
		}
	}
	return nil
}

// drawable reports whether v is finite, and small enough that the difference of two numbers is finite.
func drawable(v float64) bool { return math.Abs(v) <= 1e300 }
