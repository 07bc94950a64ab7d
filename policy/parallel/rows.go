package parallel

// A RowJob is a computation of rows that do not depend on each other, such as a matrix product.
type RowJob interface {
	// DoRows computes the rows [from, to), which are piece number 0, 1, … of all rows. Calls for
	// different pieces may run at the same time. The number is below the Pool's Size.
	DoRows(piece, from, to int)
}

// Rows divides the rows of RowJobs at one place of a program among several cores. The zero Rows
// is ready for use.
type Rows struct {
	site Site
	job  RowJob
	n    int // number of rows
	size int // number of rows in each piece, except the last
}

// RunRows computes n rows. It divides them into one piece for each core. The argument
// multiplications is their number for all rows. If it is small, a single call computes all rows.
// Results must not depend on the pieces, bit for bit.
func (p *Pool) RunRows(r *Rows, n, multiplications int, job RowJob) {
	const (
		measurable = 1 << 14 // fewer multiplications take less than a microsecond, which is too short for several cores
		block      = 8       // number of rows that a kernel computes together
	)
	pieces := p.Size()
	if pieces == 1 || multiplications < measurable || n < 2 {
		job.DoRows(0, 0, n)
		return
	}
	r.job, r.n, r.size = job, n, ((n+pieces-1)/pieces+block-1)/block*block
	p.Run(&r.site, (n+r.size-1)/r.size, r)
}

// Do computes the rows of piece i.
func (r *Rows) Do(i int) { r.job.DoRows(i, i*r.size, min((i+1)*r.size, r.n)) }

// allRows is the Job of Rows as a single piece, for one core.
type allRows Rows

func (r *allRows) Do(int) { r.job.DoRows(0, 0, r.n) }
