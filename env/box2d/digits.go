package box2d

import "math"

// Sizes of a glyph. Its cells are as wide as three pixels of the window, and as high as a pixel of the
// picture, because the return is always at the same height.
const (
	glyphCells = 8
	glyphRows  = 5
	cellWidth  = 3.0
	digitWidth = 23.0 // way to the next glyph
	minusWidth = 13.0
	minus      = 10   // glyph of the minus sign
	glyphTop   = 3    // rows below the picture
	textMiddle = 60.0 // of the return, in pixels of the window
)

// glyphs are the ten digits and the minus sign: the share of each cell that ink covers, in fifteenths, a
// row as a number of eight hexadecimal digits. They are fitted to the digits that pygame's default font
// leaves in Gymnasium's pictures.
var glyphs = [minus + 1][glyphRows]uint32{
	{0x01556400, 0x6f934de0, 0xcf300af4, 0x5fa35ed0, 0x00445200},
	{0x00003100, 0x169df400, 0x000bf400, 0x000af500, 0x00037100},
	{0x02666300, 0x6f924fd0, 0x0027bc50, 0x3ffb5660, 0x23333330},
	{0x03565410, 0x5d825ed0, 0x0007ae90, 0x4e844df1, 0x01455300},
	{0x00024410, 0x005ddf40, 0x3b90cf50, 0x5786dfa2, 0x00003410},
	{0x02544440, 0x0cb56440, 0x2c988db1, 0x4a432df2, 0x03676410},
	{0x01566410, 0x4fa35680, 0x9fc78dc1, 0x3fb34df1, 0x00355300},
	{0x12222221, 0x47779fc1, 0x000ae400, 0x00bf2000, 0x01650000},
	{0x01567300, 0x5f834dc0, 0x2dc7be80, 0x8f854de1, 0x01455200},
	{0x02566300, 0x8f833dd0, 0x4fb69ef3, 0x2a765ea0, 0x02454200},
	{0x00000000, 0x00000000, 0x49570000, 0x34240000, 0x00000000},
}

// kerning is by how much the way from a digit to another one is longer, in tenths of a pixel of the
// window.
var kerning = [10][10]int8{
	{20, 0, 30, 30, 0, 30, 0, 0, 25, 34},
	{0, -40, 0, 0, 0, 0, 0, -30, 0, 0},
	{30, 0, 0, 30, 0, 0, 30, 0, 30, 30},
	{30, 0, 20, 30, 0, 30, 20, 0, 32, 33},
	{30, 0, 20, 30, 0, 30, 30, 0, 40, 30},
	{0, 0, 0, 30, 0, 30, 0, 0, 26, 32},
	{28, 0, 0, 30, 0, 30, 20, 0, 30, 34},
	{0, 0, 0, 0, -30, 0, 0, 0, 0, 0},
	{25, -5, 25, 34, 0, 30, 20, -5, 30, 36},
	{0, 0, 25, 27, 0, 25, -5, -5, 0, 30},
}

// A label is the return as glyphs, the last one first.
type label struct {
	glyphs [24]uint8
	n      int
}

// add adds a glyph to the left.
func (l *label) add(g uint8) {
	l.glyphs[l.n] = g
	l.n++
}

// labelOf returns a number as Python's format 04.0f writes it.
func labelOf(x float64) (l label) {
	v, width := int64(math.RoundToEven(min(math.Abs(x), 1e15))), 4
	if math.Signbit(x) {
		width = 3
	}
	for v > 0 || l.n < width {
		l.add(uint8(v % 10))
		v /= 10
	}
	if math.Signbit(x) {
		l.add(minus)
	}
	return l
}

// width returns the way from glyph i of a label, counted from the right, to the next one.
func (l *label) width(i int) float64 {
	g := l.glyphs[i]
	if g == minus {
		return minusWidth
	}
	if i == 0 {
		return digitWidth
	}
	return digitWidth + float64(kerning[g][l.glyphs[i-1]])/10
}

// An inkMap is the shares of pixels that glyphs cover.
type inkMap [glyphRows][pictureSide / 2]float32

// drawReturn writes the return in the lower left corner.
func (p *picture) drawReturn(x float64) {
	l := labelOf(x)
	width := 0.0
	for i := range l.n {
		width += l.width(i)
	}
	pen := textMiddle - math.Floor(math.Floor(width+0.5)/2)
	var ink inkMap
	for i := l.n - 1; i >= 0; i-- {
		ink.add(l.glyphs[i], pen)
		pen += l.width(i)
	}
	for y := range ink {
		for x, s := range ink[y] {
			if s > 0 {
				at := p.bar[3*((glyphTop+y)*pictureSide+x):][:3]
				v := uint8(max(0, min(float32(255*s), 255)-1.5))
				at[0], at[1], at[2] = max(at[0], v), max(at[1], v), max(at[2], v)
			}
		}
	}
}

// add adds a glyph whose left side is at x in the window.
func (m *inkMap) add(glyph uint8, x float64) {
	const shade = 15
	for c := range glyphCells {
		x0 := (x + float64(cellWidth*float64(c))) * pictureSide / windowWidth
		x1 := x0 + cellWidth*pictureSide/windowWidth
		for column := max(0, int(x0)); float64(column) < x1 && column < len(m[0]); column++ {
			share := overlap(column, x0, x1) / shade
			for row, cells := range glyphs[glyph] {
				m[row][column] += float32(float64(share * float64(cells>>(4*(glyphCells-1-c))&15)))
			}
		}
	}
}
