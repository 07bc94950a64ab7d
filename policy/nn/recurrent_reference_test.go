package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// This file computes recurrent layers in float64, one number after another, and their gradients as
// differences. The gradients of the layers are compared with these.

// A reference is a stack of recurrent layers in float64.
type reference struct {
	kind     string // lstm, gru or rnn
	layers   int
	steps, n int
	i, h     int
	x        []float64 // [T, N, I]
	first    []bool    // [T·N]; nil: no such rows
	states   []float64 // [layers, N, States·H] before the first step
	params   map[string][]float64
}

// loss returns Σ up y + Σ upStates states, for the outputs y [T, N, H] and the states after the last
// step.
func (r *reference) loss(up, upStates []float64) (sum float64) {
	x, in, width := r.x, r.i, r.h*map[string]int{"lstm": 2, "gru": 1, "rnn": 1}[r.kind]
	for k := range r.layers {
		y := make([]float64, r.steps*r.n*r.h)
		for i := range r.n {
			state := append([]float64(nil), r.states[(k*r.n+i)*width:(k*r.n+i+1)*width]...)
			for s := range r.steps {
				row := s*r.n + i
				if r.first != nil && r.first[row] {
					clear(state)
				}
				r.step(k, x[row*in:(row+1)*in], state)
				copy(y[row*r.h:], state[:r.h])
			}
			for j, v := range state {
				if upStates != nil {
					sum += v * upStates[(k*r.n+i)*width+j]
				}
			}
		}
		x, in = y, r.h
	}
	for j, v := range x {
		sum += v * up[j]
	}
	return sum
}

// step sets the state to the state after a step of layer k with inputs x.
func (r *reference) step(k int, x, state []float64) {
	product := func(w, b string, x []float64) []float64 {
		weight, y := r.params[fmt.Sprintf("%s_l%d", w, k)], append([]float64(nil), r.params[fmt.Sprintf("%s_l%d", b, k)]...)
		for j := range y {
			for i, v := range x {
				y[j] += weight[j*len(x)+i] * v
			}
		}
		return y
	}
	sigmoid := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	h := r.h
	a, b := product("weight_ih", "bias_ih", x), product("weight_hh", "bias_hh", state[:h])
	for j := range h {
		switch r.kind {
		case "rnn":
			state[j] = math.Tanh(a[j] + b[j])
		case "gru":
			reset, z := sigmoid(a[j]+b[j]), sigmoid(a[h+j]+b[h+j])
			state[j] = (1-z)*math.Tanh(a[2*h+j]+reset*b[2*h+j]) + z*state[j]
		case "lstm":
			in, forget, out := sigmoid(a[j]+b[j]), sigmoid(a[h+j]+b[h+j]), sigmoid(a[3*h+j]+b[3*h+j])
			state[h+j] = forget*state[h+j] + in*math.Tanh(a[2*h+j]+b[2*h+j])
			state[j] = out * math.Tanh(state[h+j])
		}
	}
}

// gradient returns the gradient of loss with respect to x, which must be memory of the reference, by
// central differences.
func (r *reference) gradient(x, up, upStates []float64) []float64 {
	const step = 1e-5
	grad := make([]float64, len(x))
	for i, before := range x {
		x[i] = before + step
		above := r.loss(up, upStates)
		x[i] = before - step
		grad[i] = (above - r.loss(up, upStates)) / (2 * step)
		x[i] = before
	}
	return grad
}

// float64s returns x in float64.
func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// newReference returns the reference of the layer m, with the weights of m.
func newReference(m nn.Network, kind string, steps, n, in int, x []float32, first []bool) *reference {
	r := &reference{kind: kind, steps: steps, n: n, i: in, x: float64s(x), first: first, params: map[string][]float64{}}
	for _, p := range nn.Params(m) {
		value := make([]float32, len(p.Value))
		p.Export(value)
		r.params[strings.TrimPrefix(p.Name, "net.0.")] = float64s(value)
		if strings.Contains(p.Name, "weight_hh") {
			r.layers, r.h = r.layers+1, p.Rows
		}
	}
	r.states = make([]float64, n*m.MemorySize())
	return r
}

// setMemory sets the states before the first step to the rows of a Memory.
func (r *reference) setMemory(memory []float32) {
	width := len(r.states) / r.layers / r.n
	for i := range r.n {
		for k := range r.layers {
			for j := range width {
				r.states[(k*r.n+i)*width+j] = float64(memory[(i*r.layers+k)*width+j])
			}
		}
	}
}

// exportedGrad returns the gradient of p with the shape that p has in files.
func exportedGrad(p *tape.Param) []float32 {
	c, grad := p.Clone(), make([]float32, len(p.Grad))
	copy(c.Value, p.Grad)
	c.Export(grad)
	return grad
}

// TestRecurrentGradients checks the gradients of recurrent layers against differences of the
// reference, for odd widths, a single step, a single sequence, resets and memories.
func TestRecurrentGradients(t *testing.T) {
	for _, kind := range []string{"lstm", "gru", "rnn"} {
		for _, c := range []struct{ in, size, layers, steps, n int }{{3, 4, 1, 5, 2}, {5, 7, 1, 1, 3}, {1, 1, 1, 6, 1}, {2, 17, 1, 3, 5}, {3, 5, 3, 6, 2}} {
			t.Run(fmt.Sprintf("%s %+v", kind, c), func(t *testing.T) {
				rng := rand.New(rand.NewPCG(5, 6))
				m := build(t, nn.Plan{In: nn.Shape{c.in}, Layers: nn.Layers{{Kind: kind, Size: float64(c.size), Settings: map[string]any{"layers": float64(c.layers)}}}})
				for _, p := range nn.Params(m) {
					for i := range p.Value {
						p.Value[i] = float32(rng.NormFloat64() / 2)
					}
				}
				rows := c.steps * c.n
				x, first, memory := tape.NewParam("x", rows, c.in), make([]bool, rows), normal(rng, make([]float32, c.n*m.MemorySize()))
				up := normal(rng, make([]float32, rows*c.size))
				normal(rng, x.Value)
				for i := range first {
					first[i] = rng.IntN(4) == 0
				}
				tp := tape.New()
				p := nn.Pass{Steps: c.steps, First: first, Memory: nn.NewMemory(memory, m.MemorySize())}
				m.Forward(tp, tp.Param(x), p).Mul(tp.Const(up, rows)).Sum().Backward()
				r, ups := newReference(m, kind, c.steps, c.n, c.in, x.Value, first), float64s(up)
				r.setMemory(memory)
				golden.Near(t, "gradient of x", x.Grad, r.gradient(r.x, ups, nil)...)
				for _, p := range nn.Params(m) {
					golden.Near(t, "gradient of "+p.Name, exportedGrad(p), r.gradient(r.params[strings.TrimPrefix(p.Name, "net.0.")], ups, nil)...)
				}
			})
		}
	}
}
