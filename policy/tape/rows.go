package tape

// Rows is the Op that selects rows of a matrix. It belongs to its user, who may change Index for
// each record, but not between the record and the Backward.
type Rows struct {
	Index []int // [K] indices of the rows, each at most once
}

// Of returns the rows of x [B, C] with the indices, as a matrix [K, C].
func (r *Rows) Of(x *Var) *Var { return x.tape.Record(r, len(r.Index), x.Cols, x) }

// Forward copies the rows.
func (r *Rows) Forward(v *Var) {
	x := v.in[0]
	for k, i := range r.Index {
		copy(v.row(k), x.row(i))
	}
}

// Backward adds the gradients of the selected rows.
func (r *Rows) Backward(v *Var) {
	x := v.in[0]
	for k, i := range r.Index {
		to := x.gradRow(i)
		for j, g := range v.gradRow(k) {
			to[j] += g
		}
	}
}
