package raster

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"io"
)

// A GIF is an animated GIF in memory. Its frames have the same size, and each frame stores only
// the rectangle that has changed. The palette has the first 255 colours that occur, with
// 32 shades of red, of green and of blue. A later colour is replaced by the nearest colour
// of the palette.
type GIF struct {
	size    image.Point
	data    bytes.Buffer // encoded frames
	last    []byte       // RGBA pixels of the latest frame, rows without gaps
	palette []color.RGBA
	index   []uint8      // [32·32·32] index of each shade in palette, plus one; 0 if the shade has no index yet
	rest    float64      // rounding error of the delays, which the next delay corrects [1/100 s]
	pixels  []byte       // scratch: palette indices of the changed rectangle
	packed  bytes.Buffer // scratch: compressed pixels
}

// transparent is the palette index of a pixel that keeps its colour of the frame before.
const transparent = 255

// NewGIF returns a GIF without frames. The colours in exact are stored without rounding.
func NewGIF(exact ...color.RGBA) *GIF {
	g := &GIF{index: make([]uint8, 1<<15)}
	for _, c := range exact {
		g.indexOf(c.R, c.G, c.B)
	}
	return g
}

// Add adds a frame that is shown for this time [s]. It is shown for at least 0.02 s, because
// viewers slow down faster frames.
func (g *GIF) Add(m *image.RGBA, seconds float64) error {
	if g.last == nil {
		g.size = m.Rect.Size()
		if g.size.X < 1 || g.size.Y < 1 || g.size.X >= 1<<16 || g.size.Y >= 1<<16 {
			return fmt.Errorf("raster: a GIF of %d×%d pixels, want 1 … 65535 of each", g.size.X, g.size.Y)
		}
	} else if m.Rect.Size() != g.size {
		return fmt.Errorf("raster: a frame of %v pixels in a GIF of %v, want the size of the first frame", m.Rect.Size(), g.size)
	}
	r := g.changedRect(m)
	g.rest += max(seconds, 0.02) * 100
	delay := min(int(g.rest+0.5), 1<<16-1)
	g.rest -= float64(delay)

	g.data.Write([]byte{0x21, 0xf9, 4, 1<<2 | 1, byte(delay), byte(delay >> 8), transparent, 0}) // the frame stays visible below the next one
	g.data.WriteByte(0x2c)
	for _, v := range []int{r.Min.X, r.Min.Y, r.Dx(), r.Dy()} {
		g.data.Write([]byte{byte(v), byte(v >> 8)})
	}
	g.data.Write([]byte{0, 8}) // the frame uses the global palette; LZW codes begin with 8 bits
	g.toIndices(m, r)
	return g.compress()
}

// changedRect returns the smallest rectangle that contains all pixels that differ from the
// latest frame. If no pixel differs, it returns one pixel.
func (g *GIF) changedRect(m *image.RGBA) image.Rectangle {
	if g.last == nil {
		return image.Rectangle{Max: g.size}
	}
	r := image.Rectangle{}
	width := 4 * g.size.X
	for y := range g.size.Y {
		now, before := m.Pix[y*m.Stride:][:width], g.last[y*width:][:width]
		if bytes.Equal(now, before) {
			continue
		}
		x0, x1 := 0, width
		for now[x0] == before[x0] {
			x0++
		}
		for now[x1-1] == before[x1-1] {
			x1--
		}
		r = r.Union(image.Rect(x0/4, y, (x1+3)/4, y+1))
	}
	if r.Empty() {
		r = image.Rect(0, 0, 1, 1)
	}
	return r
}

// toIndices writes the palette indices of the rectangle r of a frame to g.pixels, and copies
// the rectangle to g.last.
func (g *GIF) toIndices(m *image.RGBA, r image.Rectangle) {
	first := g.last == nil
	if first {
		g.last = make([]byte, 4*g.size.X*g.size.Y)
	}
	g.pixels = g.pixels[:0]
	for y := r.Min.Y; y < r.Max.Y; y++ {
		now, before := m.Pix[y*m.Stride+4*r.Min.X:][:4*r.Dx()], g.last[4*(y*g.size.X+r.Min.X):][:4*r.Dx()]
		for i := 0; i < len(now); i += 4 {
			p, q := now[i:i+4:i+4], before[i:i+4:i+4]
			if !first && p[0] == q[0] && p[1] == q[1] && p[2] == q[2] {
				g.pixels = append(g.pixels, transparent)
			} else {
				g.pixels = append(g.pixels, g.indexOf(p[0], p[1], p[2]))
			}
		}
		copy(before, now)
	}
}

// indexOf returns the palette index of a colour. It adds the colour to the palette while
// there is space, and otherwise returns the nearest colour.
func (g *GIF) indexOf(r, green, b uint8) uint8 {
	shade := &g.index[int(r>>3)<<10|int(green>>3)<<5|int(b>>3)]
	if *shade > 0 {
		return *shade - 1
	}
	if len(g.palette) < transparent {
		g.palette = append(g.palette, color.RGBA{r, green, b, 255})
		*shade = uint8(len(g.palette))
		return *shade - 1
	}
	nearest := 1 << 30 // squared distance
	for i, c := range g.palette {
		dr, dg, db := int(c.R)-int(r), int(c.G)-int(green), int(c.B)-int(b)
		if d := dr*dr + dg*dg + db*db; d < nearest {
			nearest, *shade = d, uint8(i+1)
		}
	}
	return *shade - 1
}

// compress appends the compressed g.pixels to g.data, in blocks of at most 255 bytes.
func (g *GIF) compress() error {
	g.packed.Reset()
	w := lzw.NewWriter(&g.packed, lzw.LSB, 8)
	if _, err := w.Write(g.pixels); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	for g.packed.Len() > 0 {
		block := g.packed.Next(255)
		g.data.WriteByte(byte(len(block)))
		g.data.Write(block)
	}
	return g.data.WriteByte(0)
}

// Write writes the GIF file to w. Viewers repeat its frames without end.
func (g *GIF) Write(w io.Writer) error {
	var head bytes.Buffer
	head.WriteString("GIF89a")
	binary.Write(&head, binary.LittleEndian, [2]uint16{uint16(g.size.X), uint16(g.size.Y)})
	head.Write([]byte{0xf7, 0, 0}) // a global palette of 256 colours
	for i := range 256 {
		var c color.RGBA
		if i < len(g.palette) {
			c = g.palette[i]
		}
		head.Write([]byte{c.R, c.G, c.B})
	}
	head.WriteString("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00") // repeat without end
	for _, part := range [][]byte{head.Bytes(), g.data.Bytes(), {0x3b}} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
