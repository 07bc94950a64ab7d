package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// denseBlock is a list of networks. Each gets the inputs of the block and the outputs of all
// networks before it, and the outputs of the block are all of these. Images are joined by their
// channels. Huang et al. 2017, arXiv:1608.06993, section 3.
type denseBlock struct {
	layers []joined
}

// joined is the layer [x | f(x)].
type joined struct {
	f       *Sequential
	pixels  int // pixels of an image; 1 for numbers
	in, out int // numbers per pixel of x and of f(x)
}

// newDense is the Kind of dense_block layers.
func (b *planBuilder) newDense(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	layers, repeat := r.Layers(), r.Count("repeat", 1, maxLayers)
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	n := &denseBlock{}
	for k := range repeat {
		f, out, err := b.body(rng, name, fmt.Sprintf("%s.%d", name, k), in, layers)
		if err != nil {
			return nil, nil, err
		}
		last := len(in) - 1
		if len(out) != len(in) || !slices.Equal(out[:last], in[:last]) {
			return nil, nil, fmt.Errorf("%s: its layers turn %v into %v, want outputs that differ in the last axis at most", l.Kind, in, out)
		}
		n.layers = append(n.layers, joined{f, in[:last].Size(), in[last], out[last]})
		in = append(slices.Clone(in[:last]), in[last]+out[last])
		if err := b.takePixels(0, in.Size()); err != nil {
			return nil, nil, err
		}
	}
	return n, in, nil
}

func (l *denseBlock) inner() (all []Network) {
	for i := range l.layers {
		all = append(all, l.layers[i].f)
	}
	return all
}

func (l *denseBlock) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	for i := range l.layers {
		j := &l.layers[i]
		n := x.Rows
		y := j.f.Forward(t, x, p)
		p.Memory = p.Memory.After(j.f.MemorySize())
		x = x.Reshape(n*j.pixels, j.in).Concat(y.Reshape(n*j.pixels, j.out)).Reshape(n, j.pixels*(j.in+j.out))
	}
	return x
}

func (l *denseBlock) Infer(y, x []float32, m Memory) {
	last := len(l.layers) - 1
	for i := range l.layers {
		j := &l.layers[i]
		pixels := len(x) / j.in
		f, to := j.f.floats.take(pixels*j.out), y
		if i < last {
			to = j.f.floats.take(pixels * (j.in + j.out))
		}
		j.f.inferInside(f, x, m)
		m = m.After(j.f.MemorySize())
		width := j.in + j.out
		for k := range pixels {
			copy(to[k*width:], x[k*j.in:(k+1)*j.in])
			copy(to[k*width+j.in:], f[k*j.out:(k+1)*j.out])
		}
		if j.f.floats.give(f); i > 0 {
			l.layers[i-1].f.floats.give(x)
		}
		x = to
	}
}

// inputOrder tells the networks the order of their inputs. The outputs of the block are in the
// order of the inputs, and then in the order of the outputs of each network.
func (l *denseBlock) inputOrder(order []int) []int {
	for i := range l.layers {
		j := &l.layers[i]
		order = appendOrder(order, j.f.inputOrder(order), j.pixels*j.in, j.pixels*j.out)
	}
	return order
}

// appendOrder returns the order of n numbers followed by m numbers, with the given orders.
func appendOrder(order, next []int, n, m int) []int {
	if order == nil && next == nil {
		return nil
	}
	all := make([]int, 0, n+m)
	for i := range n {
		all = append(all, at(order, i))
	}
	for i := range m {
		all = append(all, n+at(next, i))
	}
	return all
}

// at returns element i of an order.
func at(order []int, i int) int {
	if order == nil {
		return i
	}
	return order[i]
}

func (l *denseBlock) Tensors() (params, buffers []*tape.Param) { return innerTensors(l) }
func (l *denseBlock) MulAdds() int                             { return innerMulAdds(l) }

func (l *denseBlock) MemorySize() (sum int) {
	for i := range l.layers {
		sum += l.layers[i].f.MemorySize()
	}
	return sum
}

func (l *denseBlock) State(s *state.State) {
	for i := range l.layers {
		l.layers[i].f.State(s)
	}
}

func (l *denseBlock) Clone() Network {
	c := &denseBlock{layers: slices.Clone(l.layers)}
	for i := range c.layers {
		c.layers[i].f = c.layers[i].f.Clone().(*Sequential)
	}
	return c
}
