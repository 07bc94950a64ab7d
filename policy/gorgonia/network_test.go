package gorgonia_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// Short names for the types of a Build's arguments.
type (
	graph = *G.ExprGraph
	node  = *G.Node
)

// product returns the matrix product x w for w [3, 2].
func product(x node, params []node) node { return G.Must(G.Mul(x, params[0])) }

// weight returns the parameter w [3, 2] of product.
func weight() []*tape.Param {
	w := tape.NewParam("w", 3, 2)
	copy(w.Value, []float32{1, 2, 3, 4, 5, 6})
	return []*tape.Param{w}
}

// TestNewErrors checks that every mistake in a Build gives an error of one line, and no panic.
func TestNewErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		want  string
		build gorgonia.Build
	}{
		"error": {"gorgonia: no graph today", func(graph, node, []node) (node, error) { return nil, errors.New("no graph\ntoday") }},
		"panic": {"gorgonia: out of ideas", func(graph, node, []node) (node, error) { panic("out of ideas") }},
		"index": {"gorgonia: runtime error: index out of range", func(_ graph, _ node, ps []node) (node, error) { return ps[1], nil }},
		"nil":   {"gorgonia: Build returns a nil result", func(graph, node, []node) (node, error) { return nil, nil }},
		"Must": {"Inner dimensions do not match", func(_ graph, x node, ps []node) (node, error) {
			return product(ps[0], []node{x}), nil
		}},
		"shape": {"of shape (1, 3), want float32 of shape (1, 2)", func(_ graph, x node, _ []node) (node, error) { return x, nil }},
		"one row only": {"result for 2 rows is float32 of shape (1, 2)", func(_ graph, x node, ps []node) (node, error) {
			return product(row(x.Graph(), 1, 1, 1), ps), nil
		}},
		"type": {"is float64", func(g graph, _ node, _ []node) (node, error) { return input(g, tensor.Float64), nil }},
		"other graph": {"the result z is in another graph", func(graph, node, []node) (node, error) {
			return input(G.NewGraph(), tensor.Float32), nil
		}},
		"unused":        {"gorgonia: no gradients: ", func(_ graph, x node, _ []node) (node, error) { return G.Slice(x, nil, G.S(0, 2)) }},
		"no derivative": {"gorgonia: no gradients: ", func(_ graph, x node, ps []node) (node, error) { return G.Ceil(product(x, ps)) }},
		"no value": {"the node z has no value", func(g graph, x node, ps []node) (node, error) {
			return G.Add(product(x, ps), input(g, tensor.Float32))
		}},
		"dropout": {"has a different result each time", func(_ graph, x node, ps []node) (node, error) { return G.Dropout(product(x, ps), 0.5) }},
		"batch norm": {"has a different result each time", func(_ graph, x node, ps []node) (node, error) {
			y, _, _, _, err := G.BatchNorm(product(x, ps), nil, nil, 0.9, 1e-5)
			return y, err
		}},
		"random": {"has a different result each time", func(g graph, x node, ps []node) (node, error) {
			return G.Add(product(x, ps), G.UniformRandomNode(g, tensor.Float32, 0, 1, x.Shape()[0], 2))
		}},
		"operation": {"gorgonia: bang", func(_ graph, x node, ps []node) (node, error) {
			return G.ApplyOp(fragile{G.Must(G.Tanh(x)).Op().(G.SDOp), func() { panic("bang") }}, product(x, ps))
		}},
	} {
		n, err := gorgonia.New(weight(), 3, 2, tc.build)
		if n != nil || err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: New = %v, error %v, want %q in one line", name, n, err, tc.want)
		}
	}
	for _, size := range [][2]int{{0, 2}, {3, 0}, {-1, 2}} {
		if _, err := gorgonia.New(nil, size[0], size[1], nil); err == nil || !strings.Contains(err.Error(), "want 1 or more") {
			t.Errorf("New with %d inputs and %d outputs: error %v, want \"want 1 or more\"", size[0], size[1], err)
		}
	}
}

// row returns an input node whose value is one row.
func row(g graph, x ...float32) node {
	value := tensor.New(tensor.WithBacking(x), tensor.WithShape(1, len(x)))
	return G.NewMatrix(g, tensor.Float32, G.WithShape(1, len(x)), G.WithName("row"), G.WithValue(value))
}

// input returns an input without a value.
func input(g graph, d tensor.Dtype) node {
	return G.NewMatrix(g, d, G.WithShape(1, 2), G.WithName("z"))
}

// fragile is an operation that first calls a function, which may panic.
type fragile struct {
	G.SDOp
	before func()
}

func (f fragile) Do(in ...G.Value) (G.Value, error) {
	f.before()
	return f.SDOp.Do(in...)
}

// TestFailures checks an operation that panics after New. Forward and Infer write zeros and do
// not panic. An error of Forward or Backward goes to the tape. An error of Infer goes to the tape
// of the next Forward. After that the network must work again.
func TestFailures(t *testing.T) {
	broken := false
	n := agents.Must(gorgonia.New(weight(), 3, 2, func(_ graph, x node, ps []node) (node, error) {
		return G.ApplyOp(fragile{G.Must(G.Tanh(x)).Op().(G.SDOp), func() {
			if broken {
				panic("bang")
			}
		}}, product(x, ps))
	}))
	const want = "gorgonia: bang"
	x := []float32{0.1, 0.2, 0.3}
	for _, broke := range []string{"Forward", "Backward", "Infer", "nothing"} {
		tp, y := tape.New(), []float32{7, 7}
		broken = broke == "Infer"
		n.Infer(y, x, nn.Memory{})
		if (y[0] == 0 && y[1] == 0) != broken {
			t.Errorf("%s broken: Infer = %v", broke, y)
		}
		broken = broke == "Forward"
		loss := n.Forward(tp, tp.Const(x, 1), nn.Pass{Mode: nn.Training}).Square().Mean()
		if broke == "Forward" || broke == "Infer" {
			if loss.Scalar() != 0 || tp.Err() == nil || tp.Err().Error() != want {
				t.Errorf("%s broken: Forward = %v, error %v, want zeros and %q", broke, loss.Value, tp.Err(), want)
			}
			continue
		}
		broken = broke == "Backward"
		loss.Backward()
		tp.Reset()
		if err := tp.Err(); (err == nil) == broken || broken && err.Error() != want {
			t.Errorf("%s broken: the tape's error is %v, want %q or none", broke, err, want)
		}
	}
}

// TestLateError checks a Build that fails only for larger batches.
func TestLateError(t *testing.T) {
	n := agents.Must(gorgonia.New(weight(), 3, 2, func(_ graph, x node, ps []node) (node, error) {
		if rows := x.Shape()[0]; rows > 4 {
			return nil, fmt.Errorf("%d rows are too many", rows)
		}
		return product(x, ps), nil
	}))
	tp := tape.New()
	n.Infer(make([]float32, 2*100), make([]float32, 3*100), nn.Memory{})
	n.Forward(tp, tp.Const(make([]float32, 3), 1), nn.Pass{Mode: nn.Training})
	if err := tp.Err(); err == nil || err.Error() != "gorgonia: 64 rows are too many" {
		t.Errorf("the tape's error is %v, want the error of Infer's first block, 64 rows", err)
	}
}

// TestValues checks that a network uses the current values of its parameters, after their
// elements have changed, and after their slice was replaced.
func TestValues(t *testing.T) {
	ps := weight()
	n := agents.Must(gorgonia.New(ps, 3, 2, func(_ graph, x node, ps []node) (node, error) { return product(x, ps), nil }))
	for i, want := range []float32{9, 109, 1} {
		switch i {
		case 1:
			ps[0].Value[0] = 101
		case 2:
			ps[0].Value = []float32{1, 0, 0, 0, 0, 0}
		}
		y := make([]float32, 2)
		if n.Infer(y, []float32{1, 1, 1}, nn.Memory{}); y[0] != want {
			t.Errorf("after change %d Infer = %v, want %v", i, y[0], want)
		}
	}
}

// TestBatches checks that 18 graphs are enough for all batch sizes.
func TestBatches(t *testing.T) {
	graphs := 0
	n := agents.Must(gorgonia.New(weight(), 3, 2, func(_ graph, x node, ps []node) (node, error) {
		graphs++
		return product(x, ps), nil
	}))
	for rows := 1; rows < 600; rows++ {
		tp := tape.New()
		n.Infer(make([]float32, 2*rows), make([]float32, 3*rows), nn.Memory{})
		n.Forward(tp, tp.Const(make([]float32, 3*rows), rows), nn.Pass{Mode: nn.Training}).Square().Mean().Backward()
	}
	if graphs != 18 { // nine block sizes, 1, 2, 4 … 256 rows, each without and with gradients
		t.Errorf("%d graphs for batches of 1 … 599 rows, want 18", graphs)
	}
}

// TestGraph checks a graph with unusual parts: parameters with equal names and shapes, a
// parameter with one element, a constant input, a concatenation, and an operation whose result
// shares the memory of its operand. y = ([k x | x∘x] + c + d)[:, 1:4] for x [rows, 2], computed
// by hand.
func TestGraph(t *testing.T) {
	k, c, d := tape.NewParam("p", 1, 1), tape.NewVector("p", 4), tape.NewVector("p", 4)
	k.Value[0], c.Value[3], d.Value[1] = 3, 0.5, 1
	n := agents.Must(gorgonia.New([]*tape.Param{k, c, d}, 2, 3, func(g graph, x node, ps []node) (node, error) {
		y := G.Must(G.BroadcastHadamardProd(x, G.Must(G.Mul(ps[0], row(g, 1, 1))), nil, []byte{0}))
		y = G.Must(G.Concat(1, y, G.Must(G.Square(x))))
		y = G.Must(G.BroadcastAdd(y, ps[1], nil, []byte{0}))
		y = G.Must(G.BroadcastAdd(y, ps[2], nil, []byte{0}))
		return G.ApplyOp(view{G.Must(G.Slice(y, nil, G.S(1, 4))).Op().(G.SDOp)}, y)
	}))
	x := tape.NewParam("x", 2, 2)
	copy(x.Value, []float32{1, 2, 3, 4})
	tp := tape.New()
	y := n.Forward(tp, tp.Param(x), nn.Pass{Mode: nn.Training})
	y.SumCols().Mean().Scale(2).Backward() // the gradient of every element of y is 1
	for _, check := range []struct {
		name      string
		got, want []float32
	}{
		{"y", y.Value, []float32{3*2 + 1, 1, 4.5, 3*4 + 1, 9, 16.5}},
		{"dx", x.Grad, []float32{2 * 1, 3 + 2*2, 2 * 3, 3 + 2*4}},
		{"dk", k.Grad, []float32{2 + 4}},
		{"dc", c.Grad, []float32{0, 2, 2, 2}},
		{"dd", d.Grad, []float32{0, 2, 2, 2}},
	} {
		if !near(check.got, check.want) {
			t.Errorf("%s = %v, want %v", check.name, check.got, check.want)
		}
	}
	if err := tp.Err(); err != nil {
		t.Error(err)
	}
}

// view is Gorgonia's slice [:, 1:4] without a copy.
type view struct{ G.SDOp }

func (view) Do(in ...G.Value) (G.Value, error) {
	return in[0].(*tensor.Dense).Slice(nil, G.S(1, 4))
}

// TestFrozen checks a graph on a frozen tape: its parameters get no gradient, but its inputs do.
// The gradient of x is the sum of each row of w.
func TestFrozen(t *testing.T) {
	ps := weight()
	n := agents.Must(gorgonia.New(ps, 3, 2, func(_ graph, x node, ps []node) (node, error) { return product(x, ps), nil }))
	x, tp := tape.NewParam("x", 1, 3), tape.New()
	in := tp.Param(x)
	tp.Freeze(true)
	n.Forward(tp, in, nn.Pass{Mode: nn.Training}).Sum().Backward()
	if !near(x.Grad, []float32{3, 7, 11}) || !near(ps[0].Grad, make([]float32, 6)) {
		t.Errorf("dx, dw = %v, %v, want [3 7 11] and zeros", x.Grad, ps[0].Grad)
	}
}

// TestColumns checks that Forward panics if x has a wrong number of columns.
func TestColumns(t *testing.T) {
	n := agents.Must(gorgonia.New(weight(), 3, 2, func(_ graph, x node, ps []node) (node, error) { return product(x, ps), nil }))
	defer func() {
		if got := fmt.Sprint(recover()); got != "gorgonia: Forward of 2×4, want 3 columns" {
			t.Errorf("panic %q, want the numbers of columns", got)
		}
	}()
	tp := tape.New()
	n.Forward(tp, tp.Const(make([]float32, 8), 2), nn.Pass{Mode: nn.Training})
}

// This example makes the linear function y = x w + b as a graph of Gorgonia. Backward adds the
// gradients.
func ExampleNew() {
	w, b := tape.NewParam("w", 2, 1), tape.NewVector("b", 1)
	w.Value[0], w.Value[1], b.Value[0] = 3, 4, 5
	net, err := gorgonia.New([]*tape.Param{w, b}, 2, 1, func(_ *G.ExprGraph, x *G.Node, p []*G.Node) (*G.Node, error) {
		return G.BroadcastAdd(G.Must(G.Mul(x, p[0])), p[1], nil, []byte{0})
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	t := tape.New()
	y := net.Forward(t, t.Const([]float32{1, 10}, 1), nn.Pass{Mode: nn.Training})
	y.Backward()
	fmt.Println(y.Value, w.Grad, b.Grad, t.Err())
	// Output: [48] [1 10] [1] <nil>
}
