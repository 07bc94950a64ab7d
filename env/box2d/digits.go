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
	minus      = 10 // glyph of the minus sign
	glyphTop   = pictureRows + 3
	textMiddle = 60.0 // of the return, in pixels of the window
)

// glyphs are the ten digits and the minus sign: the share of each cell that ink covers, in fifteenths, a
// row as a number of eight hexadecimal digits. They are fitted to the digits that pygame's default font
// leaves in Gymnasium's pictures.
var glyphs = [minus + 1][glyphRows]uint32{
	{0x01466400, 0x6f924de0, 0xcf300af4, 0x5f945dd0, 0x01355200},
	{0x00003000, 0x06acf400, 0x000bf400, 0x000bf400, 0x00037100},
	{0x02665400, 0x6f825fc0, 0x0027ad40, 0x3ffb6560, 0x23333330},
	{0x02665500, 0x5d735fc0, 0x0007af80, 0x4e844ee1, 0x01454300},
	{0x00024410, 0x104ebf50, 0x4b80cf60, 0x5868cfa2, 0x00002510},
	{0x02544440, 0x1da56350, 0x3c988ea0, 0x59432df1, 0x04666410},
	{0x01565510, 0x4f945770, 0xafb87ec0, 0x4f945de1, 0x10354300},
	{0x12222220, 0x47779fc1, 0x000ae400, 0x00cf1000, 0x00740000},
	{0x02466400, 0x5f734eb0, 0x3dc6bf70, 0x9f835ed1, 0x01455200},
	{0x02566300, 0x8f833ec0, 0x4fb78ef2, 0x3a765f90, 0x02454200},
	{0x00000000, 0x00000000, 0x57680000, 0x33250000, 0x00000000},
}

// kerning is by how much the way from a digit to another one is longer, in tenths of a pixel of the
// window.
var kerning = [10][10]int8{
	{24, 0, 30, 31, 0, 33, 0, 0, 27, 34},
	{0, -36, 0, 0, 0, 0, 0, -28, 0, 0},
	{35, 0, 0, 29, 0, 0, 32, 0, 29, 38},
	{29, 0, 25, 36, 0, 37, 28, 0, 32, 33},
	{37, 0, 25, 39, 0, 37, 36, 0, 41, 34},
	{0, 0, 0, 30, 0, 32, 0, 0, 26, 32},
	{28, 0, 0, 34, 0, 36, 26, 0, 30, 34},
	{0, 0, 0, 0, -26, 0, 0, 0, 0, 0},
	{27, 0, 29, 34, 0, 35, 25, 0, 30, 36},
	{0, 0, 29, 27, 0, 29, 0, 0, 0, 29},
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

// advance returns the way from glyph i of a label, counted from the right, to the next one.
func (l *label) advance(i int) float64 {
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
		width += l.advance(i)
	}
	pen := textMiddle - math.Floor(math.Floor(width+0.5)/2)
	var ink inkMap
	for i := l.n - 1; i >= 0; i-- {
		ink.add(l.glyphs[i], pen)
		pen += l.advance(i)
	}
	for y := range ink {
		for x, s := range ink[y] {
			if s > 0 {
				at := p.bytes[3*((glyphTop+y)*pictureSide+x):][:3]
				v := uint8(max(0, min(float32(255*s), 255)-1))
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
