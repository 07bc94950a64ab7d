package raster

import (
	"encoding/binary"
	"sync"

	"golang.org/x/image/font/gofont/goregular"
)

// A glyph is the outline of a letter, in font units. Its baseline is at y = 0, and y points up.
type glyph struct {
	advance int32 // distance to the start of the next letter
	curves  []curve
}

// A curve is a part of an outline that ends at (x, y): a straight line, or a quadratic curve with
// the control point (cx, cy).
type curve struct {
	kind         curveKind
	x, y, cx, cy int32
}

// A curveKind is the kind of a curve.
type curveKind uint8

const (
	moveTo curveKind = iota // starts a contour
	lineTo
	quadTo
)

// A typeface contains the glyphs of a font.
type typeface struct {
	glyphs  []glyph
	numbers map[rune]int // glyph number of each letter; a letter without a glyph gets glyph 0, a box
	em      int32        // font units that correspond to the font size
}

// goRegular returns Bigelow and Holmes's font Go Regular. Several goroutines may read it. parseFont
// reads only the parts of the TrueType format that this font uses. The package
// golang.org/x/image/font/sfnt reads all parts, but it imports golang.org/x/text, which is 30 MB.
var goRegular = sync.OnceValue(func() *typeface { return parseFont(goregular.TTF) })

// glyph returns the glyph of a letter.
func (f *typeface) glyph(r rune) *glyph { return &f.glyphs[f.numbers[r]] }

// scale converts x from font units to 1/64 pixels, for a font size of ppem/64 pixels. It rounds
// halves away from 0.
func (f *typeface) scale(x, ppem int32) int32 {
	x *= ppem
	if x < 0 {
		return (x - f.em/2) / f.em
	}
	return (x + f.em/2) / f.em
}

// u16, i16 and u32 return the big-endian integer at the start of b.
func u16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func i16(b []byte) int32  { return int32(int16(u16(b))) }
func u32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

// parseFont reads a TrueType font with simple glyphs, short offsets and a character map of format
// 4: OpenType 1.9, "OpenType font file". It panics if ttf is another kind of font.
func parseFont(ttf []byte) *typeface {
	tables := map[string][]byte{}
	for i := range int(u16(ttf[4:])) {
		record := ttf[12+16*i:]
		tables[string(record[:4])] = ttf[u32(record[8:]):][:u32(record[12:])]
	}
	f := &typeface{numbers: charMap(tables["cmap"]), em: int32(u16(tables["head"][18:]))}
	advances := int(u16(tables["hhea"][34:])) // number of advances; later glyphs have the last advance
	for i := range int(u16(tables["maxp"][4:])) {
		loca := tables["loca"][2*i:]
		from, to := 2*int(u16(loca)), 2*int(u16(loca[2:]))
		f.glyphs = append(f.glyphs, glyph{
			advance: int32(u16(tables["hmtx"][4*min(i, advances-1):])),
			curves:  outline(tables["glyf"][from:to]),
		})
	}
	return f
}

// charMap returns the glyph number of each letter, from the table cmap.
func charMap(cmap []byte) map[rune]int {
	sub := cmap[u32(cmap[8:]):] // the first subtable, which maps Unicode
	if u16(sub) != 4 {
		panic("raster: the font's character map is not of format 4")
	}
	numbers, n := map[rune]int{}, int(u16(sub[6:])) // n is twice the number of segments
	ends, starts, deltas, offsets := sub[14:], sub[16+n:], sub[16+2*n:], sub[16+3*n:]
	for s := 0; s < n; s += 2 {
		for r := int(u16(starts[s:])); r <= int(u16(ends[s:])) && r < 0xffff; r++ {
			g := r
			if offset := int(u16(offsets[s:])); offset > 0 {
				g = int(u16(offsets[s+offset+2*(r-int(u16(starts[s:]))):]))
			}
			numbers[rune(r)] = int(uint16(g + int(u16(deltas[s:]))))
		}
	}
	return numbers
}

// A point is a point on a contour, or the control point of a curve.
type point struct {
	x, y int32
	on   bool // on the contour
}

// outline returns the curves of a glyph, from its entry in the table glyf.
func outline(entry []byte) (curves []curve) {
	if len(entry) == 0 {
		return nil // a space
	}
	contours := int(i16(entry))
	if contours < 0 {
		panic("raster: the font has a compound glyph")
	}
	ends := entry[10:]
	points, from := readPoints(entry[10+2*contours:], 1+int(u16(ends[2*contours-2:]))), 0
	for c := range contours {
		to := 1 + int(u16(ends[2*c:]))
		curves = appendContour(curves, points[from:to])
		from = to
	}
	return curves
}

// Flags of a point, in the order of their bits.
const (
	onCurve  = 1 << iota
	xByte    // the x difference is one byte
	yByte    // the y difference is one byte
	repeated // the next byte is the number of repetitions of this flag
	xSame    // with xByte: the x difference is positive; otherwise the x difference is 0
	ySame    // the same for y
)

// readPoints reads n points. The bytes contain instructions, which it skips, then all flags, all x
// and all y. Each coordinate is stored as the difference from the point before.
func readPoints(b []byte, n int) []point {
	b = b[2+int(u16(b)):]
	flags := make([]byte, 0, n)
	for len(flags) < n {
		flag, times := b[0], 1
		b = b[1:]
		if flag&repeated != 0 {
			times, b = 1+int(b[0]), b[1:]
		}
		for range times {
			flags = append(flags, flag)
		}
	}
	points, v := make([]point, n), int32(0)
	next := func(flag, short, same byte) int32 {
		switch {
		case flag&short != 0 && flag&same != 0:
			v, b = v+int32(b[0]), b[1:]
		case flag&short != 0:
			v, b = v-int32(b[0]), b[1:]
		case flag&same == 0:
			v, b = v+i16(b), b[2:]
		}
		return v
	}
	for i, flag := range flags {
		points[i].x, points[i].on = next(flag, xByte, xSame), flag&onCurve != 0
	}
	v = 0
	for i, flag := range flags {
		points[i].y = next(flag, yByte, ySame)
	}
	return points
}

// appendContour appends the curves of a closed contour. Between two consecutive control points the
// contour has a point in the middle, which the font does not store.
func appendContour(curves []curve, p []point) []curve {
	start := p[0]
	switch {
	case start.on:
		p = p[1:]
	case p[1].on:
		start, p = p[1], append(p[2:len(p):len(p)], p[0])
	default:
		start, p = middle(p[0], p[1]), append(p[1:len(p):len(p)], p[0])
	}
	curves = append(curves, curve{kind: moveTo, x: start.x, y: start.y})
	control, curved := point{}, false
	to := func(q point) {
		if curved {
			curves = append(curves, curve{quadTo, q.x, q.y, control.x, control.y})
		} else {
			curves = append(curves, curve{kind: lineTo, x: q.x, y: q.y})
		}
	}
	for _, q := range p {
		switch {
		case q.on:
			to(q)
		case curved:
			to(middle(control, q))
		}
		control, curved = q, !q.on
	}
	to(start)
	return curves
}

// middle returns the point in the middle between p and q.
func middle(p, q point) point { return point{(p.x + q.x) / 2, (p.y + q.y) / 2, true} }
