package f32

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"testing"
)

//go:embed kernels_amd64.s
var assembly string

// vex has the vector instructions of AVX2 and FMA that the generated assembly uses. Any other
// vector instruction, for example VPANDD, may need AVX-512.
var vex = strings.Fields(`
	VADDPD VADDPS VADDSD VADDSS VANDPS VBLENDVPS VBROADCASTF128 VBROADCASTSS VCMPPS VCVTDQ2PS VCVTPD2PSY VCVTPS2DQ VCVTPS2PD VDIVPS VEXTRACTF128
	VFMADD213PS VFMADD231PD VFMADD231PS VFNMADD231PS VHADDPS VMASKMOVPS VMAXPS VMINPS VMOVAPD VMOVAPS VMOVD VMOVHLPS VMOVSD VMOVSHDUP VMOVSS
	VMOVUPS VMULPD VMULPS VORPS VPADDD VPCMPEQD VPERM2F128 VPERMILPD VPERMILPS VPMOVZXBD VPSLLD VPSRAD VPSUBD VSQRTPS VSUBPD VSUBPS VUNPCKHPD VUNPCKHPS VUNPCKLPD
	VUNPCKLPS VXORPS VZEROUPPER`)

var (
	highRegister = regexp.MustCompile(`\b[XY](1[6-9]|2[0-9]|3[01])\b`)
	wideRegister = regexp.MustCompile(`\bZ[0-9]+\b`)
	maskRegister = regexp.MustCompile(`\bK[0-7]\b`)
	// Only AVX-512 has a shift by a constant whose operand is in memory.
	shiftOfMemory = regexp.MustCompile(`^VP(SLL|SRL|SRA)[WDQ]\s+\$\w+, [^,]*\([A-Z0-9]+\)`)
)

// needsAVX512 returns the reason why a line of assembly needs AVX-512, or "" if AVX2 and FMA
// are enough.
func needsAVX512(line string) string {
	line = strings.TrimSpace(line)
	mnemonic, _, _ := strings.Cut(line, " ")
	switch {
	case highRegister.MatchString(line):
		return "a register above 15"
	case wideRegister.MatchString(line):
		return "a register of 512 bits"
	case maskRegister.MatchString(line), strings.HasPrefix(mnemonic, "K"):
		return "a mask register"
	case strings.Contains(mnemonic, "."):
		return "a suffix"
	case shiftOfMemory.MatchString(line):
		return "a shift of memory by a constant"
	case strings.HasPrefix(mnemonic, "V") && !slices.Contains(vex, mnemonic):
		return "an instruction that is not in the list of AVX2 instructions"
	}
	return ""
}

// functionsOf returns the assembly lines of each function for an instruction set, by the name of
// the function.
func functionsOf(set string) map[string][]string {
	functions := map[string][]string{}
	for _, text := range strings.Split(assembly, "\nTEXT ·")[1:] {
		name, body, _ := strings.Cut(text, "(SB)")
		lines := strings.Split(body, "\n")
		if strings.HasSuffix(name, set) {
			functions[name] = lines[1:]
		}
	}
	return functions
}

// TestAssemblyOfAVX2 checks that no AVX2 function in the committed assembly needs AVX-512.
// Otherwise it would be an illegal instruction on a processor without AVX-512. The test runs on
// any processor.
func TestAssemblyOfAVX2(t *testing.T) {
	functions := functionsOf("AVX2")
	if len(functions) < 40 {
		t.Errorf("%d functions of AVX2 found, want 40 at least", len(functions))
	}
	for name, lines := range functions {
		for _, line := range lines {
			if strings.HasPrefix(line, "\t") {
				if why := needsAVX512(line); why != "" {
					t.Errorf("%s: %s: has %s", name, strings.TrimSpace(line), why)
				}
			}
		}
	}
}

// TestNeedsAVX512 checks needsAVX512 with different instructions. According to Intel's manual, an
// instruction with the EVEX prefix needs AVX-512, and an instruction with the VEX prefix does
// not.
func TestNeedsAVX512(t *testing.T) {
	for line, want := range map[string]bool{
		"\tVADDPS Y1, Y2, Y15":                        false,
		"\tVADDPS lanes<>+0(SB), Y16, Y5":             true,
		"\tVMOVUPS X31, (AX)":                         true,
		"\tVMOVUPS (CX)(SI*1), Z0":                    true,
		"\tVADDPS Y1, Y2, K1, Y3":                     true,
		"\tVCMPPS $0x01, Y1, Y2, K1":                  true,
		"\tVCMPPS $0x01, Y1, Y2, Y3":                  false,
		"\tKMOVW AX, K1":                              true,
		"\tVADDPS.BCST (AX), Y1, Y2":                  true,
		"\tVPSLLD $0x17, Y1, Y2":                      false,
		"\tVPSLLD $0x17, (AX), Y2":                    true,
		"\tVPSRAD $0x01, 32(AX)(BX*4), Y2":            true,
		"\tVPANDD Y1, Y2, Y3":                         true,
		"\tVMOVDQU32 (AX), Y1":                        true,
		"\tVSCALEFPS Y1, Y2, Y3":                      true,
		"\tVEXTRACTF32X4 $0x01, Y1, X2":               true,
		"\tVEXTRACTF128 $0x01, Y1, X2":                false,
		"\tVMASKMOVPS (CX)(SI*1), Y0, Y1":             false,
		"\tVBROADCASTSS constant3f000000<>+0(SB), Y9": false,
		"\tMOVQ dst_base+0(FP), AX":                   false,
	} {
		if got := needsAVX512(line); (got != "") != want {
			t.Errorf("needsAVX512(%q) = %q, want a reason: %v", line, got, want)
		}
	}
}

// TestFeatures checks that features returns every extension in the "Requires" comments of the
// assembly. A program checks for these extensions before it uses the kernels.
func TestFeatures(t *testing.T) {
	baseline := []string{"CMOV", "SSE", "SSE2"} // extensions that every amd64 processor has
	requires := regexp.MustCompile(`// Requires: (.*)\nTEXT ·\w+?(AVX2|AVX512)\(SB\)`)
	found := requires.FindAllStringSubmatch(assembly, -1)
	if len(found) < 80 {
		t.Errorf("%d functions have a comment \"Requires\", want 80 at least", len(found))
	}
	for _, m := range found {
		for _, feature := range strings.Split(m[1], ", ") {
			if !slices.Contains(baseline, feature) && !slices.Contains(features(strings.ToLower(m[2])), feature) {
				t.Errorf("a function of %s requires %s, which is not in features", m[2], feature)
			}
		}
	}
}
