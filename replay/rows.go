package replay

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
)

// rows are a matrix of numbers. What can only be whole numbers up to 255, choices and
// bits, is kept as bytes; so is an image, as long as its numbers are such.
type rows struct {
	width  int
	floats []float32 // [rows, width], or
	bytes  []uint8   // [rows, width]; nil where there are floats
}

// newRows returns n rows of zeros for values of a space.
func newRows(space env.Space, n int) rows {
	w := space.Size()
	if width(space) == w {
		return rows{width: w, bytes: make([]uint8, n*w)}
	}
	return rows{width: w, floats: make([]float32, n*w)}
}

// width is the bytes that a row takes for a value of a space.
func width(space env.Space) int {
	if isBytes(space) {
		return space.Size()
	}
	return 4 * space.Size()
}

// isBytes reports whether values of a space are kept as bytes. A Box is an image if it
// has a height, a width and channels of 0 … 255.
func isBytes(space env.Space) bool {
	switch s := space.(type) {
	case env.MultiBinary:
		return true
	case env.Discrete:
		return s.N <= 256
	case env.MultiDiscrete:
		for _, n := range s.N {
			if n > 256 {
				return false
			}
		}
		return true
	case env.Box:
		for i, high := range s.High {
			if s.Low[i] != 0 || high != 255 {
				return false
			}
		}
		return len(s.Shape) == 3
	}
	return false
}

// set sets the rows from i on to x.
func (r *rows) set(i int, x []float32) {
	if r.bytes != nil {
		for k, v := range x {
			b := uint8(v)
			if float32(b) != v {
				r.widen()
				break
			}
			r.bytes[i*r.width+k] = b
		}
	}
	if r.bytes == nil {
		copy(r.floats[i*r.width:], x)
	}
}

// widen keeps as floats what were bytes.
func (r *rows) widen() {
	r.floats = make([]float32, len(r.bytes))
	for i, b := range r.bytes {
		r.floats[i] = float32(b)
	}
	r.bytes = nil
}

// add appends a row.
func (r *rows) add(x []float32) {
	n := r.len()
	if r.bytes != nil {
		r.bytes = append(r.bytes, make([]uint8, r.width)...)
	} else {
		r.floats = append(r.floats, x...)
	}
	r.set(n, x)
}

// clear forgets all rows, and keeps their memory.
func (r *rows) clear() { r.floats, r.bytes = r.floats[:0], r.bytes[:0] }

// len is the number of rows.
func (r *rows) len() int { return (len(r.floats) + len(r.bytes)) / max(r.width, 1) }

// get writes row i to x.
func (r *rows) get(x []float32, i int) {
	if r.bytes == nil {
		copy(x, r.floats[i*r.width:(i+1)*r.width])
		return
	}
	for j, b := range r.bytes[i*r.width : (i+1)*r.width] {
		x[j] = float32(b)
	}
}

// gather writes the rows of an index to x, one after the other.
func (r *rows) gather(x []float32, index []int) {
	if r.bytes == nil {
		f32.Gather(x, r.floats, r.width, index)
		return
	}
	for k, i := range index {
		r.get(x[k*r.width:(k+1)*r.width], i)
	}
}

// appendTo appends the rows from … to-1 to dst, which says how they are kept.
func (r *rows) appendTo(dst []byte, from, to int) []byte {
	if r.bytes != nil {
		return append(append(dst, 1), r.bytes[from*r.width:to*r.width]...)
	}
	return appendFloats(append(dst, 4), r.floats[from*r.width:to*r.width])
}

// takeFrom sets the rows from … to-1 to what appendTo appended, and returns what
// follows that.
func (r *rows) takeFrom(src []byte, from, to int) (rest []byte, err error) {
	if len(src) == 0 || src[0] != 1 && src[0] != 4 {
		return nil, errDamaged
	}
	size, src := src[0], src[1:]
	if size == 4 && r.bytes != nil {
		r.widen()
	}
	if size == 4 {
		return takeFloats(src, r.floats[from*r.width:to*r.width])
	}
	n := (to - from) * r.width
	if len(src) < n {
		return nil, errDamaged
	}
	if r.bytes != nil {
		copy(r.bytes[from*r.width:], src[:n])
	} else {
		for i, b := range src[:n] {
			r.floats[from*r.width+i] = float32(b)
		}
	}
	return src[n:], nil
}

var errDamaged = errors.New("damaged")

func appendFloats(dst []byte, x []float32) []byte {
	for _, v := range x {
		dst = binary.LittleEndian.AppendUint32(dst, math.Float32bits(v))
	}
	return dst
}

// takeFloats sets x to what is in front of src, and returns what follows that.
func takeFloats(src []byte, x []float32) (rest []byte, err error) {
	if len(src) < 4*len(x) {
		return nil, errDamaged
	}
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
	}
	return src[4*len(x):], nil
}

func appendBools(dst []byte, x []bool) []byte {
	for _, v := range x {
		if v {
			dst = append(dst, 1)
		} else {
			dst = append(dst, 0)
		}
	}
	return dst
}

// takeBools sets x to what is in front of src, and returns what follows that.
func takeBools(src []byte, x []bool) (rest []byte, err error) {
	if len(src) < len(x) {
		return nil, errDamaged
	}
	for i := range x {
		x[i] = src[i] != 0
	}
	return src[len(x):], nil
}
