package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// layerNorm writes a function that normalises n rows of the given width: y = w (x - mean) scale + b. The
// means and the scales 1 / √(variance + eps) go to stats. over is 1 / width.
func (s instructions) layerNorm() {
	s.function("layerNorm", "func(y, x, w, b, stats *float32, n, width int, over, eps float32)")
	y, x, w, b, stats := Load(Param("y"), GP64()), Load(Param("x"), GP64()), Load(Param("w"), GP64()), Load(Param("b"), GP64()), Load(Param("stats"), GP64())
	n, size := Load(Param("n"), GP64()), Load(Param("width"), GP64())
	over, eps := s.scalar("over"), s.scalar("eps")
	row := s.widthOf(size)
	SHLQ(Imm(2), size)
	one := s.copy(s.number(1))
	Label("rows")
	sum := s.zero()
	s.along("mean", row, func(at reg.Register, m mask, _ string) {
		VADDPS(s.load(offset(x, at), m), sum, sum)
	})
	mean := s.times(s.folded(sum, VADDPS), over)
	squares := s.zero()
	s.along("variance", row, func(at reg.Register, m mask, _ string) {
		d := s.minus(s.load(offset(x, at), m), mean)
		if !m.isAll() {
			d = s.keepLanes(m, d)
		}
		VFMADD231PS(d, d, squares)
	})
	root := s.multiplyAdd(s.folded(squares, VADDPS), over, eps)
	VSQRTPS(root, root)
	scale := s.over(one, root)
	VMOVSS(mean.AsX(), Mem{Base: stats})
	VMOVSS(scale.AsX(), Mem{Base: stats, Disp: 4})
	s.along("result", row, func(at reg.Register, m mask, _ string) {
		z := s.times(s.minus(s.load(offset(x, at), m), mean), scale)
		r := s.load(offset(b, at), m)
		VFMADD231PS(s.load(offset(w, at), m), z, r)
		s.store(r, offset(y, at), m)
	})
	ADDQ(size, x)
	ADDQ(size, y)
	ADDQ(Imm(8), stats)
	DECQ(n)
	JNZ(LabelRef("rows"))
	s.finish()
}

// layerNormGrad writes a function that adds layerNorm's gradients to dx, dw and db.
func (s instructions) layerNormGrad() {
	s.function("layerNormGrad", "func(dx, dw, db, dy, x, w, stats *float32, n, width int, over float32)")
	dx, dw, db, dy := Load(Param("dx"), GP64()), Load(Param("dw"), GP64()), Load(Param("db"), GP64()), Load(Param("dy"), GP64())
	x, w, stats := Load(Param("x"), GP64()), Load(Param("w"), GP64()), Load(Param("stats"), GP64())
	size, n := Load(Param("width"), GP64()), GP64()
	over := s.scalar("over")
	row := s.widthOf(size)
	SHLQ(Imm(2), size)
	Label("rows")
	mean, scale := s.vector(), s.vector()
	VBROADCASTSS(Mem{Base: stats}, mean)
	VBROADCASTSS(Mem{Base: stats, Disp: 4}, scale)
	normalised := func(at reg.Register, m mask) vec {
		return s.times(s.minus(s.load(offset(x, at), m), mean), scale)
	}
	sum, along := s.zero(), s.zero()
	s.along("sums", row, func(at reg.Register, m mask, _ string) {
		z, d := normalised(at, m), s.load(offset(dy, at), m)
		g := s.times(d, s.load(offset(w, at), m))
		VADDPS(g, sum, sum)
		VFMADD231PS(g, z, along)
		u := s.load(offset(dw, at), m)
		VFMADD231PS(d, z, u)
		s.store(u, offset(dw, at), m)
		s.store(s.plus(d, s.load(offset(db, at), m)), offset(db, at), m)
	})
	sum = s.times(s.folded(sum, VADDPS), over)
	along = s.times(s.folded(along, VADDPS), over)
	s.along("grads", row, func(at reg.Register, m mask, _ string) {
		g := s.minus(s.times(s.load(offset(dy, at), m), s.load(offset(w, at), m)), sum)
		VFNMADD231PS(normalised(at, m), along, g)
		u := s.load(offset(dx, at), m)
		VFMADD231PS(g, scale, u)
		s.store(u, offset(dx, at), m)
	})
	ADDQ(size, x)
	ADDQ(size, dx)
	ADDQ(size, dy)
	ADDQ(Imm(8), stats)
	Load(Param("n"), n)
	DECQ(n)
	Store(n, Param("n"))
	TESTQ(n, n)
	JNZ(LabelRef("rows"))
	s.finish()
}
