package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// parts is the layer that joins networks of different inputs: each network reads some columns of a
// row, and the outputs are next to each other.
type parts struct {
	all     []part
	in, out int
}

// A part is one network of a parts layer.
type part struct {
	from, to int // columns of its inputs
	out      int // number of outputs
	net      *Sequential
}

// newParts is the Kind of parts layers.
func (b *planBuilder) newParts(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	layers := r.Layers()
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	n := &parts{in: in.Size()}
	for i, one := range layers {
		p, err := b.part(rng, name, i, n.inputs(), one)
		if err != nil {
			return nil, nil, b.located(err, fmt.Sprintf("%s.%d", name, i), i, b.places[name])
		}
		n.all, n.out = append(n.all, p), n.out+p.out
	}
	if n.inputs() != n.in {
		return nil, nil, fmt.Errorf("%s has parts with %d inputs in all, want %d", l.Kind, n.inputs(), n.in)
	}
	return n, Shape{n.out}, nil
}

// part returns part i of the parts layer with the given name. Its columns begin at from.
func (b *planBuilder) part(rng *rand.Rand, name string, i, from int, l Layer) (part, error) {
	if l.Kind != partKind {
		return part{}, fmt.Errorf("a layer %s, want a part, as {part: {shape: [4], layers: [{linear: 64}, tanh]}}", l.Kind)
	}
	r := Read(l)
	shape, layers := r.Shape("shape"), r.Layers()
	if err := r.Err(); err != nil {
		return part{}, err
	}
	p := part{from: from, to: from + shape.Size(), out: shape.Size()}
	if len(layers) == 0 {
		return p, nil
	}
	prefix := fmt.Sprintf("%s.%d", name, i)
	net, out, err := b.sequence(rng, prefix, shape, layers, l.Kind+" "+fmt.Sprint(i)+" of "+b.places[name])
	if err != nil {
		return part{}, err
	}
	p.net, p.out = net, out.Size()
	return p, nil
}

// inputs returns the number of inputs of all parts.
func (l *parts) inputs() int {
	if len(l.all) == 0 {
		return 0
	}
	return l.all[len(l.all)-1].to
}

func (l *parts) inner() (all []Network) {
	for i := range l.all {
		if n := l.all[i].net; n != nil {
			all = append(all, n)
		}
	}
	return all
}

func (l *parts) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	var y *tape.Var
	for i := range l.all {
		one := &l.all[i]
		v := x.Columns(one.from, one.to)
		if one.net != nil {
			v = one.net.Forward(t, v, p)
			p.Memory = p.Memory.After(one.net.MemorySize())
		}
		if y == nil {
			y = v
		} else {
			y = y.Concat(v)
		}
	}
	return y
}

func (l *parts) Infer(y, x []float32, m Memory) {
	rows, at := len(x)/l.in, 0
	for i := range l.all {
		p := &l.all[i]
		if p.net == nil {
			copyColumns(y[at:], x[p.from:], rows, l.out, l.in, p.out)
		} else {
			p.infer(y[at:], x[p.from:], m, rows, l.out, l.in)
			m = m.After(p.net.MemorySize())
		}
		at += p.out
	}
}

// infer computes the outputs of a part. The first output is y[0], and the first input x[0]. The rows
// of y and x have the given widths.
func (p *part) infer(y, x []float32, m Memory, rows, yWidth, xWidth int) {
	if rows == 1 {
		p.net.inferInside(y[:p.out], x[:p.to-p.from], m)
		return
	}
	in, out := p.net.floats.take(rows*(p.to-p.from)), p.net.floats.take(rows*p.out)
	copyColumns(in, x, rows, p.to-p.from, xWidth, p.to-p.from)
	p.net.inferInside(out, in, m)
	copyColumns(y, out, rows, yWidth, p.out, p.out)
	p.net.floats.give(in)
	p.net.floats.give(out)
}

// copyColumns copies the first n columns of src to dst. The rows have the given widths.
func copyColumns(dst, src []float32, rows, dstWidth, srcWidth, n int) {
	for i := range rows {
		copy(dst[i*dstWidth:i*dstWidth+n], src[i*srcWidth:i*srcWidth+n])
	}
}

// inputOrder returns the order of the outputs. The parts are observations, so their inputs are in the
// same order in files as in memory.
func (l *parts) inputOrder([]int) (out []int) {
	n := 0
	for i := range l.all {
		var own []int
		if p := &l.all[i]; p.net != nil {
			own = p.net.inputOrder(nil)
		}
		out = appendOrder(out, own, n, l.all[i].out)
		n += l.all[i].out
	}
	return out
}

func (l *parts) Tensors() (params, buffers []*tape.Param) { return innerTensors(l) }
func (l *parts) MulAdds() int                             { return innerMulAdds(l) }

func (l *parts) MemorySize() (sum int) {
	for _, n := range l.inner() {
		sum += n.MemorySize()
	}
	return sum
}

func (l *parts) State(s *state.State) {
	for i := range l.all {
		if n := l.all[i].net; n != nil {
			n.State(s)
		}
	}
}

func (l *parts) Clone() Network {
	c := &parts{in: l.in, out: l.out}
	for _, p := range l.all {
		if p.net != nil {
			p.net = p.net.Clone().(*Sequential)
		}
		c.all = append(c.all, p)
	}
	return c
}
