package gorgonia

import (
	"fmt"
	"iter"
	"math/bits"
	"strings"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// A graph of Gorgonia's is for one number of rows. Batches are cut into blocks
// of powers of two, 100 rows into 64, 32 and 4, so that few graphs do for all.
const (
	sizes   = 9
	maxRows = 1 << (sizes - 1)
)

// A Build puts a function on g and returns its result [rows, O] for x [rows, I].
// The params are nodes for the parameters that New was given, [Rows, Cols] each.
//
// It is called for each number of rows that is needed, 1, 2, 4 … 256, and has to
// build the same function every time; Clones may call it at the same time. A row of
// the result must depend on the same row of x alone. A Build may panic instead of
// returning an error, so gorgonia.Must is fine in it.
type Build func(g *G.ExprGraph, x *G.Node, params []*G.Node) (*G.Node, error)

// Network is a graph of Gorgonia's as a nn.Network. It compiles the graph when
// it meets a new size of block, and keeps at most nine sizes of each kind.
type Network struct {
	params   []*tape.Param
	values   []*tensor.Dense // the parameters', as graphs read them
	in, out  int             // columns
	build    Build
	operands []*tape.Var            // scratch
	machines [kinds][sizes]*machine // [k] for 2ᵏ rows; nil until needed
	err      error                  // of an Infer
}

// A kind is what a machine computes.
type kind int

const (
	result    kind = iota // only the result
	gradient              // the parameters' gradients too
	gradientX             // and that of x
	kinds
)

var _ nn.Network = (*Network)(nil)

// New returns a Network from rows of in numbers to rows of out, the function that
// build makes. The graph reads the parameters' values as they are at each call,
// and Backward adds to their gradients; it must need every one of them.
func New(params []*tape.Param, in, out int, build Build) (*Network, error) {
	if in < 1 || out < 1 {
		return nil, fmt.Errorf("gorgonia: a network of %d inputs and %d outputs, want 1 or more", in, out)
	}
	n := newNetwork(params, in, out, build)
	if err := n.try(); err != nil {
		return nil, err
	}
	return n, nil
}

// try finds most mistakes in a Build, by one row and by two.
func (n *Network) try() (err error) {
	defer rescue(&err)
	for rows := range 2 {
		if _, err := n.run(gradient, make([]float32, (rows+1)*n.in), nil); err != nil {
			return err
		}
	}
	return nil
}

func newNetwork(params []*tape.Param, in, out int, build Build) *Network {
	n := &Network{params: params, in: in, out: out, build: build}
	for _, p := range params {
		n.values = append(n.values, dense(p.Rows, p.Cols))
	}
	return n
}

// Tensors returns the parameters that New was given. There are no buffers.
func (n *Network) Tensors() (params, buffers []*tape.Param) { return n.params, nil }

// Forward puts the network on t. It is the same in training and in use.
func (n *Network) Forward(t *tape.Tape, x *tape.Var, _ nn.Mode) *tape.Var {
	if x.Cols != n.in {
		panic(fmt.Sprintf("gorgonia: Forward of %d×%d, want %d columns", x.Rows, x.Cols, n.in))
	}
	n.operands = append(n.operands[:0], x)
	for _, p := range n.params {
		n.operands = append(n.operands, t.Param(p))
	}
	return t.Record((*operation)(n), x.Rows, n.out, n.operands...)
}

// Infer writes what Forward would, without a tape. If it fails, it writes zeros.
func (n *Network) Infer(y, x []float32) {
	if err := n.forward(y, x, len(x)/n.in); err != nil && n.err == nil {
		n.err = err
	}
}

// Clone returns a Network with parameters and graphs of its own.
func (n *Network) Clone() nn.Network {
	params := make([]*tape.Param, len(n.params))
	for i, p := range n.params {
		params[i] = p.Clone()
	}
	return newNetwork(params, n.in, n.out, n.build)
}

// forward sets out [rows, O] for x [rows, I].
func (n *Network) forward(out, x []float32, rows int) (err error) {
	defer func() {
		if err != nil {
			clear(out)
		}
	}()
	defer rescue(&err)
	for from, to := range blocks(rows) {
		m, err := n.run(result, x[from*n.in:to*n.in], nil)
		if err != nil {
			return err
		}
		copy(out[from*n.out:to*n.out], m.floats(m.out))
	}
	return nil
}

// backward adds to the gradients of v's operands, which are x and the parameters.
func (n *Network) backward(v *tape.Var) (err error) {
	defer rescue(&err)
	x, k := v.In(0), gradient
	if x.Grad != nil {
		k = gradientX
	}
	for from, to := range blocks(v.Rows) {
		m, err := n.run(k, x.Value[from*n.in:to*n.in], v.Grad[from*n.out:to*n.out])
		if err != nil {
			return err
		}
		for i := range n.params {
			if grad := v.In(1 + i).Grad; grad != nil {
				f32.AddTo(grad, m.floats(m.grads[i]))
			}
		}
		if x.Grad != nil {
			f32.AddTo(x.Grad[from*n.in:to*n.in], m.floats(m.grads[len(n.params)]))
		}
	}
	return nil
}

// blocks yields where each block of a batch begins and ends.
func blocks(rows int) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		from := 0
		for size := maxRows; size > 0; size /= 2 {
			for ; from+size <= rows; from += size {
				if !yield(from, from+size) {
					return
				}
			}
		}
	}
}

// run runs a machine of a kind for a block.
func (n *Network) run(k kind, x, dout []float32) (*machine, error) {
	rows := len(x) / n.in
	m := &n.machines[k][bits.Len(uint(rows))-1]
	if *m == nil {
		var err error
		if *m, err = n.compile(rows, k >= gradient, k == gradientX); err != nil {
			return nil, err
		}
	}
	for i, p := range n.params {
		copy(n.values[i].Float32s(), p.Value)
	}
	copy((*m).x, x)
	copy((*m).dout, dout)
	return *m, (*m).run()
}

// operation is a Network as the tape wants it, of x and the parameters.
type operation Network

var _ tape.Op = (*operation)(nil)

// Forward sets v's value, to zeros where something fails in it or failed in an Infer.
func (o *operation) Forward(v *tape.Var) {
	n := (*Network)(o)
	err := n.err
	if n.err = nil; err != nil {
		clear(v.Value)
	} else {
		err = n.forward(v.Value, v.In(0).Value, v.Rows)
	}
	v.Tape().Fail(err)
}

// Backward adds to the gradients of the operands.
func (o *operation) Backward(v *tape.Var) { v.Tape().Fail((*Network)(o).backward(v)) }

// rescue makes err, or a panic, an error of one line.
func rescue(err *error) {
	switch r := recover().(type) {
	case nil:
	case error:
		*err = r
	default:
		*err = fmt.Errorf("%v", r)
	}
	if *err != nil {
		*err = line{*err}
	}
}

// A line is an error of this package's, whatever Gorgonia makes of its own.
type line struct{ error }

func (l line) Error() string {
	return "gorgonia: " + strings.Join(strings.Fields(l.error.Error()), " ")
}

func (l line) Unwrap() error { return l.error }
