package tape_test

import (
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// power is an operation that package tape does not have: w xⁿ, element by element, where w is one
// number. It saves xⁿ with Keep for Backward.
type power struct{ n int }

func (p *power) Forward(v *tape.Var) {
	v.Keep(len(v.Value)) // the first call of Keep, before several cores call it
	v.Share(v.Rows, v.Rows*v.Cols*p.n, powerRows)
}

func powerRows(v *tape.Var, from, to int) {
	x, w, kept := v.In(0).Value, v.In(1).Value[0], v.Keep(len(v.Value))
	for i := from * v.Cols; i < to*v.Cols; i++ {
		kept[i] = 1
		for range v.Op().(*power).n {
			kept[i] *= x[i]
		}
		v.Value[i] = w * kept[i]
	}
}

func (p *power) Backward(v *tape.Var) {
	x, w, kept := v.In(0), v.In(1), v.Keep(len(v.Value))
	if w.Value[0] == 0 {
		v.Tape().Fail(errors.New("power: w is 0"))
	}
	for i, g := range v.Grad {
		if x.Grad != nil {
			x.Grad[i] += g * w.Value[0] * float32(p.n) * kept[i] / x.Value[i]
		}
		if w.Grad != nil {
			w.Grad[0] += g * kept[i]
		}
	}
}

// TestRecord checks an operation that is recorded twice on one tape, with different numbers in
// Keep: y = w (w x²)² = w³ x⁴. By hand dy/dw = 3 w² x⁴ and dy/dx = 4 w³ x³, with w = 3, and x = 1
// and 2. It also checks a constant x and a frozen parameter, and that the error of an Op is still
// there after a Reset.
func TestRecord(t *testing.T) {
	op, w, x, tp := &power{2}, tape.NewParam("w", 1, 1), tape.NewParam("x", 1, 2), tape.New()
	w.Value[0] = 3
	copy(x.Value, []float32{1, 2})
	net := func(in *tape.Var) *tape.Var {
		in = tp.Record(op, 1, 2, in, tp.Param(w))
		return tp.Record(op, 1, 2, in, tp.Param(w))
	}
	y := net(tp.Param(x))
	y.Sum().Backward()
	if want := []float32{27, 27 * 16}; !slices.Equal(y.Value, want) {
		t.Errorf("y = %v, want %v", y.Value, want)
	}
	if want := []float32{108, 108 * 8}; !slices.Equal(x.Grad, want) || w.Grad[0] != 27*(1+16) || tp.Err() != nil {
		t.Errorf("dy/dx, dy/dw = %v, %v, want %v, %v; error %v", x.Grad, w.Grad, want, 27*17, tp.Err())
	}
	tp.Reset()
	clear(w.Grad)
	if net(tp.Const(x.Value, 1)).Sum().Backward(); w.Grad[0] != 27*17 {
		t.Errorf("dy/dw of a constant x = %v, want %v", w.Grad[0], 27*17)
	}
	tp.Reset()
	tp.Freeze(true)
	if v := net(tp.Const(x.Value, 1)); v.Grad != nil {
		t.Error("a frozen parameter has a gradient")
	}
	tp.Freeze(false)
	w.Value[0] = 0
	tp.Reset()
	net(tp.Param(x)).Sum().Backward()
	if tp.Reset(); tp.Err() == nil {
		t.Error("Reset clears the error of an Op")
	}
}

// TestRecordAllocs checks that another package's operation allocates nothing after its first
// record, on one core and on two cores.
func TestRecordAllocs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	pool := parallel.New(2)
	pool.Always = true
	pool.Start()
	defer pool.Stop()
	for name, cores := range map[string]*parallel.Pool{"one core": nil, "two cores": pool} {
		op, w, x, tp := &power{200}, tape.NewParam("w", 1, 1), tape.NewParam("x", 1000, 3), tape.New()
		w.Value[0] = 1
		tp.Share(cores)
		if n := testing.AllocsPerRun(10, func() {
			tp.Reset()
			tp.Record(op, 1000, 3, tp.Param(x), tp.Param(w)).Columns(1, 3).Mean().Backward()
		}); n != 0 {
			t.Errorf("%s: a second step allocates %v times, want 0", name, n)
		}
	}
}
