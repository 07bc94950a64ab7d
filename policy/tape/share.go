package tape

import "github.com/rlrun/rlrun/policy/parallel"

// A rowJob is the parallel.RowJob of a Var.Share. Each piece computes different rows of the
// result. So one core and several cores give the same result, bit for bit.
type rowJob struct {
	rows    parallel.Rows
	v       *Var
	compute func(v *Var, from, to int) // computes rows [from, to)
}

// DoRows computes rows [from, to).
func (j *rowJob) DoRows(_, from, to int) { j.compute(j.v, from, to) }

// The results of an operation whose rows several cores may share.
const (
	shareValue    = iota // the value
	shareInput           // the gradient of the input
	shareWeight          // the gradient of the weight
	shareRows            // recurrent layers: the part of the value that needs no earlier step
	shareRowsGrad        // recurrent layers: the gradient of the input
	shares               // number of results
)

// Share sets the pool of cores for large matrix products. If the Pool is nil or stopped, one core
// does the work.
func (t *Tape) Share(cores *parallel.Pool) { t.cores = cores }

// Share computes n rows of v's value, or of a gradient, on the tape's cores. It divides the rows
// into pieces and calls compute for the rows [from, to) of each piece, at the same time on
// several cores. The argument work is the number of multiplications. If work is small, or if one
// core is faster, Share calls compute once, for all rows. Calls for different rows must not write
// to the same elements.
func (v *Var) Share(n, work int, compute func(v *Var, from, to int)) {
	v.share(shareValue, n, work, compute)
}

// share is Share for one of the results of v's operation.
func (v *Var) share(result, n, work int, compute func(v *Var, from, to int)) {
	j := &v.jobs[result]
	j.v, j.compute = v, compute
	v.tape.cores.RunRows(&j.rows, n, work, j)
}
