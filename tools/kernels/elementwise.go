package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A vec is a vector register.
type vec = reg.VecVirtual

// loop writes an assembly function that computes dst[i] = f(in[0][i], in[1][i], …) for each
// element i. The arguments dst, in and more are the names of the slices in the assembly function.
// The first result of f goes to the slice dst, and the other results go to the slices more. The
// function keeps its constants in registers.
func (s instructions) loop(name, signature, dst string, in, more []string, f func(in []vec) []vec) {
	s.function(name, signature)
	s.hoist(0)
	s.loopBody(dst, in, more, f)
}

// loopBody writes the loop of a function whose first instructions are already written: see loop.
func (s instructions) loopBody(dst string, in, more []string, f func(in []vec) []vec) {
	base := map[string]reg.Register{}
	for _, p := range append(append([]string{dst}, in...), more...) {
		if base[p] == nil {
			base[p] = Load(Param(p).Base(), GP64())
		}
	}
	n, offset := Load(Param(dst).Len(), GP64()), GP64()
	XORQ(offset, offset)
	step := func(m mask) {
		var v []vec
		for _, p := range in {
			v = append(v, s.load(Mem{Base: base[p], Index: offset, Scale: 1}, m))
		}
		for i, out := range f(v) {
			p := dst
			if i > 0 {
				p = more[i-1]
			}
			s.store(out, Mem{Base: base[p], Index: offset, Scale: 1}, m)
		}
	}
	SUBQ(Imm(uint64(s.lanes)), n)
	JLT(LabelRef("tail"))
	Label("loop")
	step(all)
	ADDQ(Imm(uint64(s.bytes())), offset)
	SUBQ(Imm(uint64(s.lanes)), n)
	JGE(LabelRef("loop"))
	Label("tail")
	ADDQ(Imm(uint64(s.lanes)), n)
	JZ(LabelRef("done"))
	step(s.firstLanes(n))
	Label("done")
	s.finish()
}

// Signatures of the assembly functions.
const (
	oneIn   = "func(dst, x []float32)"
	twoIn   = "func(dst, x, y []float32)"
	minGrad = "func(dx, dy, x, y []float32)"
)

// single returns v as the single result of the function f of loop.
func single(v vec) []vec { return []vec{v} }

// elementwise writes the functions for elementwise arithmetic.
func (s instructions) elementwise() {
	xy, dxy := []string{"x", "y"}, []string{"dst", "x", "y"}
	s.loop("add", twoIn, "dst", xy, nil, func(v []vec) []vec { return single(s.plus(v[0], v[1])) })
	s.loop("sub", twoIn, "dst", xy, nil, func(v []vec) []vec { return single(s.minus(v[0], v[1])) })
	s.loop("mul", twoIn, "dst", xy, nil, func(v []vec) []vec { return single(s.times(v[0], v[1])) })
	s.loop("mulAdd", twoIn, "dst", dxy, nil, func(v []vec) []vec {
		VFMADD231PS(v[1], v[2], v[0])
		return single(v[0])
	})
	s.loop("min", twoIn, "dst", xy, nil, func(v []vec) []vec {
		return single(s.selectLanes(s.compare(v[0], unordered, v[0]), v[0], s.atMost(v[0], v[1])))
	})
	s.loop("minGrad", minGrad, "dx", []string{"dx", "dy", "x", "y"}, nil, func(v []vec) []vec {
		half := s.times(v[1], s.number(0.5))
		d := s.plus(v[0], s.keepLanes(s.compare(v[2], less, v[3]), v[1]))
		return single(s.plus(d, s.keepLanes(s.compare(v[2], equal, v[3]), half)))
	})
	s.withScalars()
}

// withScalars writes the functions with scalar parameters, for example factors and bounds.
func (s instructions) withScalars() {
	s.function("affine", "func(dst, x []float32, k, l float32)")
	k, l := s.scalar("k"), s.scalar("l")
	s.loopBody("dst", []string{"x"}, nil, func(v []vec) []vec {
		return single(s.multiplyAdd(v[0], k, l))
	})
	s.function("axpy", "func(dst, x []float32, k float32)")
	k = s.scalar("k")
	s.loopBody("dst", []string{"dst", "x"}, nil, func(v []vec) []vec {
		VFMADD231PS(v[1], k, v[0])
		return single(v[0])
	})
	s.function("blend", "func(dst, x []float32, tau, rest float32)")
	tau, rest := s.scalar("tau"), s.scalar("rest")
	s.loopBody("dst", []string{"dst", "x"}, nil, func(v []vec) []vec {
		y := s.times(v[0], rest)
		VFMADD231PS(v[1], tau, y)
		return single(y)
	})
	s.function("clip", "func(dst, x []float32, low, high float32)")
	low, high := s.scalar("low"), s.scalar("high")
	s.loopBody("dst", []string{"x"}, nil, func(v []vec) []vec { return single(s.atMost(high, s.atLeast(low, v[0]))) })
	s.function("clipGrad", "func(dx, dy, x []float32, low, high float32)")
	low, high = s.scalar("low"), s.scalar("high")
	s.loopBody("dx", []string{"dx", "dy", "x"}, nil, func(v []vec) []vec {
		inside := s.keepLanes(s.compare(v[2], atLeast, low), v[1])
		return single(s.plus(v[0], s.keepLanes(s.compare(v[2], atMost, high), inside)))
	})
}
