package nn

import (
	"slices"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// Sequential is the Network that Native builds from a Plan. The outputs of each layer are the
// inputs of the next layer.
type Sequential struct {
	stages           []stage
	in, out          int         // numbers of inputs and outputs per row
	infos            []LayerInfo // one per layer of the plan
	weights, mulAdds int         // total number of parameters; total multiply-adds per row
	params, buffers  []*tape.Param
	inference
}

// A stage is one layer, or a linear layer together with the activation after it.
type stage struct {
	Network
	linear *linear // the same layer if it is linear, which inferRow calls without an interface; otherwise nil
	out    int     // number of outputs per row
	buffer int     // number of the buffer for the outputs in Infer: see assignBuffers
}

// add appends a layer. If it is an activation directly after a linear layer, the linear layer
// computes it, and both become one stage.
func (m *Sequential) add(n Network, info LayerInfo) {
	m.infos, m.out = append(m.infos, info), info.Out.Size()
	m.weights, m.mulAdds = m.weights+info.Params, m.mulAdds+info.MulAdds
	if a, ok := n.(activation); ok && len(m.stages) > 0 {
		if l, ok := m.stages[len(m.stages)-1].Network.(*linear); ok && l.act == f32.Identity {
			l.act = a.Activation
			return
		}
	}
	m.stages = append(m.stages, stage{Network: n, out: m.out})
}

// Forward records the layers on t, from the first to the last.
func (m *Sequential) Forward(t *tape.Tape, x *tape.Var, mode Mode) *tape.Var {
	for i := range m.stages {
		x = m.stages[i].Forward(t, x, mode)
	}
	return x
}

// finish collects the tensors of all layers and assigns the buffers of Infer. Build calls it
// after the last add.
func (m *Sequential) finish() {
	for _, s := range m.stages {
		params, buffers := s.Network.Tensors()
		m.params, m.buffers = append(m.params, params...), append(m.buffers, buffers...)
	}
	m.params, m.buffers = slices.Clip(m.params), slices.Clip(m.buffers)
	for i := range m.stages {
		m.stages[i].linear, _ = m.stages[i].Network.(*linear)
	}
	m.assignBuffers()
}

// Tensors returns the parameters and buffers of all layers.
func (m *Sequential) Tensors() (params, buffers []*tape.Param) { return m.params, m.buffers }

// State saves or loads the layers' state except for their tensors, for example the random
// generator of dropout.
func (m *Sequential) State(s *state.State) {
	for _, layer := range m.stages {
		if own, ok := layer.Network.(state.Stater); ok {
			own.State(s)
		}
	}
}

// Clone returns a copy that shares no memory with m.
func (m *Sequential) Clone() Network {
	c := &Sequential{in: m.in, out: m.out, infos: m.infos, weights: m.weights, mulAdds: m.mulAdds}
	for _, s := range m.stages {
		s.Network = s.Network.Clone()
		c.stages = append(c.stages, s)
	}
	c.finish()
	return c
}
