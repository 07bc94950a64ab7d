package mechanism

import (
	"image/color"

	"github.com/rlrun/rlrun/render"
)

// A Tone is a colour of a Theme. It has the right shade in the light and in the dark theme.
type Tone uint8

// The tones, in the order of the Theme's accents.
const (
	Blue Tone = iota
	Orange
	Green
	Red
	Yellow
	Sky
	Pink
	Ink
	Soft
)

// of returns the tone's colour in a theme.
func (t Tone) of(th *render.Theme) color.RGBA {
	return [...]color.RGBA{th.Blue, th.Orange, th.Green, th.Red, th.Yellow, th.Sky, th.Pink, th.Ink, th.Soft}[t%9]
}

// A Style says how the geoms of a body are drawn.
type Style struct {
	Tone  Tone
	Shade float32 // -1 … 1: darker or lighter than the tone
	Layer int     // a higher layer is in front of a lower one, at any depth; a negative one is paler
}

// color returns the colour of the style in a theme.
func (s Style) color(th *render.Theme) color.RGBA {
	c := shaded(s.Tone.of(th), s.Shade)
	if s.Layer < 0 {
		c = render.Mix(c, th.Paper, 0.35)
	}
	return c
}

// shaded returns c mixed with white for a positive shade, and with black for a negative one.
func shaded(c color.RGBA, shade float32) color.RGBA {
	if shade < 0 {
		return render.Mix(c, color.RGBA{0, 0, 0, 255}, -shade)
	}
	return render.Mix(c, color.RGBA{255, 255, 255, 255}, shade)
}
