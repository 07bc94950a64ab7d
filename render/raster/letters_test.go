package raster

import (
	"crypto/sha256"
	"fmt"
	"image/color"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
)

// lettersSum is the SHA-256 of all letters of Go Regular. Each letter is a line, in the form of the
// lines in TestLetters. The sum and these lines were recorded with package font/sfnt of
// golang.org/x/image v0.47.0, by GlyphAdvance and LoadGlyph at 2,048/64 pixels, where 1/64 pixel is
// one font unit.
const lettersSum = "4e938443d247bafbd4b553c36f1521ade17abf7fd6162ff723a84902512b7761"

// TestLetters checks the width and the outline of every letter against recorded ones.
func TestLetters(t *testing.T) {
	f := goRegular()
	for _, want := range []string{
		"U+0020 569",
		"U+0049 817 M124,0 L124,157 L304,157 L304,1323 L124,1323 L124,1480 L693,1480 L693,1323 L513,1323 L513,157 L693,157 L693,0 L124,0",
		"U+006F 1139 M562,-25 Q343,-25,214,129 Q86,283,86,543 Q86,806,215,958 Q345,1110,569,1110 Q792,1110,922,958 Q1052,807,1052,545 " +
			"Q1052,277,922,126 Q792,-25,562,-25 M565,123 Q839,123,839,548 Q839,962,569,962 Q299,962,299,543 Q299,123,565,123",
	} {
		var r rune
		if _, err := fmt.Sscanf(want, "U+%x", &r); err != nil {
			t.Fatal(err)
		}
		if got := letterText(f, r); got != want {
			t.Errorf("letter %c = %s, want %s", r, got, want)
		}
	}
	sum := sha256.New()
	for r := rune(0); r <= 0x10000; r++ {
		if f.numbers[r] > 0 {
			fmt.Fprintln(sum, letterText(f, r))
		}
	}
	if got := fmt.Sprintf("%x", sum.Sum(nil)); got != lettersSum {
		t.Errorf("all letters have the sum %s, want %s", got, lettersSum)
	}
}

// letterText returns a letter as text: code point, width and curves.
func letterText(f *typeface, r rune) string {
	g := f.glyph(r)
	var line strings.Builder
	fmt.Fprintf(&line, "%U %d", r, g.advance)
	for _, c := range g.curves {
		switch c.kind {
		case moveTo:
			fmt.Fprintf(&line, " M%d,%d", c.x, c.y)
		case lineTo:
			fmt.Fprintf(&line, " L%d,%d", c.x, c.y)
		case quadTo:
			fmt.Fprintf(&line, " Q%d,%d,%d,%d", c.cx, c.cy, c.x, c.y)
		}
	}
	return line.String()
}

// TestScale checks that lengths are rounded to 1/64 pixel, halves away from 0.
func TestScale(t *testing.T) {
	for _, tc := range []struct{ x, ppem, want int32 }{
		{2048, 640, 640}, {1, 1024, 1}, {1, 1023, 0}, {-1, 1024, -1}, {-1, 1023, 0}, {3, 1024, 2}, {2048, 1 << 16, 1 << 16},
	} {
		if got := goRegular().scale(tc.x, tc.ppem); got != tc.want {
			t.Errorf("scale(%d, %d) = %d, want %d", tc.x, tc.ppem, got, tc.want)
		}
	}
}

// TestMissing checks that a letter without a glyph gets the first glyph, a box.
func TestMissing(t *testing.T) {
	if f := goRegular(); f.glyph('語') != &f.glyphs[0] || len(f.glyphs[0].curves) == 0 {
		t.Errorf("the letter 語 is glyph %d, want the box", f.numbers['語'])
	}
}

// BenchmarkText measures drawing a short text.
func BenchmarkText(b *testing.B) {
	m := NewImage(200, 40)
	b.ReportAllocs()
	for b.Loop() {
		m.Text(100, 10, 20, 0.5, "Größe 12,345", color.RGBA{A: 255})
	}
}

// BenchmarkParseFont measures reading the font.
func BenchmarkParseFont(b *testing.B) {
	for b.Loop() {
		parseFont(goregular.TTF)
	}
}
