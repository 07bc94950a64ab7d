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

// A job is a function as a parallel.Job.
type job func(piece int)

func (f job) Do(piece int) { f(piece) }

// started returns a Pool that is started and shares every job.
func started(limit int) *parallel.Pool {
	p := parallel.New(limit)
	p.Always = true
	p.Start()
	return p
}

// TestRun checks that every Run runs each piece exactly once, for many numbers of pieces. It also
// checks a Run inside a piece.
func TestRun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, limit := range []int{1, 2, 4} {
		p := started(limit)
		var site parallel.Site
		for run := range 2000 {
			n := run % 9
			done := make([]int, n)
			var inner atomic.Int64
			p.Run(&site, n, job(func(i int) {
				done[i]++
				p.Run(&site, 3, job(func(int) { inner.Add(1) }))
			}))
			if want := slices.Repeat([]int{1}, n); !slices.Equal(done, want) || inner.Load() != int64(3*n) {
				t.Fatalf("%d cores: pieces ran %v times, want %v; pieces of inner Runs %d times, want %d", limit, done, want, inner.Load(), 3*n)
			}
			if run%500 == 0 { // long enough for the workers to fall asleep
				for range 200 {
					runtime.Gosched()
				}
			}
		}
		p.Stop()
		ran := 0
		p.Run(&site, 3, job(func(int) { ran++ }))
		if ran != 3 {
			t.Errorf("after Stop %d of 3 pieces ran", ran)
		}
	}
}

// TestNil checks that a nil Pool runs the pieces in their order.
func TestNil(t *testing.T) {
	var p *parallel.Pool
	var site parallel.Site
	var order []int
	p.Run(&site, 3, job(func(i int) { order = append(order, i) }))
	p.Stop()
	if !slices.Equal(order, []int{0, 1, 2}) || p.Size() != 1 {
		t.Errorf("a nil Pool of size %d ran %v, want 0, 1, 2", p.Size(), order)
	}
}

// TestStop checks that no goroutine is left after Stop.
func TestStop(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 50 {
		p := started(8)
		p.Run(new(parallel.Site), 4, job(func(int) {}))
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

// BenchmarkRun measures a Run of two pieces that do nothing.
func BenchmarkRun(b *testing.B) {
	p := started(2)
	defer p.Stop()
	nothing := func(int) {}
	var site parallel.Site
	b.ReportAllocs()
	for b.Loop() {
		p.Run(&site, 2, job(nothing))
	}
}

// TestPanic checks a job in which several pieces panic. After all pieces are finished, Run must
// panic in its caller's goroutine, with the panic of the piece with the smallest index. Later
// Runs of the same Pool must work. On one core, as always in WebAssembly, the first panic ends Run.
func TestPanic(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, limit := range []int{1, 2, 4} {
		p := started(limit)
		several := min(limit, runtime.GOMAXPROCS(0)) > 1
		var site parallel.Site
		for range 500 {
			var done atomic.Int64
			got := func() (v any) {
				defer func() { v = recover() }()
				p.Run(&site, 8, job(func(i int) {
					if done.Add(1); i >= 3 {
						panic(fmt.Errorf("piece %d", i))
					}
				}))
				return nil
			}()
			if e, ok := got.(*parallel.PanicError); several && (!ok || !strings.Contains(string(e.Stack), "TestPanic") || errors.Unwrap(e) == nil || done.Load() != 8) {
				t.Fatalf("%d cores: Run panics with %v after %d pieces, want a *PanicError after 8", limit, got, done.Load())
			}
			if text := fmt.Sprint(got); !strings.HasSuffix(text, "piece 3") {
				t.Fatalf("%d cores: Run panics with %s, want the panic of piece 3", limit, text)
			}
		}
		ran := make([]bool, 8)
		p.Run(&site, 8, job(func(i int) { ran[i] = true }))
		if slices.Contains(ran, false) {
			t.Errorf("%d cores: after a panic Run runs %v, want all pieces", limit, ran)
		}
		p.Stop()
	}
}

// TestRunAllocates checks that Run allocates nothing.
func TestRunAllocates(t *testing.T) {
	p := started(2)
	defer p.Stop()
	nothing := func(int) {}
	var site parallel.Site
	if n := testing.AllocsPerRun(1000, func() { p.Run(&site, 4, job(nothing)) }); n != 0 {
		t.Errorf("Run allocates %v times, want 0", n)
	}
}

// TestRestart checks that a Pool can be stopped and started again at once, without a Run.
func TestRestart(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	p, ran := parallel.New(4), 0
	for range 200 {
		p.Start()
		p.Stop()
	}
	p.Start()
	defer p.Stop()
	p.Run(new(parallel.Site), 1, job(func(int) { ran++ }))
	if ran != 1 {
		t.Errorf("%d pieces ran, want 1", ran)
	}
}

// counts is a parallel.RowJob that counts the calls for each row.
type counts []atomic.Int64

func (c counts) DoRows(_, from, to int) {
	for i := from; i < to; i++ {
		c[i].Add(1)
	}
}

// TestRunRows checks that each row is computed once, for many numbers of rows and cores, whether a
// Pool shares every job or measures first.
func TestRunRows(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, always := range []bool{true, false} {
		for cores := 1; cores <= 4; cores++ {
			p := parallel.New(cores)
			p.Always = always
			p.Start()
			var rows parallel.Rows
			for n := range 100 {
				for _, multiplications := range []int{1, 1 << 20} {
					c := make(counts, n)
					p.RunRows(&rows, n, multiplications, c)
					for i := range c {
						if got := c[i].Load(); got != 1 {
							t.Fatalf("%d cores: row %d of %d is computed %d times, want once", cores, i, n, got)
						}
					}
				}
			}
			p.Stop()
		}
	}
}
