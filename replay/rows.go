package replay

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
)

// rows is a matrix whose rows are values of a space. The parts of a value that can only be whole
// numbers from 0 to 255 are stored as bytes, the other parts as floats.
type rows struct {
	width   int // floats of a row
	n       int // number of rows
	columns []column
}

// newRows returns n rows of zeros for values of a space.
func newRows(space env.Space, n int) rows {
	l := layoutOf(space)
	r := rows{width: l.Size, n: n}
	for _, p := range l.Parts {
		last := len(r.columns) - 1
		if last >= 0 && r.columns[last].isByte == p.Byte {
			r.columns[last].to = p.To
		} else if p.To > p.From {
			r.columns = append(r.columns, column{from: p.From, to: p.To, isByte: p.Byte})
		}
	}
	for i := range r.columns {
		if c := &r.columns[i]; c.isByte {
			c.bytes = make([]uint8, n*c.width())
		} else {
			c.floats = make([]float32, n*c.width())
		}
	}
	return r
}

// layoutOf returns the layout of a space. It panics if the space has no layout; the spaces of a
// valid environment have one.
func layoutOf(space env.Space) env.Layout {
	l, err := env.LayoutOf(space)
	if err != nil {
		panic("replay: " + err.Error())
	}
	return l
}

// layoutSize returns the memory [bytes] of one row with a value of the space.
func layoutSize(space env.Space) (bytes int) {
	for _, p := range layoutOf(space).Parts {
		if p.Byte {
			bytes += p.Size()
		} else {
			bytes += 4 * p.Size()
		}
	}
	return bytes
}

// set copies x to row i.
func (r *rows) set(i int, x []float32) {
	for k := range r.columns {
		c := &r.columns[k]
		c.set(i, x[c.from:c.to])
	}
}

// setRows copies the rows of x to row i and the rows after it.
func (r *rows) setRows(i int, x []float32) {
	if len(r.columns) == 1 && r.columns[0].bytes == nil {
		copy(r.columns[0].floats[i*r.width:], x)
		return
	}
	for ; len(x) > 0; i, x = i+1, x[r.width:] {
		r.set(i, x[:r.width])
	}
}

// add appends a row with the values x.
func (r *rows) add(x []float32) {
	for k := range r.columns {
		r.columns[k].grow()
	}
	r.n++
	r.set(r.n-1, x)
}

// clear removes all rows and keeps their memory for reuse.
func (r *rows) clear() {
	for k := range r.columns {
		c := &r.columns[k]
		c.floats, c.bytes = c.floats[:0], c.bytes[:0]
	}
	r.n = 0
}

// get copies row i to x.
func (r *rows) get(x []float32, i int) {
	for k := range r.columns {
		c := &r.columns[k]
		c.get(x[c.from:c.to], i)
	}
}

// view returns rows [from, to) as floats. If all parts are stored as floats, the result is a part
// of the matrix. Otherwise the floats are written to *scratch, which the next call overwrites.
func (r *rows) view(scratch *[]float32, from, to int) []float32 {
	if len(r.columns) == 1 && r.columns[0].bytes == nil {
		return r.columns[0].floats[from*r.width : to*r.width]
	}
	*scratch = f32.Grow(*scratch, (to-from)*r.width)
	for i := from; i < to; i++ {
		r.get((*scratch)[(i-from)*r.width:(i-from+1)*r.width], i)
	}
	return *scratch
}

// gather copies the rows with the indices in index to x, in the order of index.
func (r *rows) gather(x []float32, index []int) {
	if len(r.columns) == 1 && r.columns[0].bytes == nil {
		f32.Gather(x, r.columns[0].floats, r.width, index)
		return
	}
	for k, i := range index {
		r.get(x[k*r.width:(k+1)*r.width], i)
	}
}

// appendTo encodes rows [from, to) and appends the bytes to dst.
func (r *rows) appendTo(dst []byte, from, to int) []byte {
	for k := range r.columns {
		dst = r.columns[k].appendTo(dst, from, to)
	}
	return dst
}

// readFrom decodes rows [from, to), which appendTo has encoded, from the start of src. It returns
// the rest of src.
func (r *rows) readFrom(src []byte, from, to int) (rest []byte, err error) {
	for k := range r.columns {
		if src, err = r.columns[k].readFrom(src, from, to); err != nil {
			return nil, err
		}
	}
	return src, nil
}
