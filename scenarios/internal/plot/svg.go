package plot

import (
	"fmt"
	"image/color"
	"slices"
	"strconv"
	"strings"

	"github.com/rlrun/rlrun/render"
)

// An svg is a Canvas that writes an SVG document. A world unit is a pixel. The colours of Fill may be
// transparent; as in image/color, their red, green and blue are multiplied by alpha.
type svg struct {
	text      []byte
	left, top float32 // edges of the view
	style     string  // style of the open path, which lines of the same style extend; "" if no path is open
}

var _ render.Canvas = (*svg)(nil)

// View starts the document with a background.
func (s *svg) View(x0, y0, x1, y1 float32, paper color.RGBA) {
	s.left, s.top, s.style, s.text = x0, y1, "", s.text[:0]
	w, h := number(x1-x0), number(y1-y0)
	s.add(`<svg xmlns="http://www.w3.org/2000/svg" width="`, w, `" height="`, h, `" viewBox="0 0 `, w, ` `, h, `" font-family="Go, Helvetica, Arial, sans-serif" fill="none" stroke-linecap="round" stroke-linejoin="round">`, "\n",
		`<rect width="`, w, `" height="`, h, `" fill="`, hex(paper), `"/>`, "\n")
}

// Line writes a line through points. Consecutive lines of the same style share a path element.
func (s *svg) Line(xy []float32, width float32, c color.RGBA) {
	style := ` stroke="` + hex(c) + `" stroke-width="` + number(width) + `"`
	if style != s.style {
		s.closePath()
		s.style = style
		s.add(`<path`, style, ` d="`)
	}
	s.path(xy)
	if len(xy) == 2 {
		s.add("h0") // a line of length 0, which is drawn as a disc
	}
}

// Fill writes a filled polygon.
func (s *svg) Fill(xy []float32, c color.RGBA) {
	s.closePath()
	s.add(`<path fill="`, hex(c), `"`)
	if c.A < 0xff {
		s.add(` fill-opacity="`, number(float32(c.A)/0xff), `"`)
	}
	s.add(` d="`)
	s.path(xy)
	s.add(`Z"/>`, "\n")
}

// Text writes a text element.
func (s *svg) Text(x, y, size, align float32, text string, c color.RGBA) {
	s.closePath()
	s.add(`<text x="`, number(x-s.left), `" y="`, number(s.top-y), `" font-size="`, number(size), `" fill="`, hex(c), `"`)
	switch align {
	case 0.5:
		s.add(` text-anchor="middle"`)
	case 1:
		s.add(` text-anchor="end"`)
	}
	s.add(">", escape(text), "</text>\n")
}

// document ends the document and returns it.
func (s *svg) document() []byte {
	s.closePath()
	return append(slices.Clone(s.text), "</svg>\n"...)
}

// closePath ends the open path element.
func (s *svg) closePath() {
	if s.style != "" {
		s.add(`"/>`, "\n")
		s.style = ""
	}
}

// path writes the path commands for a line through points.
func (s *svg) path(xy []float32) {
	for i := 0; i+1 < len(xy); i += 2 {
		command := "L"
		if i == 0 {
			command = "M"
		}
		s.add(command, number(xy[i]-s.left), " ", number(s.top-xy[i+1]))
	}
}

// add appends texts to the document.
func (s *svg) add(parts ...string) {
	for _, p := range parts {
		s.text = append(s.text, p...)
	}
}

// number returns the text of x, rounded to hundredths.
func number(x float32) string {
	text := strconv.FormatFloat(float64(x), 'f', 2, 32)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// hex returns a colour in the form #rrggbb, without its alpha.
func hex(c color.RGBA) string {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return fmt.Sprintf("#%02x%02x%02x", n.R, n.G, n.B)
}

// escape returns text with the escapes of XML. It removes control characters, which XML does not allow.
func escape(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}
