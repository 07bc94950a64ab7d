package episode

import (
	"fmt"
	"image/color"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/render"
)

// HasImage reports whether observations have an image that the environment's own drawing does not show.
func (p *Player) HasImage() bool { return p.scene != nil && p.image() != nil }

// ImageSize returns the width and the height of the first image in an observation [pixels]. Call it
// only if HasImage.
func (p *Player) ImageSize() (w, h int) {
	shape := p.image().Shape
	return shape[1], shape[0]
}

// ImageText returns the size of the image in an observation as text, and its number of frames. Call it
// only if HasImage.
func (p *Player) ImageText() string {
	w, h := p.ImageSize()
	if n := p.frames(); n > 1 {
		return fmt.Sprintf("%d×%d, %d frames", w, h, n)
	}
	return fmt.Sprintf("%d×%d", w, h)
}

// image returns the first part of an observation that is an image, or nil if there is no such part.
func (p *Player) image() *env.Part {
	for i := range p.obs.Parts {
		if part := &p.obs.Parts[i]; part.Byte && part.Kind != env.Bits && len(part.Shape) == 3 {
			return part
		}
	}
	return nil
}

// frames returns the number of frames whose channels the image has.
func (p *Player) frames() int {
	if channels := p.image().Shape[2]; p.Spec.Frames > 1 && channels%p.Spec.Frames == 0 {
		return p.Spec.Frames
	}
	return 1
}

// DrawImage draws the image in the current observation into the rectangle from (x0, y0) to (x1, y1), as
// large as possible. Of stacked frames, the older ones are paler, so that movements leave a trail. Call
// it only if HasImage.
func (p *Player) DrawImage(c render.Canvas, x0, y0, x1, y1 float32) {
	part := p.image()
	h, w := part.Shape[0], part.Shape[1]
	shades := shades{p.Obs[part.From:part.To], part.Shape[2], p.frames(), 1}
	if most := slices.Max(shades.row); most <= 1 {
		shades.gain = 255
	} else if most <= dim {
		shades.gain = 255. / dim
	}
	size := min((x1-x0)/float32(w), (y1-y0)/float32(h))
	left, top := (x0+x1-size*float32(w))/2, (y0+y1+size*float32(h))/2
	render.Cells(c, left, top, size, size, w, h, shades.at)
}

// dim is the largest number of images that are no shades, for example bits, or types and colours of the
// squares of MiniGrid. They are drawn brighter.
const dim = 10

// shades has the colours of an image.
type shades struct {
	row              []float32 // [pixels, channels]
	channels, frames int
	gain             float32 // factor of all numbers
}

// at returns the colour of pixel i. An image of three channels has red, green and blue; of an image with
// another number of channels the largest one counts.
func (s shades) at(i int) color.RGBA {
	pixel := s.row[i*s.channels : (i+1)*s.channels]
	each := s.channels / s.frames
	var rgb [3]float32
	for k := range s.frames {
		share := 1 - 0.75*float32(s.frames-1-k)/float32(s.frames)
		for ch, v := range pixel[k*each : (k+1)*each] {
			for c := range rgb {
				if each != 3 || c == ch {
					rgb[c] = max(rgb[c], float32(share*v*s.gain))
				}
			}
		}
	}
	return color.RGBA{uint8(rgb[0] + 0.5), uint8(rgb[1] + 0.5), uint8(rgb[2] + 0.5), 255}
}
