package nn

import "github.com/rlrun/rlrun/policy/tape"

// A Row describes a layer of a network: what a table of its layers shows.
type Row struct {
	Name    string // as its tensors are called: actor.0
	Layer   Layer  // as the plan has it; the zero Layer where there is none
	Out     Shape  // of a row of its result; nil where it is unknown
	Params  int    // numbers that are learned
	MulAdds int    // multiply-adds for one row: as many as matrices have numbers, unless the layer is a Counter
}

// A Counter counts its multiply-adds for one row itself: a layer that uses a weight more
// than once a row.
type Counter interface{ MulAdds() int }

// Rows describes networks layer by layer. A network of another engine's is one Row, with
// the name of its first parameter.
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
