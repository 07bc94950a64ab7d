package tape_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestGradients compares every operation's gradient with central differences, for a step of h =
// 1/64. In float32, central differences have about three correct digits. With this seed, no input
// is closer than h to a point where ReLU, Clip or Min is not differentiable.
func TestGradients(t *testing.T) {
	type fn = func(p, q, row *tape.Var) *tape.Var
	w, b := tape.NewParam("w", 2, 3), tape.NewParam("b", 1, 2)
	for name, f := range map[string]fn{
		"Add":        func(p, q, row *tape.Var) *tape.Var { return p.Add(q) },
		"Add row":    func(p, q, row *tape.Var) *tape.Var { return p.Add(row) },
		"Sub":        func(p, q, row *tape.Var) *tape.Var { return p.Sub(q) },
		"Sub row":    func(p, q, row *tape.Var) *tape.Var { return p.Sub(row) },
		"Mul":        func(p, q, row *tape.Var) *tape.Var { return p.Mul(q) },
		"Mul row":    func(p, q, row *tape.Var) *tape.Var { return p.Mul(row) },
		"Mul itself": func(p, q, row *tape.Var) *tape.Var { return p.Mul(p) },
		"Min":        func(p, q, row *tape.Var) *tape.Var { return p.Min(q) },
		"Min row":    func(p, q, row *tape.Var) *tape.Var { return p.Min(row) },
		"Scale":      func(p, q, row *tape.Var) *tape.Var { return p.Scale(-1.5) },
		"AddK":       func(p, q, row *tape.Var) *tape.Var { return p.AddK(0.5) },
		"Neg":        func(p, q, row *tape.Var) *tape.Var { return p.Neg() },
		"Square":     func(p, q, row *tape.Var) *tape.Var { return p.Square() },
		"Clip":       func(p, q, row *tape.Var) *tape.Var { return p.Clip(-0.3, 0.4) },
		"Exp":        func(p, q, row *tape.Var) *tape.Var { return p.Exp() },
		"Tanh":       func(p, q, row *tape.Var) *tape.Var { return p.Tanh() },
		"ReLU":       func(p, q, row *tape.Var) *tape.Var { return p.ReLU() },
		"LogSoftmax": func(p, q, row *tape.Var) *tape.Var { return p.LogSoftmax().Mul(q) },
		"Mean":       func(p, q, row *tape.Var) *tape.Var { return p.Mean() },
		"Sum":        func(p, q, row *tape.Var) *tape.Var { return p.Sum() },
		"SumCols":    func(p, q, row *tape.Var) *tape.Var { return p.SumCols() },
		"At":         func(p, q, row *tape.Var) *tape.Var { return p.At([]float32{2, 0}) },
		"Concat":     func(p, q, row *tape.Var) *tape.Var { return p.Concat(q).Mul(q.Concat(p)) },
		"Concat row": func(p, q, row *tape.Var) *tape.Var { return p.Concat(row).Mul(q.Concat(row)) },
		"Columns":    func(p, q, row *tape.Var) *tape.Var { return p.Columns(1, 3).Mul(q.Columns(0, 2)) },
		"Linear": func(p, q, row *tape.Var) *tape.Var {
			return p.Linear(p.Tape().Param(w), p.Tape().Param(b), f32.Identity)
		},
		"Linear of a constant": func(p, q, row *tape.Var) *tape.Var {
			x := p.Tape().Const([]float32{1, -2, 3, -4, 5, -6}, 2)
			return x.Linear(p.Tape().Param(w), p.Tape().Param(b), f32.Identity).Mul(p.Columns(0, 2))
		},
		"Linear of a result": func(p, q, row *tape.Var) *tape.Var {
			return p.Mul(q).Linear(p.Tape().Param(w), p.Tape().Param(b), f32.Identity)
		},
		"two Linears of a result": func(p, q, row *tape.Var) *tape.Var {
			x, w, b := p.Mul(q), p.Tape().Param(w), p.Tape().Param(b)
			return x.Linear(w, b, f32.Identity).Mul(x.Linear(w, b, f32.TanhAct)).Add(x.Columns(0, 2))
		},
		"Linear of its weight": func(p, q, row *tape.Var) *tape.Var {
			x := p.Add(row)
			return x.Linear(x, p.Tape().Param(b), f32.Identity)
		},
		"an unused Linear": func(p, q, row *tape.Var) *tape.Var {
			x := p.Mul(q)
			x.Linear(p.Tape().Param(w), p.Tape().Param(b), f32.Identity)
			return x
		},
	} {
		t.Run(name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			p, q, row := tape.NewParam("p", 2, 3), tape.NewParam("q", 2, 3), tape.NewParam("row", 1, 3)
			all := []*tape.Param{p, q, row, w, b}
			for _, x := range all {
				for i := range x.Value {
					x.Value[i] = float32(rng.NormFloat64())
				}
				clear(x.Grad)
			}
			tp := tape.New()
			eval := func() *tape.Var {
				tp.Reset()
				return f(tp.Param(p), tp.Param(q), tp.Param(row)).Square().Mean()
			}
			eval().Backward()
			for _, x := range all {
				clear(x.Grad)
			}
			eval().Backward() // with the memory of the first gradients
			for _, x := range all {
				for i := range x.Value {
					const h = 1.0 / 64
					at := x.Value[i]
					x.Value[i] = at + h
					up := float64(eval().Scalar())
					x.Value[i] = at - h
					down := float64(eval().Scalar())
					x.Value[i] = at
					want := (up - down) / (2 * h)
					if got := float64(x.Grad[i]); math.Abs(got-want) > 2e-3*max(1, math.Abs(want)) {
						t.Errorf("d/d%s[%d] = %v, want the central difference %v", x.Name, i, got, want)
					}
				}
			}
		})
	}
}

// TestDetach checks that d(x · detached x)/dx is x, not 2x, and that an expression of
// constants has no gradient.
func TestDetach(t *testing.T) {
	p, tp := tape.NewParam("p", 1, 1), tape.New()
	p.Value[0] = 3
	x := tp.Param(p)
	x.Mul(x.Detach()).Backward()
	if p.Grad[0] != 3 {
		t.Errorf("gradient = %v, want 3", p.Grad[0])
	}
	tp.Reset()
	if y := tp.Const([]float32{2}, 1).Square(); y.Grad != nil {
		t.Errorf("the square of a constant has the Grad %v, want nil", y.Grad)
	} else if y.Backward(); y.Scalar() != 4 {
		t.Errorf("2² = %v, want 4", y.Scalar())
	}
}

// TestLinearBias checks the gradient of a layer's bias if the weight is a constant.
func TestLinearBias(t *testing.T) {
	b, tp := tape.NewVector("b", 1), tape.New()
	x, w := tp.Const([]float32{1, 2}, 2), tp.Const([]float32{3}, 1)
	x.Linear(w, tp.Param(b), f32.Identity).Mean().Backward()
	if b.Grad[0] != 1 {
		t.Errorf("dy/db = %v, want 1", b.Grad[0])
	}
}

// TestMinOfEquals checks that each of two equal elements gets half of the gradient, as in
// PyTorch.
func TestMinOfEquals(t *testing.T) {
	p, q, tp := tape.NewParam("p", 1, 1), tape.NewParam("q", 1, 1), tape.New()
	tp.Param(p).Min(tp.Param(q)).Backward()
	if p.Grad[0] != 0.5 || q.Grad[0] != 0.5 {
		t.Errorf("gradients %v and %v, want 0.5 each", p.Grad[0], q.Grad[0])
	}
}

// TestShapes checks that an operation on mismatched shapes panics with both shapes in the
// message.
func TestShapes(t *testing.T) {
	tp := tape.New()
	m := func(rows, cols int) *tape.Var { return tp.Const(make([]float32, rows*cols), rows) }
	for want, f := range map[string]func(){
		"Add of 2×3 and 3×2":           func() { m(2, 3).Add(m(3, 2)) },
		"Min of 2×3 and 2×1":           func() { m(2, 3).Min(m(2, 1)) },
		"Linear of 2×3, 4×2 and 1×4":   func() { m(2, 3).Linear(m(4, 2), m(1, 4), f32.Identity) },
		"Dense of 2×3, 4×2 and 1×2":    func() { m(2, 3).Dense(m(4, 2), m(1, 2), f32.Identity) },
		"At of 2×3 and 3 indices":      func() { m(2, 3).At(make([]float32, 3)) },
		"Concat of 3×1 and 2×1":        func() { m(3, 1).Concat(m(2, 1)) },
		"Columns 1 to 4 of 2×3":        func() { m(2, 3).Columns(1, 4) },
		"Backward from a 2×3 matrix":   func() { m(2, 3).Backward() },
		"Const of 5 numbers in 2 rows": func() { tp.Const(make([]float32, 5), 2) },
		"Const of 0 numbers in 0 rows": func() { tp.Const(nil, 0) },
		"Backward a second time":       func() { m(1, 1).Backward(); m(1, 1).Backward() },
	} {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("panic %q, want %q in it", got, want)
				}
			}()
			f()
		})
	}
}

// TestAllocs checks that a tape allocates nothing if the same expression is recorded again after
// a Reset.
func TestAllocs(t *testing.T) {
	w, b, tp := tape.NewParam("w", 4, 3), tape.NewParam("b", 1, 4), tape.New()
	x := make([]float32, 15)
	n := testing.AllocsPerRun(10, func() {
		tp.Reset()
		y := tp.Const(x, 5).Linear(tp.Param(w), tp.Param(b), f32.TanhAct).Tanh().LogSoftmax()
		y.Concat(tp.Param(b)).Columns(0, 4).SumCols().Square().Mean().Backward()
	})
	if n != 0 {
		t.Errorf("a second step allocates %v times, want 0", n)
	}
}

func ExampleVar_Backward() {
	p := tape.NewParam("p", 1, 1)
	p.Value[0] = 3
	x := tape.New().Param(p)
	x.Square().Add(x).Backward() // d(x²+x)/dx = 2x+1
	fmt.Println(p.Grad)
	// Output: [7]
}
