package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
)

// The comments that mark instructions for the pass interleaved. The final assembly does not have
// them.
const (
	partBegins = "interleaved part"
	partsEnd   = "end of interleaved parts"
)

// interleave writes the same computation for several vectors, and returns the results. The
// instructions of the computations alternate, because then the processor can do several of them
// at the same time. f may have no jumps.
func interleave(x []vec, f func(x vec) vec) (y []vec) {
	for _, v := range x {
		Comment(partBegins)
		y = append(y, f(v))
	}
	Comment(partsEnd)
	return y
}

// interleaved is the pass that reorders the instructions of interleave.
func interleaved(f *ir.Function) error {
	var nodes []ir.Node
	var parts [][]ir.Node
	for _, n := range f.Nodes {
		c, isComment := n.(*ir.Comment)
		switch {
		case isComment && c.Lines[0] == partBegins:
			parts = append(parts, nil)
		case isComment && c.Lines[0] == partsEnd:
			for i := range parts[0] {
				for _, p := range parts {
					if len(p) != len(parts[0]) {
						return fmt.Errorf("%s: interleaved parts have %d and %d instructions, want the same number", f.Name, len(parts[0]), len(p))
					}
					nodes = append(nodes, p[i])
				}
			}
			parts = nil
		case parts != nil:
			parts[len(parts)-1] = append(parts[len(parts)-1], n)
		default:
			nodes = append(nodes, n)
		}
	}
	f.Nodes = nodes
	return nil
}
