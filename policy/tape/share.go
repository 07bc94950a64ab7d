package tape

import "github.com/rlrun/rlrun/policy/parallel"

// A sharing is the parallel.Job of the latest Var.Share. Each piece computes different rows
// of the result, so the result is the same, bit for bit, on one core and on several.
type sharing struct {
	cores     *parallel.Pool
	compute   func(v *Var, from, to int) // computes the rows [from, to)
	v         *Var
	n         int // number of rows
	pieceRows int // number of rows in a piece
}

// Do computes the rows of piece i.
func (s *sharing) Do(i int) {
	if from, to := i*s.pieceRows, min((i+1)*s.pieceRows, s.n); from < to {
		s.compute(s.v, from, to)
	}
}

// Share gives the tape cores that compute large matrix products together. A nil or stopped
// Pool means one core.
func (t *Tape) Share(cores *parallel.Pool) { t.sharing.cores = cores }

// Share computes n rows of the value or of a gradient of v, on the tape's cores. It calls
// compute for the rows [from, to) of each piece, on several cores at the same time. If
// work, the number of multiplications, is small, it calls compute once, for all rows.
// Calls for different rows must not write to the same elements.
func (v *Var) Share(n, work int, compute func(v *Var, from, to int)) {
	s := &v.tape.sharing
	pieces, pieceRows := s.cores.SplitRows(n, work)
	if pieces == 1 {
		compute(v, 0, n)
		return
	}
	s.v, s.n, s.compute, s.pieceRows = v, n, compute, pieceRows
	s.cores.Run(pieces, s)
}
