package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A width has the registers for the width of rows: the size of their whole vectors [bytes], the number of
// elements after them, and the mask of these elements.
type width struct {
	whole, rest reg.Register
	last        mask
}

// widthOf returns the registers for rows of w elements.
func (s instructions) widthOf(w reg.Register) width {
	rest, whole := GP64(), GP64()
	MOVQ(w, rest)
	ANDQ(Imm(uint64(s.lanes-1)), rest)
	MOVQ(w, whole)
	SUBQ(rest, whole)
	SHLQ(Imm(2), whole)
	return width{whole, rest, s.firstLanesOf(rest)}
}

// firstLanesOf returns the mask of the first n lanes, for memory and for keepLanes and selectLanes.
// The function may not change n.
func (s instructions) firstLanesOf(n reg.GPVirtual) mask {
	if !s.isNEON() {
		return s.firstLanes(n)
	}
	pair := func(x, y float32) vec { return s.binary(VUNPCKLPS, s.copy(s.number(x)), s.copy(s.number(y))) }
	index := s.binary(VUNPCKLPD, pair(0, 1), pair(2, 3))
	count := s.vector()
	VPBROADCASTD(n.As32(), count)
	VCVTDQ2PS(count, count)
	return mask{n: n, v: s.compare(index, less, count).v}
}

// along calls body for the vectors of a row: for each whole vector in a loop, and for the elements after
// them. The argument at is the offset of the vector [bytes]. name and the name that body gets are prefixes
// of labels.
func (s instructions) along(name string, w width, body func(at reg.Register, m mask, name string)) {
	at := GP64()
	XORQ(at, at)
	TESTQ(w.whole, w.whole)
	JZ(LabelRef(name + "Last"))
	Label(name)
	body(at, all, name+"Whole")
	ADDQ(Imm(uint64(s.bytes())), at)
	CMPQ(at, w.whole)
	JLT(LabelRef(name))
	Label(name + "Last")
	TESTQ(w.rest, w.rest)
	JZ(LabelRef(name + "Done"))
	body(at, w.last, name+"Rest")
	Label(name + "Done")
}

// offset returns the address base + at.
func offset(base, at reg.Register) Mem { return Mem{Base: base, Index: at, Scale: 1} }

// folded returns a vector whose lanes are all the sum of v's lanes, or the result of another operation in
// place of the sum.
func (s instructions) folded(v vec, operation func(...Op)) vec {
	if s.isNEON() {
		v = s.binary(operation, s.binary(VUNPCKLPD, v, v), s.binary(VUNPCKHPD, v, v))
		v = s.binary(VUNPCKLPS, v, v)
		return s.binary(operation, s.binary(VUNPCKLPD, v, v), s.binary(VUNPCKHPD, v, v))
	}
	if s.is512() {
		v = s.binary(operation, v, s.quarters(0x4e, v, v))
		v = s.binary(operation, v, s.quarters(0xb1, v, v))
	} else {
		t := s.vector()
		VPERM2F128(Imm(1), v, v, t)
		v = s.binary(operation, v, t)
	}
	for _, order := range []uint64{0x4e, 0xb1} {
		t := s.vector()
		VPERMILPS(Imm(order), v, t)
		v = s.binary(operation, v, t)
	}
	return v
}

// expBelow returns eˣ for x ≤ 0, and 0 where x is below -87: a result that is not normal would make all
// arithmetic with it slow.
func (s instructions) expBelow(x vec) vec {
	lowest := s.copy(s.number(-87))
	below := s.compare(x, less, lowest)
	_, bits, r := s.reduce(s.atLeast(lowest, x))
	p := s.pow2(bits)
	return s.selectLanes(below, s.zero(), s.multiplyAddTo(s.expm1r(r), p, p))
}

// softmax writes a function that replaces each of n rows of x by the softmax of scale x + mask. The rows
// have w elements, and are ld bytes apart, and the rows of the mask are ldm bytes apart.
func (s instructions) softmax() {
	s.function("softmax", "func(x *float32, n, w, ld int, mask *float32, ldm int, scale float32)")
	s.hoist(4)
	x, n, ld := Load(Param("x"), GP64()), Load(Param("n"), GP64()), Load(Param("ld"), GP64())
	added, ldm := Load(Param("mask"), GP64()), Load(Param("ldm"), GP64())
	w := s.widthOf(Load(Param("w"), GP64()))
	Label("rows")
	top := s.scaledTop(x, added, w)
	ADDQ(ldm, added)
	top = s.folded(top, VMAXPS)
	sum := s.zero()
	s.along("exp", w, func(at reg.Register, m mask, _ string) {
		e := s.expBelow(s.minus(s.load(offset(x, at), m), top))
		if !m.isAll() {
			e = s.keepLanes(m, e)
		}
		VADDPS(e, sum, sum)
		s.store(e, offset(x, at), m)
	})
	k := s.over(s.copy(s.number(1)), s.folded(sum, VADDPS))
	s.along("divide", w, func(at reg.Register, m mask, _ string) {
		s.store(s.times(k, s.load(offset(x, at), m)), offset(x, at), m)
	})
	ADDQ(ld, x)
	DECQ(n)
	JNZ(LabelRef("rows"))
	s.finish()
}

// scaledTop replaces a row of x by scale x + mask, and returns a vector with its largest numbers. If
// the parameter mask is nil, its register moves on by ldm too, which must be 0.
func (s instructions) scaledTop(x, added reg.Register, w width) vec {
	scale, lowest := s.scalar("scale"), s.copy(s.bits(0xff800000))
	top := s.copy(lowest)
	raise := func(v vec, m mask) {
		if !m.isAll() {
			v = s.selectLanes(m, v, lowest)
		}
		VMAXPS(v, top, top)
	}
	TESTQ(added, added)
	JNZ(LabelRef("masked"))
	s.along("scale", w, func(at reg.Register, m mask, _ string) {
		v := s.times(s.load(offset(x, at), m), scale)
		s.store(v, offset(x, at), m)
		raise(v, m)
	})
	JMP(LabelRef("scaled"))
	Label("masked")
	s.along("mask", w, func(at reg.Register, m mask, _ string) {
		v := s.load(offset(added, at), m)
		VFMADD231PS(s.load(offset(x, at), m), scale, v)
		s.store(v, offset(x, at), m)
		raise(v, m)
	})
	Label("scaled")
	return top
}

// softmaxGrad writes a function that replaces each of n rows of d, the gradient of softmax's result p, by
// the gradient of softmax's x.
func (s instructions) softmaxGrad() {
	s.function("softmaxGrad", "func(d, p *float32, n, w, ld int, scale float32)")
	d, p := Load(Param("d"), GP64()), Load(Param("p"), GP64())
	n, ld := Load(Param("n"), GP64()), Load(Param("ld"), GP64())
	w := s.widthOf(Load(Param("w"), GP64()))
	scale := s.scalar("scale")
	Label("rows")
	sum := s.zero()
	s.along("sum", w, func(at reg.Register, m mask, _ string) {
		VFMADD231PS(s.load(offset(p, at), m), s.load(offset(d, at), m), sum)
	})
	sum = s.folded(sum, VADDPS)
	s.along("grad", w, func(at reg.Register, m mask, _ string) {
		g := s.minus(s.load(offset(d, at), m), sum)
		s.store(s.times(g, s.times(s.load(offset(p, at), m), scale)), offset(d, at), m)
	})
	ADDQ(ld, d)
	ADDQ(ld, p)
	DECQ(n)
	JNZ(LabelRef("rows"))
	s.finish()
}
