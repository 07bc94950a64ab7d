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

// A graph of Gorgonia has a fixed number of rows. So a batch is divided into blocks whose sizes
// are powers of two, up to maxRows. For example, 100 rows are divided into 64, 32 and 4 rows.
// With nine block sizes every batch can be divided.
const (
	blockSizes = 9                     // number of block sizes: 1, 2, 4, …, maxRows
	maxRows    = 1 << (blockSizes - 1) // rows in the largest block
)

// A Build adds a function to the graph g. It returns the function's result [rows, O] for inputs x
// [rows, I]. params has a node for each parameter of New, a matrix [Rows, Cols].
//
// A Network calls Build once for each block size that it needs: 1, 2, 4, …, 256 rows. Build must
// add the same function every time. Several clones of the Network may call Build at the same
// time. A row of the result must depend only on the same row of x. Build may panic instead of
// returning an error, for example in gorgonia.Must.
type Build func(g *G.ExprGraph, x *G.Node, params []*G.Node) (*G.Node, error)

// Network is an nn.Network whose function is a graph of Gorgonia. It compiles the graph for a
// block size when a batch first needs this size.
type Network struct {
	params   []*tape.Param
	values   []*tensor.Dense // copies of the parameters' values, for the graphs
	in, out  int             // numbers of inputs and outputs per row
	build    Build
	operands []*tape.Var                 // scratch: operands of the operation that Forward records
	machines [kinds][blockSizes]*machine // machine k of a kind is for blocks of 2ᵏ rows; nil before its first use
	err      error                       // error of an earlier Infer; the next Forward reports it
}

// A kind says which results a machine computes.
type kind int

const (
	result    kind = iota // outputs only
	gradient              // outputs, and gradients of the parameters
	gradientX             // outputs, and gradients of the parameters and of x
	kinds                 // number of kinds
)

var _ nn.Network = (*Network)(nil)

// New returns a Network with the given numbers of inputs and outputs per row. It calls build to
// make the graph, which must use every parameter in params. Each call of Forward or Infer uses
// the current values of the parameters, and Backward adds to their gradients. It is an error if
// build fails, or if the graph is not valid for one row or for two rows.
func New(params []*tape.Param, inputs, outputs int, build Build) (*Network, error) {
	if inputs < 1 || outputs < 1 {
		return nil, fmt.Errorf("gorgonia: a network of %d inputs and %d outputs, want 1 or more", inputs, outputs)
	}
	n := newNetwork(params, inputs, outputs, build)
	if err := n.testBuild(); err != nil {
		return nil, err
	}
	return n, nil
}

// testBuild runs the graph for one row and for two rows. This finds most mistakes in a Build.
func (n *Network) testBuild() (err error) {
	defer recoverError(&err)
	for rows := range 2 {
		if _, err := n.run(gradient, make([]float32, (rows+1)*n.in), nil); err != nil {
			return err
		}
	}
	return nil
}

// newNetwork returns a Network that has not called build yet.
func newNetwork(params []*tape.Param, in, out int, build Build) *Network {
	n := &Network{params: params, in: in, out: out, build: build}
	for _, p := range params {
		n.values = append(n.values, dense(p.Rows, p.Cols))
	}
	return n
}

// Tensors returns the parameters that were given to New. There are no buffers.
// MemorySize returns 0: the layers of this package remember nothing.
func (*Network) MemorySize() int { return 0 }

func (n *Network) Tensors() (params, buffers []*tape.Param) { return n.params, nil }

// Forward records the network on t as one operation. Training and Inference give the same
// outputs.
func (n *Network) Forward(t *tape.Tape, x *tape.Var, _ nn.Pass) *tape.Var {
	if x.Cols != n.in {
		panic(fmt.Sprintf("gorgonia: Forward of %d×%d, want %d columns", x.Rows, x.Cols, n.in))
	}
	n.operands = append(n.operands[:0], x)
	for _, p := range n.params {
		n.operands = append(n.operands, t.Param(p))
	}
	return t.Record((*operation)(n), x.Rows, n.out, n.operands...)
}

// Infer writes the same outputs as Forward, without a tape. If the computation fails, Infer
// writes zeros, and the next Forward reports the error on its tape.
func (n *Network) Infer(y, x []float32, _ nn.Memory) {
	if err := n.forward(y, x, len(x)/n.in); err != nil && n.err == nil {
		n.err = err
	}
}

// Clone returns a copy that shares no parameters and no graphs with n.
func (n *Network) Clone() nn.Network {
	params := make([]*tape.Param, len(n.params))
	for i, p := range n.params {
		params[i] = p.Clone()
	}
	return newNetwork(params, n.in, n.out, n.build)
}

// forward writes the outputs for inputs x [rows, I] to the slice out [rows, O]. If the
// computation fails, it writes zeros.
func (n *Network) forward(out, x []float32, rows int) (err error) {
	defer func() {
		if err != nil {
			clear(out)
		}
	}()
	defer recoverError(&err)
	for from, to := range blocks(rows) {
		m, err := n.run(result, x[from*n.in:to*n.in], nil)
		if err != nil {
			return err
		}
		copy(out[from*n.out:to*n.out], m.floats(m.out))
	}
	return nil
}

// backward adds the gradients of the operands of v: x and the parameters.
func (n *Network) backward(v *tape.Var) (err error) {
	defer recoverError(&err)
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

// blocks yields the row range [from, to) of each block of a batch. rows is the number of rows of
// the batch.
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

// run runs the machine of kind k for the inputs x of one block and returns the machine. dout has
// the gradients of the block's outputs. The first run for a block size compiles the machine.
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

// operation is a Network as an operation on a tape. The operands are x and the parameters.
type operation Network

var _ tape.Op = (*operation)(nil)

// Forward computes v.Value. If the computation fails, or an earlier Infer has failed, the value
// is zeros and the tape gets the error.
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

// Backward adds the gradients of the operands. If the computation fails, the tape gets the error.
func (o *operation) Backward(v *tape.Var) { v.Tape().Fail((*Network)(o).backward(v)) }

// recoverError is a deferred function. After a panic it sets *err to an error with the panic's
// value. It also wraps every error in a oneLineError.
func recoverError(err *error) {
	switch r := recover().(type) {
	case nil:
	case error:
		*err = r
	default:
		*err = fmt.Errorf("%v", r)
	}
	if *err != nil {
		*err = oneLineError{*err}
	}
}

// A oneLineError is an error whose text has only one line. Some errors of Gorgonia have several
// lines.
type oneLineError struct{ error }

func (e oneLineError) Error() string {
	return "gorgonia: " + strings.Join(strings.Fields(e.error.Error()), " ")
}

func (e oneLineError) Unwrap() error { return e.error }
