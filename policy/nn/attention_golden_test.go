package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// params64 returns the parameters of the case in float64.
func (c sequenceCase) params64() map[string][]float64 {
	all := map[string][]float64{}
	for name, p := range c.Params {
		all[name] = float64s(p)
	}
	return all
}

// TestEncoderReference checks the transformer layers in float64, with which others are compared, against
// PyTorch.
func TestEncoderReference(t *testing.T) {
	for _, c := range sequenceCases(t, "TransformerEncoderLayer") {
		b := &block{params: c.params64(), d: 6, heads: 2, keepsEverybody: true, activation: relu64}
		if strings.Contains(c.Name, "pre-norm gelu") {
			b.normFirst, b.activation = true, gelu64
		}
		x, up := float64s(c.Inputs[0]), float64s(c.Upstream[0])
		forward := func() (y []float64) {
			for i := range c.Shapes[0][0] {
				size := len(x) / c.Shapes[0][0]
				for _, row := range b.forward(rowsOf(x[i*size:(i+1)*size], 6), nil) {
					y = append(y, row...)
				}
			}
			return y
		}
		loss := func() (sum float64) {
			for i, v := range forward() {
				sum += up[i] * v
			}
			return sum
		}
		golden.Near(t, c.Name+": output", float32s(forward()), c.Outputs[0]...)
		golden.Near(t, c.Name+": gradient of x", float32s(differences(x, loss)), c.InputGrads[0]...)
		for name, want := range c.ParamGrads {
			golden.Near(t, c.Name+": gradient of "+name, float32s(differences(b.params[name], loss)), want...)
		}
	}
}

// float32s returns x in float32.
func float32s(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// A multihead is PyTorch's MultiheadAttention, made of the loops of package f32.
type multihead struct {
	sequenceCase
	batch, tq, tk, heads int
	visible              func(i, q, k int) bool // whether query q of sequence i attends to key k
	q, k, v, y           []float32              // [batch·T, 6] projected inputs, and outputs before out_proj
	weights              []float32              // [batch, heads, Tq, Tk]
}

const width = 6 // numbers in a row of the reference cases

// newMultihead returns the attention of the case.
func newMultihead(c sequenceCase) *multihead {
	keys := c.Shapes[len(c.Shapes)-1]
	m := &multihead{sequenceCase: c, batch: c.Shapes[0][0], tq: c.Shapes[0][1], tk: keys[1], heads: 2}
	m.visible = func(int, int, int) bool { return true }
	switch {
	case strings.Contains(c.Name, "causal"):
		m.heads, m.visible = 3, func(_, q, k int) bool { return k <= q }
	case strings.Contains(c.Name, "key_padding_mask"):
		m.visible = func(i, _, k int) bool { return i > 0 || k < m.tk-1 }
	}
	return m
}

// mask returns the mask of sequence i.
func (m *multihead) mask(i int) []float32 {
	mask := make([]float32, m.tq*m.tk)
	for q := range m.tq {
		for k := range m.tk {
			if !m.visible(i, q, k) {
				mask[q*m.tk+k] = float32(math.Inf(-1))
			}
		}
	}
	return mask
}

// project returns x w + b for part k of in_proj: 0 is the query, 1 the key and 2 the value.
func (m *multihead) project(x []float32, k int) []float32 {
	const size = width * width
	y := make([]float32, len(x))
	f32.Linear(y, x, m.Params["in_proj_weight"][k*size:(k+1)*size], m.Params["in_proj_bias"][k*width:(k+1)*width], len(x)/width, width, width, f32.Identity)
	return y
}

// forward returns the outputs.
func (m *multihead) forward() []float32 {
	x, keys, dh := m.Inputs[0], m.Inputs[len(m.Inputs)-1], width/m.heads
	m.q, m.k, m.v = m.project(x, 0), m.project(keys, 1), m.project(keys, 2)
	m.y, m.weights = make([]float32, len(x)), make([]float32, m.batch*m.heads*m.tq*m.tk)
	for i := range m.batch {
		q, k := i*m.tq*width, i*m.tk*width
		for h := range m.heads {
			at, w := h*dh, m.weights[(i*m.heads+h)*m.tq*m.tk:]
			f32.Attention(m.y[q+at:], width, w, m.q[q+at:], width, m.k[k+at:], m.v[k+at:], width, width, m.tq, m.tk, dh, m.mask(i))
		}
	}
	y := make([]float32, len(x))
	f32.Linear(y, m.y, m.Params["out_proj.weight"], m.Params["out_proj.bias"], m.batch*m.tq, width, width, f32.Identity)
	return y
}

// backward returns the gradients of the inputs and the parameters for the loss Σ upstream y.
func (m *multihead) backward() (inputs [][]float32, params map[string][]float32) {
	up, dh, params := m.Upstream[0], width/m.heads, map[string][]float32{}
	for name, p := range m.Params {
		params[name] = make([]float32, len(p))
	}
	rows, size := m.batch*m.tq, width*width
	dy, d := make([]float32, len(up)), [3][]float32{make([]float32, len(m.q)), make([]float32, len(m.k)), make([]float32, len(m.k))}
	f32.LinearInput(dy, up, m.Params["out_proj.weight"], rows, width, width, false)
	f32.LinearWeight(params["out_proj.weight"], m.y, up, rows, width, width, 0, width)
	f32.SumRows(params["out_proj.bias"], up, rows)
	for i := range m.batch {
		q, k := i*m.tq*width, i*m.tk*width
		for h := range m.heads {
			at, w := h*dh, m.weights[(i*m.heads+h)*m.tq*m.tk:]
			f32.AttentionGrad(d[0][q+at:], d[1][k+at:], d[2][k+at:], dy[q+at:], width, w, m.q[q+at:], width, m.k[k+at:], m.v[k+at:], width, width, m.tq, m.tk, dh)
		}
	}
	for _, x := range m.Inputs {
		inputs = append(inputs, make([]float32, len(x)))
	}
	for k, dk := range d {
		from := min(k, len(m.Inputs)-1)
		n := len(dk) / width
		f32.LinearInput(inputs[from], dk, m.Params["in_proj_weight"][k*size:], n, width, width, true)
		f32.LinearWeight(params["in_proj_weight"][k*size:], m.Inputs[from], dk, n, width, width, 0, width)
		f32.SumRows(params["in_proj_bias"][k*width:(k+1)*width], dk, n)
	}
	return inputs, params
}

// weightsLoss returns a function that computes Σ upstream weights in float64, for inputs and params. The
// reference cases add it to the loss.
func (m *multihead) weightsLoss(inputs [][]float64, params map[string][]float64) func() float64 {
	up := float64s(m.Upstream[1])
	return func() (sum float64) {
		for i := range m.batch {
			b := &block{params: params, d: width, heads: m.heads}
			q, _, _ := b.projected(rowsOf(inputs[0], width)[i*m.tq : (i+1)*m.tq])
			_, k, v := b.projected(rowsOf(inputs[len(inputs)-1], width)[i*m.tk : (i+1)*m.tk])
			b.attend(q, k, v, func(q, k int) bool { return m.visible(i, q, k) })
			for at, row := range b.weights { // row is of query at / heads and head at % heads
				for k, w := range row {
					sum += w * m.upWeight(up, i, at/m.heads, at%m.heads, k)
				}
			}
		}
		return sum
	}
}

// upWeight returns the gradient of the loss with respect to a weight. It is the mean over the
// heads that is an output, or each head if there are gradients for each.
func (m *multihead) upWeight(up []float64, i, q, h, k int) float64 {
	if len(up) == m.batch*m.heads*m.tq*m.tk {
		return up[((i*m.heads+h)*m.tq+q)*m.tk+k]
	}
	return up[(i*m.tq+q)*m.tk+k] / float64(m.heads)
}

// TestMultiheadAttention checks f32's attention and its gradients against PyTorch: self-attention, causal
// attention, and attention to another sequence in which a key is masked.
func TestMultiheadAttention(t *testing.T) {
	for _, c := range sequenceCases(t, "MultiheadAttention") {
		t.Run(c.Name+"/"+c.DType, func(t *testing.T) {
			m := newMultihead(c)
			golden.Near(t, "output", m.forward(), c.Outputs[0]...)
			inputs, params := m.backward()
			var inputs64 [][]float64
			for _, x := range c.Inputs {
				inputs64 = append(inputs64, float64s(x))
			}
			params64 := c.params64()
			loss := m.weightsLoss(inputs64, params64)
			check := func(name string, grad []float32, x, want []float64) {
				for i, d := range differences(x, loss) {
					grad[i] += float32(d)
				}
				golden.Near(t, "gradient of "+name, grad, want...)
			}
			for k, want := range c.InputGrads {
				check(fmt.Sprint("input ", k), inputs[k], inputs64[k], want)
			}
			for name, want := range c.ParamGrads {
				check(name, params[name], params64[name], want)
			}
		})
	}
}

// An attentionCase is a layer with attention and its reference.
type attentionCase struct {
	name      string
	layer     nn.Layer
	in        int
	context   int
	steps, n  int
	remembers int // steps before the first one
	reference stackReference
}

// attentionCases returns layers with one to three heads, odd widths, a single step and a single
// sequence, memories and resets.
func attentionCases() []attentionCase {
	settings := func(kind string, size float64, s map[string]any) nn.Layer {
		return nn.Layer{Kind: kind, Size: size, Settings: s}
	}
	two := func(b block) stackReference { return stackReference{layers: []*block{&b, {}}, positions: true} }
	return []attentionCase{
		{"attention", settings("attention", 0, map[string]any{"heads": 2.0, "context": 3.0}), 6, 3, 9, 2, 5, stackReference{attention: &block{}, positions: true}},
		{"no positions", settings("attention", 0, map[string]any{"heads": 1.0, "context": 4.0, "positions": "none"}), 3, 4, 1, 1, 2, stackReference{attention: &block{}}},
		{"long", settings("attention", 0, map[string]any{"heads": 1.0, "context": 30.0, "positions": "none"}), 2, 30, 80, 1, 40, stackReference{attention: &block{}}},
		{"transformer", settings("transformer", 6, map[string]any{"heads": 3.0, "layers": 2.0, "context": 5.0, "feedforward": 7.0, "activation": "gelu"}), 4, 5, 5, 2, 3, two(block{normFirst: true, activation: gelu64})},
		{"post-norm", settings("transformer", 5, map[string]any{"heads": 1.0, "layers": 2.0, "norm_first": false, "feedforward": 3.0, "activation": "silu"}), 2, 64, 4, 3, 0, two(block{activation: func(x float64) float64 { return x / (1 + math.Exp(-x)) }})},
		{"gtrxl", settings("gtrxl", 4, map[string]any{"heads": 2.0, "layers": 2.0, "context": 2.0, "feedforward": 5.0, "gate_bias": 0.5}), 3, 2, 5, 2, 4, two(block{normFirst: true, gated: true, activation: relu64})},
	}
}

// network returns the layer with random weights, and its memory after some random steps.
func (c *attentionCase) network(t *testing.T, rng *rand.Rand) (m nn.Network, memory []float32) {
	m = build(t, nn.Plan{In: nn.Shape{c.in}, Layers: nn.Layers{c.layer}})
	for _, p := range nn.Params(m) {
		for i := range p.Value {
			p.Value[i] = float32(rng.NormFloat64() / 2)
		}
	}
	memory = make([]float32, c.n*m.MemorySize())
	for range c.remembers {
		m.Infer(make([]float32, c.n*nn.Outputs(m, c.in)), normal(rng, make([]float32, c.n*c.in)), nn.NewMemory(memory, m.MemorySize()))
	}
	return m, memory
}

// prepare completes the reference of the layer m.
func (c *attentionCase) prepare(m nn.Network, memory []float32, x []float32, first []bool) *stackReference {
	r := &c.reference
	r.params, r.steps, r.n, r.x, r.first = map[string][]float64{}, c.steps, c.n, float64s(x), first
	for _, p := range nn.Params(m) {
		value := make([]float32, len(p.Value))
		p.Export(value)
		r.params[strings.TrimPrefix(p.Name, "net.0.")] = float64s(value)
	}
	d, heads := nn.Outputs(m, c.in), int(c.layer.Settings["heads"].(float64))
	if r.attention != nil {
		*r.attention = block{params: r.params, d: d, heads: heads, context: c.context}
	}
	for k, b := range r.layers {
		*b = *r.layers[0]
		b.params, b.prefix, b.d, b.heads, b.context = r.params, fmt.Sprintf("layers.%d.", k), d, heads, c.context
	}
	size := m.MemorySize() / max(1, len(r.layers)) // of one layer
	for range c.n {
		r.count = append(r.count, c.remembers)
	}
	r.memory = func(layer, i int) (keys, values [][]float64) {
		row := memory[i*m.MemorySize()+layer*size:][1:size]
		oldest := max(0, c.remembers-c.context)
		for e := oldest; e < c.remembers; e++ {
			at := (e - oldest + oldest%16) * 2 * d
			keys, values = append(keys, float64s(row[at:at+d])), append(values, float64s(row[at+d:at+2*d]))
		}
		return keys, values
	}
	return r
}

// TestAttentionGradients checks outputs and gradients of layers with attention against the reference.
func TestAttentionGradients(t *testing.T) {
	for _, c := range attentionCases() {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(7, 8))
			m, memory := c.network(t, rng)
			rows := c.steps * c.n
			x, first, up := tape.NewParam("x", rows, c.in), make([]bool, rows), normal(rng, make([]float32, rows*nn.Outputs(m, c.in)))
			normal(rng, x.Value)
			for i := range first {
				first[i] = i > 0 && rng.IntN(5) == 0
			}
			tp := tape.New()
			p := nn.Pass{Steps: c.steps, First: first, Memory: nn.NewMemory(memory, m.MemorySize())}
			loss := m.Forward(tp, tp.Param(x), p).Mul(tp.Const(up, rows)).Sum()
			loss.Backward()
			r, ups := c.prepare(m, memory, x.Value, first), float64s(up)
			of := func() float64 { return r.loss(ups) }
			golden.Near(t, "loss", loss.Value, of())
			golden.Near(t, "gradient of x", x.Grad, differences(r.x, of)...)
			for _, p := range nn.Params(m) {
				golden.Near(t, "gradient of "+p.Name, exportedGrad(p), differences(r.params[strings.TrimPrefix(p.Name, "net.0.")], of)...)
			}
		})
	}
}
