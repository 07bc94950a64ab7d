package main

import (
	"fmt"
	"maps"
	"math"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// instructions is an instruction set.
type instructions struct {
	name  string // AVX2, AVX512 or NEON, the suffix of the functions' names
	lanes int    // number of floats in a vector
}

// is512 reports whether s is AVX-512: vectors are ZMM registers, and masks are K registers.
func (s instructions) is512() bool { return s.lanes == 16 }

// isNEON reports whether s is NEON: vectors are XMM registers until they are translated, and masks
// are numbers of lanes.
func (s instructions) isNEON() bool { return s.lanes == 4 }

// bytes returns the size of a vector [bytes].
func (s instructions) bytes() int { return 4 * s.lanes }

// vector returns a new vector register.
func (s instructions) vector() reg.VecVirtual {
	switch {
	case s.is512():
		return ZMM()
	case s.isNEON():
		return XMM()
	}
	return YMM()
}

// zero returns a new register with zeros in all lanes.
func (s instructions) zero() reg.VecVirtual {
	v := s.vector()
	VXORPS(v, v, v)
	return v
}

// function begins an assembly function. It appends the name of the instruction set to the
// function's name.
func (s instructions) function(name, signature string) {
	partialMoves = 0
	TEXT(name+s.name, NOSPLIT, signature)
	Pragma("noescape")
}

// hoist makes the function load its constants into registers once, before its loop. busy is the
// number of registers that already have other values. Constants for which there is no register
// stay in memory. The constants are known only when the whole function is written, so the code
// that loads them is at the end of the function. The function first jumps to this code, which
// then jumps back to the label begin.
func (s instructions) hoist(busy int) {
	hoisted, maxHoisted = map[uint32]reg.VecVirtual{}, s.constantRegisters(busy)
	JMP(LabelRef("constants"))
	Label("begin")
}

var (
	hoisted    map[uint32]reg.VecVirtual // registers of the current function's constants, by the bits of the constants; nil if the function does not use hoist
	maxHoisted int                       // largest number of registers for constants
)

// constantRegisters returns the number of registers for constants. AVX-512 has 32 registers, and
// functions need up to 12 registers for computations. AVX2 has 16 registers. Functions need up to 9
// registers for computations, so 7 are left for constants. Only denseRow has busy registers: it
// computes tanh of two vectors at the same time. One vector needs 7 registers, so 9 are left for the
// busy registers and the constants. NEON has 31 registers that are not reserved, and functions
// need up to 8 of them for computations.
func (s instructions) constantRegisters(busy int) int {
	switch {
	case s.is512():
		return 20
	case s.isNEON():
		return 23 - busy
	}
	return min(7, 9-busy)
}

// finish writes the end of the function and, after it, the code that loads hoisted constants.
func (s instructions) finish() {
	VZEROUPPER()
	RET()
	if hoisted == nil {
		return
	}
	Label("constants")
	for _, b := range slices.Sorted(maps.Keys(hoisted)) {
		s.setBits(hoisted[b], fmt.Sprintf("constant%08x", b), b)
	}
	JMP(LabelRef("begin"))
	hoisted = nil
}

// setBits sets all lanes of the register v to the bits b. name is the name of the constant in
// read-only memory. NEON computes the constant, because it has no operands in memory.
func (s instructions) setBits(v vec, name string, b uint32) {
	if !s.isNEON() {
		VBROADCASTSS(constant(name, b, 1), v)
		return
	}
	r := GP32()
	MOVL(U32(b), r)
	VPBROADCASTD(r, v)
}

// bits returns a constant vector whose lanes all have the bits b.
func (s instructions) bits(b uint32) Op {
	if hoisted != nil && hoisted[b] == nil && len(hoisted) < maxHoisted {
		hoisted[b] = s.vector()
	}
	if v, ok := hoisted[b]; ok {
		return v
	}
	if s.isNEON() {
		v := s.vector()
		s.setBits(v, "", b)
		return v
	}
	return constant(fmt.Sprintf("lanes%s%08x", s.name, b), b, s.lanes)
}

// constant returns the address of a constant in read-only memory: n copies of the bits b.
func constant(name string, b uint32, n int) Mem {
	if m, ok := constants[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range n {
		DATA(4*i, U32(b))
	}
	constants[name] = m
	return m
}

// number returns a constant vector whose lanes are all x.
func (s instructions) number(x float32) Op { return s.bits(math.Float32bits(x)) }

// constants are the constants that are already in the generated file, by their names.
var constants = map[string]Mem{}

// scalar returns a vector whose lanes are all the function's parameter called name.
func (s instructions) scalar(name string) reg.VecVirtual {
	v := s.vector()
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(b.Addr, v)
	return v
}

// A mask has the lanes of a vector that an instruction reads or writes. A mask without a register
// has all lanes.
type mask struct {
	k reg.OpmaskVirtual // register of an AVX-512 mask
	v reg.VecVirtual    // register of an AVX2 mask: the sign bit of each lane; or of a mask that NEON compares
	n reg.GPVirtual     // register of a NEON mask for memory: the number of the first lanes
}

// all is the mask of all lanes.
var all mask

// isAll reports whether m is the mask of all lanes.
func (m mask) isAll() bool { return m.k == nil && m.v == nil && m.n == nil }

// firstLanes returns the mask of the first n lanes, where n ≤ lanes.
func (s instructions) firstLanes(n reg.Register) mask {
	if s.is512() {
		ones, k := GP64(), K()
		MOVQ(I64(-1), ones)
		BZHIQ(n, ones, ones)
		KMOVW(ones.As32(), k)
		return mask{k: k}
	}
	if s.isNEON() {
		count := GP64()
		MOVQ(n, count)
		return mask{n: count}
	}
	const name = "firstLanes"
	table, ok := constants[name]
	if !ok {
		table = GLOBL(name, RODATA|NOPTR)
		for i := range 16 {
			DATA(4*i, U32(uint32(int64(i-8)>>63)))
		}
		constants[name] = table
	}
	p, v := GP64(), s.vector()
	LEAQ(table.Offset(32), p)
	offset := GP64()
	MOVQ(n, offset)
	NEGQ(offset)
	VMOVUPS(Mem{Base: p, Index: offset, Scale: 4}, v)
	return mask{v: v}
}

// load returns a vector with the lanes of m read from memory, and 0 in the other lanes.
func (s instructions) load(from Mem, m mask) reg.VecVirtual {
	v := s.vector()
	s.loadInto(from, m, v)
	return v
}

// loadInto reads the lanes of m from memory into the register v. It sets the other lanes to 0.
func (s instructions) loadInto(from Mem, m mask, v vec) {
	switch {
	case m.isAll():
		VMOVUPS(from, v)
	case s.is512():
		VMOVUPS_Z(from, m.k, v)
	case s.isNEON():
		s.loadFirst(from, m.n, v)
	default:
		VMASKMOVPS(from, m.v, v)
	}
}

// store writes the lanes of m to memory.
func (s instructions) store(v reg.VecVirtual, to Mem, m mask) {
	switch {
	case m.isAll():
		VMOVUPS(v, to)
	case s.is512():
		VMOVUPS(v, m.k, to)
	case s.isNEON():
		s.storeFirst(v, to, m.n)
	default:
		VMASKMOVPS(v, m.v, to)
	}
}

// The comparisons of the instruction VCMPPS. If an operand is NaN, every comparison is false,
// except unordered, which is true only in this case.
const (
	equal     = 0
	less      = 17
	atMost    = 18
	atLeast   = 29
	more      = 30
	unordered = 3
)

// compare returns the mask of the lanes for which the comparison of x with y is true.
func (s instructions) compare(x reg.VecVirtual, comparison uint64, y Op) mask {
	if s.is512() {
		k := K()
		VCMPPS(Imm(comparison), y, x, k)
		return mask{k: k}
	}
	v := s.vector()
	VCMPPS(Imm(comparison), y, x, v)
	return mask{v: v}
}

// selectLanes returns x in the lanes of m, and y in the other lanes.
func (s instructions) selectLanes(m mask, x Op, y reg.VecVirtual) reg.VecVirtual {
	v := s.vector()
	if s.is512() {
		VBLENDMPS(x, y, m.k, v)
	} else {
		VBLENDVPS(m.v, x, y, v)
	}
	return v
}

// keepLanes returns x in the lanes of m, and 0 in the other lanes.
func (s instructions) keepLanes(m mask, x reg.VecVirtual) reg.VecVirtual {
	v := s.vector()
	if s.is512() {
		VMOVAPS_Z(x, m.k, v)
	} else {
		VANDPS(m.v, x, v)
	}
	return v
}

// binary returns the result of an instruction with two operands, for example x - y or x / y.
func (s instructions) binary(instruction func(...Op), x reg.VecVirtual, y Op) reg.VecVirtual {
	v := s.vector()
	instruction(y, x, v)
	return v
}

func (s instructions) plus(x reg.VecVirtual, y Op) reg.VecVirtual  { return s.binary(VADDPS, x, y) }
func (s instructions) minus(x reg.VecVirtual, y Op) reg.VecVirtual { return s.binary(VSUBPS, x, y) }
func (s instructions) times(x reg.VecVirtual, y Op) reg.VecVirtual { return s.binary(VMULPS, x, y) }
func (s instructions) over(x reg.VecVirtual, y Op) reg.VecVirtual  { return s.binary(VDIVPS, x, y) }
func (s instructions) and(x reg.VecVirtual, y Op) reg.VecVirtual   { return s.binary(VANDPS, x, y) }
func (s instructions) or(x reg.VecVirtual, y Op) reg.VecVirtual    { return s.binary(VORPS, x, y) }

// atMost returns min(bound, y), or NaN if y is NaN: if an operand is NaN, the instruction returns
// its second operand, which is y.
func (s instructions) atMost(bound, y reg.VecVirtual) reg.VecVirtual {
	return s.binary(VMINPS, bound, y)
}

// atLeast returns max(bound, y), or NaN if y is NaN, for the same reason as atMost.
func (s instructions) atLeast(bound, y reg.VecVirtual) reg.VecVirtual {
	return s.binary(VMAXPS, bound, y)
}

// copy returns a new register with the value of x.
func (s instructions) copy(x Op) reg.VecVirtual {
	v := s.vector()
	VMOVUPS(x, v)
	return v
}

// multiplyAdd returns x y + z, and may change x.
func (s instructions) multiplyAdd(x, y vec, z Op) vec {
	if s.isNEON() {
		return s.multiplyAddTo(x, y, s.copy(z))
	}
	VFMADD213PS(z, y, x)
	return x
}

// multiplyAddTo returns x y + z, and may change x and z. AVX can put the sum in place of a factor.
// NEON can only put it in place of z.
func (s instructions) multiplyAddTo(x, y, z vec) vec {
	if s.isNEON() {
		VFMADD231PS(y, x, z)
		return z
	}
	VFMADD213PS(z, y, x)
	return x
}

// line returns a x + b.
func (s instructions) line(a, b float32, x vec) vec {
	if s.isNEON() {
		y := s.copy(s.number(b))
		VFMADD231PS(s.number(a), x, y)
		return y
	}
	return s.multiplyAdd(s.copy(s.number(a)), x, s.number(b))
}
