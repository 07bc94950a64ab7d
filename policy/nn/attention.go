package nn

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/tape"
)

// Default settings of layers with attention.
const (
	defaultHeads   = 4
	defaultContext = 64
	maxContext     = 1 << 12 // largest number of steps to look back
	maxMemory      = 1 << 24 // largest number of floats of memory per sequence
)

// selfAttention is the layer out_proj(attention(in_proj(x))), with the weights of PyTorch's
// MultiheadAttention: see tape.Attention.
type selfAttention struct {
	attention *tape.Attention
	in, out   *linear
	d         int // numbers of inputs and outputs
	context   int
}

// attentionSettings are the settings of one attention.
type attentionSettings struct {
	heads, context int
	init           string
	gain           float32
}

// readAttention reads the settings heads, context, init and gain.
func readAttention(r *Reader) attentionSettings {
	return attentionSettings{r.Count("heads", defaultHeads, maxWidth), r.Count("context", defaultContext, maxContext),
		r.Text("init", "pytorch"), float32(r.Number("gain", 1))}
}

// check returns an error if d numbers cannot be divided among the heads, if the given number of
// layers would remember too many numbers, or if init is unknown.
func (s attentionSettings) check(kind string, d, layers int) error {
	if d%s.heads != 0 {
		return fmt.Errorf("%s of %d numbers with %d heads, want a number of heads that divides %d", kind, d, s.heads, d)
	}
	if memory := float64(layers) * float64(s.context) * 2 * float64(d); memory > maxMemory {
		return fmt.Errorf("%s with a context of %d remembers %v numbers, want %d at most", kind, s.context, memory, maxMemory)
	}
	_, err := initialisationOf(s.init)
	return err
}

// attentionWeights returns the number of weights and biases of a selfAttention with d inputs.
func attentionWeights(d float64) float64 { return 4*d*d + 4*d }

// newSelfAttention returns a selfAttention for d inputs, with random weights.
func newSelfAttention(rng *rand.Rand, name string, d int, s attentionSettings) *selfAttention {
	a := &selfAttention{attention: tape.NewAttention(s.heads, s.context), in: zeroLinear(name, d, 3*d), out: zeroLinear(name+".out_proj", d, d), d: d, context: s.context}
	a.in.weight.Name, a.in.bias.Name = name+".in_proj_weight", name+".in_proj_bias"
	if s.init != "pytorch" {
		s.initialise(rng, a.in, a.out)
		return a
	}
	uniform(rng, a.in.weight, math.Sqrt(6/float64(4*d))) // xavier_uniform of [3D, D], and biases of 0
	uniform(rng, a.out.weight, math.Sqrt(1/float64(d)))
	return a
}

// initialise sets the initial weights of linear layers. The settings must be valid.
func (s attentionSettings) initialise(rng *rand.Rand, layers ...*linear) {
	init, _ := initialisationOf(s.init)
	for _, l := range layers {
		init(rng, l, s.gain)
	}
}

// memorySize returns the number of floats of memory per sequence.
func (a *selfAttention) memorySize() int { return a.attention.MemorySize(a.d) }

// forward records the layer.
func (a *selfAttention) forward(t *tape.Tape, x, first *tape.Var, p Pass) *tape.Var {
	memory := t.Blank(p.Sequences(x.Rows), a.memorySize())
	for i := range memory.Rows {
		row := memory.Value[i*memory.Cols : (i+1)*memory.Cols]
		if row[0] = 0; !p.Memory.Empty() {
			before := p.Memory.Row(i, memory.Cols)
			copy(row, before[:a.attention.Used(before, a.d)])
		}
	}
	return a.out.Forward(t, a.in.Forward(t, x, p).Attend(a.attention, first, memory), p)
}

// scratchSize returns the number of floats of scratch that infer needs for n rows.
func (a *selfAttention) scratchSize(n int) int { return n*4*a.d + 1 + 2*a.d + a.context + 16 }

// infer computes one step of n rows. y and x may be the same slice.
func (a *selfAttention) infer(y, x []float32, m Memory, scratch *arena) {
	d, n := a.d, len(y)/a.d
	qkv, heads := scratch.take(n*3*d), scratch.take(n*d)
	none, weights := scratch.take(1+2*d), scratch.take(a.context+16)
	a.in.Infer(qkv, x, Memory{})
	for i := range n {
		row := none
		if none[0] = 0; !m.Empty() {
			row = m.Row(i, a.memorySize())
		}
		a.attention.Step(heads[i*d:(i+1)*d], qkv[i*3*d:(i+1)*3*d], row, weights)
	}
	a.out.Infer(y, heads, Memory{})
}

// tensors returns the parameters.
func (a *selfAttention) tensors() []*tape.Param {
	return []*tape.Param{a.in.weight, a.in.bias, a.out.weight, a.out.bias}
}

// clone returns a copy that shares no memory with a, except for constants.
func (a *selfAttention) clone() *selfAttention {
	c := *a
	c.in, c.out = a.in.Clone().(*linear), a.out.Clone().(*linear)
	return &c
}

// mulAdds returns the number of multiply-adds for one row that attends to Context steps.
func (a *selfAttention) mulAdds() int { return 4*a.d*a.d + 2*a.d*(a.context+1) }

// An arena divides scratch memory.
type arena struct{ free []float32 }

// take returns the next n floats. Their values are arbitrary.
func (a *arena) take(n int) []float32 {
	part := a.free[:n:n]
	a.free = a.free[n:]
	return part
}

// attentionLayer is selfAttention as a layer of a network, with the positions of its inputs.
type attentionLayer struct {
	*selfAttention
	positions *positions // nil: the inputs have no positions
	scratch   scratch
}

// newAttention is the Kind of attention layers.
func (b *planBuilder) newAttention(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	s, where := readAttention(r), r.Text("positions", sinusoidal)
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	if err := oneAxis(l.Kind, in); err != nil {
		return nil, nil, err
	}
	d := in[0]
	if err := s.check(l.Kind, d, 1); err != nil {
		return nil, nil, err
	}
	if attentionWeights(float64(d)) > float64(b.left) {
		return nil, nil, fmt.Errorf("%s of %d numbers %w", l.Kind, d, errWeights)
	}
	p, err := newPositions(where, d)
	if err != nil {
		return nil, nil, err
	}
	return &attentionLayer{selfAttention: newSelfAttention(rng, name, d, s), positions: p}, Shape{d}, nil
}

func (l *attentionLayer) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	return l.forward(t, l.positions.forward(x, p), firstRows(t, p.First, x.Rows), p)
}

func (l *attentionLayer) Infer(y, x []float32, m Memory) {
	floats := l.scratch.take(l.scratchSize(len(y)/l.d) + len(x))
	a := arena{floats}
	l.infer(y, l.positions.infer(a.take(len(x)), x, m), m, &a)
	l.scratch.give(floats)
}

func (l *attentionLayer) MemorySize() int                          { return l.memorySize() }
func (l *attentionLayer) MulAdds() int                             { return l.mulAdds() }
func (l *attentionLayer) Tensors() (params, buffers []*tape.Param) { return l.tensors(), nil }
func (l *attentionLayer) inputOrder(order []int) []int             { return l.in.inputOrder(order) }
func (l *attentionLayer) concurrent()                              {}

func (l *attentionLayer) Clone() Network {
	return &attentionLayer{selfAttention: l.selfAttention.clone(), positions: l.positions}
}
