package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// gates writes the functions of recurrent layers, for one row of n units. The gates of a row lie beside
// each other, and each has n elements. The equations are in policy/f32/gates.go.
func (s instructions) gates() {
	s.lstmGates()
	s.lstmGatesGrad()
	s.gruGates()
	s.gruGatesGrad()
}

// units has the registers of a function of gates.
type units struct {
	instructions
	base map[string]reg.Register // addresses of the parameters
	at   reg.Register            // offset of the units in a gate [bytes]
	size reg.Register            // size of a gate [bytes]
	m    mask
}

// eachUnits writes a function that calls body for each vector of units. The names are its parameters
// besides n.
func (s instructions) eachUnits(name, signature string, names []string, body func(u *units)) {
	s.function(name, signature)
	s.hoist(0)
	u := &units{instructions: s, base: map[string]reg.Register{}, at: GP64(), size: GP64()}
	for _, p := range names {
		u.base[p] = Load(Param(p), GP64())
	}
	n := Load(Param("n"), GP64())
	XORQ(u.at, u.at)
	MOVQ(n, u.size)
	SHLQ(Imm(2), u.size)
	SUBQ(Imm(uint64(s.lanes)), n)
	JLT(LabelRef("tail"))
	Label("loop")
	body(u)
	ADDQ(Imm(uint64(s.bytes())), u.at)
	SUBQ(Imm(uint64(s.lanes)), n)
	JGE(LabelRef("loop"))
	Label("tail")
	ADDQ(Imm(uint64(s.lanes)), n)
	JZ(LabelRef("done"))
	u.m = s.firstLanes(n)
	body(u)
	Label("done")
	s.finish()
}

// address returns the address of the units in gate k of a parameter.
func (u *units) address(name string, k int) Mem {
	m := Mem{Base: u.base[name], Index: u.at, Scale: 1}
	if k == 0 {
		return m
	}
	p := GP64()
	LEAQ(m, p)
	for range k {
		ADDQ(u.size, p)
	}
	return Mem{Base: p}
}

// get returns the units in gate k of a parameter, or in a parameter of one gate if k is 0.
func (u *units) get(name string, k int) vec { return u.load(u.address(name, k), u.m) }

// set stores the units in gate k of a parameter, and returns them.
func (u *units) set(name string, k int, x vec) vec {
	u.store(x, u.address(name, k), u.m)
	return x
}

// gateSigmoid returns the sigmoid (1 + tanh(x/2)) / 2, which has the same constants as tanh.
func (u *units) gateSigmoid(x vec) vec {
	t := u.tanh(u.times(x, u.number(0.5)))
	y := u.copy(u.number(0.5))
	VFMADD231PS(u.number(0.5), t, y)
	return y
}

func (s instructions) lstmGates() {
	s.eachUnits("lstmGates", "func(gates, h, c, before *float32, n int)", []string{"gates", "h", "c", "before"}, func(u *units) {
		in := u.set("gates", 0, u.gateSigmoid(u.get("gates", 0)))
		cell := u.set("gates", 2, u.tanh(u.get("gates", 2)))
		sum := u.times(in, cell)
		forget := u.set("gates", 1, u.gateSigmoid(u.get("gates", 1)))
		VFMADD231PS(u.get("before", 0), forget, sum)
		u.set("c", 0, sum)
		out := u.set("gates", 3, u.gateSigmoid(u.get("gates", 3)))
		u.set("h", 0, u.times(out, u.tanh(sum)))
	})
}

func (s instructions) lstmGatesGrad() {
	names := []string{"dgates", "gates", "dh", "dc", "c", "before"}
	s.eachUnits("lstmGatesGrad", "func(dgates, gates, dh, dc, c, before *float32, n int)", names, func(u *units) {
		dh, t, out := u.get("dh", 0), u.tanh(u.get("c", 0)), u.get("gates", 3)
		u.set("dgates", 3, u.activationGrad("sigmoid", u.times(dh, t), out))
		d := u.plus(u.activationGrad("tanh", u.times(dh, out), t), u.get("dc", 0))
		forget := u.get("gates", 1)
		u.set("dgates", 1, u.activationGrad("sigmoid", u.times(d, u.get("before", 0)), forget))
		u.set("dc", 0, u.times(d, forget))
		in, cell := u.get("gates", 0), u.get("gates", 2)
		u.set("dgates", 0, u.activationGrad("sigmoid", u.times(d, cell), in))
		u.set("dgates", 2, u.activationGrad("tanh", u.times(d, in), cell))
	})
}

func (s instructions) gruGates() {
	s.eachUnits("gruGates", "func(gates, parts, h, before *float32, n int)", []string{"gates", "parts", "h", "before"}, func(u *units) {
		sum := func(k int) vec { return u.plus(u.get("gates", k), u.get("parts", k)) }
		r := u.set("gates", 0, u.gateSigmoid(sum(0)))
		x := u.get("gates", 2)
		VFMADD231PS(u.get("parts", 2), r, x)
		cell := u.set("gates", 2, u.tanh(x))
		z := u.set("gates", 1, u.gateSigmoid(sum(1)))
		VFMADD231PS(u.minus(u.get("before", 0), cell), z, cell)
		u.set("h", 0, cell)
	})
}

func (s instructions) gruGatesGrad() {
	names := []string{"dgates", "dparts", "gates", "part", "dh", "before"}
	s.eachUnits("gruGatesGrad", "func(dgates, dparts, gates, part, dh, before *float32, n int)", names, func(u *units) {
		d, r, z, cell := u.get("dh", 0), u.get("gates", 0), u.get("gates", 1), u.get("gates", 2)
		both := func(k int, x vec) { u.set("dparts", k, u.set("dgates", k, x)) }
		both(1, u.activationGrad("sigmoid", u.times(d, u.minus(u.get("before", 0), cell)), z))
		rest := u.copy(d)
		VFNMADD231PS(z, d, rest)
		dn := u.set("dgates", 2, u.activationGrad("tanh", rest, cell))
		u.set("dparts", 2, u.times(dn, r))
		both(0, u.activationGrad("sigmoid", u.times(dn, u.get("part", 0)), r))
		u.set("dh", 0, u.times(d, z))
	})
}
