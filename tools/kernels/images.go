package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// images writes the functions for images: max pooling, and the conversion of bytes.
func (s instructions) images() {
	s.maxPool()
	s.maxPoolGrad()
	s.fromBytes()
	s.loop("unit", oneIn, "dst", []string{"x"}, nil, func(v []vec) []vec { return single(s.over(v[0], s.number(255))) })
}

// A pool has the registers of a function of max pooling.
type pool struct {
	instructions
	image, other, which, at, terms reg.Register // addresses; other is the result, or its gradient
	n, size                        reg.Register // pixels of the result that are left, and the size of a pixel [bytes]
	row                            width
	one                            vec
}

// pool begins a function of max pooling. Image and other are names of parameters.
func (s instructions) pool(name, image, other string) *pool {
	s.function(name, "func("+image+", "+other+" *float32, which, at *int32, n int, terms *int32, k, width int)")
	load := func(name string) reg.Register { return Load(Param(name), GP64()) }
	p := &pool{instructions: s, image: load(image), other: load(other), which: load("which"), at: load("at"), terms: load("terms"), n: load("n"), size: load("width")}
	p.row = s.widthOf(p.size)
	SHLQ(Imm(2), p.size)
	p.one = s.copy(s.bits(1))
	return p
}

// eachPixel calls body for each vector of channels of each pixel of the result. The argument at is the
// offset of the channels [bytes], and window is the address of the first pixel of the image in the window.
func (p *pool) eachPixel(body func(at, window reg.Register, m mask, name string)) {
	Label("pixels")
	pixel := GP64()
	MOVLQSX(Mem{Base: p.at}, pixel)
	ADDQ(p.image, pixel)
	p.along("channels", p.row, func(at reg.Register, m mask, name string) {
		window := GP64()
		LEAQ(offset(pixel, at), window)
		body(at, window, m, name)
	})
	ADDQ(p.size, p.other)
	ADDQ(p.size, p.which)
	ADDQ(Imm(4), p.at)
	DECQ(p.n)
	JNZ(LabelRef("pixels"))
	p.finish()
}

// eachTerm calls body for each pixel of the image in a window. place is its number, in all lanes.
func (p *pool) eachTerm(window reg.Register, name string, body func(at Mem, place vec)) {
	k, terms, place, term := Load(Param("k"), GP64()), GP64(), p.zero(), GP64()
	MOVQ(p.terms, terms)
	Label(name)
	MOVLQSX(Mem{Base: terms}, term)
	body(offset(window, term), place)
	VPADDD(p.one, place, place)
	ADDQ(Imm(4), terms)
	DECQ(k)
	JNZ(LabelRef(name))
}

// maxPool writes a function that sets y to the largest numbers of windows, and which to their places.
func (s instructions) maxPool() {
	p := s.pool("maxPool", "x", "y")
	p.eachPixel(func(at, window reg.Register, m mask, name string) {
		best, which := s.copy(s.bits(0xff800000)), s.zero()
		p.eachTerm(window, name, func(from Mem, place vec) {
			v := s.load(from, m)
			s.replaceLess(best, which, v, place)
		})
		s.store(best, offset(p.other, at), m)
		s.store(which, offset(p.which, at), m)
	})
}

// replaceLess sets best to v, and which to place, in the lanes where v is above best or NaN.
func (s instructions) replaceLess(best, which, v, place vec) {
	above, nan := s.compare(v, more, best), s.compare(v, unordered, v)
	if s.is512() {
		KORW(above.k, nan.k, above.k)
		VMOVAPS(v, above.k, best)
		VMOVAPS(place, above.k, which)
		return
	}
	VORPS(above.v, nan.v, above.v)
	VBLENDVPS(above.v, v, best, best)
	VBLENDVPS(above.v, place, which, which)
}

// maxPoolGrad writes a function that adds dy to the numbers of dx that maxPool has chosen.
func (s instructions) maxPoolGrad() {
	p := s.pool("maxPoolGrad", "dx", "dy")
	p.eachPixel(func(at, window reg.Register, m mask, name string) {
		d, which := s.load(offset(p.other, at), m), s.load(offset(p.which, at), m)
		p.eachTerm(window, name, func(to Mem, place vec) {
			chosen := s.equalPlaces(place, which)
			s.store(s.plus(s.keepLanes(chosen, d), s.load(to, m)), to, m)
		})
	})
}

// equalPlaces returns the mask of the lanes with equal whole numbers.
func (s instructions) equalPlaces(x, y vec) mask {
	if s.is512() {
		k := K()
		VPCMPEQD(x, y, k)
		return mask{k: k}
	}
	return mask{v: s.binary(VPCMPEQD, x, y)}
}

// fromBytes writes a function that sets dst to the n bytes of src.
func (s instructions) fromBytes() {
	s.function("fromBytes", "func(dst *float32, src *byte, n int)")
	dst, src, n := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("n"), GP64())
	SUBQ(Imm(uint64(s.lanes)), n)
	JLT(LabelRef("tail"))
	Label("loop")
	x := s.vector()
	VPMOVZXBD(Mem{Base: src}, x)
	VCVTDQ2PS(x, x)
	VMOVUPS(x, Mem{Base: dst})
	ADDQ(Imm(uint64(s.bytes())), dst)
	ADDQ(Imm(uint64(s.lanes)), src)
	SUBQ(Imm(uint64(s.lanes)), n)
	JGE(LabelRef("loop"))
	Label("tail")
	ADDQ(Imm(uint64(s.lanes)), n)
	JZ(LabelRef("done"))
	Label("one")
	b, y := GP32(), XMM()
	MOVBLZX(Mem{Base: src}, b)
	VMOVD(b, y)
	VCVTDQ2PS(y, y)
	VMOVSS(y, Mem{Base: dst})
	ADDQ(Imm(4), dst)
	ADDQ(Imm(1), src)
	DECQ(n)
	JNZ(LabelRef("one"))
	Label("done")
	s.finish()
}
