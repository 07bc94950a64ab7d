// Command kernels generates the assembly of package policy/f32: for AVX2 and AVX-512, or with the
// flag -neon for arm64. "go generate ./policy/f32" runs it.
//
// A value of the type instructions is one instruction set. Its methods write assembly functions,
// for example add or exp, with the library avo: a call of a Go function such as VADDPS adds one
// instruction. Most methods have the same code for all instruction sets, which differ in the width
// of vectors and in masks. A vector has 8 lanes (floats) with AVX2, 16 with AVX-512, and 4 with
// NEON. avo knows only the instructions of amd64. So functions for NEON are written with these
// instructions too, and translate replaces each of them by instructions of arm64.
package main

import (
	"flag"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
)

func main() {
	neon := flag.Bool("neon", false, "write the functions for arm64 in place of amd64")
	flag.Parse()
	if *neon {
		ConstraintExpr("arm64")
		instructions{"NEON", 4}.functionsOfAll()
		pass.Compile = pass.Concat(pass.FunctionPass(interleaved), pass.Compile, pass.FunctionPass(translate))
	} else {
		ConstraintExpr("amd64")
		instructions{"AVX2", 8}.functionsOfAll()
		instructions{"AVX512", 16}.functionsOfAll()
		pass.Compile = pass.Concat(pass.FunctionPass(interleaved), pass.Compile, pass.FunctionPass(check))
	}
	Generate()
}

// functionsOfAll writes the functions of all files.
func (s instructions) functionsOfAll() {
	s.elementwise()
	s.functions()
	s.activations()
	s.reductions()
	s.optimisers()
	s.products()
	s.packing()
	if !s.isNEON() {
		s.normalize()
	}
	s.panelProducts()
	s.gates()
	s.softmax()
	s.softmaxGrad()
	s.layerNorm()
	s.layerNormGrad()
	s.images()
}
