// Command kernels generates the assembly of package policy/f32, for AVX2 and for AVX-512. "go
// generate ./policy/f32" runs it.
//
// A value of the type instructions is one instruction set. Its methods write assembly functions,
// for example add or exp, with the library avo: a call of a Go function such as VADDPS adds one
// instruction. Most methods have the same code for both instruction sets, which differ in the
// width of vectors and in masks. A vector has 8 lanes (floats) with AVX2, and 16 with AVX-512.
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
		set.activations()
		set.reductions()
		set.optimisers()
		set.products()
		set.packing()
	}
	pass.Compile = pass.Concat(pass.FunctionPass(interleaved), pass.Compile, pass.FunctionPass(check))
	Generate()
}
