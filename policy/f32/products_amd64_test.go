package f32

// assemblyProducts returns the products of the kernels in assembly that this machine has.
func assemblyProducts() map[string]*products {
	all := map[string]*products{}
	for name, p := range map[string]*products{"avx2": &ymm, "avx512": &zmm} {
		if runs(name) {
			all[name] = p
		}
	}
	return all
}
