package raster

import (
	"image/color"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is the letters: Bigelow and Holmes's Go Regular. Any number of goroutines
// may read it.
var face = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		panic(err) // it is part of the program
	}
	return f
})

// Text writes letters as the shapes that they are, at any size and place.
func (m *Image) Text(x, y, size, align float32, s string, c color.RGBA) {
	ppem := fixed.Int26_6(size * m.scale * 64)
	if ppem < 64 || ppem > 1<<16 {
		return
	}
	px, py := m.x+m.scale*x-align*m.width(s, ppem), m.y-m.scale*y
	height := float32(ppem) / 64
	if !m.begin([4]float32{px, py - height, px + m.width(s, ppem), py + height/2}, height/2) {
		return
	}
	px, py = px-float32(m.part.Min.X), py-float32(m.part.Min.Y)
	for _, r := range s {
		glyph, err := m.font.GlyphIndex(&m.buf, r)
		if err != nil {
			continue
		}
		m.glyph(glyph, ppem, px, py)
		px += m.advance(glyph, ppem)
	}
	m.paint(c)
}

// TextWidth is how wide a text is that Text writes.
func (m *Image) TextWidth(s string, size float32) float32 {
	return m.width(s, fixed.Int26_6(size*m.scale*64)) / m.scale
}

// width is that of a text, in pixels.
func (m *Image) width(s string, ppem fixed.Int26_6) (w float32) {
	for _, r := range s {
		if glyph, err := m.font.GlyphIndex(&m.buf, r); err == nil {
			w += m.advance(glyph, ppem)
		}
	}
	return w
}

// advance is from a letter to the next, in pixels.
func (m *Image) advance(glyph sfnt.GlyphIndex, ppem fixed.Int26_6) float32 {
	a, err := m.font.GlyphAdvance(&m.buf, glyph, ppem, font.HintingNone)
	if err != nil {
		return 0
	}
	return float32(a) / 64
}

// glyph adds a letter's outline.
func (m *Image) glyph(glyph sfnt.GlyphIndex, ppem fixed.Int26_6, x, y float32) {
	segments, err := m.font.LoadGlyph(&m.buf, glyph, ppem, nil)
	if err != nil {
		return
	}
	for i, s := range segments {
		var p [3][2]float32
		for k, a := range s.Args {
			p[k] = [2]float32{x + float32(a.X)/64, y + float32(a.Y)/64}
		}
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				m.z.ClosePath()
			}
			m.z.MoveTo(p[0][0], p[0][1])
		case sfnt.SegmentOpLineTo:
			m.z.LineTo(p[0][0], p[0][1])
		case sfnt.SegmentOpQuadTo:
			m.z.QuadTo(p[0][0], p[0][1], p[1][0], p[1][1])
		case sfnt.SegmentOpCubeTo:
			m.z.CubeTo(p[0][0], p[0][1], p[1][0], p[1][1], p[2][0], p[2][1])
		}
	}
	m.z.ClosePath()
}
