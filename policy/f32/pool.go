package f32

import (
	"fmt"
	"math"
)

// A Pool has the tables of a pool over windows of images: the places of the windows. Images are
// [H, W, C]. It does not change, and goroutines may share it.
type Pool struct {
	H, W, C int // shape of the image
	OH, OW  int // height and width of the result

	pad     int     // width of the border
	width   int     // width of the image with its border
	strip   int     // number of rows of the result that are computed at a time
	side    int     // height and width of a window; 0 for an adaptive pool
	stride  int     // distance of windows
	windows []int32 // [OH·OW]: window of the pixel, in bytes; nil for an adaptive pool
	terms   []int32 // [side·side]: pixel in the window, in bytes
}

// NewPool returns the pool of windows of k × k pixels, stride pixels apart, in images with a border of
// pad pixels. As in PyTorch, windows lie inside the border, and pad is at most k/2. It panics if there
// is no such pool: see CheckPool.
func NewPool(h, w, c, k, stride, pad int) *Pool {
	if err := CheckPool(h, w, c, k, stride, pad); err != nil {
		panic("f32: " + err.Error())
	}
	p := &Pool{H: h, W: w, C: c, OH: (h+2*pad-k)/stride + 1, OW: (w+2*pad-k)/stride + 1, pad: pad, width: w + 2*pad, side: k, stride: stride}
	p.strip = p.OH
	if pad > 0 {
		p.strip = min(p.OH, (scratchSize/(p.width*c)-k)/stride+1)
	}
	for y := range p.OH {
		for x := range p.OW {
			p.windows = append(p.windows, bytesOf(y*stride*p.width+x*stride, c))
		}
	}
	for y := range k {
		for x := range k {
			p.terms = append(p.terms, bytesOf(y*p.width+x, c))
		}
	}
	return p
}

// CheckPool returns an error if NewPool cannot make such a pool.
func CheckPool(h, w, c, k, stride, pad int) error {
	shape := fmt.Sprintf("a pool of %d×%d over images of %d×%d×%d with stride %d and padding %d", k, k, h, w, c, stride, pad)
	switch {
	case min(h, w, c, k, stride) < 1 || max(h, w, c, k, stride) > maxConvSide:
		return fmt.Errorf("%s: want numbers between 1 and %d", shape, maxConvSide)
	case pad < 0 || pad > k/2:
		return fmt.Errorf("%s: want a padding between 0 and %d", shape, k/2)
	case k > h+2*pad || k > w+2*pad:
		return fmt.Errorf("%s: the window is larger than the image with its border", shape)
	case countOf(h+2*pad, w+2*pad, c) > maxConvFloats || countOf(k, w+2*pad, c) > scratchSize:
		return fmt.Errorf("%s: the image is too large", shape)
	}
	return nil
}

// NewAdaptivePool returns the pool with a result of oh × ow pixels, for Mean and MeanGrad. Row i of the
// result is the mean of rows [⌊i h / oh⌋, ⌈(i+1) h / oh⌉) of the image, and columns likewise, as in
// PyTorch's AdaptiveAvgPool2d.
func NewAdaptivePool(h, w, c, oh, ow int) *Pool {
	if min(h, w, c, oh, ow) < 1 || max(h, w, c, oh, ow) > maxConvSide {
		panic(fmt.Sprintf("f32: an adaptive pool of %d×%d×%d to %d×%d: want numbers between 1 and %d", h, w, c, oh, ow, maxConvSide))
	}
	return &Pool{H: h, W: w, C: c, OH: oh, OW: ow, width: w, strip: oh}
}

// In returns the number of floats of an image, H·W·C.
func (p *Pool) In() int { return p.H * p.W * p.C }

// Out returns the number of floats of a result, OH·OW·C.
func (p *Pool) Out() int { return p.OH * p.OW * p.C }

// Max sets y [N, OH, OW, C] to the largest number of each window, for the images [from, to) of x
// [N, H, W, C]. which [N, OH, OW, C] gets the number's place in its window, for MaxGrad. Of equal
// numbers it is the first. The border is -Inf. A NaN in a window gives NaN.
func (p *Pool) Max(y []float32, which []int32, x []float32, from, to int) {
	p.max(active, y[:to*p.Out()], which[:to*p.Out()], x[:to*p.In()], from, to)
}

// MaxGrad adds the gradient of the images [from, to) to dx [N, H, W, C]. dy is the gradient of Max's y.
// If add is false, it sets dx instead, to the same bits as if dx had been zeros.
func (p *Pool) MaxGrad(dx, dy []float32, which []int32, from, to int, add bool) {
	p.maxGrad(active, dx[:to*p.In()], dy[:to*p.Out()], which[:to*p.Out()], from, to, add)
}

func (p *Pool) max(k *kernels, y []float32, which []int32, x []float32, from, to int) {
	s := getScratch()
	defer s.put()
	edge := float32(math.Inf(-1))
	for i := from; i < to; i++ {
		image, out := x[i*p.In():(i+1)*p.In()], i*p.Out()
		for row := 0; row < p.OH; row += p.strip {
			end, rows := min(row+p.strip, p.OH), image
			if n := (end-row-1)*p.stride + p.side; p.pad > 0 {
				border(s.floats[:], image, p.H, p.W, p.C, p.pad, p.pad, p.width, row*p.stride, n, edge)
				rows = s.floats[:n*p.width*p.C]
			}
			from, to := out+row*p.OW*p.C, out+end*p.OW*p.C
			k.maxPool(y[from:to], which[from:to], rows, p.windows[:(end-row)*p.OW], p.terms, p.C)
		}
	}
}

func (p *Pool) maxGrad(k *kernels, dx, dy []float32, which []int32, from, to int, add bool) {
	s := getScratch()
	defer s.put()
	for i := from; i < to; i++ {
		image, out := dx[i*p.In():(i+1)*p.In()], i*p.Out()
		if !add {
			clear(image)
		}
		for row := 0; row < p.OH; row += p.strip {
			end := min(row+p.strip, p.OH)
			from, to, at := out+row*p.OW*p.C, out+end*p.OW*p.C, p.windows[:(end-row)*p.OW]
			if p.pad == 0 {
				k.maxPoolGrad(image, dy[from:to], which[from:to], at, p.terms, p.C)
				continue
			}
			n := (end-row-1)*p.stride + p.side
			padded := s.floats[:n*p.width*p.C]
			clear(padded)
			k.maxPoolGrad(padded, dy[from:to], which[from:to], at, p.terms, p.C)
			addInner(k, image, padded, p.H, p.W, p.C, p.pad, p.width, row*p.stride, n)
		}
	}
}

// Mean sets y [N, OH, OW, C] to the mean of each window, for the images [from, to) of x [N, H, W, C].
// The border is 0, and its pixels count, as in PyTorch's AvgPool2d.
func (p *Pool) Mean(y, x []float32, from, to int) {
	for i := from; i < to; i++ {
		image, out := x[i*p.In():(i+1)*p.In()], y[i*p.Out():(i+1)*p.Out()]
		for at := range p.OH * p.OW {
			mean := out[at*p.C : (at+1)*p.C]
			clear(mean)
			top, bottom, left, right, count := p.window(at)
			for r := top; r < bottom; r++ {
				active.sumRows(mean, image[(r*p.W+left)*p.C:(r*p.W+right)*p.C], right-left)
			}
			for c := range mean {
				mean[c] /= count
			}
		}
	}
}

// MeanGrad adds the gradient of the images [from, to) to dx [N, H, W, C]. dy is the gradient of Mean's
// y. If add is false, it sets dx instead, to the same bits as if dx had been zeros.
func (p *Pool) MeanGrad(dx, dy []float32, from, to int, add bool) {
	for i := from; i < to; i++ {
		image, grad := dx[i*p.In():(i+1)*p.In()], dy[i*p.Out():(i+1)*p.Out()]
		if !add {
			clear(image)
		}
		for at := range p.OH * p.OW {
			top, bottom, left, right, count := p.window(at)
			for r := top; r < bottom; r++ {
				for x := left; x < right; x++ {
					active.axpy(image[(r*p.W+x)*p.C:(r*p.W+x+1)*p.C], grad[at*p.C:(at+1)*p.C], 1/count)
				}
			}
		}
	}
}

// window returns the pixels of the image in the window of a pixel of the result, without the border,
// and the number that divides their sum.
func (p *Pool) window(at int) (top, bottom, left, right int, count float32) {
	y, x := at/p.OW, at%p.OW
	if p.windows == nil {
		top, bottom = y*p.H/p.OH, ((y+1)*p.H+p.OH-1)/p.OH
		left, right = x*p.W/p.OW, ((x+1)*p.W+p.OW-1)/p.OW
		return top, bottom, left, right, float32((bottom - top) * (right - left))
	}
	top, left = y*p.stride-p.pad, x*p.stride-p.pad
	bottom, right = min(top+p.side, p.H), min(left+p.side, p.W)
	return max(top, 0), bottom, max(left, 0), right, float32(p.side * p.side)
}
