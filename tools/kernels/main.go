// Command kernels generates the assembly of package policy/f32, for AVX2 and for AVX-512.
// "go generate ./policy/f32" runs it.
//
// The type instructions is one instruction set. Its methods write functions, for example
// add or exp, with the library avo: a Go call such as VADDPS adds one instruction to the
// function. Most methods are the same code for both sets; they differ in the width of
// vectors and in masks. A vector has 8 lanes (floats) with AVX2, and 16 with AVX-512.
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
