// Package parallel shares out work of some microseconds among the cores.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// A Pool runs pieces of work on goroutines that live from Start to Stop. A nil
// Pool runs them one after another. One goroutine at a time may call Run.
type Pool struct {
	workers []*worker
	busy    atomic.Bool
	job     Job          // written before waiting is raised, read after it is lowered
	waiting atomic.Int64 // pieces that nobody has begun; below 0 there are none
	left    atomic.Int64 // pieces that are not done
	failed  failures
}

// A Job is work that can be done in pieces, in any order and at once: pieces must not
// write what others use.
type Job interface{ Do(piece int) }

// failures keeps the panic of the piece with the lowest index, which is the panic that
// a loop without a Pool would have.
type failures struct {
	mu    sync.Mutex
	err   *PanicError // nil for none
	piece int
}

func (f *failures) add(piece int, err *PanicError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil || piece < f.piece {
		f.err, f.piece = err, piece
	}
}

// take returns the panic, nil for none, and forgets it.
func (f *failures) take() *PanicError {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.err
	f.err = nil
	return err
}

// A worker looks for work for a while and then sleeps.
type worker struct {
	turn   atomic.Int64 // raised when there is work; -1 at the end
	asleep atomic.Bool
	wake   chan struct{}
}

// looks is how often a worker looks for work before it sleeps, about a
// millisecond. To be woken takes it some ten microseconds, and then an operating
// system may well put it where its waker runs, while another processor has
// nothing to do: a worker that sleeps between pieces is worse than none.
const looks = 2_000_000

// Start returns a Pool for as many pieces at once as there are processors, but
// no more than most: nil for one.
func Start(most int) *Pool {
	size := min(most, runtime.GOMAXPROCS(0))
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

// Stop ends the goroutines. Afterwards Run does everything itself.
func (p *Pool) Stop() {
	if p == nil {
		return
	}
	for _, w := range p.workers {
		w.call(-1)
	}
	p.workers = nil
}

// Size is how many pieces can run at once.
func (p *Pool) Size() int {
	if p == nil {
		return 1
	}
	return len(p.workers) + 1
}

// Run does the pieces 0, …, n-1 of a job, and returns when all are done. A Run within a
// piece does its pieces one after another. Where a piece panics, Run panics with a
// *PanicError when all are done, in its caller's goroutine. A job that is a pointer costs
// no memory.
func (p *Pool) Run(n int, job Job) {
	if p.Size() == 1 || n < 2 || !p.busy.CompareAndSwap(false, true) {
		for i := range n {
			job.Do(i)
		}
		return
	}
	p.job = job
	p.left.Store(int64(n))
	p.waiting.Store(int64(n))
	for _, w := range p.workers[:min(n-1, len(p.workers))] {
		w.call(1)
	}
	p.help()
	for k := 0; p.left.Load() > 0; k++ {
		if k > looks {
			runtime.Gosched()
		}
	}
	err := p.failed.take()
	p.busy.Store(false)
	if err != nil {
		panic(err)
	}
}

// Rows returns the number of pieces, and the rows of each but the last, for a product of n
// rows with a count of multiplications: one piece where handing over rows would take longer
// than computing them.
func (p *Pool) Rows(n, multiplications int) (pieces, step int) {
	const (
		worthSharing = 1 << 20 // a few microseconds' work
		block        = 8       // rows that a kernel computes together
	)
	if pieces = p.Size(); pieces == 1 || multiplications < worthSharing {
		return 1, n
	}
	return pieces, (n/pieces + block) / block * block
}

// help does pieces until none are to be begun.
func (p *Pool) help() {
	for i := p.waiting.Add(-1); i >= 0; i = p.waiting.Add(-1) {
		p.do(int(i))
		p.left.Add(-1)
	}
}

// do runs a piece and keeps its panic.
func (p *Pool) do(i int) {
	defer func() {
		if value := recover(); value != nil {
			p.failed.add(i, Recovered(value))
		}
	}()
	p.job.Do(i)
}

// call tells w that there is work for 1, or that there will be none for -1.
func (w *worker) call(what int64) {
	if what < 0 {
		w.turn.Store(what)
	} else {
		w.turn.Add(what)
	}
	if w.asleep.Swap(false) {
		w.wake <- struct{}{}
	}
}

func (w *worker) work(p *Pool) {
	var seen int64
	for {
		turn := w.wait(seen)
		if turn < 0 {
			return
		}
		seen = turn
		p.help()
	}
}

// wait returns the turn when it is no longer the one that was seen.
func (w *worker) wait(seen int64) int64 {
	for {
		for range looks {
			if turn := w.turn.Load(); turn != seen {
				return turn
			}
		}
		w.asleep.Store(true)
		if turn := w.turn.Load(); turn != seen && w.asleep.Swap(false) {
			return turn
		}
		<-w.wake
	}
}
