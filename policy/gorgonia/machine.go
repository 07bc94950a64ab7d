package gorgonia

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A machine computes the outputs of a graph, and gradients if needed, for blocks with a fixed
// number of rows.
//
// It runs the graph's operations one after another. Gorgonia's own machines run in a separate
// goroutine. A panic there, for example of an operation that does not accept a shape, cannot be
// recovered and ends the program.
type machine struct {
	x, dout []float32 // [rows, I] inputs and [rows, O] gradients of the outputs, set before run
	steps   []step
	value   []G.Value // value of each node, by node index
	out     int       // node index of the outputs
	grads   []int     // node indices of the gradients
}

// A step is one operation of a machine: value[out] = op(value[in[0]], value[in[1]], …).
type step struct {
	op   G.Op
	in   []int
	out  int
	args []G.Value // scratch: the operands value[in[0]], value[in[1]], …
}

// compile returns a machine for blocks of the given number of rows. If params is true, the
// machine also computes the gradients of the parameters. If dx is true, it also computes the
// gradient of x, and the last element of grads is the node of this gradient.
func (n *Network) compile(rows int, params, dx bool) (*machine, error) {
	g, x, dout := G.NewGraph(), dense(rows, n.in), dense(rows, n.out)
	input, leaves := inputNode(g, "x", x), make(G.Nodes, len(n.params))
	for i, p := range n.params { // the index makes the names different, because Gorgonia merges nodes with equal names
		leaves[i] = inputNode(g, fmt.Sprint(p.Name, " ", i), n.values[i])
	}
	out, err := n.build(g, input, slices.Clone(leaves))
	if err == nil {
		err = check(out, g, rows, n.out)
	}
	if err != nil {
		return nil, err
	}
	var wrt, grads G.Nodes
	if params {
		wrt = leaves
	}
	if dx {
		wrt = append(wrt, input)
	}
	if len(wrt) > 0 {
		if grads, err = G.Backpropagate(G.Nodes{out}, G.Nodes{inputNode(g, "dout", dout)}, wrt); err != nil {
			return nil, fmt.Errorf("no gradients: %w", err)
		}
	}
	m := &machine{x: x.Float32s(), dout: dout.Float32s()}
	index := map[*G.Node]int{}
	for _, node := range append(grads, out) {
		if err := m.add(node, index); err != nil {
			return nil, err
		}
	}
	m.out = index[out]
	for _, d := range grads {
		m.grads = append(m.grads, index[d])
	}
	return m, nil
}

// check returns an error if out, the result of a Build, is not a float32 matrix [rows, cols] of
// the graph g.
func check(out *G.Node, g *G.ExprGraph, rows, cols int) error {
	switch {
	case out == nil:
		return errors.New("Build returns a nil result, want a node of its graph")
	case out.Graph() != g:
		return fmt.Errorf("the result %s is in another graph, want a node of the graph that Build gets", out.Name())
	case out.Dtype() != tensor.Float32 || !slices.Equal(out.Shape(), []int{rows, cols}):
		return fmt.Errorf("the result for %d rows is %v of shape %v, want float32 of shape (%d, %d)", rows, out.Dtype(), out.Shape(), rows, cols)
	}
	return nil
}

// add adds the nodes of n's operands and then the node n to the machine. It sets index[n] to the
// position of n in value.
func (m *machine) add(n *G.Node, index map[*G.Node]int) error {
	if _, ok := index[n]; ok {
		return nil
	}
	if n.Value() == nil { // n is an operation, not an input or a constant
		s := step{op: n.Op()}
		for of := n.Graph().From(n.ID()); of.Next(); {
			child := of.Node().(*G.Node)
			if err := m.add(child, index); err != nil {
				return err
			}
			s.in = append(s.in, index[child])
		}
		if s.op == nil {
			return fmt.Errorf("the node %s has no value, want a node that is computed from x and the parameters", n.Name())
		}
		if hasModes(s.op) || len(s.in) == 0 {
			return fmt.Errorf("the operation %v has a different result each time, want operations that depend on their operands only", s.op)
		}
		s.out, s.args = len(m.value), make([]G.Value, len(s.in))
		m.steps = append(m.steps, s)
	}
	index[n] = len(m.value)
	m.value = append(m.value, n.Value())
	return nil
}

// hasModes reports whether op behaves differently in training and at inference, as dropout does.
// Such an op has a method SetTraining, without a parameter in Gorgonia v0.9.17, and with a bool
// in v0.9.18.
func hasModes(op G.Op) bool {
	switch op.(type) {
	case interface{ SetTraining() }, interface{ SetTraining(bool) error }:
		return true
	}
	return false
}

// run computes the values of all nodes from the current inputs.
func (m *machine) run() error {
	for i := range m.steps {
		s := &m.steps[i]
		for j, k := range s.in {
			s.args[j] = m.value[k]
		}
		v, err := s.do(m.value[s.out])
		if err != nil {
			return err
		}
		m.value[s.out] = v
	}
	return nil
}

// do returns the value of the operation. For matrix products and elementwise operations, it
// reuses the memory of last, the value from the previous run. For other operations this is not
// safe: some return one of their operands, and some add to the memory.
func (s *step) do(last G.Value) (G.Value, error) {
	_, binary := s.op.(G.BinaryOp)
	op, ok := s.op.(G.UsePreallocDoer)
	if last, dense := last.(*tensor.Dense); binary && ok && dense {
		return op.UsePreallocDo(last, s.args...)
	}
	return s.op.Do(s.args...)
}

// floats returns the value of node k as a row-major slice. The slice is valid until the next run.
func (m *machine) floats(k int) []float32 {
	v := m.value[k]
	if d, ok := v.(*tensor.Dense); ok && d.RequiresIterator() {
		v = d.Materialize()
	}
	if x, ok := v.Data().(float32); ok { // the value is a scalar
		return []float32{x}
	}
	return v.Data().([]float32)
}

// dense returns a matrix [rows, cols] of zeros.
func dense(rows, cols int) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.Of(tensor.Float32))
}

// inputNode adds an input with the value v to the graph g.
func inputNode(g *G.ExprGraph, name string, v *tensor.Dense) *G.Node {
	return G.NewMatrix(g, tensor.Float32, G.WithShape(v.Shape()...), G.WithName(name), G.WithValue(v))
}
