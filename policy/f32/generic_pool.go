package f32

import "math"

// maxPoolGeneric sets y [len(at), width] to the largest numbers of windows, and which to their places.
// at has the first byte of each window in x, and terms the distances of its pixels from there [bytes].
func maxPoolGeneric(y []float32, which []int32, x []float32, at, terms []int32, width int) {
	for p, a := range at {
		for c := range width {
			best, place := float32(math.Inf(-1)), 0
			for t, d := range terms {
				if v := x[int(a+d)/4+c]; v > best || v != v {
					best, place = v, t
				}
			}
			y[p*width+c], which[p*width+c] = best, int32(place)
		}
	}
}

// maxPoolGradGeneric adds dy to the numbers of dx that maxPool has chosen.
func maxPoolGradGeneric(dx, dy []float32, which, at, terms []int32, width int) {
	for p, a := range at {
		for c := range width {
			dx[int(a+terms[which[p*width+c]])/4+c] += dy[p*width+c]
		}
	}
}
