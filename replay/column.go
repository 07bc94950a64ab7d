package replay

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/rlrun/rlrun/policy/f32"
)

// A column stores the floats with indices [from, to) of every row.
type column struct {
	from, to int
	isByte   bool      // whether the space allows only whole numbers from 0 to 255
	bytes    []uint8   // [rows, to-from] if all numbers so far are whole numbers from 0 to 255; otherwise nil
	floats   []float32 // [rows, to-from] or nil if bytes is used
}

// width returns the number of floats of the column in one row.
func (c *column) width() int { return c.to - c.from }

// asByte returns v as a byte. If v is not a whole number from 0 to 255, ok is false.
func asByte(v float32) (b uint8, ok bool) {
	if !(0 <= v && v <= 255) {
		return 0, false
	}
	b = uint8(v)
	return b, float32(b) == v
}

// set copies x to row i.
func (c *column) set(i int, x []float32) {
	if c.bytes != nil {
		row := c.bytes[i*len(x) : (i+1)*len(x)]
		for k, v := range x {
			b, ok := asByte(v)
			if !ok {
				c.convertToFloats()
				break
			}
			row[k] = b
		}
	}
	if c.bytes == nil {
		copy(c.floats[i*len(x):], x)
	}
}

// convertToFloats changes the column from bytes to floats. This is needed when an observation of
// an image space has a number that is not a whole number from 0 to 255.
func (c *column) convertToFloats() {
	c.floats = make([]float32, len(c.bytes), cap(c.bytes))
	f32.Bytes(c.floats, c.bytes)
	c.bytes = nil
}

// grow appends a row with arbitrary numbers.
func (c *column) grow() {
	if c.bytes != nil {
		c.bytes = append(c.bytes, make([]uint8, c.width())...)
	} else {
		c.floats = append(c.floats, make([]float32, c.width())...)
	}
}

// get copies row i to x.
func (c *column) get(x []float32, i int) {
	if c.bytes == nil {
		copy(x, c.floats[i*len(x):(i+1)*len(x)])
		return
	}
	f32.Bytes(x, c.bytes[i*len(x):(i+1)*len(x)])
}

// Encodings of rows in a file, for a column with isByte. The encoding is the first byte of the
// encoded rows.
const (
	formBytes  = 1
	formFloats = 4
)

// appendTo encodes rows [from, to) and appends the bytes to dst. If isByte is true, the first
// byte is the encoding: formBytes if all numbers in these rows are whole numbers from 0 to 255,
// otherwise formFloats. The encoding does not depend on other rows.
func (c *column) appendTo(dst []byte, from, to int) []byte {
	from, to = from*c.width(), to*c.width()
	switch {
	case !c.isByte:
		return appendFloats(dst, c.floats[from:to])
	case c.bytes != nil:
		return append(append(dst, formBytes), c.bytes[from:to]...)
	}
	start := len(dst)
	dst = append(dst, formBytes)
	for _, v := range c.floats[from:to] {
		b, ok := asByte(v)
		if !ok {
			return appendFloats(append(dst[:start], formFloats), c.floats[from:to])
		}
		dst = append(dst, b)
	}
	return dst
}

// readFrom decodes rows [from, to), which appendTo has encoded, from the start of src. It returns
// the rest of src.
func (c *column) readFrom(src []byte, from, to int) (rest []byte, err error) {
	from, to = from*c.width(), to*c.width()
	if !c.isByte {
		return readFloats(src, c.floats[from:to])
	}
	if len(src) == 0 || src[0] != formBytes && src[0] != formFloats {
		return nil, errDamaged
	}
	form, src := src[0], src[1:]
	if form == formFloats {
		if c.bytes != nil {
			c.convertToFloats()
		}
		return readFloats(src, c.floats[from:to])
	}
	n := to - from
	if len(src) < n {
		return nil, errDamaged
	}
	if c.bytes != nil {
		copy(c.bytes[from:], src[:n])
	} else {
		f32.Bytes(c.floats[from:to], src[:n])
	}
	return src[n:], nil
}

// errDamaged is the error for saved bytes that cannot be decoded.
var errDamaged = errors.New("damaged")

// appendFloats appends the bytes of the numbers in x to dst.
func appendFloats(dst []byte, x []float32) []byte {
	for _, v := range x {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}

// readFloats decodes x from the start of src. It returns the rest of src.
func readFloats(src []byte, x []float32) (rest []byte, err error) {
	if len(src) < 4*len(x) {
		return nil, errDamaged
	}
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
	return src[4*len(x):], nil
}

// appendBools appends one byte for each bool of x to dst.
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

// readBools decodes x from the start of src. It returns the rest of src.
func readBools(src []byte, x []bool) (rest []byte, err error) {
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
