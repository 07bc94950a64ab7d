package raster

import "image/color"

// Text draws the outlines of letters, at any font size and position.
func (m *Image) Text(x, y, size, align float32, s string, c color.RGBA) {
	ppem := int32(size * m.scale * 64) // pixels per em, the font size in 1/64 pixels
	if ppem < 64 || ppem > 1<<16 {
		return
	}
	px, py := m.x+m.scale*x-align*m.width(s, ppem), m.y-m.scale*y
	height := float32(ppem) / 64
	if !m.startShape([4]float32{px, py - height, px + m.width(s, ppem), py + height/2}, height/2) {
		return
	}
	px, py = px-float32(m.part.Min.X), py-float32(m.part.Min.Y)
	for _, r := range s {
		g := m.font.glyph(r)
		m.addGlyph(g, ppem, px, py)
		px += float32(m.font.scale(g.advance, ppem)) / 64
	}
	m.paint(c)
}

// TextWidth returns the width of a text that Text draws, in world units.
func (m *Image) TextWidth(s string, size float32) float32 {
	return m.width(s, int32(size*m.scale*64)) / m.scale
}

// width returns the width of a text in pixels, at a font size of ppem/64 pixels.
func (m *Image) width(s string, ppem int32) (w float32) {
	for _, r := range s {
		w += float32(m.font.scale(m.font.glyph(r).advance, ppem)) / 64
	}
	return w
}

// addGlyph adds the outline of a letter to the current shape. Its base line starts at (x, y).
func (m *Image) addGlyph(g *glyph, ppem int32, x, y float32) {
	toPixels := func(ux, uy int32) (px, py float32) {
		return x + float32(m.font.scale(ux, ppem))/64, y - float32(m.font.scale(uy, ppem))/64
	}
	for i, c := range g.curves {
		px, py := toPixels(c.x, c.y)
		switch c.kind {
		case moveTo:
			if i > 0 {
				m.z.ClosePath()
			}
			m.z.MoveTo(px, py)
		case lineTo:
			m.z.LineTo(px, py)
		case quadTo:
			cx, cy := toPixels(c.cx, c.cy)
			m.z.QuadTo(cx, cy, px, py)
		}
	}
	m.z.ClosePath()
}
