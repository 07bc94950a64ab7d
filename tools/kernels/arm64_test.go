package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// TestEncode compares the words of all instructions with the words that the GNU assembler 2.40
// writes for the same text.
func TestEncode(t *testing.T) {
	cases := []struct {
		name     string
		operands []int
		word     uint32
		syntax   string
	}{
		{"fadd.4s", []int{31, 30, 29}, 0x4e3dd7df, "fadd v31.4s, v30.4s, v29.4s"},
		{"fsub.4s", []int{31, 30, 29}, 0x4ebdd7df, "fsub v31.4s, v30.4s, v29.4s"},
		{"fmul.4s", []int{31, 30, 29}, 0x6e3ddfdf, "fmul v31.4s, v30.4s, v29.4s"},
		{"fdiv.4s", []int{31, 30, 29}, 0x6e3dffdf, "fdiv v31.4s, v30.4s, v29.4s"},
		{"fmax.4s", []int{31, 30, 29}, 0x4e3df7df, "fmax v31.4s, v30.4s, v29.4s"},
		{"fmin.4s", []int{31, 30, 29}, 0x4ebdf7df, "fmin v31.4s, v30.4s, v29.4s"},
		{"fcmeq.4s", []int{31, 30, 29}, 0x4e3de7df, "fcmeq v31.4s, v30.4s, v29.4s"},
		{"fcmge.4s", []int{31, 30, 29}, 0x6e3de7df, "fcmge v31.4s, v30.4s, v29.4s"},
		{"fcmgt.4s", []int{31, 30, 29}, 0x6ebde7df, "fcmgt v31.4s, v30.4s, v29.4s"},
		{"faddp.4s", []int{31, 30, 29}, 0x6e3dd7df, "faddp v31.4s, v30.4s, v29.4s"},
		{"fadd.2d", []int{31, 30, 29}, 0x4e7dd7df, "fadd v31.2d, v30.2d, v29.2d"},
		{"faddp.2d", []int{31, 30, 29}, 0x6e7dd7df, "faddp v31.2d, v30.2d, v29.2d"},
		{"fsqrt.4s", []int{31, 30}, 0x6ea1fbdf, "fsqrt v31.4s, v30.4s"},
		{"fcvtns.4s", []int{31, 30}, 0x4e21abdf, "fcvtns v31.4s, v30.4s"},
		{"scvtf.4s", []int{31, 30}, 0x4e21dbdf, "scvtf v31.4s, v30.4s"},
		{"fcvtl.2d", []int{31, 30}, 0x0e617bdf, "fcvtl v31.2d, v30.2s"},
		{"mvn.16b", []int{31, 30}, 0x6e205bdf, "mvn v31.16b, v30.16b"},
		{"sshr.4s", []int{0, 1, 23}, 0x4f290420, "sshr v0.4s, v1.4s, #23"},
		{"sshr.4s", []int{31, 30, 1}, 0x4f3f07df, "sshr v31.4s, v30.4s, #1"},
		{"fmla.4s[]", []int{0, 1, 2, 2}, 0x4f821820, "fmla v0.4s, v1.4s, v2.s[2]"},
		{"fmla.4s[]", []int{31, 30, 29, 3}, 0x4fbd1bdf, "fmla v31.4s, v30.4s, v29.s[3]"},
		{"cmeq.4s", []int{31, 30, 29}, 0x6ebd8fdf, "cmeq v31.4s, v30.4s, v29.4s"},
		{"ldr.s[x,x]", []int{31, 30, 29}, 0xbc7d6bdf, "ldr s31, [x30, x29]"},
		{"ldr.q[x,x]", []int{31, 30, 29}, 0x3cfd6bdf, "ldr q31, [x30, x29]"},
		{"str.q[x,x]", []int{31, 30, 29}, 0x3cbd6bdf, "str q31, [x30, x29]"},
	}
	tested := map[string]bool{}
	for _, c := range cases {
		tested[c.name] = true
		if word, syntax := encode(c.name, c.operands); word != c.word || syntax != c.syntax {
			t.Errorf("encode(%s, %v) = %#08x, %q, want %#08x, %q", c.name, c.operands, word, syntax, c.word, c.syntax)
		}
	}
	for name := range encodings {
		if !tested[name] {
			t.Errorf("no known word of %s", name)
		}
	}
}

// TestTranslate checks the arm64 instructions of short functions, and the errors for instructions
// that have no translation.
func TestTranslate(t *testing.T) {
	x0, x1, x2, x3 := reg.X0, reg.X1, reg.X2, reg.X3
	for what, c := range map[string]struct {
		write func(c *build.Context)
		want  string // the instructions, or a part of the error message
		fails bool
	}{
		"word":          {func(c *build.Context) { c.VSUBPS(x1, x2, x3) }, "WORD $0x4ea1d443 // fsub v3.4s, v2.4s, v1.4s", false},
		"mnemonic":      {func(c *build.Context) { c.VFMADD231PS(x1, x2, x3) }, "VFMLA V1.S4, V2.S4, V3.S4", false},
		"zero":          {func(c *build.Context) { c.VXORPS(x1, x1, x1) }, "VMOVI $0, V1.B16", false},
		"factor":        {func(c *build.Context) { c.VFMADD213PS(x1, x2, x3) }, "VORR V1.B16, V1.B16, V31.B16; VFMLA V2.S4, V3.S4, V31.S4; VORR V31.B16, V31.B16, V3.B16", false},
		"blend into x":  {func(c *build.Context) { c.VBLENDVPS(x0, x1, x2, x1) }, "VBIF V0.B16, V2.B16, V1.B16", false},
		"blend into y":  {func(c *build.Context) { c.VBLENDVPS(x0, x1, x2, x2) }, "VBIT V0.B16, V1.B16, V2.B16", false},
		"blend":         {func(c *build.Context) { c.VBLENDVPS(x0, x1, x2, x3) }, "VORR V0.B16, V0.B16, V3.B16; VBSL V2.B16, V1.B16, V3.B16", false},
		"index":         {func(c *build.Context) { c.VMOVUPS(Mem{Base: reg.RAX, Index: reg.RCX, Scale: 1}, x3) }, "WORD $0x3ce16803 // ldr q3, [x0, x1]", false},
		"displacement":  {func(c *build.Context) { c.VMOVSS(x3, Mem{Base: reg.RAX, Index: reg.RCX, Scale: 1, Disp: 8}) }, "ADD R1, R0, R19; FMOVS F3, 8(R19)", false},
		"two loads":     {func(c *build.Context) { load(c, 0, x1); load(c, 16, x2) }, "FLDPQ (R0), (F1, F2)", false},
		"apart":         {func(c *build.Context) { load(c, 0, x1); load(c, 32, x2) }, "FMOVQ (R0), F1; FMOVQ 32(R0), F2", false},
		"load and add":  {func(c *build.Context) { load(c, 0, x1); c.ADDQ(Imm(16), reg.RAX) }, "FMOVQ.P 16(R0), F1", false},
		"add a stride":  {func(c *build.Context) { load(c, 0, x1); c.ADDQ(reg.RCX, reg.RAX) }, "FMOVQ (R0), F1; ADD R1, R0", false},
		"flags":         {func(c *build.Context) { c.Label("k"); c.SUBQ(Imm(4), reg.RAX); c.JGE(LabelRef("k")) }, "SUBS $0x04, R0; BGE k", false},
		"bit":           {func(c *build.Context) { c.Label("k"); c.TESTQ(U32(2), reg.RAX); c.JZ(LabelRef("k")) }, "TBZ $1, R0, k", false},
		"less":          {func(c *build.Context) { c.CMPQ(reg.RAX, reg.RCX) }, "CMP R1, R0", false},
		"no flags":      {func(c *build.Context) { c.Label("k"); load(c, 0, x1); c.ADDQ(Imm(16), reg.RAX); c.JGE(LabelRef("k")) }, "does not set", true},
		"unknown":       {func(c *build.Context) { c.VPERMILPD(Imm(1), x1, x2) }, "VPERMILPD has no translation", true},
		"memory":        {func(c *build.Context) { c.VADDPS(Mem{Base: reg.RAX}, x1, x2) }, "FMOVQ (R0), F31; WORD $0x4e3fd422 // fadd v2.4s, v1.4s, v31.4s", false},
		"scalar":        {func(c *build.Context) { c.VADDSS(Mem{Base: reg.RAX, Disp: 4}, x1, x2) }, "FMOVS 4(R0), F31; FADDS F31, F1, F2", false},
		"two, add":      {func(c *build.Context) { load(c, 0, x1); load(c, 16, x2); c.ADDQ(I32(32), reg.RAX) }, "FLDPQ.P 32(R0), (F1, F2)", false},
		"scale":         {func(c *build.Context) { c.LEAQ(Mem{Base: reg.RAX, Index: reg.RCX, Scale: 2, Disp: -4}, reg.RDX) }, "ADD R1<<1, R0, R2; ADD $-4, R2, R2", false},
		"last register": {func(c *build.Context) { c.VADDPS_Z(reg.Z31, reg.Z1, reg.K1, reg.Z2) }, "which is reserved", true},
	} {
		ctx := build.NewContext()
		ctx.Function("fNEON")
		ctx.SignatureExpr("func()")
		c.write(ctx)
		file, err := ctx.Result()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		got := ""
		if err = pass.FunctionPass(translate).Execute(file); err != nil {
			got = err.Error()
		} else {
			got = listing(file.Functions()[0])
		}
		if (err != nil) != c.fails || !c.fails && got != c.want || c.fails && !strings.Contains(got, c.want) {
			t.Errorf("translation of %s = %q, want %q", what, got, c.want)
		}
	}
}

// load writes a load of a vector.
func load(c *build.Context, offset int, to reg.VecPhysical) {
	c.VMOVUPS(Mem{Base: reg.RAX, Disp: offset}, to)
}

// listing returns the instructions of a function, separated by semicolons.
func listing(f *ir.Function) string {
	var lines []string
	for _, i := range f.Instructions() {
		var operands []string
		for _, op := range i.Operands {
			operands = append(operands, op.Asm())
		}
		lines = append(lines, i.Opcode+" "+strings.Join(operands, ", "))
	}
	return strings.Join(lines, "; ")
}

// TestReservedRegisters checks that the committed assembly uses no general register that Go or an
// operating system reserves: R18, and R26 to R30.
func TestReservedRegisters(t *testing.T) {
	assembly, err := os.ReadFile(filepath.Join("..", "..", "policy", "f32", "kernels_arm64.s"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`\b(R[0-9]+|RSP)\b`).FindAllString(string(assembly), -1)
	if len(found) < 1000 {
		t.Errorf("%d registers found, want 1000 at least", len(found))
	}
	for _, r := range found {
		if n, err := strconv.Atoi(r[1:]); r != addressRegister && (err != nil || n > 15) {
			t.Fatalf("the assembly of arm64 uses %s, want R0 to R15 and %s", r, addressRegister)
		}
	}
}
