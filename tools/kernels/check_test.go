package main

import (
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"
)

// TestCheck checks that the generator returns an error for AVX-512 instructions and registers in
// a function for AVX2. Most functions in this test have one instruction.
func TestCheck(t *testing.T) {
	mem := operand.Mem{Base: reg.RAX}
	for what, c := range map[string]struct {
		function string
		write    func(c *build.Context)
		want     string // part of the error message; "": no error
	}{
		"ymm":        {"fAVX2", func(c *build.Context) { c.VADDPS(reg.Y1, reg.Y2, reg.Y15) }, ""},
		"high":       {"fAVX2", func(c *build.Context) { c.VADDPS(reg.Y1, reg.Y2, reg.Y16) }, "register Y16"},
		"high xmm":   {"fAVX2", func(c *build.Context) { c.VADDSS(reg.X31, reg.X2, reg.X3) }, "register X31"},
		"zmm":        {"fAVX2", func(c *build.Context) { c.VMOVUPS(reg.Z1, mem) }, "AVX512F"},
		"mask":       {"fAVX2", func(c *build.Context) { c.VCMPPS(operand.Imm(1), reg.Y1, reg.Y2, reg.K1) }, "AVX512"},
		"shift":      {"fAVX2", func(c *build.Context) { c.VPSRAD(operand.Imm(1), reg.Y1, reg.Y2) }, ""},
		"shift mem":  {"fAVX2", func(c *build.Context) { c.VPSRAD(operand.Imm(1), mem, reg.Y2) }, "AVX512"},
		"broadcast":  {"fAVX2", func(c *build.Context) { c.VADDPS_BCST(mem, reg.Y1, reg.Y2) }, "AVX512"},
		"bmi2":       {"fAVX2", func(c *build.Context) { c.BZHIQ(reg.RAX, reg.RBX, reg.RCX) }, "BMI2"},
		"512":        {"fAVX512", func(c *build.Context) { c.VADDPS(reg.Z1, reg.Z2, reg.Z31) }, ""},
		"512 vl":     {"fAVX512", func(c *build.Context) { c.VADDPS(reg.Y1, reg.Y2, reg.Y16) }, "register Y16"},
		"512 bw":     {"fAVX512", func(c *build.Context) { c.VPADDB(reg.Z1, reg.Z2, reg.Z3) }, "AVX512BW"},
		"of no set":  {"f", func(c *build.Context) { c.VADDPS(reg.Y1, reg.Y2, reg.Y3) }, "does not end with an instruction set"},
		"seventeen":  {"fAVX2", func(c *build.Context) { live(c, 17) }, "register Y16"},
		"sixteen":    {"fAVX2", func(c *build.Context) { live(c, 16) }, ""},
		"512 of all": {"fAVX512", func(c *build.Context) { live(c, 16) }, ""},
	} {
		ctx := build.NewContext()
		ctx.Function(c.function)
		ctx.SignatureExpr("func()")
		c.write(ctx)
		ctx.RET()
		file, err := ctx.Result()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		err = pass.Concat(pass.Compile, pass.FunctionPass(check)).Execute(file)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("check(%s) = %v, want %q in it", what, err, c.want)
		}
	}
}

// live writes a function that uses n registers at the same time.
func live(c *build.Context, n int) {
	var v []reg.VecVirtual
	for range n {
		y := c.YMM()
		c.VXORPS(y, y, y)
		v = append(v, y)
	}
	for _, y := range v {
		c.VMOVUPS(y, operand.Mem{Base: reg.RAX})
	}
}
