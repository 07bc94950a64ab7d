package main

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The functions for NEON are written like the functions for AVX2, with amd64 instructions whose
// vectors have 4 lanes. The library avo allocates their registers. Then translate replaces each
// instruction by arm64 instructions that do the same. Only matrix products also have instructions
// that amd64 lacks.

// translate replaces the amd64 instructions of a compiled function by arm64 instructions. It
// returns an error for an instruction that has no translation.
func translate(f *ir.Function) error {
	for _, in := range f.Instructions() {
		for _, r := range in.Registers() {
			if r.Kind() == reg.KindVector && r.(reg.Physical).PhysicalIndex() == scratch.PhysicalIndex() {
				return fmt.Errorf("%s: %s has the register %s, which is reserved", f.Name, in.Opcode, vector(scratch, "S4"))
			}
		}
	}
	t := &translation{}
	for i := 0; i < len(f.Nodes); {
		is := run(f.Nodes[i:])
		if len(is) == 0 {
			t.nodes = append(t.nodes, f.Nodes[i])
			i++
			continue
		}
		n, err := t.first(is)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		i += n
	}
	f.Nodes, f.ISA, f.LocalSize = t.nodes, nil, 0
	return nil
}

// run returns the instructions at the beginning of nodes, up to three of them.
func run(nodes []ir.Node) (is []*ir.Instruction) {
	for _, n := range nodes {
		i, ok := n.(*ir.Instruction)
		if !ok || len(is) == 3 {
			break
		}
		is = append(is, i)
	}
	return is
}

// A translation has the translated part of a function.
type translation struct{ nodes []ir.Node }

// first translates one or more of the instructions is, from the first one. It returns the number
// of translated instructions.
func (t *translation) first(is []*ir.Instruction) (int, error) {
	in := is[0]
	if usesFlags(in) && !t.setsFlags() {
		return 0, fmt.Errorf("%s uses flags that the instruction before it does not set", in.Opcode)
	}
	if n := t.together(is); n > 0 {
		return n, nil
	}
	var next *ir.Instruction
	if len(is) > 1 {
		next = is[1]
	}
	return 1, t.instruction(in, next)
}

// setsFlags reports whether the last instruction sets the flags.
func (t *translation) setsFlags() bool {
	if len(t.nodes) == 0 {
		return false
	}
	i, ok := t.nodes[len(t.nodes)-1].(*ir.Instruction)
	return ok && slices.Contains([]string{"ADDS", "SUBS", "CMP", "TST"}, i.Opcode)
}

// text is an operand as it is written in the assembly.
type text string

// Asm returns the operand.
func (t text) Asm() string { return string(t) }

// emit adds an arm64 instruction.
func (t *translation) emit(opcode string, operands ...string) {
	i := &ir.Instruction{Opcode: opcode, IsTerminal: opcode == "RET", IsBranch: opcode == "JMP"}
	for _, op := range operands {
		i.Operands = append(i.Operands, text(op))
	}
	t.nodes = append(t.nodes, i)
}

// word adds an instruction of the table encodings. Its operands are registers in the order of Go's
// assembler: the destination is last.
func (t *translation) word(name string, operands ...operand.Op) error {
	var numbers []int
	for i := len(operands) - 1; i >= 0; i-- {
		n, ok := number(operands[i])
		if !ok {
			return fmt.Errorf("%s has operand %s, want a register or a constant", name, operands[i].Asm())
		}
		numbers = append(numbers, n)
	}
	word, comment := encode(name, numbers)
	t.emit("WORD", fmt.Sprintf("$0x%08x // %s", word, comment))
	return nil
}

// number returns the number of a register, or the value of a constant.
func number(op operand.Op) (int, bool) {
	if r, ok := op.(reg.Physical); ok {
		return int(r.PhysicalIndex()), true
	}
	return constantOf(op)
}

// constantOf returns the value of a constant that is not negative.
func constantOf(op operand.Op) (n int, ok bool) {
	if _, err := fmt.Sscanf(op.Asm(), "$0x%x", &n); err == nil {
		return n, true
	}
	_, err := fmt.Sscanf(op.Asm(), "$+%d", &n)
	return n, err == nil
}

// addressRegister holds the address of an operand in memory that has an index and a displacement.
// avo allocates no register above 15.
const addressRegister = "R19"

// scratch is a vector register for use within a translated instruction. No function has so many
// vectors at once that avo allocates it.
var scratch = reg.X31

// loaded returns ops with the operand in memory, if there is one, loaded into scratch. The name of
// the load is FMOVQ, or FMOVS for scalars.
func (t *translation) loaded(name string, ops []operand.Op) []operand.Op {
	ops = slices.Clone(ops)
	for i, op := range ops {
		if m, ok := op.(operand.Mem); ok {
			t.scalar(name, m, scratch)
			ops[i] = scratch
		}
	}
	return ops
}

// general returns a general register or a constant as an operand of arm64.
func general(op operand.Op) string {
	if r, ok := op.(reg.Physical); ok {
		return fmt.Sprintf("R%d", r.PhysicalIndex())
	}
	return op.Asm()
}

// vector returns a vector register with the given arrangement of lanes, for example V3.S4, or its
// name as a register of scalars, F3, if the arrangement is "".
func vector(op operand.Op, arrangement string) string {
	r, ok := op.(reg.Physical)
	if !ok {
		return op.Asm()
	}
	if arrangement == "" {
		return fmt.Sprintf("F%d", r.PhysicalIndex())
	}
	return fmt.Sprintf("V%d.%s", r.PhysicalIndex(), arrangement)
}

// base returns a register with the base of the address m, to which base adds the index.
func (t *translation) base(m operand.Mem) string {
	if m.Index == nil {
		return general(m.Base)
	}
	t.addIndex(m, addressRegister)
	return addressRegister
}

// addIndex sets the register to to the base of the address m plus its index.
func (t *translation) addIndex(m operand.Mem, to string) {
	index := general(m.Index)
	if m.Scale > 1 {
		index += fmt.Sprintf("<<%d", bits.TrailingZeros8(m.Scale))
	}
	t.emit("ADD", index, general(m.Base), to)
}

// memory returns the address m as an operand of arm64: a parameter, or a register with a
// displacement.
func (t *translation) memory(m operand.Mem) string {
	switch {
	case m.Symbol.Name != "":
		return m.Asm()
	case m.Disp == 0:
		return "(" + t.base(m) + ")"
	}
	return fmt.Sprintf("%d(%s)", m.Disp, t.base(m))
}

// laneAddress returns the address m for an instruction that reads or writes one lane. Such an
// instruction takes no displacement.
func (t *translation) laneAddress(m operand.Mem) string {
	base := t.base(m)
	if m.Disp != 0 {
		t.emit("ADD", fmt.Sprintf("$%d", m.Disp), base, addressRegister)
		base = addressRegister
	}
	return "(" + base + ")"
}

// together translates several instructions by one instruction of arm64, if there is one, and
// returns their number. These are a branch that depends on one bit, and loads or stores of one or
// two neighbouring vectors, with an addition to their address.
func (t *translation) together(is []*ir.Instruction) int {
	if len(is) < 2 {
		return 0
	}
	in, next := is[0], is[1]
	if in.Opcode == "TESTQ" && (next.Opcode == "JZ" || next.Opcode == "JNZ") {
		n, ok := constantOf(in.Operands[0])
		if !ok {
			return 0
		}
		name := map[string]string{"JZ": "TBZ", "JNZ": "TBNZ"}[next.Opcode]
		t.emit(name, fmt.Sprintf("$%d", bits.TrailingZeros(uint(n))), general(in.Operands[1]), next.Operands[0].Asm())
		return 2
	}
	if in.Opcode != "VMOVUPS" {
		return 0
	}
	from, load := in.Operands[0].(operand.Mem)
	to, store := in.Operands[1].(operand.Mem)
	switch {
	case load && from.Index == nil:
		return t.loads(from, is)
	case store && next.Opcode == "VMOVUPS":
		if to2, ok := next.Operands[1].(operand.Mem); ok && neighbours(to, to2) {
			t.emit("FSTPQ", "("+vector(in.Operands[0], "")+", "+vector(next.Operands[0], "")+")", t.memory(to))
			return 2
		}
	}
	return 0
}

// loads translates loads of one or two vectors at the address from, with an addition to the
// address: see together.
func (t *translation) loads(from operand.Mem, is []*ir.Instruction) int {
	name, n, registers := "FMOVQ", 1, vector(is[0].Operands[1], "")
	if next := is[1]; next.Opcode == "VMOVUPS" && is[0].Operands[1] != next.Operands[1] {
		if from2, ok := next.Operands[0].(operand.Mem); ok && neighbours(from, from2) {
			name, n, registers = "FLDPQ", 2, "("+registers+", "+vector(next.Operands[1], "")+")"
		}
	}
	if n < len(is) && from.Disp == 0 && is[n].Opcode == "ADDQ" && is[n].Operands[1] == from.Base {
		if size, ok := constantOf(is[n].Operands[0]); ok {
			t.emit(name+".P", fmt.Sprintf("%d(%s)", size, general(from.Base)), registers)
			return n + 1
		}
	}
	if n == 1 {
		return 0
	}
	t.emit(name, t.memory(from), registers)
	return n
}

// neighbours reports whether the vector at b follows the vector at a in memory.
func neighbours(a, b operand.Mem) bool {
	return a.Symbol.Name == "" && a.Index == nil && b.Index == nil && a.Base == b.Base && b.Disp == a.Disp+16
}
