package tape

import (
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
)

// A sharing is a product that several cores compute, each some of the rows of
// what comes out. So it is the same to the bit as when one computes them all.
type sharing struct {
	cores *parallel.Pool
	piece func(i int) // the i-th piece of what follows
	rows  func(v *Var, from, to int)
	v     *Var
	n     int // rows
	step  int // rows in a piece
}

// Share has large products computed by several cores. A stopped Pool is as good
// as none.
func (t *Tape) Share(cores *parallel.Pool) {
	s := &t.sharing
	if s.cores = cores; s.piece == nil {
		s.piece = func(i int) {
			if from, to := i*s.step, min((i+1)*s.step, s.n); from < to {
				s.rows(s.v, from, to)
			}
		}
	}
}

// run computes all n rows of something that v has to do with.
func (s *sharing) run(v *Var, n int, rows func(v *Var, from, to int)) {
	work := v.Rows * v.a.Cols * v.Cols
	if v.Cols < 16 {
		work *= 4 // vectors are less full then
	}
	pieces, step := s.cores.Rows(n, work)
	if pieces == 1 {
		rows(v, 0, n)
		return
	}
	s.v, s.n, s.rows, s.step = v, n, rows, step
	s.cores.Run(pieces, parallel.Func(s.piece))
}

func denseRows(v *Var, from, to int) {
	in, out := v.a.Cols, v.Cols
	f32.Dense(v.Value[from*out:], v.a.Value[from*in:], v.b.Value, v.c.Value, to-from, in, out, f32.Activation(v.k))
}

func denseInputRows(v *Var, from, to int) {
	in, out := v.a.Cols, v.Cols
	f32.DenseInput(v.a.Grad[from*in:], v.Grad[from*out:], v.b.Value, to-from, in, out)
}

func denseWeightRows(v *Var, from, to int) {
	f32.DenseWeight(v.b.Grad, v.a.Value, v.Grad, v.Rows, v.a.Cols, v.Cols, from, to)
}

func linearRows(v *Var, from, to int) {
	in, out := v.a.Cols, v.Cols
	f32.Linear(v.Value[from*out:], v.a.Value[from*in:], v.b.Value, v.c.Value, to-from, in, out, f32.Activation(v.k))
}

func linearInputRows(v *Var, from, to int) {
	in, out := v.a.Cols, v.Cols
	f32.LinearInput(v.a.Grad[from*in:], v.Grad[from*out:], v.b.Value, to-from, in, out)
}
