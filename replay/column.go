package replay

import (
	"encoding/binary"
	"errors"
	"math"
)

// A column is the floats from … to-1 of all rows.
type column struct {
	from, to int
	byByte   bool      // declared to be whole numbers 0 … 255
	bytes    []uint8   // [rows, to-from], as long as all numbers are such, or
	floats   []float32 // [rows, to-from]
}

// width returns the numbers in a row.
func (c *column) width() int { return c.to - c.from }

// asByte returns v as a byte. It returns false if v is no whole number 0 … 255.
func asByte(v float32) (b uint8, ok bool) {
	if !(0 <= v && v <= 255) {
		return 0, false
	}
	b = uint8(v)
	return b, float32(b) == v
}

// set sets row i to x.
func (c *column) set(i int, x []float32) {
	if c.bytes != nil {
		row := c.bytes[i*len(x) : (i+1)*len(x)]
		for k, v := range x {
			b, ok := asByte(v)
			if !ok {
				c.widen()
				break
			}
			row[k] = b
		}
	}
	if c.bytes == nil {
		copy(c.floats[i*len(x):], x)
	}
}

// widen keeps floats in place of bytes: a Box with the bounds of an image may have numbers
// that no byte can be.
func (c *column) widen() {
	c.floats = make([]float32, len(c.bytes), cap(c.bytes))
	for i, b := range c.bytes {
		c.floats[i] = float32(b)
	}
	c.bytes = nil
}

// grow appends a row of arbitrary numbers.
func (c *column) grow() {
	if c.bytes != nil {
		c.bytes = append(c.bytes, make([]uint8, c.width())...)
	} else {
		c.floats = append(c.floats, make([]float32, c.width())...)
	}
}

// get writes row i to x.
func (c *column) get(x []float32, i int) {
	if c.bytes == nil {
		copy(x, c.floats[i*len(x):(i+1)*len(x)])
		return
	}
	for j, b := range c.bytes[i*len(x) : (i+1)*len(x)] {
		x[j] = float32(b)
	}
}

// The forms of rows in a file.
const (
	inBytes  = 1
	inFloats = 4
)

// appendTo appends the rows from … to-1 to dst. Where a column is declared to be bytes,
// their form comes first: bytes if all of these rows can be, whatever other rows have.
func (c *column) appendTo(dst []byte, from, to int) []byte {
	from, to = from*c.width(), to*c.width()
	switch {
	case !c.byByte:
		return appendFloats(dst, c.floats[from:to])
	case c.bytes != nil:
		return append(append(dst, inBytes), c.bytes[from:to]...)
	}
	start := len(dst)
	dst = append(dst, inBytes)
	for _, v := range c.floats[from:to] {
		b, ok := asByte(v)
		if !ok {
			return appendFloats(append(dst[:start], inFloats), c.floats[from:to])
		}
		dst = append(dst, b)
	}
	return dst
}

// takeFrom reads the rows from … to-1, which appendTo appended, and returns the rest of src.
func (c *column) takeFrom(src []byte, from, to int) (rest []byte, err error) {
	from, to = from*c.width(), to*c.width()
	if !c.byByte {
		return takeFloats(src, c.floats[from:to])
	}
	if len(src) == 0 || src[0] != inBytes && src[0] != inFloats {
		return nil, errDamaged
	}
	form, src := src[0], src[1:]
	if form == inFloats {
		if c.bytes != nil {
			c.widen()
		}
		return takeFloats(src, c.floats[from:to])
	}
	n := to - from
	if len(src) < n {
		return nil, errDamaged
	}
	if c.bytes != nil {
		copy(c.bytes[from:], src[:n])
	} else {
		for i, b := range src[:n] {
			c.floats[from+i] = float32(b)
		}
	}
	return src[n:], nil
}

var errDamaged = errors.New("damaged")

// appendFloats appends the numbers of x to dst.
func appendFloats(dst []byte, x []float32) []byte {
	for _, v := range x {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}

// takeFloats reads x from src, and returns the rest of src.
func takeFloats(src []byte, x []float32) (rest []byte, err error) {
	if len(src) < 4*len(x) {
		return nil, errDamaged
	}
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
	return src[4*len(x):], nil
}

// appendBools appends a byte for each bool of x to dst.
func appendBools(dst []byte, x []bool) []byte {
	for _, v := range x {
		var b byte
		if v {
			b = 1
		}
		dst = append(dst, b)
	}
	return dst
}

// takeBools reads x from src, and returns the rest of src.
func takeBools(src []byte, x []bool) (rest []byte, err error) {
	if len(src) < len(x) {
		return nil, errDamaged
	}
	for i := range x {
		if src[i] > 1 {
			return nil, errDamaged
		}
		x[i] = src[i] == 1
	}
	return src[len(x):], nil
}
