package tape

import "github.com/rlrun/rlrun/policy/parallel"

// A sharing is the parallel.Job of the latest Var.Share. Each piece computes different rows of
// the result. So one core and several cores give the same result, bit for bit.
type sharing struct {
	cores     *parallel.Pool
	compute   func(v *Var, from, to int) // computes rows [from, to)
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

// Share sets the pool of cores for large matrix products. If the Pool is nil or stopped, one core
// does the work.
func (t *Tape) Share(cores *parallel.Pool) { t.sharing.cores = cores }

// Share computes n rows of v's value, or of a gradient, on the tape's cores. It divides the rows
// into pieces and calls compute for the rows [from, to) of each piece, at the same time on
// several cores. The argument work is the number of multiplications. If work is small, Share
// calls compute once, for all rows. Calls for different rows must not write to the same elements.
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
