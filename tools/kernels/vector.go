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

// instructions is an instruction set, and its vectors' number of lanes.
type instructions struct {
	name  string
	lanes int
}

// is512 reports whether vectors are zmm registers, and masks k registers.
func (s instructions) is512() bool { return s.lanes == 16 }

// bytes is the size of a vector.
func (s instructions) bytes() int { return 4 * s.lanes }

// vector returns a fresh register.
func (s instructions) vector() reg.VecVirtual {
	if s.is512() {
		return ZMM()
	}
	return YMM()
}

// zero returns a vector of zeros.
func (s instructions) zero() reg.VecVirtual {
	v := s.vector()
	VXORPS(v, v, v)
	return v
}

// function begins a function of the set.
func (s instructions) function(name, signature string) {
	TEXT(name+s.name, NOSPLIT, signature)
	Pragma("noescape")
}

// hoist keeps constants of the function just begun in registers, as many as the set
// has to spare besides busy ones, which hold values all the while; the other constants
// stay in memory. Which they are shows only as the function is written, so they are
// loaded behind its end.
func (s instructions) hoist(busy int) {
	hoisted, spare = map[uint32]reg.VecVirtual{}, s.spare(busy)
	JMP(LabelRef("constants"))
	Label("begin")
}

// hoisted has the registers of the function's constants, if it hoists them; spare is
// how many of them it may have.
var (
	hoisted map[uint32]reg.VecVirtual
	spare   int
)

// spare is the number of registers for constants. Of AVX2's 16, the functions need up to
// 9 for what they compute, and tanh alone 7, so it is the only one to have values beside.
func (s instructions) spare(busy int) int {
	if s.is512() {
		return 32
	}
	return min(7, 9-busy)
}

// finish ends it.
func finish() {
	VZEROUPPER()
	RET()
	if hoisted == nil {
		return
	}
	Label("constants")
	for _, b := range slices.Sorted(maps.Keys(hoisted)) {
		VBROADCASTSS(constant(fmt.Sprintf("constant%08x", b), b, 1), hoisted[b])
	}
	JMP(LabelRef("begin"))
	hoisted = nil
}

// bits returns a constant vector, in every lane the same 32 bits.
func (s instructions) bits(b uint32) Op {
	if hoisted != nil && hoisted[b] == nil && len(hoisted) < spare {
		hoisted[b] = s.vector()
	}
	if v, ok := hoisted[b]; ok {
		return v
	}
	return constant(fmt.Sprintf("lanes%s%08x", s.name, b), b, s.lanes)
}

// constant returns n times the same 32 bits in memory.
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

// number returns a constant vector.
func (s instructions) number(x float32) Op { return s.bits(math.Float32bits(x)) }

var constants = map[string]Mem{}

// scalar returns a parameter in every lane.
func (s instructions) scalar(name string) reg.VecVirtual {
	v := s.vector()
	b, err := Param(name).Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(b.Addr, v)
	return v
}

// A mask says which lanes count. Without a register all do.
type mask struct {
	k reg.OpmaskVirtual // of AVX-512
	v reg.VecVirtual    // of AVX2: the sign bits
}

var all mask

func (m mask) every() bool { return m.k == nil && m.v == nil }

// first is the mask of the first n lanes, n ≤ lanes.
func (s instructions) first(n reg.Register) mask {
	if s.is512() {
		ones, k := GP64(), K()
		MOVQ(I64(-1), ones)
		BZHIQ(n, ones, ones)
		KMOVW(ones.As32(), k)
		return mask{k: k}
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

// load reads the lanes of m, and zeros into the others.
func (s instructions) load(from Mem, m mask) reg.VecVirtual {
	v := s.vector()
	switch {
	case m.every():
		VMOVUPS(from, v)
	case s.is512():
		VMOVUPS_Z(from, m.k, v)
	default:
		VMASKMOVPS(from, m.v, v)
	}
	return v
}

// store writes the lanes of m.
func (s instructions) store(v reg.VecVirtual, to Mem, m mask) {
	switch {
	case m.every():
		VMOVUPS(v, to)
	case s.is512():
		VMOVUPS(v, m.k, to)
	default:
		VMASKMOVPS(v, m.v, to)
	}
}

// The comparisons of VCMPPS that are false for NaN.
const (
	equal     = 0
	less      = 17
	atMost    = 18
	atLeast   = 29
	more      = 30
	unordered = 3
)

// compare returns where x is less than y, or whatever the comparison is.
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

// pick returns x where m, y elsewhere.
func (s instructions) pick(m mask, x Op, y reg.VecVirtual) reg.VecVirtual {
	v := s.vector()
	if s.is512() {
		VBLENDMPS(x, y, m.k, v)
	} else {
		VBLENDVPS(m.v, x, y, v)
	}
	return v
}

// where returns x where m, 0 elsewhere.
func (s instructions) where(m mask, x reg.VecVirtual) reg.VecVirtual {
	v := s.vector()
	if s.is512() {
		VMOVAPS_Z(x, m.k, v)
	} else {
		VANDPS(m.v, x, v)
	}
	return v
}

// binary returns the result of a three-operand instruction, x first: x - y, x / y.
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

// atMost and atLeast bound y by a constant, and let NaN pass: of two operands,
// one of them NaN, the instruction returns the second.
func (s instructions) atMost(bound, y reg.VecVirtual) reg.VecVirtual {
	return s.binary(VMINPS, bound, y)
}
func (s instructions) atLeast(bound, y reg.VecVirtual) reg.VecVirtual {
	return s.binary(VMAXPS, bound, y)
}

// copy returns x in a register of its own.
func (s instructions) copy(x Op) reg.VecVirtual {
	v := s.vector()
	VMOVUPS(x, v)
	return v
}
