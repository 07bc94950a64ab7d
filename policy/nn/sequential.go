package nn

import (
	"slices"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// A container is a layer with other networks inside it.
type container interface{ inner() []Network }

func (m *Sequential) inner() (all []Network) {
	for _, s := range m.stages {
		all = append(all, s.Network)
	}
	return all
}

// Sequential is the Network that Native builds from a Plan. The outputs of each layer are the
// inputs of the next layer.
type Sequential struct {
	stages           []stage
	in, out          int         // numbers of inputs and outputs per row
	memory           int         // floats of memory per row
	infos            []LayerInfo // one per layer of the plan
	weights, mulAdds int         // total number of parameters; total multiply-adds per row
	params, buffers  []*tape.Param
	inference
}

// A stage is one layer, or a linear or convolutional layer together with the activation after it.
type stage struct {
	Network
	linear *linear // the same layer if it is linear, which inferRow calls without an interface; otherwise nil
	out    int     // number of outputs per row
	memory int     // floats of memory per row
	buffer int     // number of the buffer for the outputs in Infer: see assignBuffers
}

// add appends a layer. If it is an activation directly after a linear layer, the linear layer
// computes it, and both become one stage.
func (m *Sequential) add(n Network, info LayerInfo) {
	m.infos, m.out = append(m.infos, info), info.Out.Size()
	m.weights, m.mulAdds = m.weights+info.Params, m.mulAdds+info.MulAdds
	if a, ok := n.(activation); ok && len(m.stages) > 0 && fuse(m.stages[len(m.stages)-1].Network, a.Activation) {
		return
	}
	s := stage{Network: n, out: m.out, memory: n.MemorySize()}
	m.stages, m.memory = append(m.stages, s), m.memory+s.memory
}

// fuse lets the layer n compute the activation act. It returns false if n cannot do so, or computes an
// activation already.
func fuse(n Network, act f32.Activation) bool {
	var own *f32.Activation
	switch n := n.(type) {
	case *linear:
		own = &n.act
	case *convLayer:
		own = &n.act
	}
	if own == nil || *own != f32.Identity {
		return false
	}
	*own = act
	return true
}

// Forward records the layers on t, from the first to the last. A row of the memory has the memory
// of the first layer, then of the second, and so on.
func (m *Sequential) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	for i := range m.stages {
		s := &m.stages[i]
		x = s.Forward(t, x, p)
		p.Memory = p.Memory.After(s.memory)
	}
	return x
}

// MulAdds returns the number of multiply-adds for one row of inputs.
func (m *Sequential) MulAdds() int { return m.mulAdds }

// MemorySize returns the number of floats in a row of the memory of all layers.
func (m *Sequential) MemorySize() int { return m.memory }

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
	c := &Sequential{in: m.in, out: m.out, memory: m.memory, infos: m.infos, weights: m.weights, mulAdds: m.mulAdds}
	for _, s := range m.stages {
		s.Network = s.Network.Clone()
		c.stages = append(c.stages, s)
	}
	c.finish()
	return c
}
