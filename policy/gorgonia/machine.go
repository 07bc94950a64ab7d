package gorgonia

import (
	"errors"
	"fmt"
	"slices"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// A machine computes a graph, and perhaps gradients, for batches of one size.
//
// Gorgonia has machines of its own. They run in a goroutine where a panic, as of
// an operation that does not take a shape, could not be caught and would end the
// program; this one takes the graph's operations one after the other.
type machine struct {
	x, dout []float32 // [rows, I] and [rows, O], which run reads
	steps   []step
	value   []G.Value // of every node, by its number
	out     int       // number of the result
	grads   []int     // numbers of the gradients that were asked for
}

// A step is one operation: value[out] = op(value[in]…).
type step struct {
	op   G.Op
	in   []int
	out  int
	args []G.Value // scratch
}

// compile builds the graph for batches of rows, with the parameters' gradients
// where params is set, and with that of x after them where dx is.
func (n *Network) compile(rows int, params, dx bool) (*machine, error) {
	g, x, dout := G.NewGraph(), dense(rows, n.in), dense(rows, n.out)
	input, leaves := leaf(g, "x", x), make(G.Nodes, len(n.params))
	for i, p := range n.params { // numbered, because equal names are one node to Gorgonia
		leaves[i] = leaf(g, fmt.Sprint(p.Name, " ", i), n.values[i])
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
		if grads, err = G.Backpropagate(G.Nodes{out}, G.Nodes{leaf(g, "dout", dout)}, wrt); err != nil {
			return nil, fmt.Errorf("no gradients: %w", err)
		}
	}
	m := &machine{x: x.Float32s(), dout: dout.Float32s()}
	at := map[*G.Node]int{}
	for _, node := range append(grads, out) {
		if err := m.place(node, at); err != nil {
			return nil, err
		}
	}
	m.out = at[out]
	for _, d := range grads {
		m.grads = append(m.grads, at[d])
	}
	return m, nil
}

// check returns what is wrong with the result of a Build.
func check(out *G.Node, g *G.ExprGraph, rows, cols int) error {
	switch {
	case out == nil:
		return errors.New("the graph has no result")
	case out.Graph() != g:
		return fmt.Errorf("the result %s is in another graph", out.Name())
	case out.Dtype() != tensor.Float32 || !slices.Equal(out.Shape(), []int{rows, cols}):
		return fmt.Errorf("the result for %d rows is %v of shape %v, want float32 of shape (%d, %d)", rows, out.Dtype(), out.Shape(), rows, cols)
	}
	return nil
}

// place puts n on the program, after all that it is computed from, and its
// number in at.
func (m *machine) place(n *G.Node, at map[*G.Node]int) error {
	if _, ok := at[n]; ok {
		return nil
	}
	if n.Value() == nil { // neither an input nor a constant
		s := step{op: n.Op()}
		for of := n.Graph().From(n.ID()); of.Next(); {
			child := of.Node().(*G.Node)
			if err := m.place(child, at); err != nil {
				return err
			}
			s.in = append(s.in, at[child])
		}
		if s.op == nil {
			return fmt.Errorf("the input %s has no value", n.Name())
		}
		if _, modal := s.op.(G.TrainModeOp); modal || len(s.in) == 0 {
			return fmt.Errorf("the operation %v gives one result and then another, but a network is a function", s.op)
		}
		s.out, s.args = len(m.value), make([]G.Value, len(s.in))
		m.steps = append(m.steps, s)
	}
	at[n] = len(m.value)
	m.value = append(m.value, n.Value())
	return nil
}

// run computes every value from what the inputs hold.
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

// do returns the operation's value, in the last one's memory where that is safe.
// It is for products of matrices, and for what goes element by element; others may
// return what they were given, or add to what they find.
func (s *step) do(last G.Value) (G.Value, error) {
	_, binary := s.op.(G.BinaryOp)
	op, ok := s.op.(G.UsePreallocDoer)
	if last, dense := last.(*tensor.Dense); binary && ok && dense {
		return op.UsePreallocDo(last, s.args...)
	}
	return s.op.Do(s.args...)
}

// floats is the value of number k, row-major. It is the machine's.
func (m *machine) floats(k int) []float32 {
	v := m.value[k]
	if d, ok := v.(*tensor.Dense); ok && d.RequiresIterator() {
		v = d.Materialize()
	}
	if x, ok := v.Data().(float32); ok { // a scalar
		return []float32{x}
	}
	return v.Data().([]float32)
}

// dense returns a matrix of zeros.
func dense(rows, cols int) *tensor.Dense {
	return tensor.New(tensor.WithShape(rows, cols), tensor.Of(tensor.Float32))
}

// leaf puts v on g.
func leaf(g *G.ExprGraph, name string, v *tensor.Dense) *G.Node {
	return G.NewMatrix(g, tensor.Float32, G.WithShape(v.Shape()...), G.WithName(name), G.WithValue(v))
}
