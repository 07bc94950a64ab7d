package f32

// assemblyProducts returns the products of the kernels in assembly.
func assemblyProducts() map[string]*products { return map[string]*products{"neon": &quads} }
