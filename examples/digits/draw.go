package main

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/supervised"
)

// side is the height and the width of an image, in pixels.
const side = 16

// shape returns the shape of an image: height, width and channels.
func shape() nn.Shape { return nn.Shape{side, side, 1} }

// strokes has the lines of each digit, as points on a grid of 9×9: "20 60 38" is a line from column
// 2 of row 0 to column 6 of row 0, and from there to column 3 of row 8.
var strokes = [10]string{
	"40 61 63 65 67 48 27 25 23 21 40",
	"22 40 48",
	"21 40 61 63 28 68",
	"21 40 61 63 44 65 67 48 27",
	"58 50 15 75",
	"70 20 23 52 64 66 48 17",
	"50 32 25 27 48 67 65 44 25",
	"20 60 38",
	"44 22 21 40 61 62 44 25 27 48 67 65 44",
	"38 56 63 61 40 21 23 44 63",
}

// draw returns a data set of n images of digits. Each image has its own rotation, size, slant, place,
// thickness of the pen, shaky hand and noise.
func draw(rng *rand.Rand, n int) *supervised.Set {
	set := &supervised.Set{Steps: 1, Inputs: make([]float32, n*side*side), Classes: make([]float32, n)}
	for i := range n {
		digit := rng.IntN(len(strokes))
		set.Classes[i] = float32(digit)
		drawDigit(rng, set.Inputs[i*side*side:(i+1)*side*side], strokes[digit])
	}
	return set
}

// drawDigit draws the lines of a digit on an image of zeros, whose pixels become about 0 … 1.
func drawDigit(rng *rand.Rand, image []float32, lines string) {
	uniform := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	angle, slant := uniform(-0.4, 0.4), uniform(-0.4, 0.4)
	width, height := uniform(0.9, 1.7), uniform(1.1, 1.7) // of a square of the grid [pixels]
	left, top := side/2+uniform(-1.5, 1.5), side/2+uniform(-1.5, 1.5)
	pen, noise := uniform(0.6, 1.1), uniform(0, 0.35)
	sin, cos := math.Sincos(angle)
	var x, y []float64
	for i := 0; i < len(lines); i += 3 {
		u := (float64(lines[i]-'4') + slant*(float64(lines[i+1])-'4') + 0.3*rng.NormFloat64()) * width
		v := (float64(lines[i+1]) - '4' + 0.3*rng.NormFloat64()) * height
		x, y = append(x, left+cos*u-sin*v), append(y, top+sin*u+cos*v)
	}
	for p := range image {
		px, py := float64(p%side)+0.5, float64(p/side)+0.5
		nearest := math.Inf(1)
		for i := 1; i < len(x); i++ {
			nearest = min(nearest, distance(px-x[i-1], py-y[i-1], x[i]-x[i-1], y[i]-y[i-1]))
		}
		ink := min(max(pen+0.5-nearest, 0), 1)
		image[p] = float32(ink + noise*rng.NormFloat64())
	}
}

// distance returns the distance of the point x, y to the line from the origin to u, v.
func distance(x, y, u, v float64) float64 {
	along := min(max((x*u+y*v)/(u*u+v*v+1e-9), 0), 1) // fraction of the line at the point nearest to x, y
	return math.Hypot(x-along*u, y-along*v)
}
