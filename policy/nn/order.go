package nn

// An ordered layer has tensors whose columns belong to its inputs, or it puts its inputs in another
// order. Images have the channels of a pixel next to each other in memory, and the pixels of a
// channel in PyTorch and in files. So the columns of a linear layer after a flattened image have
// another order in files: see tape.Param.SetInputOrder.
type ordered interface {
	// inputOrder tells the layer the order of its inputs: input k in PyTorch is input order[k] in
	// memory; nil means the same order. It returns the order of the outputs.
	inputOrder(order []int) []int
}

// inputOrder tells each layer the order of its inputs.
func (m *Sequential) inputOrder(order []int) []int {
	for i := range m.stages {
		switch n := m.stages[i].Network.(type) {
		case ordered:
			order = n.inputOrder(order)
		case inPlace: // each output belongs to the input at the same place
		default:
			order = nil
		}
	}
	return order
}

func (l *linear) inputOrder(order []int) []int {
	l.weight.SetInputOrder(order)
	return nil
}

func (s scaling) inputOrder(order []int) []int {
	if order != nil { // the numbers of an image have their order already
		s.weight.SetInputOrder(order)
		s.bias.SetInputOrder(order)
	}
	return order
}

func (b *batchNorm) inputOrder(order []int) []int {
	if order != nil {
		b.mean.SetInputOrder(order)
		b.variance.SetInputOrder(order)
	}
	return b.scaling.inputOrder(order)
}
