package tape

import "fmt"

// Concat returns [a | b]: the columns of a, followed by the columns of b. If b has one row, the
// row is repeated for every row of a.
func (a *Var) Concat(b *Var) *Var {
	if b.Rows != a.Rows && b.Rows != 1 {
		panic(fmt.Sprintf("tape: Concat of %d×%d and %d×%d", a.Rows, a.Cols, b.Rows, b.Cols))
	}
	return a.tape.record(concat{}, constants{}, a.Rows, a.Cols+b.Cols, a, b)
}

// Columns returns the columns [from, to) of a. If these are columns of one operand of a Concat, the
// result is computed from the operand, so that no gradient is computed for the other operand.
func (a *Var) Columns(from, to int) *Var {
	if from < 0 || to > a.Cols || from >= to {
		panic(fmt.Sprintf("tape: Columns %d to %d of %d×%d", from, to, a.Rows, a.Cols))
	}
	if from == 0 && to == a.Cols {
		return a
	}
	if _, ok := a.op.(concat); ok && a.in[1].Rows == a.Rows {
		left, right := a.in[0], a.in[1]
		switch {
		case to <= left.Cols:
			return left.Columns(from, to)
		case from >= left.Cols:
			return right.Columns(from-left.Cols, to-left.Cols)
		}
	}
	return a.tape.record(columns{}, constants{i: from}, a.Rows, to-from, a)
}

// concat is the operation of Concat.
type concat struct{}

func (concat) Forward(v *Var) {
	a, b := v.in[0], v.in[1]
	left, right := v.block(0, a.Cols), v.block(a.Cols, v.Cols)
	left.set(v.Value, a.Value, a.whole(), v.Rows)
	if b.Rows == v.Rows {
		right.set(v.Value, b.Value, b.whole(), v.Rows)
	} else {
		right.fill(v.Value, b.Value, v.Rows)
	}
}

func (concat) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	left, right := v.block(0, a.Cols), v.block(a.Cols, v.Cols)
	if a.Grad != nil {
		a.whole().add(a.Grad, v.Grad, left, v.Rows)
	}
	switch {
	case b.Grad == nil:
	case b.Rows == v.Rows:
		b.whole().add(b.Grad, v.Grad, right, v.Rows)
	default:
		right.addTo(b.Grad, v.Grad, v.Rows)
	}
}

// columns is the operation of Columns. The constant i is the index of the first column.
type columns struct{}

func (columns) Forward(v *Var) { v.whole().set(v.Value, v.in[0].Value, v.source(), v.Rows) }

func (columns) Backward(v *Var) { v.source().add(v.in[0].Grad, v.Grad, v.whole(), v.Rows) }

// source returns the block of the operand that Columns copied to v.
func (v *Var) source() block { return v.in[0].block(v.c.i, v.c.i+v.Cols) }

// A block is the columns [from, to) of a matrix with cols columns.
type block struct{ from, to, cols int }

func (v *Var) block(from, to int) block { return block{from, to, v.Cols} }
func (v *Var) whole() block             { return block{0, v.Cols, v.Cols} }

// set copies block s of matrix src to block b of matrix dst. rows is the number of rows of both
// matrices. A block of a single column, a common case, has its own loop without calls of copy.
func (b block) set(dst, src []float32, s block, rows int) {
	if s.to-s.from == 1 {
		for r, i, j := 0, b.from, s.from; r < rows; r, i, j = r+1, i+b.cols, j+s.cols {
			dst[i] = src[j]
		}
		return
	}
	for r := range rows {
		copy(dst[r*b.cols+b.from:r*b.cols+b.to], src[r*s.cols+s.from:r*s.cols+s.to])
	}
}

// fill copies row to block b of each row of matrix dst.
func (b block) fill(dst, row []float32, rows int) {
	for j, x := range row {
		for r, i := 0, b.from+j; r < rows; r, i = r+1, i+b.cols {
			dst[i] = x
		}
	}
}

// add adds block s of matrix src to block b of matrix dst. rows is the number of rows of both
// matrices. A block of a single column has its own loop.
func (b block) add(dst, src []float32, s block, rows int) {
	if s.to-s.from == 1 {
		for r, i, j := 0, b.from, s.from; r < rows; r, i, j = r+1, i+b.cols, j+s.cols {
			dst[i] += src[j]
		}
		return
	}
	for r := range rows {
		x, y := src[r*s.cols+s.from:r*s.cols+s.to], dst[r*b.cols+b.from:r*b.cols+b.to]
		for i, v := range x {
			y[i] += v
		}
	}
}

// addTo adds block b of each row of matrix src to sum, in the order of the rows.
func (b block) addTo(sum, src []float32, rows int) {
	for j := range sum {
		total := sum[j]
		for r, i := 0, b.from+j; r < rows; r, i = r+1, i+b.cols {
			total += src[i]
		}
		sum[j] = total
	}
}
