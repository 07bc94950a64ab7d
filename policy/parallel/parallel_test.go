package parallel_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rlrun/rlrun/policy/parallel"
)

// A job does each piece by a function.
type job func(piece int)

func (f job) Do(piece int) { f(piece) }

// TestRun wants every piece done exactly once, however many there are, run
// after run, and inside each other.
func TestRun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, most := range []int{1, 2, 4} {
		p := parallel.Start(most)
		for turn := range 2000 {
			n := turn % 9
			done := make([]int, n)
			var inner atomic.Int64
			p.Run(n, job(func(i int) {
				done[i]++
				p.Run(3, job(func(int) { inner.Add(1) }))
			}))
			if want := slices.Repeat([]int{1}, n); !slices.Equal(done, want) || inner.Load() != int64(3*n) {
				t.Fatalf("%d at once: pieces done %v times, want %v; %d within them, want %d", most, done, want, inner.Load(), 3*n)
			}
			if turn%500 == 0 { // let them sleep
				for range 200 {
					runtime.Gosched()
				}
			}
		}
		p.Stop()
		ran := 0
		p.Run(3, job(func(int) { ran++ }))
		if ran != 3 {
			t.Errorf("after Stop %d of 3 pieces ran", ran)
		}
	}
}

// TestNil wants work done without a Pool.
func TestNil(t *testing.T) {
	var p *parallel.Pool
	var order []int
	p.Run(3, job(func(i int) { order = append(order, i) }))
	p.Stop()
	if !slices.Equal(order, []int{0, 1, 2}) || p.Size() != 1 {
		t.Errorf("a nil Pool of size %d ran %v, want 0, 1, 2", p.Size(), order)
	}
}

// TestStop wants no goroutine left.
func TestStop(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 50 {
		p := parallel.Start(8)
		p.Run(4, job(func(int) {}))
		p.Stop()
	}
	for range 1_000_000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		runtime.Gosched()
	}
	t.Errorf("%d goroutines after Stop, %d before Start", runtime.NumGoroutine(), before)
}

// BenchmarkRun is the cost of a hand-over.
func BenchmarkRun(b *testing.B) {
	p := parallel.Start(2)
	defer p.Stop()
	nothing := func(int) {}
	b.ReportAllocs()
	for b.Loop() {
		p.Run(2, job(nothing))
	}
}

// TestPanic wants the panic of the first piece of several that panic, in Run's own
// goroutine and when all are done, and a Pool that goes on.
func TestPanic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, most := range []int{1, 2, 4} {
		p := parallel.Start(most)
		for range 500 {
			var done atomic.Int64
			got := func() (v any) {
				defer func() { v = recover() }()
				p.Run(8, job(func(i int) {
					if done.Add(1); i >= 3 {
						panic(fmt.Errorf("piece %d", i))
					}
				}))
				return nil
			}()
			if e, ok := got.(*parallel.PanicError); most > 1 && (!ok || !strings.Contains(string(e.Stack), "TestPanic") || errors.Unwrap(e) == nil || done.Load() != 8) {
				t.Fatalf("%d at once: Run panics with %v after %d pieces, want a *PanicError after 8", most, got, done.Load())
			}
			if text := fmt.Sprint(got); !strings.HasSuffix(text, "piece 3") {
				t.Fatalf("%d at once: Run panics with %s, want piece 3's", most, text)
			}
		}
		ran := make([]bool, 8)
		p.Run(8, job(func(i int) { ran[i] = true }))
		if slices.Contains(ran, false) {
			t.Errorf("%d at once: after a panic Run does %v, want all", most, ran)
		}
		p.Stop()
	}
}

// TestRunAllocates wants nothing allocated by a piece's recovery.
func TestRunAllocates(t *testing.T) {
	p := parallel.Start(2)
	defer p.Stop()
	nothing := func(int) {}
	if n := testing.AllocsPerRun(1000, func() { p.Run(4, job(nothing)) }); n != 0 {
		t.Errorf("Run allocates %v times, want 0", n)
	}
}
