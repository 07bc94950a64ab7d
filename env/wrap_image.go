package env

import "fmt"

// imageOf returns the space of e's observations if it is an Image, and the number of frames whose
// channels it has side by side. It returns an error that names the wrapper if it is no Image.
func imageOf(wrapper string, e Env) (m Image, frames int, err error) {
	spec := e.Spec()
	space := spec.Obs
	if c, ok := space.(Custom); ok {
		space = c.Plain()
	}
	m, ok := space.(Image)
	if !ok {
		return m, 0, fmt.Errorf("env: %s needs observations that are an Image, and these are %s", wrapper, Describe(space))
	}
	return m, max(spec.Frames, 1), nil
}

// newImageWrapper returns a TransformObservation around e, whose apply writes images of the space m. The
// images have the same frames as before.
func newImageWrapper(e Env, m Image, apply func(dst, x []float32)) *TransformObservation {
	w := NewTransformObservation(e, m, apply)
	w.frames = e.Spec().Frames
	return w
}

// A GrayObservation replaces the red, green and blue of each pixel by the brightness.
type GrayObservation struct{ *TransformObservation }

var _ Wrapper = (*GrayObservation)(nil)

// NewGrayObservation returns e with images of one channel. The images of e must have three
// channels: red, green and blue. Stacked frames have one channel each. The brightness is the luma
// of ITU-R BT.601 with the weights and the rounding of OpenCV's cvtColor.
func NewGrayObservation(e Env) (*GrayObservation, error) {
	m, frames, err := imageOf("GrayObservation", e)
	if err != nil {
		return nil, err
	}
	if m.C != 3*frames {
		return nil, fmt.Errorf("env: GrayObservation needs images of 3 channels, red, green and blue, and these are %s", Describe(m))
	}
	return &GrayObservation{newImageWrapper(e, Image{H: m.H, W: m.W, C: frames}, writeLuma)}, nil
}

// writeLuma writes the luma of each pixel of x to dst: 0.299 R + 0.587 G + 0.114 B, with weights of
// 15 bits.
func writeLuma(dst, x []float32) {
	for i := range dst {
		p := x[3*i : 3*i+3]
		dst[i] = float32((9798*uint32(p[0]) + 19235*uint32(p[1]) + 3735*uint32(p[2]) + 1<<14) >> 15)
	}
}

// A CropObservation cuts pixels off at the edges of images.
type CropObservation struct{ *TransformObservation }

var _ Wrapper = (*CropObservation)(nil)

// NewCropObservation returns e with images without the given numbers of rows at the top and the
// bottom, and of columns at the left and the right.
func NewCropObservation(e Env, top, bottom, left, right int) (*CropObservation, error) {
	m, _, err := imageOf("CropObservation", e)
	if err != nil {
		return nil, err
	}
	if min(top, bottom, left, right) < 0 || !leaves(m.H, top, bottom) || !leaves(m.W, left, right) {
		return nil, fmt.Errorf("env: CropObservation of %d pixels at the top, %d at the bottom, %d at the left and %d at the right of %s, want 0 or more, and a pixel that is left",
			top, bottom, left, right, Describe(m))
	}
	to := Image{H: m.H - top - bottom, W: m.W - left - right, C: m.C}
	return &CropObservation{newImageWrapper(e, to, func(dst, x []float32) {
		width := to.W * to.C
		for y := range to.H {
			from := ((top+y)*m.W + left) * m.C
			copy(dst[y*width:(y+1)*width], x[from:])
		}
	})}, nil
}

// leaves reports whether anything is left of size pixels without a and b of them.
func leaves(size, a, b int) bool { return a < size && b < size-a }
