package render

import (
	"fmt"
	"image/color"
)

// A Theme contains the colours of a picture. Colour-blind people can distinguish its accents, from
// Blue to Pink: Okabe and Ito 2008, "Color universal design".
type Theme struct {
	Paper, Ink             color.RGBA // Paper is the background, Ink the colour of text and lines
	Faint, Soft            color.RGBA // between Paper and Ink: Faint for areas, Soft for less important lines
	Blue, Orange, Green    color.RGBA
	Red, Yellow, Sky, Pink color.RGBA
}

// Light returns the light theme: dark ink on white.
func Light() Theme {
	return Theme{
		Paper: rgb(0xffffff), Ink: rgb(0x262626), Faint: rgb(0xe9ecef), Soft: rgb(0x9aa1a9),
		Blue: rgb(0x0072b2), Orange: rgb(0xe69f00), Green: rgb(0x009e73),
		Red: rgb(0xd55e00), Yellow: rgb(0xf0d03c), Sky: rgb(0x56b4e9), Pink: rgb(0xcc79a7),
	}
}

// Dark returns the dark theme: light ink on a dark background.
func Dark() Theme {
	return Theme{
		Paper: rgb(0x161b22), Ink: rgb(0xd8dce0), Faint: rgb(0x2b323b), Soft: rgb(0x6e7782),
		Blue: rgb(0x3d9bdc), Orange: rgb(0xe6a21f), Green: rgb(0x1fb58c),
		Red: rgb(0xe8743b), Yellow: rgb(0xe8cf4e), Sky: rgb(0x6cc0f0), Pink: rgb(0xd88bb6),
	}
}

// ThemeOf returns the Theme called light or dark.
func ThemeOf(name string) (Theme, error) {
	switch name {
	case "light":
		return Light(), nil
	case "dark":
		return Dark(), nil
	}
	return Theme{}, fmt.Errorf("theme %q, want light or dark", name)
}

// Colors returns all colours of the theme.
func (t Theme) Colors() []color.RGBA {
	return []color.RGBA{t.Paper, t.Ink, t.Faint, t.Soft, t.Blue, t.Orange, t.Green, t.Red, t.Yellow, t.Sky, t.Pink}
}

// Label returns the colour of labels beside numbers. It is paler than Ink, but still readable.
func (t Theme) Label() color.RGBA { return Mix(t.Soft, t.Ink, 0.45) }

// Mix returns the mixture of the colours a and b, with the share t of b, 0 … 1.
func Mix(a, b color.RGBA, t float32) color.RGBA {
	mix := func(a, b uint8) uint8 { return uint8(float32(a) + float32(t*(float32(b)-float32(a))) + 0.5) }
	t = min(max(t, 0), 1)
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

// rgb returns the colour 0xRRGGBB.
func rgb(hex uint32) color.RGBA {
	return color.RGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}
