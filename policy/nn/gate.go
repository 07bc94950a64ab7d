package nn

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// A gate replaces the sum x + y of a residual connection by a step of gated recurrent units. Parisotto et
// al. 2020, arXiv:1910.06764, section 3.2. With y' = max(y, 0),
//
//	r = σ(Wr y' + Ur x)    z = σ(Wz y' + Uz x - b)    h = tanh(Wg y' + Ug (r ∘ x))    (1 - z) ∘ x + z ∘ h
//
// A bias b above 0 makes z small, so that the layer begins as the identity. A nil gate is the sum.
type gate struct {
	wr, wz, wg *tape.Param // weights of y [D, D]
	ur, uz, ug *tape.Param // weights of x [D, D]
	bias       *tape.Param // [D]
	zero       []float32   // [D] zeros
}

// newGate returns a gate with random weights.
func newGate(rng *rand.Rand, name string, s transformerSettings) *gate {
	g, d := &gate{bias: tape.NewVector(name+".bg", s.size), zero: make([]float32, s.size)}, s.size
	f32.Fill(g.bias.Value, s.gateBias)
	names := [...]string{"Wr", "Ur", "Wz", "Uz", "Wg", "Ug"}
	for k, w := range g.weights() {
		*w = tape.NewTransposed(name+"."+names[k]+".weight", d, d)
		s.initialise(rng, &linear{weight: *w, bias: tape.NewVector("", d), in: d, out: d}) // the bias is not used
	}
	return g
}

// weights returns the weights in the order of the tensors.
func (g *gate) weights() [6]**tape.Param {
	return [...]**tape.Param{&g.wr, &g.ur, &g.wz, &g.uz, &g.wg, &g.ug}
}

// forward records the gate.
func (g *gate) forward(t *tape.Tape, x, y *tape.Var) *tape.Var {
	if g == nil {
		return x.Add(y)
	}
	y = y.Activate(f32.ReLUAct)
	zero := t.Const(g.zero, 1)
	product := func(x *tape.Var, w *tape.Param, bias *tape.Var) *tape.Var {
		return x.Dense(t.Param(w), bias, f32.Identity)
	}
	r := product(y, g.wr, zero).Add(product(x, g.ur, zero)).Activate(f32.SigmoidAct)
	z := product(y, g.wz, zero).Add(product(x, g.uz, t.Param(g.bias).Neg())).Activate(f32.SigmoidAct)
	h := product(y, g.wg, zero).Add(product(r.Mul(x), g.ug, zero)).Activate(f32.TanhAct)
	return x.Add(z.Mul(h.Sub(x)))
}

// infer replaces x by the output of the gate. It changes y.
func (g *gate) infer(x, y []float32, a arena) {
	if g == nil {
		f32.Add(x, x, y)
		return
	}
	d := len(g.zero)
	n, sum, part, r, z, bias := len(x)/d, a.take(len(x)), a.take(len(x)), a.take(len(x)), a.take(len(x)), a.take(d)
	f32.Activate(y, y, f32.ReLUAct)
	f32.Affine(bias, -1, g.bias.Value, 0)
	both := func(dst []float32, w, u *tape.Param, x, bias []float32, act f32.Activation) {
		f32.Dense(sum, y, w.Value, g.zero, n, d, d, f32.Identity)
		f32.Dense(part, x, u.Value, bias, n, d, d, f32.Identity)
		f32.Add(dst, sum, part)
		f32.Activate(dst, dst, act)
	}
	both(r, g.wr, g.ur, x, g.zero, f32.SigmoidAct)
	both(z, g.wz, g.uz, x, bias, f32.SigmoidAct)
	f32.Mul(r, r, x)
	both(sum, g.wg, g.ug, r, g.zero, f32.TanhAct)
	f32.Sub(sum, sum, x)
	f32.Mul(sum, z, sum)
	f32.Add(x, x, sum)
}

// tensors returns the parameters.
func (g *gate) tensors() (all []*tape.Param) {
	if g == nil {
		return nil
	}
	for _, w := range g.weights() {
		all = append(all, *w)
	}
	return append(all, g.bias)
}

// clone returns a copy that shares no memory with g, except for constants.
func (g *gate) clone() *gate {
	if g == nil {
		return nil
	}
	c := *g
	for _, w := range c.weights() {
		*w = (*w).Clone()
	}
	c.bias = g.bias.Clone()
	return &c
}
