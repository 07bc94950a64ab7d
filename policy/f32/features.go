package f32

import "golang.org/x/sys/cpu"

// features are what a processor must have for an implementation, by the names that the
// assembly's own comments have for them. The generator refuses instructions beyond.
func features(kernels string) []string {
	switch kernels {
	case "avx2":
		return []string{"AVX", "AVX2", "FMA3"}
	case "avx512":
		return []string{"AVX", "AVX2", "FMA3", "BMI2", "AVX512F", "AVX512DQ"}
	}
	return nil
}

// runs reports whether this machine has all that an implementation needs: the processor by
// its feature bits, and the operating system, which must keep the registers. The package
// cpu looks at both. An illegal instruction could not be recovered from.
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
