// Package parallel divides short computations, of some microseconds, among several cores.
//
// A [Pool] keeps one goroutine per core, and [Pool.Run] gives them the pieces of a [Job]. Between
// jobs the goroutines stay awake for about a millisecond, so that the next job starts without
// delay:
//
//	pool := parallel.Start(4)
//	defer pool.Stop()
//	pool.Run(8, job) // calls job.Do(0), …, job.Do(7), and returns when all are done
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Pool runs the pieces of a job on goroutines that live from Start to Stop. A nil Pool
// runs the pieces one after another. Only one goroutine at a time may call Run.
type Pool struct {
	workers    []*worker
	busy       atomic.Bool  // whether a Run is active
	job        Job          // job of the active Run; Run sets job before unstarted, and a worker decreases unstarted before it reads job
	unstarted  atomic.Int64 // number of pieces that no goroutine has started; negative values mean 0
	unfinished atomic.Int64 // number of pieces that are not finished
	failed     failures
}

// A Job is a computation in pieces. Pieces run in any order, and several at the same time,
// so a piece must not write memory that another piece reads or writes.
type Job interface{ Do(piece int) }

// failures keeps one panic of a job. If several pieces panic, it keeps the panic of the piece with
// the smallest index: this piece would also panic first if the pieces ran one after another.
type failures struct {
	mu    sync.Mutex
	err   *PanicError // nil: no piece has panicked
	piece int         // index of the piece that panicked
}

// add keeps err, except if a piece with a smaller index has panicked.
func (f *failures) add(piece int, err *PanicError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil || piece < f.piece {
		f.err, f.piece = err, piece
	}
}

// take returns the panic and clears f. It returns nil if there was no panic.
func (f *failures) take() *PanicError {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.err
	f.err = nil
	return err
}

// A worker is a goroutine that waits for jobs. It first checks for a job in a loop. After a
// number of checks, the constant spins, it sleeps.
type worker struct {
	jobs   atomic.Int64 // number of jobs so far; -1 tells the worker to end
	asleep atomic.Bool
	wake   chan struct{}
}

// spins is the number of checks for a new job before a worker sleeps; they take about a
// millisecond. It is large because it takes about ten microseconds to wake a worker. The
// operating system may also run the woken worker on the same processor as its caller, while
// another processor is idle. A worker that sleeps between jobs is slower than no worker.
const spins = 2_000_000

// Start returns a Pool that runs pieces on limit cores, or on GOMAXPROCS cores if limit is
// larger. For one core it returns nil.
func Start(limit int) *Pool {
	size := min(limit, runtime.GOMAXPROCS(0))
	if size < 2 {
		return nil
	}
	p := new(Pool)
	for range size - 1 {
		w := &worker{wake: make(chan struct{}, 1)}
		p.workers = append(p.workers, w)
		go w.work(p)
	}
	return p
}

// Stop ends the goroutines. Afterwards Run runs all pieces one after another.
func (p *Pool) Stop() {
	if p == nil {
		return
	}
	for _, w := range p.workers {
		w.signal(-1)
	}
	p.workers = nil
}

// Size returns the number of pieces that can run at the same time.
func (p *Pool) Size() int {
	if p == nil {
		return 1
	}
	return len(p.workers) + 1
}

// Run runs the pieces 0, …, n-1 of a job and returns when all are finished. A Run inside a
// piece runs its pieces one after another. If a piece panics, Run panics with a *PanicError
// in its caller's goroutine, after all pieces are finished. Run allocates nothing if the
// job is a pointer.
func (p *Pool) Run(n int, job Job) {
	if p.Size() == 1 || n < 2 || !p.busy.CompareAndSwap(false, true) {
		for i := range n {
			job.Do(i)
		}
		return
	}
	p.job = job
	p.unfinished.Store(int64(n))
	p.unstarted.Store(int64(n))
	for _, w := range p.workers[:min(n-1, len(p.workers))] {
		w.signal(1)
	}
	p.runPieces()
	for k := 0; p.unfinished.Load() > 0; k++ {
		if k > spins {
			runtime.Gosched()
		}
	}
	err := p.failed.take()
	p.busy.Store(false)
	if err != nil {
		panic(err)
	}
}

// SplitRows divides the n rows of a matrix product into pieces. It returns the number of pieces,
// and the number of rows in each piece except the last. A product with few multiplications is a
// single piece, because several cores would not be faster.
func (p *Pool) SplitRows(n, multiplications int) (pieces, rows int) {
	const (
		minParallel = 1 << 20 // multiplications that take a few microseconds
		block       = 8       // number of rows that a kernel computes together
	)
	if pieces = p.Size(); pieces == 1 || multiplications < minParallel {
		return 1, n
	}
	return pieces, (n/pieces + block) / block * block
}

// runPieces starts and runs pieces of the job until every piece is started.
func (p *Pool) runPieces() {
	for i := p.unstarted.Add(-1); i >= 0; i = p.unstarted.Add(-1) {
		p.do(int(i))
		p.unfinished.Add(-1)
	}
}

// do runs a piece. If the piece panics, it keeps the panic in p.failed.
func (p *Pool) do(i int) {
	defer func() {
		if value := recover(); value != nil {
			p.failed.add(i, Recovered(value))
		}
	}()
	p.job.Do(i)
}

// signal tells w that there is a new job if change is 1, or that it must end if change
// is -1. It wakes w if w sleeps.
func (w *worker) signal(change int64) {
	if change < 0 {
		w.jobs.Store(change)
	} else {
		w.jobs.Add(change)
	}
	if w.asleep.Swap(false) {
		w.wake <- struct{}{}
	}
}

// work runs pieces of each job of p until Stop.
func (w *worker) work(p *Pool) {
	var done int64
	for {
		jobs := w.wait(done)
		if jobs < 0 {
			return
		}
		done = jobs
		p.runPieces()
	}
}

// wait waits for a new job or for Stop, and returns the new value of w.jobs. The argument done is
// the old value.
func (w *worker) wait(done int64) int64 {
	for {
		for range spins {
			if jobs := w.jobs.Load(); jobs != done {
				return jobs
			}
		}
		w.asleep.Store(true)
		if jobs := w.jobs.Load(); jobs != done && w.asleep.Swap(false) {
			return jobs
		}
		<-w.wake
	}
}
