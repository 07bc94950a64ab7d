// Package pixels has the wrapper Pixels, whose observations are pictures of the environment. It
// draws small pictures itself, fast and with the same bytes on every platform: see New.
package pixels

import (
	"errors"
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/render"
)

// Settings are the settings of a Pixels.
type Settings struct {
	Size string `yaml:"size"` // width and height of the picture in pixels: 84x84
	Gray bool   `yaml:"gray"` // true: one channel, the brightness; false: red, green and blue
}

// UnmarshalText reads the size.
func (s *Settings) UnmarshalText(text []byte) error {
	s.Size = string(text)
	_, _, err := s.size()
	return err
}

// UnmarshalMapping reads a mapping, for example {size: 84x84, gray: true}.
func (s *Settings) UnmarshalMapping(decode func(into any) error) error {
	type fields Settings // the same struct without the methods, so that decode does not call them
	f := fields(*s)
	if err := decode(&f); err != nil {
		return err
	}
	*s = Settings(f)
	_, _, err := s.size()
	return err
}

// Limits of the width and of the height.
const (
	minSide = 8
	maxSide = 512
)

// size returns the width and the height.
func (s Settings) size() (w, h int, err error) {
	first, second, ok := strings.Cut(s.Size, "x")
	w, errW := strconv.Atoi(first)
	h, errH := strconv.Atoi(second)
	if !ok || errW != nil || errH != nil || min(w, h) < minSide || max(w, h) > maxSide {
		return 0, 0, fmt.Errorf("size %q, want WIDTHxHEIGHT in pixels, %d … %d each: 84x84", s.Size, minSide, maxSide)
	}
	return w, h, nil
}

// A Pixels is an environment whose observations are pictures of the wrapped environment, drawn by
// its own Draw. An observation is an env.Image of bytes, [height, width, channels].
type Pixels struct{ *env.TransformObservation }

var _ env.Wrapper = (*Pixels)(nil)

// New returns e with pictures as observations. It is an error if e has no drawing.
//
// A picture is the drawing of the window in other colours: the background is black, and everything
// that moves is bright. Texts are left out. It is the same on every platform, if the drawing computes
// its points with the same bits there.
func New(e env.Env, s Settings) (*Pixels, error) {
	w, h, err := s.size()
	if err != nil {
		return nil, err
	}
	scene, ok := env.As[render.Scene](e)
	if !ok {
		return nil, errors.New(e.Spec().ID + " has no drawing, so it has no pixels; want an environment with a method Draw")
	}
	channels := 3
	if s.Gray {
		channels = 1
	}
	canvas, look := newCanvas(w, h, channels), render.Look{Theme: Theme()}
	return &Pixels{env.NewTransformObservation(e, env.Image{H: h, W: w, C: channels}, func(dst, _ []float32) {
		scene.Draw(canvas, look)
		dst = dst[:len(canvas.pix)]
		for i, b := range canvas.pix {
			dst[i] = float32(b)
		}
	})}, nil
}

// Theme returns the colours of the pictures. Their brightness differs too.
func Theme() render.Theme {
	c := func(hex uint32) color.RGBA { return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255} }
	return render.Theme{
		Paper: c(0x000000), Ink: c(0xffffff), Faint: c(0x202020), Soft: c(0x585858),
		Blue: c(0x5aa0ff), Orange: c(0xffc84a), Green: c(0x28b060),
		Red: c(0xff6a3a), Yellow: c(0xfff27a), Sky: c(0x7ad0ff), Pink: c(0xf0a0d8),
	}
}
