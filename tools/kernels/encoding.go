package main

import "fmt"

// An encoding is an arm64 instruction that Go's assembler lacks, as the Arm Architecture Reference
// Manual encodes it.
type encoding struct {
	bits   uint32 // the word with zeros for all operands
	format string // the instruction in the manual's syntax; the operands are numbers
	shifts []int  // positions of the operands' lowest bits, in the order of the manual's syntax
}

// The positions of registers in a word. The destination is Rd, or Rt for loads and stores.
const rd, rn, rm = 0, 5, 16

// encodings are the instructions, by mnemonic and arrangement of lanes.
var encodings = map[string]encoding{
	"fadd.4s":    {0x4e20d400, "fadd v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fsub.4s":    {0x4ea0d400, "fsub v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fmul.4s":    {0x6e20dc00, "fmul v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fdiv.4s":    {0x6e20fc00, "fdiv v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fmax.4s":    {0x4e20f400, "fmax v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fmin.4s":    {0x4ea0f400, "fmin v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fcmeq.4s":   {0x4e20e400, "fcmeq v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fcmge.4s":   {0x6e20e400, "fcmge v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fcmgt.4s":   {0x6ea0e400, "fcmgt v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"faddp.4s":   {0x6e20d400, "faddp v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"fadd.2d":    {0x4e60d400, "fadd v%d.2d, v%d.2d, v%d.2d", []int{rd, rn, rm}},
	"faddp.2d":   {0x6e60d400, "faddp v%d.2d, v%d.2d, v%d.2d", []int{rd, rn, rm}},
	"fsqrt.4s":   {0x6ea1f800, "fsqrt v%d.4s, v%d.4s", []int{rd, rn}},
	"fcvtns.4s":  {0x4e21a800, "fcvtns v%d.4s, v%d.4s", []int{rd, rn}},
	"scvtf.4s":   {0x4e21d800, "scvtf v%d.4s, v%d.4s", []int{rd, rn}},
	"fcvtl.2d":   {0x0e617800, "fcvtl v%d.2d, v%d.2s", []int{rd, rn}},
	"mvn.16b":    {0x6e205800, "mvn v%d.16b, v%d.16b", []int{rd, rn}},
	"sshr.4s":    {0x4f000400, "sshr v%d.4s, v%d.4s, #%d", []int{rd, rn, shift}},
	"fmla.4s[]":  {0x4f801000, "fmla v%d.4s, v%d.4s, v%d.s[%d]", []int{rd, rn, rm, element}},
	"cmeq.4s":    {0x6ea08c00, "cmeq v%d.4s, v%d.4s, v%d.4s", []int{rd, rn, rm}},
	"ldr.s[x,x]": {0xbc606800, "ldr s%d, [x%d, x%d]", []int{rd, rn, rm}},
	"ldr.q[x,x]": {0x3ce06800, "ldr q%d, [x%d, x%d]", []int{rd, rn, rm}},
	"str.q[x,x]": {0x3ca06800, "str q%d, [x%d, x%d]", []int{rd, rn, rm}},
}

// Operands that are not registers: the distance of a right shift of 32-bit lanes, and the number
// of a lane of 32 bits.
const shift, element = -1, -2

// encode returns the word of an instruction and its text in the manual's syntax. The operands are
// in the order of the manual, with the destination first.
func encode(name string, operands []int) (word uint32, syntax string) {
	e, ok := encodings[name]
	if !ok || len(operands) != len(e.shifts) {
		panic(fmt.Sprintf("no instruction %s with %d operands", name, len(operands)))
	}
	word = e.bits
	args := make([]any, len(operands))
	for i, n := range operands {
		args[i] = n
		switch e.shifts[i] {
		case shift: // immh:immb = 64 - distance
			word |= uint32(64-n) << 16
		case element: // the lower bit of the number is L, and the upper bit H
			word |= uint32(n&1)<<21 | uint32(n>>1)<<11
		default:
			word |= uint32(n) << e.shifts[i]
		}
	}
	return word, fmt.Sprintf(e.format, args...)
}
