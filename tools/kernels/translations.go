package main

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
)

// words are the amd64 instructions that are one word of arm64 with the same operands.
var words = map[string]string{
	"VADDPS": "fadd.4s", "VSUBPS": "fsub.4s", "VMULPS": "fmul.4s", "VDIVPS": "fdiv.4s", "VMAXPS": "fmax.4s", "VMINPS": "fmin.4s",
	"VHADDPS": "faddp.4s", "VADDPD": "fadd.2d", "VHADDPD": "faddp.2d", "VSQRTPS": "fsqrt.4s", "VPCMPEQD": "cmeq.4s",
	"VCVTPS2DQ": "fcvtns.4s", "VCVTDQ2PS": "scvtf.4s", "FMLA": "fmla.4s[]",
}

// mnemonics are the amd64 instructions that Go's assembler has for arm64 too, with the same
// operands: the name and the arrangement of lanes.
var mnemonics = map[string][2]string{
	"VFMADD231PS": {"VFMLA", "S4"}, "VFNMADD231PS": {"VFMLS", "S4"}, "VFMADD231PD": {"VFMLA", "D2"},
	"VPADDD": {"VADD", "S4"}, "VPSUBD": {"VSUB", "S4"}, "VPSLLD": {"VSHL", "S4"},
	"VANDPS": {"VAND", "B16"}, "VORPS": {"VORR", "B16"}, "VXORPS": {"VEOR", "B16"},
	"VUNPCKLPS": {"VZIP1", "S4"}, "VUNPCKHPS": {"VZIP2", "S4"}, "VUNPCKLPD": {"VZIP1", "D2"}, "VUNPCKHPD": {"VZIP2", "D2"},
	"VADDSS": {"FADDS", ""},
}

// integers are the branches and the instructions for general registers, with the same operands. ADD
// and SUB have an S at their end if the next instruction uses the flags.
var integers = map[string]string{
	"ADDQ": "ADD", "SUBQ": "SUB", "ANDQ": "AND", "IMULQ": "MUL", "SHLQ": "LSL", "SHRQ": "LSR", "TESTQ": "TST", "JMP": "JMP",
	"JE": "BEQ", "JZ": "BEQ", "JNE": "BNE", "JNZ": "BNE", "JLT": "BLT", "JL": "BLT", "JGE": "BGE", "JG": "BGT", "JLE": "BLE",
	"RET": "RET",
}

// usesFlags reports whether an instruction is a branch or a move with a condition.
func usesFlags(i *ir.Instruction) bool {
	return i != nil && (i.IsConditional || i.Opcode == "CMOVQGT")
}

// instruction translates an instruction. next is the instruction behind it, or nil.
func (t *translation) instruction(in, next *ir.Instruction) error {
	if name, ok := words[in.Opcode]; ok {
		return t.word(name, t.loaded("FMOVQ", in.Operands)...)
	}
	if m, ok := mnemonics[in.Opcode]; ok {
		t.mnemonic(m[0], m[1], in.Operands)
		return nil
	}
	if strings.HasPrefix(in.Opcode, "V") || in.Opcode == "MOVSS" || in.Opcode == "MOVSD" {
		return t.vectorInstruction(in.Opcode, in.Operands)
	}
	return t.generalInstruction(in.Opcode, in.Operands, usesFlags(next))
}

// vectorInstruction translates an instruction for vectors that is in no table.
func (t *translation) vectorInstruction(opcode string, ops []operand.Op) error {
	switch opcode {
	case "VZEROUPPER": // arm64 has no upper halves
	case "VMOVUPS", "VMOVAPS":
		return t.move(ops[0], ops[1])
	case "VMOVSS", "MOVSS":
		if m, ok := ops[0].(operand.Mem); ok && m.Index != nil && m.Disp == 0 && m.Scale == 1 {
			return t.word("ldr.s[x,x]", m.Index, m.Base, ops[1])
		}
		t.scalar("FMOVS", ops[0], ops[1])
	case "VMOVSD", "MOVSD":
		t.scalar("FMOVD", ops[0], ops[1])
	case "VBROADCASTSS":
		t.scalar("FMOVS", ops[0], ops[1])
		t.emit("VDUP", vector(ops[1], "S[0]"), vector(ops[1], "S4"))
	case "VPBROADCASTD":
		t.emit("VDUP", general(ops[0]), vector(ops[1], "S4"))
	case "VINSERTPS": // lane 2 from memory
		t.emit("VLD1", t.laneAddress(ops[1].(operand.Mem)), vector(ops[3], "S[2]"))
	case "VEXTRACTPS": // lane 2 to memory
		t.emit("VST1", vector(ops[1], "S[2]"), t.laneAddress(ops[2].(operand.Mem)))
	case "VCVTPS2PD":
		t.scalar("FMOVD", ops[0], ops[1])
		return t.word("fcvtl.2d", ops[1], ops[1])
	case "VFMADD213PS":
		t.multiplyFirst(ops[0], ops[1], ops[2])
	case "VPMOVZXBD":
		t.scalar("FMOVS", ops[0], ops[1])
		t.emit("VUXTL", vector(ops[1], "B8"), vector(ops[1], "H8"))
		t.emit("VUXTL", vector(ops[1], "H4"), vector(ops[1], "S4"))
	case "VMOVD":
		t.emit("FMOVS", general(ops[0]), vector(ops[1], ""))
	case "VPSRAD":
		return t.word("sshr.4s", ops...)
	case "VCMPPS":
		return t.compare(ops)
	case "VBLENDVPS":
		t.blend(ops)
	default:
		return fmt.Errorf("%s has no translation for arm64", opcode)
	}
	return nil
}

// generalInstruction translates an instruction for general registers, or a branch. flags is whether
// the next instruction uses the flags.
func (t *translation) generalInstruction(opcode string, ops []operand.Op, flags bool) error {
	suffix := ""
	if flags {
		suffix = "S"
	}
	if name, ok := integers[opcode]; ok {
		var operands []string
		for _, op := range ops {
			operands = append(operands, general(op))
		}
		if name == "ADD" || name == "SUB" {
			name += suffix
		}
		t.emit(name, operands...)
		return nil
	}
	switch opcode {
	case "MOVQ", "MOVL":
		t.moveGeneral(ops[0], ops[1])
	case "MOVLQSX":
		t.emit("MOVW", t.memory(ops[0].(operand.Mem)), general(ops[1]))
	case "MOVBLZX":
		t.emit("MOVBU", t.memory(ops[0].(operand.Mem)), general(ops[1]))
	case "LEAQ":
		t.effectiveAddress(ops[0].(operand.Mem), general(ops[1]))
	case "XORQ":
		if ops[0] != ops[1] {
			return fmt.Errorf("XORQ of %s and %s has no translation, want the same register twice", ops[0].Asm(), ops[1].Asm())
		}
		t.emit("MOVD", "ZR", general(ops[1]))
	case "DECQ":
		t.emit("SUB"+suffix, "$1", general(ops[0]))
	case "CMPQ":
		t.emit("CMP", general(ops[1]), general(ops[0]))
	case "CMOVQGT":
		t.emit("CSEL", "GT", general(ops[0]), general(ops[1]), general(ops[1]))
	default:
		return fmt.Errorf("%s has no translation for arm64", opcode)
	}
	return nil
}

// mnemonic adds a vector instruction of Go's assembler.
func (t *translation) mnemonic(name, arrangement string, ops []operand.Op) {
	load := "FMOVQ"
	if arrangement == "" {
		load = "FMOVS"
	}
	var operands []string
	for _, op := range t.loaded(load, ops) {
		operands = append(operands, vector(op, arrangement))
	}
	if name == "VEOR" && operands[0] == operands[1] {
		name, operands = "VMOVI", []string{"$0", operands[2]}
	}
	t.emit(name, operands...)
}

// move translates the move of a vector between registers, or between a register and memory.
func (t *translation) move(from, to operand.Op) error {
	name, m, r := "ldr.q[x,x]", from, to
	if operand.IsMem(to) {
		name, m, r = "str.q[x,x]", to, from
	}
	switch m := m.(type) {
	case operand.Mem:
		if m.Index != nil && m.Disp == 0 {
			return t.word(name, m.Index, m.Base, r)
		}
		t.scalar("FMOVQ", from, to)
	default:
		if from != to {
			t.emit("VORR", vector(from, "B16"), vector(from, "B16"), vector(to, "B16"))
		}
	}
	return nil
}

// scalar translates the move of a whole vector, or of its first lanes, between a register and
// memory.
func (t *translation) scalar(name string, from, to operand.Op) {
	if m, ok := from.(operand.Mem); ok {
		t.emit(name, t.memory(m), vector(to, ""))
		return
	}
	t.emit(name, vector(from, ""), t.memory(to.(operand.Mem)))
}

// effectiveAddress translates LEAQ: it sets the register to to the address m.
func (t *translation) effectiveAddress(m operand.Mem, to string) {
	base := general(m.Base)
	if m.Index != nil {
		t.addIndex(m, to)
		base = to
	}
	if m.Disp != 0 || m.Index == nil {
		t.emit("ADD", fmt.Sprintf("$%d", m.Disp), base, to)
	}
}

// moveGeneral translates the move of a general register, a constant or a number in memory.
func (t *translation) moveGeneral(from, to operand.Op) {
	if m, ok := from.(operand.Mem); ok {
		t.emit("MOVD", t.memory(m), general(to))
		return
	}
	if m, ok := to.(operand.Mem); ok {
		t.emit("MOVD", general(from), t.memory(m))
		return
	}
	if from != to {
		t.emit("MOVD", general(from), general(to))
	}
}

// compare translates VCMPPS: see the constants of comparisons.
func (t *translation) compare(ops []operand.Op) error {
	y, x, to := ops[1], ops[2], ops[3]
	comparison, _ := number(ops[0])
	switch comparison {
	case equal:
		return t.word("fcmeq.4s", y, x, to)
	case less:
		return t.word("fcmgt.4s", x, y, to)
	case atMost:
		return t.word("fcmge.4s", x, y, to)
	case atLeast:
		return t.word("fcmge.4s", y, x, to)
	case more:
		return t.word("fcmgt.4s", y, x, to)
	case unordered:
		if x != y {
			return fmt.Errorf("the comparison unordered of %s and %s has no translation, want the same register twice", x.Asm(), y.Asm())
		}
		if err := t.word("fcmeq.4s", y, x, to); err != nil {
			return err
		}
		return t.word("mvn.16b", to, to)
	}
	return fmt.Errorf("comparison %d has no translation", comparison)
}

// blend translates VBLENDVPS: to = x in the lanes of the mask, and y in the other lanes.
func (t *translation) blend(ops []operand.Op) {
	mask, x, y, to := vector(ops[0], "B16"), vector(ops[1], "B16"), vector(ops[2], "B16"), vector(ops[3], "B16")
	switch to {
	case x:
		t.emit("VBIF", mask, y, to)
	case y:
		t.emit("VBIT", mask, x, to)
	case mask:
		t.emit("VBSL", y, x, to)
	default:
		t.emit("VORR", mask, mask, to)
		t.emit("VBSL", y, x, to)
	}
}

// multiplyFirst translates VFMADD213PS: x = x y + z. arm64 only adds to the destination, so the sum
// is computed in another register.
func (t *translation) multiplyFirst(z, y, x operand.Op) {
	sum := vector(scratch, "B16")
	t.emit("VORR", vector(z, "B16"), vector(z, "B16"), sum)
	t.emit("VFMLA", vector(y, "S4"), vector(x, "S4"), vector(scratch, "S4"))
	t.emit("VORR", sum, sum, vector(x, "B16"))
}
