package nn

import "github.com/rlrun/rlrun/policy/tape"

// A Row describes a layer of a network.
type Row struct {
	Name    string // as its tensors are called: actor.0
	Layer   Layer  // as the plan has it; the zero Layer where there is none
	Out     Shape  // of a row of its result; nil where it is unknown
	Params  int    // numbers that are learned
	MulAdds int    // multiplications for a row: the weights, which are matrices, unless the layer counts them itself
}

// A Counter is a Network that counts its multiplications for a row, where they are not as
// many as its weights.
type Counter interface{ MulAdds() int }

// Rows describes networks, layer by layer, or as one where an engine's networks do not
// have layers.
func Rows(nets ...Network) (all []Row) {
	for _, n := range nets {
		if m, ok := n.(*Sequential); ok {
			all = append(all, m.rows...)
			continue
		}
		r := Row{}
		if params, _ := n.Tensors(); len(params) > 0 {
			r.Name = params[0].Name
		}
		r.count(n)
		all = append(all, r)
	}
	return all
}

// count sets the numbers of a layer.
func (r *Row) count(n Network) {
	params, _ := n.Tensors()
	for _, p := range params {
		r.Params += len(p.Value)
		if isMatrix(p) {
			r.MulAdds += len(p.Value)
		}
	}
	if c, ok := n.(Counter); ok {
		r.MulAdds = c.MulAdds()
	}
}

// isMatrix reports whether p is no vector.
func isMatrix(p *tape.Param) bool { return len(p.Shape()) > 1 }
