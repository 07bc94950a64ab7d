// Command kernels writes the assembly of policy/f32, for AVX2 and for AVX-512:
// run it by go generate in that folder.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
)

func main() {
	ConstraintExpr("amd64")
	for _, set := range []instructions{{"AVX2", 8}, {"AVX512", 16}} {
		set.elementwise()
		set.functions()
		set.reductions()
		set.optimisers()
		set.products()
		set.packing()
	}
	pass.Compile = pass.Concat(pass.Compile, pass.FunctionPass(check))
	Generate()
}
