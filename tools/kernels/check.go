package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// baseline is what every amd64 processor has.
var baseline = []string{"CMOV", "SSE", "SSE2"}

// A set's features are what policy/f32 asks the processor for before it uses the set:
// see available there.
var features = map[string][]string{
	"AVX2":   {"AVX", "AVX2", "FMA3"},
	"AVX512": {"AVX", "AVX2", "FMA3", "BMI2", "AVX512F", "AVX512DQ"},
}

// check refuses a function with an instruction that is not in its set. Such are those with
// registers that only an AVX-512 processor has: avo gives them out where a function needs
// more than sixteen.
func check(f *ir.Function) error {
	set := "AVX2"
	if strings.HasSuffix(f.Name, "AVX512") {
		set = "AVX512"
	} else if !strings.HasSuffix(f.Name, set) {
		return fmt.Errorf("%s: the name does not end with a set of instructions", f.Name)
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

// outside returns a register of op that is not in set, if there is one: masks, vectors of
// 512 bits and all above 15 in AVX2; X and Y above 15 in AVX-512, for they need AVX512VL.
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
