package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// transformer is a stack of encoder layers with causal attention. Its tensors have the names of
// PyTorch's TransformerEncoder. A layer embedding before the stack has outputs of the width of the stack.
type transformer struct {
	embedding *linear
	positions *positions // nil: the inputs have no positions
	layers    []*encoder
	norm      *layerNorm // after the last layer; nil if the layers have gates, or end with a normalisation
	scratch   scratch
}

// An encoder is a layer of a transformer: attention and two linear layers, each with a
// normalisation and a way around it.
type encoder struct {
	attention        *selfAttention
	linear1, linear2 *linear
	norm1, norm2     *layerNorm
	normFirst        bool
	gate1, gate2     *gate // nil: the way around is a sum
}

// newTransformer is the Kind of transformer layers.
func (b *planBuilder) newTransformer(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	s := readTransformer(r)
	s.normFirst, s.activation = r.Bool("norm_first", true), r.Text("activation", "relu")
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	return s.build(rng, name, in, l.Kind, b.left)
}

// newGTrXL is the Kind of gtrxl layers: gated transformers. Parisotto et al. 2020, arXiv:1910.06764. In
// this package positions are added to the inputs, and memories are keys and values; the paper has
// relative positions and memories of inputs, as Transformer-XL.
func (b *planBuilder) newGTrXL(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	s := readTransformer(r)
	s.normFirst, s.activation, s.gated, s.gateBias = true, "relu", true, float32(r.Number("gate_bias", 2))
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	return s.build(rng, name, in, l.Kind, b.left)
}

// transformerSettings are the settings of a transformer.
type transformerSettings struct {
	attentionSettings
	size, layers, feedforward int
	normFirst, gated          bool
	gateBias                  float32
	activation, positions     string
}

// readTransformer reads the settings that transformer and gtrxl have.
func readTransformer(r *Reader) transformerSettings {
	size := r.Outputs()
	return transformerSettings{
		attentionSettings: readAttention(r), size: size, layers: r.Count("layers", 1, maxStack),
		feedforward: r.Count("feedforward", min(4*max(size, 1), maxWidth), maxWidth), positions: r.Text("positions", sinusoidal),
	}
}

// weights returns the number of weights and biases of a transformer with this number of inputs.
func (s transformerSettings) weights(in int) float64 {
	d, wide := float64(s.size), float64(s.feedforward)
	layer := attentionWeights(d) + 2*d*wide + wide + 5*d
	if s.gated {
		layer += 2 * (6*d*d + d)
	}
	sum := (float64(in)+1)*d + float64(s.layers)*layer
	if s.endsWithNorm() {
		sum += 2 * d
	}
	return sum
}

// endsWithNorm reports whether a normalisation follows the last layer.
func (s transformerSettings) endsWithNorm() bool { return s.normFirst && !s.gated }

// build returns the transformer. left is the largest number of its weights.
func (s transformerSettings) build(rng *rand.Rand, name string, in Shape, kind string, left int) (Network, Shape, error) {
	if err := oneAxis(kind, in); err != nil {
		return nil, nil, err
	}
	if err := s.check(kind, s.size, s.layers); err != nil {
		return nil, nil, err
	}
	act, ok := activations()[s.activation]
	if !ok {
		return nil, nil, fmt.Errorf("%s: activation %q, %s", kind, s.activation, wantOneOf(s.activation, activations()))
	}
	if s.weights(in[0]) > float64(left) {
		return nil, nil, fmt.Errorf("%s of %d layers of %d numbers %w", kind, s.layers, s.size, errWeights)
	}
	p, err := newPositions(s.positions, s.size)
	if err != nil {
		return nil, nil, err
	}
	t := &transformer{embedding: zeroLinear(name+".embedding", in.Size(), s.size), positions: p}
	s.initialise(rng, t.embedding)
	for k := range s.layers {
		t.layers = append(t.layers, s.encoder(rng, fmt.Sprintf("%s.layers.%d", name, k), act.Activation))
	}
	if s.endsWithNorm() {
		t.norm = &layerNorm{newScaling(name+".norm", s.size)}
	}
	return t, Shape{s.size}, nil
}

// encoder returns one layer of the stack.
func (s transformerSettings) encoder(rng *rand.Rand, name string, act f32.Activation) *encoder {
	e := &encoder{
		attention: newSelfAttention(rng, name+".self_attn", s.size, s.attentionSettings),
		linear1:   zeroLinear(name+".linear1", s.size, s.feedforward), linear2: zeroLinear(name+".linear2", s.feedforward, s.size),
		norm1: &layerNorm{newScaling(name+".norm1", s.size)}, norm2: &layerNorm{newScaling(name+".norm2", s.size)},
		normFirst: s.normFirst,
	}
	e.linear1.act = act
	s.initialise(rng, e.linear1, e.linear2)
	if s.gated {
		e.gate1, e.gate2 = newGate(rng, name+".gate1", s), newGate(rng, name+".gate2", s)
	}
	return e
}

func (l *transformer) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	x, first := l.embedding.Forward(t, x, p), firstRows(t, p.First, x.Rows)
	x = l.positions.forward(x, p)
	for _, e := range l.layers {
		x = e.forward(t, x, first, p)
		p.Memory = p.Memory.After(e.attention.memorySize())
	}
	if l.norm != nil {
		x = l.norm.Forward(t, x, p)
	}
	return x
}

// forward records one layer of the stack.
func (e *encoder) forward(t *tape.Tape, x, first *tape.Var, p Pass) *tape.Var {
	feedforward := func(x *tape.Var) *tape.Var { return e.linear2.Forward(t, e.linear1.Forward(t, x, p), p) }
	if !e.normFirst {
		x = e.norm1.Forward(t, x.Add(e.attention.forward(t, x, first, p)), p)
		return e.norm2.Forward(t, x.Add(feedforward(x)), p)
	}
	x = e.gate1.forward(t, x, e.attention.forward(t, e.norm1.Forward(t, x, p), first, p))
	return e.gate2.forward(t, x, feedforward(e.norm2.Forward(t, x, p)))
}

func (l *transformer) Infer(y, x []float32, m Memory) {
	n := len(y) / l.embedding.out
	floats := l.scratch.take(l.scratchSize(n))
	a := arena{floats}
	rows := a.take(len(y))
	l.embedding.Infer(rows, x, Memory{})
	copy(y, l.positions.infer(y, rows, m))
	for _, e := range l.layers {
		e.infer(y, m, arena{a.free})
		m = m.After(e.attention.memorySize())
	}
	if l.norm != nil {
		l.norm.Infer(y, y, Memory{})
	}
	l.scratch.give(floats)
}

// scratchSize returns the number of floats of scratch that Infer needs for n rows.
func (l *transformer) scratchSize(n int) int {
	e := l.layers[0]
	return n*(6*e.attention.d+e.linear1.out) + e.attention.scratchSize(n)
}

// infer computes one step of one layer of the stack, for rows x, in place.
func (e *encoder) infer(x []float32, m Memory, a arena) {
	n := len(x) / e.attention.d
	normed, wide, rest := a.take(len(x)), a.take(n*e.linear1.out), arena{a.free}
	feedforward := func(x []float32) {
		e.linear1.Infer(wide, x, Memory{})
		e.linear2.Infer(normed, wide, Memory{})
	}
	if !e.normFirst {
		e.attention.infer(normed, x, m, &rest)
		f32.Add(x, x, normed)
		e.norm1.Infer(x, x, Memory{})
		feedforward(x)
		f32.Add(x, x, normed)
		e.norm2.Infer(x, x, Memory{})
		return
	}
	e.norm1.Infer(normed, x, Memory{})
	e.attention.infer(normed, normed, m, &rest)
	e.gate1.infer(x, normed, a)
	e.norm2.Infer(normed, x, Memory{})
	feedforward(normed)
	e.gate2.infer(x, normed, a)
}

func (l *transformer) MemorySize() int { return len(l.layers) * l.layers[0].attention.memorySize() }

func (l *transformer) MulAdds() int {
	sum := l.embedding.in * l.embedding.out
	for _, e := range l.layers {
		sum += e.attention.mulAdds() + 2*e.linear1.in*e.linear1.out
		if e.gate1 != nil {
			sum += 12 * e.attention.d * e.attention.d
		}
	}
	return sum
}

func (l *transformer) Tensors() (params, buffers []*tape.Param) {
	params = []*tape.Param{l.embedding.weight, l.embedding.bias}
	for _, e := range l.layers {
		params = append(params, e.attention.tensors()...)
		for _, l := range []*linear{e.linear1, e.linear2} {
			params = append(params, l.weight, l.bias)
		}
		params = append(append(params, e.norm1.params()...), e.norm2.params()...)
		params = append(append(params, e.gate1.tensors()...), e.gate2.tensors()...)
	}
	if l.norm != nil {
		params = append(params, l.norm.params()...)
	}
	return params, nil
}

func (l *transformer) Clone() Network {
	c := &transformer{embedding: l.embedding.Clone().(*linear), positions: l.positions}
	for _, e := range l.layers {
		copied := *e
		copied.attention = e.attention.clone()
		copied.linear1, copied.linear2 = e.linear1.Clone().(*linear), e.linear2.Clone().(*linear)
		copied.norm1, copied.norm2 = &layerNorm{e.norm1.clone()}, &layerNorm{e.norm2.clone()}
		copied.gate1, copied.gate2 = e.gate1.clone(), e.gate2.clone()
		c.layers = append(c.layers, &copied)
	}
	if l.norm != nil {
		c.norm = &layerNorm{l.norm.clone()}
	}
	return c
}

func (l *transformer) inputOrder(order []int) []int { return l.embedding.inputOrder(order) }

func (*transformer) concurrent() {}
