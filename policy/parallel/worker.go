package parallel

import "sync/atomic"

// A worker is a goroutine that waits for jobs and runs their pieces.
type worker struct {
	sleeper
	jobs atomic.Int64 // number of jobs so far; -1 tells the worker to end
}

// signal tells w that there is a new job if change is 1, or that it must end if change
// is -1. It wakes w if w sleeps.
func (w *worker) signal(change int64) {
	if change < 0 {
		w.jobs.Store(change)
	} else {
		w.jobs.Add(change)
	}
	w.wakeUp()
}

// work runs pieces of each job of p until Stop. The worker is goroutine number i of those that share
// unstarted.
func (w *worker) work(p *Pool, unstarted []pieces, i int) {
	for done := int64(0); ; {
		w.await(func() bool { return w.jobs.Load() != done })
		if done = w.jobs.Load(); done < 0 {
			return
		}
		p.runPieces(unstarted, i)
	}
}

// A sleeper is a goroutine that waits for a condition. It first checks the condition in a loop.
// After a number of checks, the constant spins, it sleeps until another goroutine wakes it.
type sleeper struct {
	asleep atomic.Bool
	wake   chan struct{} // capacity 1
}

// spins is the number of checks before a goroutine sleeps; they take about 100 microseconds. A
// goroutine that sleeps between jobs takes about ten microseconds to wake. A goroutine that checks
// for longer takes processor time from the others if another program keeps a core busy.
const spins = 60_000

// await returns when done returns true. Whoever makes the condition true must call wakeUp
// afterwards.
func (s *sleeper) await(done func() bool) {
	for range spins {
		if done() {
			return
		}
	}
	for !done() {
		s.asleep.Store(true)
		if done() && s.asleep.Swap(false) {
			return
		}
		<-s.wake
	}
}

// wakeUp wakes the goroutine if it sleeps.
func (s *sleeper) wakeUp() {
	if s.asleep.Load() && s.asleep.Swap(false) {
		s.wake <- struct{}{}
	}
}
