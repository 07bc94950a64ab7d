package tape

// A Function is an operation of another engine's, as a whole network. It may be
// applied several times on one tape, so it keeps nothing from Forward to Backward
// that it could not tell apart by x.
type Function interface {
	// Forward sets out [rows, cols] for x [rows, I].
	Forward(out, x []float32, rows int) error

	// Backward adds the gradients that dout [rows, cols] has for x to dx, which
	// is nil where nobody wants them, and to its parameters' Grad.
	Backward(dx, x, dout []float32, rows int) error
}

// Apply returns f(x), [x.Rows, cols]. If f fails, the tape does: see Err.
func (t *Tape) Apply(f Function, x *Var, cols int) *Var {
	v := t.push(x.Rows, cols)
	v.op, v.a, v.f = apply{}, x, f
	v.allocate(true) // f has parameters of its own
	v.op.forward(v)
	return v
}

type apply struct{}

func (apply) forward(v *Var) { v.tape.fail(v.f.Forward(v.Value, v.a.Value, v.Rows)) }

func (apply) backward(v *Var) { v.tape.fail(v.f.Backward(v.a.Grad, v.a.Value, v.Grad, v.Rows)) }

func (t *Tape) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}
