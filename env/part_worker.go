package env

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A partWorker steps one part of a Parallel's environments on a goroutine of its own. After a step
// the goroutine waits for the next one in a loop, because to start or wake a goroutine takes as
// long as ten steps of a small environment. If no step comes within maxSpin, the
// goroutine ends; the next step then starts another one.
type partWorker struct {
	stepPart  func()          // steps the part
	work      func()          // loop; a field, because a go statement with a method allocates memory
	state     atomic.Uint32   // noGoroutine, waiting or stepping
	left      *atomic.Int32   // number of workers that have not finished the current step
	finishing *sync.WaitGroup // the same number, for a Parallel that sleeps
}

// The states of a partWorker.
const (
	noGoroutine = iota
	waiting     // the goroutine waits for a step
	stepping    // the goroutine steps the part, or will do so at once
)

// maxSpin is how long a goroutine waits in a loop.
const maxSpin = 100 * time.Microsecond

// start makes the goroutine step the part.
func (w *partWorker) start() {
	if !w.state.CompareAndSwap(waiting, stepping) {
		w.state.Store(stepping)
		go w.work()
	}
}

// newPartWorker returns a partWorker that calls stepPart for each step. It counts left and
// finishing down afterwards.
func newPartWorker(stepPart func(), left *atomic.Int32, finishing *sync.WaitGroup) *partWorker {
	w := &partWorker{stepPart: stepPart, left: left, finishing: finishing}
	w.work = w.loop
	return w
}

// loop steps the part, and again for each start that follows soon.
func (w *partWorker) loop() {
	for {
		w.stepPart()
		w.state.Store(waiting)
		w.left.Add(-1)
		w.finishing.Done()
		spin(func() bool { return w.state.Load() == stepping })
		if w.state.CompareAndSwap(waiting, noGoroutine) {
			return
		}
	}
}

// spin returns when done returns true, or after maxSpin. With one processor it returns at once,
// because nothing else could run in the meantime.
func spin(done func() bool) {
	if runtime.GOMAXPROCS(0) == 1 {
		return
	}
	for begin := time.Now(); time.Since(begin) < maxSpin; {
		for range 100 {
			if done() {
				return
			}
		}
	}
}
