package nn

import (
	"slices"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// Sequential is layers one after the other: what Native makes of a Plan.
type Sequential struct {
	stages           []stage
	in, out          int   // floats in a row
	rows             []Row // of the plan's layers
	weights, mulAdds int   // of all rows together
	params, buffers  []*tape.Param
	inference
}

// A stage is a layer, or a product and the activation behind it.
type stage struct {
	Network
	out   int // floats in a row of the result
	place int // where Infer writes it: see places
}

// add appends the layer that a row describes, unless it is an activation that the product
// before it takes into its loop.
func (m *Sequential) add(n Network, r Row) {
	m.rows, m.out = append(m.rows, r), r.Out.Size()
	m.weights, m.mulAdds = m.weights+r.Params, m.mulAdds+r.MulAdds
	if a, ok := n.(activation); ok && a.fused != f32.Identity && len(m.stages) > 0 {
		if l, ok := m.stages[len(m.stages)-1].Network.(*linear); ok && l.act == f32.Identity {
			l.act = a.fused
			return
		}
	}
	m.stages = append(m.stages, stage{Network: n, out: m.out})
}

// Forward puts the layers on t.
func (m *Sequential) Forward(t *tape.Tape, x *tape.Var, mode Mode) *tape.Var {
	for i := range m.stages {
		x = m.stages[i].Forward(t, x, mode)
	}
	return x
}

// finish makes what all layers together need, once they are there.
func (m *Sequential) finish() {
	for _, s := range m.stages {
		params, buffers := s.Network.Tensors()
		m.params, m.buffers = append(m.params, params...), append(m.buffers, buffers...)
	}
	m.params, m.buffers = slices.Clip(m.params), slices.Clip(m.buffers)
	m.places()
}

// Tensors returns the tensors of the layers.
func (m *Sequential) Tensors() (params, buffers []*tape.Param) { return m.params, m.buffers }

// State visits what the layers' training depends on besides their tensors.
func (m *Sequential) State(s *state.State) {
	for _, layer := range m.stages {
		if own, ok := layer.Network.(state.Stater); ok {
			own.State(s)
		}
	}
}

// Clone returns a copy with layers of its own.
func (m *Sequential) Clone() Network {
	c := &Sequential{in: m.in, out: m.out, rows: m.rows, weights: m.weights, mulAdds: m.mulAdds}
	for _, s := range m.stages {
		s.Network = s.Network.Clone()
		c.stages = append(c.stages, s)
	}
	c.finish()
	return c
}
