// Package parallel divides short computations, of some microseconds, among several cores.
//
// A [Pool] keeps one goroutine per core, and [Pool.Run] gives them the pieces of a [Job]. Between
// jobs the goroutines stay awake for a moment, so that the next job starts without delay. A
// [Site] is the place in a program that runs a job again and again. The Pool measures for each
// Site whether several cores are faster than one, and uses one core if they are not:
//
//	pool := parallel.New(4)
//	pool.Start()
//	defer pool.Stop()
//	pool.Run(&site, 8, job) // calls job.Do(0), …, job.Do(7), and returns when all are done
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Pool runs the pieces of a job on several cores between Start and Stop. A nil Pool, or a Pool
// that is not started, runs the pieces one after another. Only one goroutine at a time may call
// Run.
type Pool struct {
	Always bool // share every job and measure nothing: for tests, and for jobs whose pieces wait for each other

	limit      int // largest number of cores
	workers    []*worker
	busy       atomic.Bool  // whether a Run is active
	job        Job          // job of the active Run; Run sets job before it fills unstarted
	unstarted  []pieces     // [Size()] for the caller of Run and each worker: its pieces that nobody has started
	unfinished atomic.Int64 // number of pieces that are not finished
	caller     sleeper      // goroutine that called Run, while it waits for the last piece
	failed     failures     // panics of the active Run
	trials     trials       // measurements of one core against several
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

// New returns a Pool for at most limit cores. It has no goroutines before Start.
func New(limit int) *Pool { return &Pool{limit: limit} }

// Start starts a goroutine for each core but the caller's: for the Pool's limit of cores, or for
// GOMAXPROCS cores if the limit is larger.
func (p *Pool) Start() {
	if p == nil || p.workers != nil {
		return
	}
	size := min(p.limit, runtime.GOMAXPROCS(0))
	if size < 2 {
		return
	}
	p.caller.wake = make(chan struct{}, 1)
	p.unstarted = make([]pieces, size)
	for i := 1; i < size; i++ {
		w := &worker{sleeper: sleeper{wake: make(chan struct{}, 1)}}
		p.workers = append(p.workers, w)
		go w.work(p, p.unstarted, i)
	}
	p.trials.start()
}

// Stop ends the goroutines. Afterwards Run runs all pieces one after another.
func (p *Pool) Stop() {
	if p == nil {
		return
	}
	for _, w := range p.workers {
		w.signal(-1)
	}
	if p.workers != nil {
		p.trials.stop()
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

// Run runs the pieces 0, …, n-1 of a job and returns when all are finished. It uses one core if one
// core was faster at this site. A Run inside a piece runs its pieces one after another. If a piece
// panics, Run panics with a *PanicError in its caller's goroutine, after all pieces are finished.
// With a single core or a single piece, and inside a piece, the first panic ends Run as it is. Run
// allocates nothing if the job is a pointer.
func (p *Pool) Run(s *Site, n int, job Job) {
	if p.Size() == 1 || n < 2 || !p.busy.CompareAndSwap(false, true) {
		for i := range n {
			job.Do(i)
		}
		return
	}
	p.job = job
	if p.Always || p.trials.shares(s) {
		p.share(n)
	} else {
		p.runAlone(n)
	}
	err := p.failed.take()
	p.busy.Store(false)
	if err != nil {
		panic(err)
	}
}

// runAlone runs n pieces one after another.
func (p *Pool) runAlone(n int) {
	if rows, ok := p.job.(*Rows); ok {
		p.job, n = (*allRows)(rows), 1
	}
	for i := range n {
		p.do(i)
	}
}

// share runs n pieces on all cores, and returns when all are finished. Consecutive pieces are for
// the same core, so that a core finds the numbers of its earlier pieces in its cache.
func (p *Pool) share(n int) {
	size := p.Size()
	p.unfinished.Store(int64(n))
	for i := range size {
		p.unstarted[i].fill(i*n/size, (i+1)*n/size)
	}
	for _, w := range p.workers[:min(n-1, len(p.workers))] {
		w.signal(1)
	}
	p.runPieces(p.unstarted, 0)
	p.caller.await(func() bool { return p.unfinished.Load() == 0 })
}

// runPieces runs pieces until every piece is started: first the pieces of goroutine number i, and
// then pieces of the others, from their ends.
func (p *Pool) runPieces(unstarted []pieces, i int) {
	for piece, ok := unstarted[i].first(); ok; piece, ok = unstarted[i].first() {
		p.finish(piece)
	}
	for k := 1; k < len(unstarted); k++ {
		other := &unstarted[(i+k)%len(unstarted)]
		for piece, ok := other.last(); ok; piece, ok = other.last() {
			p.finish(piece)
		}
	}
}

// finish runs a piece. If it is the last one, it wakes the caller of Run, even if the piece ends its
// goroutine.
func (p *Pool) finish(piece int) {
	defer func() {
		if p.unfinished.Add(-1) == 0 {
			p.caller.wakeUp()
		}
	}()
	p.do(piece)
}

// do runs a piece. If the piece panics, it keeps the panic in p.failed.
func (p *Pool) do(piece int) {
	defer func() {
		if value := recover(); value != nil {
			p.failed.add(piece, Recovered(value))
		}
	}()
	p.job.Do(piece)
}

// pieces are the consecutive pieces of a job that nobody has started.
type pieces struct {
	bounds atomic.Uint64 // first piece, and the piece after the last one, with 32 bits each
	_      [56]byte      // so that no other goroutine's pieces are in the same line of the cache
}

// fill sets the pieces to from, …, to-1.
func (p *pieces) fill(from, to int) { p.bounds.Store(uint64(from)<<32 | uint64(to)) }

// first takes the first piece. It returns false if there is none.
func (p *pieces) first() (piece int, ok bool) {
	for {
		b := p.bounds.Load()
		from, to := b>>32, b&(1<<32-1)
		if from >= to {
			return 0, false
		}
		if p.bounds.CompareAndSwap(b, b+1<<32) {
			return int(from), true
		}
	}
}

// last takes the last piece. It returns false if there is none.
func (p *pieces) last() (piece int, ok bool) {
	for {
		b := p.bounds.Load()
		from, to := b>>32, b&(1<<32-1)
		if from >= to {
			return 0, false
		}
		if p.bounds.CompareAndSwap(b, b-1) {
			return int(to) - 1, true
		}
	}
}
