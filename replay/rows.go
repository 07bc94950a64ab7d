package replay

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
)

// rows is a matrix whose rows are values of a space. The parts of a value that can only be whole
// numbers from 0 to 255 are stored as bytes, the other parts as floats. Images that are stacks of
// frames are stored as views: see frames.
type rows struct {
	width   int // floats of a row
	n       int // number of rows
	columns []column

	frames *frames // all rows if they are stacks of frames; then there are no columns
	stride int     // number of rows from an observation to the next one of its environment
	base   *rows   // rows with the observations before those of r; nil: r itself
	after  []int32 // [rows] row in base of the observation before; -1: unknown
}

// newObservations returns n rows of zeros for observations of spec. The next observation of an
// environment is stride rows later. The rows are a ring.
func newObservations(spec env.Spec, stride, n int) rows {
	if f := newFrames(spec, n); f != nil {
		return rows{width: spec.Obs.Size(), n: n, frames: f, stride: stride}
	}
	r := newRows(spec.Obs, n)
	r.stride = stride
	return r
}

// newFinals returns empty rows, with memory for n, for final observations of spec. The observations
// before them are in base.
func newFinals(spec env.Spec, base *rows, n int) rows {
	r := newObservations(spec, 0, n)
	r.base, r.after = base, make([]int32, n)
	r.clear()
	return r
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

// observationSize returns the memory [bytes] of one observation of spec.
func observationSize(spec env.Spec) int {
	if _, size := stackSize(spec); size > 0 {
		return size + 4 // and a link
	}
	return layoutSize(spec.Obs)
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

// noRow is the row of an observation before which there is no other one.
const noRow = -1

// set copies x to row i. The argument before is the row, in base if r has one, of the observation
// before x in the same environment, or noRow.
func (r *rows) set(i int, x []float32, before int) {
	if r.base != nil {
		r.after[i] = int32(before)
	}
	if r.frames != nil {
		r.setFrames(i, x, before)
		return
	}
	for k := range r.columns {
		c := &r.columns[k]
		c.set(i, x[c.from:c.to])
	}
}

// setFrames stores the stack of frames x in row i: see set.
func (r *rows) setFrames(i int, x []float32, before int) {
	var memory [maxFrames][]uint8
	older := memory[:r.frames.n-1]
	switch {
	case before == noRow:
		older = nil
	case r.base != nil:
		r.base.frames.last(older, before, r.base.stride)
	default:
		r.frames.last(older, before, r.stride)
	}
	r.frames.set(i, x, older)
}

// setRows copies the rows of x to row i and the rows after it. If follow is true, they follow the
// observations that are stride rows before them.
func (r *rows) setRows(i int, x []float32, follow bool) {
	if len(r.columns) == 1 && r.columns[0].bytes == nil {
		copy(r.columns[0].floats[i*r.width:], x)
		return
	}
	for ; len(x) > 0; i, x = i+1, x[r.width:] {
		before := noRow
		if follow {
			before = (i - r.stride + r.n) % r.n
		}
		r.set(i, x[:r.width], before)
	}
}

// add appends a row with the values x: see set.
func (r *rows) add(x []float32, before int) {
	if r.frames != nil {
		r.frames.grow()
	}
	for k := range r.columns {
		r.columns[k].grow()
	}
	if r.base != nil {
		r.after = append(r.after, noRow)
	}
	r.n++
	r.set(r.n-1, x, before)
}

// append appends a row with the values x, the observation after the last row.
func (r *rows) append(x []float32) { r.add(x, r.n-1) }

// clear removes all rows and keeps their memory for reuse.
func (r *rows) clear() {
	if r.frames != nil {
		r.frames.clear()
	}
	r.after = r.after[:0]
	for k := range r.columns {
		c := &r.columns[k]
		c.floats, c.bytes = c.floats[:0], c.bytes[:0]
	}
	r.n = 0
}

// get copies row i to x.
func (r *rows) get(x []float32, i int) {
	if r.frames != nil {
		r.getFrames(x, i)
		return
	}
	for k := range r.columns {
		c := &r.columns[k]
		c.get(x[c.from:c.to], i)
	}
}

// getFrames copies the stack of frames in row i to x.
func (r *rows) getFrames(x []float32, i int) {
	if r.base == nil || r.after[i] == noRow {
		r.frames.get(x, i, r.stride, nil)
		return
	}
	var memory [maxFrames][]uint8
	older := memory[:r.frames.n-1]
	r.base.frames.last(older, int(r.after[i]), r.base.stride)
	r.frames.get(x, i, 0, older)
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
	for i := from; r.frames != nil && i < to; i++ {
		dst = r.frames.appendTo(dst, i)
	}
	for k := range r.columns {
		dst = r.columns[k].appendTo(dst, from, to)
	}
	return dst
}

// readFrom decodes rows [from, to), which appendTo has encoded, from the start of src. It returns
// the rest of src.
func (r *rows) readFrom(src []byte, from, to int) (rest []byte, err error) {
	for i := from; r.frames != nil && i < to; i++ {
		if src, err = r.frames.readFrom(src, i); err != nil {
			return nil, err
		}
	}
	for k := range r.columns {
		if src, err = r.columns[k].readFrom(src, from, to); err != nil {
			return nil, err
		}
	}
	return src, nil
}
