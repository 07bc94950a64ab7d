package tape

import "github.com/rlrun/rlrun/policy/parallel"

// A sharing is a product that several cores compute, each some of the rows of
// what comes out. So it is the same to the bit as when one computes them all.
type sharing struct {
	cores *parallel.Pool
	rows  func(v *Var, from, to int) // of the latest Var.Share
	v     *Var
	n     int // rows
	step  int // rows in a piece
}

// Do computes the rows of piece i.
func (s *sharing) Do(i int) {
	if from, to := i*s.step, min((i+1)*s.step, s.n); from < to {
		s.rows(s.v, from, to)
	}
}

// Share has large products computed by several cores. A stopped Pool is as good
// as none.
func (t *Tape) Share(cores *parallel.Pool) { t.sharing.cores = cores }

// Share computes n rows of something that v has to do with: rows is called for each piece
// of them, perhaps on several cores at once, unless the work [multiplications] is too
// little for that. Pieces must not write to the same numbers.
func (v *Var) Share(n, work int, rows func(v *Var, from, to int)) {
	s := &v.tape.sharing
	pieces, step := s.cores.Rows(n, work)
	if pieces == 1 {
		rows(v, 0, n)
		return
	}
	s.v, s.n, s.rows, s.step = v, n, rows, step
	s.cores.Run(pieces, s)
}
