package nn

import "github.com/rlrun/rlrun/policy/tape"

// A LayerInfo describes one layer of a network for programs that print a table of the layers.
type LayerInfo struct {
	Name    string      // prefix of the names of the layer's tensors, for example actor.0
	Layer   Layer       // layer in the plan; the zero Layer if the network has no plan
	Out     Shape       // shape of one row of outputs; nil if it is unknown
	Memory  int         // floats of memory per row
	Params  int         // number of learned parameters
	MulAdds int         // multiply-adds for one row of inputs: what a Counter returns, otherwise the number of matrix elements
	Inner   []LayerInfo // layers inside the layer; Params, MulAdds and Memory count them
}

// A Counter is a layer that returns its own number of multiply-adds per row of inputs, for
// example a convolution, which uses each weight several times per row.
type Counter interface{ MulAdds() int }

// Describe returns a LayerInfo for each layer of the networks. A network of another engine has
// only one LayerInfo, whose Name is the name of its first parameter.
func Describe(nets ...Network) (all []LayerInfo) {
	for _, n := range nets {
		if m, ok := n.(*Sequential); ok {
			all = append(all, m.infos...)
			continue
		}
		info := LayerInfo{}
		if params, _ := n.Tensors(); len(params) > 0 {
			info.Name = params[0].Name
		}
		info.count(n)
		all = append(all, info)
	}
	return all
}

// count sets info.Params and info.MulAdds to the counts of the layer n.
func (info *LayerInfo) count(n Network) {
	params, _ := n.Tensors()
	info.Memory = n.MemorySize()
	for _, p := range params {
		info.Params += len(p.Value)
		if isMatrix(p) {
			info.MulAdds += len(p.Value)
		}
	}
	if c, ok := n.(Counter); ok {
		info.MulAdds = c.MulAdds()
	}
	if c, ok := n.(container); ok {
		info.Inner = Describe(c.inner()...)
	}
}

// isMatrix reports whether p is a matrix, not a vector.
func isMatrix(p *tape.Param) bool { return len(p.Shape()) > 1 }
