package f32

import "golang.org/x/sys/cpu"

// features returns the instruction set extensions that the given kernels (avx2 or avx512) need.
// The generator in tools/kernels checks that the assembly uses no other extensions. The comments
// of the generated assembly use the same names.
func features(kernels string) []string {
	switch kernels {
	case "avx2":
		return []string{"AVX", "AVX2", "FMA3"}
	case "avx512":
		return []string{"AVX", "AVX2", "FMA3", "BMI2", "AVX512F", "AVX512DQ"}
	}
	return nil
}

// runs reports whether this machine can run the given kernels: the processor must have the
// instructions, and the operating system must save the registers. The package cpu checks both.
// The check is before the first use of the kernels, because a Go program cannot recover from an
// illegal instruction.
func runs(kernels string) bool {
	has := map[string]bool{
		"AVX": cpu.X86.HasAVX, "AVX2": cpu.X86.HasAVX2, "FMA3": cpu.X86.HasFMA, "BMI2": cpu.X86.HasBMI2,
		"AVX512F": cpu.X86.HasAVX512F, "AVX512DQ": cpu.X86.HasAVX512DQ,
	}
	for _, f := range features(kernels) {
		if !has[f] {
			return false
		}
	}
	return true
}
