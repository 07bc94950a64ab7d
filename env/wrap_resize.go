package env

import (
	"fmt"
	"math"
)

// A ResizeObservation scales images. A pixel of the result is the mean of the area that it covers, as
// in OpenCV's INTER_AREA, and has the same bytes.
type ResizeObservation struct{ *TransformObservation }

var _ Wrapper = (*ResizeObservation)(nil)

// maxResized is the largest width and height of a scaled image.
const maxResized = 1024

// NewResizeObservation returns e with images of the given height and width, from 1 to 1024 each.
// If the result is higher or wider, its pixels are interpolated, as in OpenCV.
func NewResizeObservation(e Env, height, width int) (*ResizeObservation, error) {
	m, _, err := imageOf("ResizeObservation", e)
	if err != nil {
		return nil, err
	}
	if min(height, width) < 1 || max(height, width) > maxResized {
		return nil, fmt.Errorf("env: ResizeObservation to %d×%d pixels, want 1 … %d each", width, height, maxResized)
	}
	to := Image{H: height, W: width, C: m.C}
	return &ResizeObservation{newImageWrapper(e, to, resizer(to, m))}, nil
}

// resizer returns a function that scales images of the space m to the space to.
func resizer(to, m Image) func(dst, x []float32) {
	switch {
	case to == m:
		return func(dst, x []float32) { copy(dst, x) }
	case to.H > m.H || to.W > m.W:
		return newInterpolation(to, m).write
	case m.H%to.H == 0 && m.W%to.W == 0:
		return blockMeans{to, m, m.H / to.H, m.W / to.W}.write
	}
	return newAreaMeans(to, m).write
}

// A blockMeans scales images whose pixels are blocks of h × w pixels of the original.
type blockMeans struct {
	to, from Image
	h, w     int
}

// write writes the means of the blocks to dst. OpenCV rounds halves up in blocks of 2 × 2, and to the
// even number in others.
func (b blockMeans) write(dst, x []float32) {
	c, share := b.to.C, 1/float32(b.h*b.w)
	for i := range dst {
		ch, column, row := i%c, i/c%b.to.W, i/c/b.to.W
		sum := 0
		for y := row * b.h; y < (row+1)*b.h; y++ {
			at := (y*b.from.W+column*b.w)*c + ch
			for range b.w {
				sum += int(x[at])
				at += c
			}
		}
		if b.h == 2 && b.w == 2 {
			dst[i] = float32((sum + 2) >> 2)
		} else {
			dst[i] = roundEven(float32(float32(sum) * share))
		}
	}
}

// roundEven rounds to the nearest whole number, and halves to the even one.
func roundEven(v float32) float32 { return float32(math.RoundToEven(float64(v))) }

// A tap is one pixel of the original within a pixel of the result, along one axis.
type tap struct {
	to, from int
	weight   float32
}

// areaTaps returns the taps of n pixels that cover m pixels, m > n, in the order of the result.
func areaTaps(n, m int) (taps []tap) {
	scale := 1 / (float64(n) / float64(m)) // rounded as in OpenCV
	const least = 1e-3                     // a smaller share of a pixel is left out
	for i := range n {
		start := float64(float64(i) * scale)
		end := start + scale
		width := min(scale, float64(m)-start)
		last := min(int(math.Floor(end)), m-1)
		first := min(int(math.Ceil(start)), last)
		if part := float64(first) - start; part > least {
			taps = append(taps, tap{i, first - 1, float32(part / width)})
		}
		for k := first; k < last; k++ {
			taps = append(taps, tap{i, k, float32(1 / width)})
		}
		if part := end - float64(last); part > least {
			taps = append(taps, tap{i, last, float32(min(part, 1, width) / width)})
		}
	}
	return taps
}

// An areaMeans scales images to smaller ones by any factor. It adds in the order of OpenCV.
type areaMeans struct {
	c, fromWidth int       // channels, and floats in a row of the original
	rows, cols   []tap     // taps of both axes
	row, sum     []float32 // [W, C] scratch: a row of the original that is scaled to W, and the sum of such rows
}

// newAreaMeans returns an areaMeans.
func newAreaMeans(to, m Image) *areaMeans {
	return &areaMeans{
		c: m.C, fromWidth: m.W * m.C, rows: areaTaps(to.H, m.H), cols: areaTaps(to.W, m.W),
		row: make([]float32, to.W*to.C), sum: make([]float32, to.W*to.C),
	}
}

// write writes the scaled image of x to dst.
func (a *areaMeans) write(dst, x []float32) {
	clear(a.sum)
	for i, t := range a.rows {
		a.scaleRow(x[t.from*a.fromWidth : (t.from+1)*a.fromWidth])
		for k, v := range a.row {
			a.sum[k] += float32(t.weight * v)
		}
		if i+1 == len(a.rows) || a.rows[i+1].to != t.to {
			row := dst[t.to*len(a.sum):]
			for k, v := range a.sum {
				row[k] = roundEven(min(v, 255))
			}
			clear(a.sum)
		}
	}
}

// scaleRow writes a row of the original, scaled to the width of the result, to a.row.
func (a *areaMeans) scaleRow(x []float32) {
	clear(a.row)
	if a.c == 1 {
		for _, t := range a.cols {
			a.row[t.to] += float32(x[t.from] * t.weight)
		}
		return
	}
	for _, t := range a.cols {
		dst, src := a.row[t.to*a.c:(t.to+1)*a.c], x[t.from*a.c:(t.from+1)*a.c]
		for ch, v := range src {
			dst[ch] += float32(v * t.weight)
		}
	}
}

// weightBits is the number of bits of the weights of an interpolation.
const weightBits = 11

// A blend is a pixel of the result along one axis: a pixel of the original with the weight a, and the
// next pixel with the weight b.
type blend struct {
	from, next int
	a, b       int32 // [1 << weightBits]
}

// blends returns the blends of n pixels that cover m pixels. A pixel of the result that lies within a
// pixel of the original has its value; others have a mixture of two.
func blends(n, m int) []blend {
	inverse := float64(n) / float64(m)
	scale := 1 / inverse
	all := make([]blend, n)
	for i := range all {
		from := int(math.Floor(float64(float64(i) * scale)))
		part := float32(float64(i+1) - float64(float64(from+1)*inverse))
		if part <= 0 {
			part = 0
		} else {
			part -= float32(math.Floor(float64(part)))
		}
		if from >= m-1 {
			from, part = m-1, 0
		}
		const one = 1 << weightBits
		all[i] = blend{from, min(from+1, m-1), int32(roundEven((1 - part) * one)), int32(roundEven(part * one))}
	}
	return all
}

// An interpolation scales images to higher or wider ones, in whole numbers as OpenCV does.
type interpolation struct {
	c, fromWidth int
	rows, cols   []blend
	upper, lower []int32 // [W, C] scratch: two rows of the original that are scaled to W
}

// newInterpolation returns an interpolation.
func newInterpolation(to, m Image) *interpolation {
	return &interpolation{
		c: m.C, fromWidth: m.W * m.C, rows: blends(to.H, m.H), cols: blends(to.W, m.W),
		upper: make([]int32, to.W*to.C), lower: make([]int32, to.W*to.C),
	}
}

// write writes the scaled image of x to dst.
func (p *interpolation) write(dst, x []float32) {
	for i, r := range p.rows {
		p.scaleRow(p.upper, x[r.from*p.fromWidth:])
		p.scaleRow(p.lower, x[r.next*p.fromWidth:])
		row := dst[i*len(p.upper):]
		for k, u := range p.upper {
			v := (r.a*(u>>4))>>16 + (r.b*(p.lower[k]>>4))>>16
			row[k] = float32((v + 2) >> 2)
		}
	}
}

// scaleRow writes a row of the original, scaled to the width of the result, to dst.
func (p *interpolation) scaleRow(dst []int32, x []float32) {
	for i, b := range p.cols {
		for ch := range p.c {
			dst[i*p.c+ch] = int32(x[b.from*p.c+ch])*b.a + int32(x[b.next*p.c+ch])*b.b
		}
	}
}
