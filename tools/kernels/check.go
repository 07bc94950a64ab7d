package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// baseline are the extensions that every amd64 processor has.
var baseline = []string{"CMOV", "SSE", "SSE2"}

// features are the extensions that each instruction set may use. A program that uses policy/f32
// checks that the processor has them: the function features of policy/f32 has the same lists.
var features = map[string][]string{
	"AVX2":   {"AVX", "AVX2", "FMA3"},
	"AVX512": {"AVX", "AVX2", "FMA3", "BMI2", "AVX512F", "AVX512DQ"},
}

// check returns an error if a function uses an instruction or a register that is not in its
// instruction set. This can happen because avo allocates AVX-512 registers if a function needs
// more than sixteen vector registers.
func check(f *ir.Function) error {
	set := "AVX2"
	if strings.HasSuffix(f.Name, "AVX512") {
		set = "AVX512"
	} else if !strings.HasSuffix(f.Name, set) {
		return fmt.Errorf("%s: the name does not end with an instruction set, want AVX2 or AVX512", f.Name)
	}
	for _, i := range f.Instructions() {
		for _, isa := range i.ISA {
			if !slices.Contains(baseline, isa) && !slices.Contains(features[set], isa) {
				return fmt.Errorf("%s: %s needs %s, which is not in %s", f.Name, i.OpcodeWithSuffixes(), isa, set)
			}
		}
		if set == "AVX2" && len(i.Suffixes) > 0 {
			return fmt.Errorf("%s: %s has a suffix, which needs AVX-512", f.Name, i.OpcodeWithSuffixes())
		}
		for _, op := range i.Operands {
			if r, bad := outside(set, op); bad {
				return fmt.Errorf("%s: %s has register %s, which is not in %s", f.Name, i.OpcodeWithSuffixes(), r.Asm(), set)
			}
		}
	}
	return nil
}

// outside returns a register of op that is not in the instruction set, and whether op has such a
// register. AVX2 has no mask registers, no 512-bit vectors and no registers above 15. X and Y
// registers above 15 need AVX512VL, which the set AVX512 does not include.
func outside(set string, op operand.Op) (reg.Register, bool) {
	for _, r := range operand.Registers(op) {
		p, ok := r.(reg.Physical)
		if !ok {
			continue
		}
		mask, vector := r.Kind() == reg.KindOpmask, r.Kind() == reg.KindVector
		wide, high := vector && r.Size() == 64, vector && p.PhysicalIndex() > 15
		if set == "AVX2" && (mask || wide || high) || set == "AVX512" && high && !wide {
			return r, true
		}
	}
	return nil, false
}
