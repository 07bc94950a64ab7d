package gorgonia_test

import (
	"fmt"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// tapeOp is an operation of package tape as a Network without parameters. The operands a and b
// are columns of x.
type tapeOp func(a, b *tape.Var) *tape.Var

func (tapeOp) MemorySize() int                          { return 0 }
func (tapeOp) Tensors() (params, buffers []*tape.Param) { return nil, nil }
func (f tapeOp) Forward(_ *tape.Tape, x *tape.Var, _ nn.Pass) *tape.Var {
	return f(x.Columns(0, 3), x.Columns(3, 6))
}
func (tapeOp) Infer(_, _ []float32, _ nn.Memory) {}
func (f tapeOp) Clone() nn.Network               { return f }

// TestOracle compares operations of package tape and their gradients with Gorgonia's.
func TestOracle(t *testing.T) {
	type v = *tape.Var
	type n = *G.Node
	column := func(a n) n { return G.Must(G.Reshape(a, tensor.Shape{a.Shape().TotalSize(), 1})) }
	for _, tc := range []struct {
		name string
		cols int
		tape tapeOp
		want func(a, b n) n
	}{
		{"Add", 3, func(a, b v) v { return a.Add(b) }, func(a, b n) n { return G.Must(G.Add(a, b)) }},
		{"Sub", 3, func(a, b v) v { return a.Sub(b) }, func(a, b n) n { return G.Must(G.Sub(a, b)) }},
		{"Mul", 3, func(a, b v) v { return a.Mul(b) }, func(a, b n) n { return G.Must(G.HadamardProd(a, b)) }},
		{"Mul itself", 3, func(a, _ v) v { return a.Mul(a) }, func(a, _ n) n { return G.Must(G.HadamardProd(a, a)) }},
		{"Min", 3, func(a, b v) v { return a.Min(b) }, func(a, b n) n {
			lower := G.Must(G.HadamardProd(a, G.Must(G.Lte(a, b, true))))
			return G.Must(G.Add(lower, G.Must(G.HadamardProd(b, G.Must(G.Gt(a, b, true))))))
		}},
		{"Scale", 3, func(a, _ v) v { return a.Scale(-1.5) }, func(a, _ n) n { return G.Must(G.Mul(a, G.NewConstant(float32(-1.5)))) }},
		{"AddK", 3, func(a, _ v) v { return a.AddK(0.5) }, func(a, _ n) n { return G.Must(G.Add(a, G.NewConstant(float32(0.5)))) }},
		{"Neg", 3, func(a, _ v) v { return a.Neg() }, func(a, _ n) n { return G.Must(G.Neg(a)) }},
		{"Square", 3, func(a, _ v) v { return a.Square() }, func(a, _ n) n { return G.Must(G.Square(a)) }},
		{"Exp", 3, func(a, _ v) v { return a.Exp() }, func(a, _ n) n { return G.Must(G.Exp(a)) }},
		{"Tanh", 3, func(a, _ v) v { return a.Tanh() }, func(a, _ n) n { return G.Must(G.Tanh(a)) }},
		{"ReLU", 3, func(a, _ v) v { return a.ReLU() }, func(a, _ n) n { return G.Must(G.Rectify(a)) }},
		{"Concat", 6, func(a, b v) v { return b.Concat(a) }, func(a, b n) n { return G.Must(G.Concat(1, b, a)) }},
		{"Columns", 2, func(a, _ v) v { return a.Columns(1, 3) }, func(a, _ n) n { return G.Must(G.Slice(a, nil, G.S(1, 3))) }},
		{"LogSoftmax", 3, func(a, _ v) v { return a.LogSoftmax() }, func(a, _ n) n { return G.Must(G.Log(G.Must(G.SoftMax(a, 1)))) }},
		{"Softmax", 3, func(a, _ v) v { return a.LogSoftmax().Exp() }, func(a, _ n) n { return G.Must(G.SoftMax(a, 1)) }},
		{"SumCols", 1, func(a, _ v) v { return a.SumCols() }, func(a, _ n) n { return column(G.Must(G.Sum(a, 1))) }},
		{"Mean", 1, func(a, _ v) v { return a.Mean() }, func(a, _ n) n { return column(G.Must(G.Mean(a, 1))) }},
		{"several", 3, func(a, b v) v { return a.Tanh().Mul(b).Sub(a.Exp()).Square().Add(a) }, func(a, b n) n {
			product := G.Must(G.HadamardProd(G.Must(G.Tanh(a)), b))
			return G.Must(G.Add(G.Must(G.Square(G.Must(G.Sub(product, G.Must(G.Exp(a)))))), a))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			oracle, err := gorgonia.New(nil, 6, tc.cols, func(_ *G.ExprGraph, x *G.Node, _ []*G.Node) (*G.Node, error) {
				return tc.want(G.Must(G.Slice(x, nil, G.S(0, 3))), G.Must(G.Slice(x, nil, G.S(3, 6)))), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, rows := range []int{1, 7, 1, 7} { // each size twice, because machines reuse memory the second time
				if rows == 1 || tc.name != "Mean" { // Gorgonia's Mean is over one row, the tape's Mean is over all elements
					agree(t, fmt.Sprintf("%d rows", rows), oracle, tc.tape, normal(newRand(), make([]float32, 6*rows)), rows)
				}
			}
		})
	}
}
