package f32

// This file has the products with matrices in panels in plain Go, with the same tables and the same
// order of sums as the kernels in assembly.

func panelGeneric(p panelProduct) {
	for i := range p.m {
		for j := 0; j < p.n; j += panelColumns {
			c := p.c[i*p.ldc+j:][:min(panelColumns, p.n-j)]
			var bias []float32
			if p.bias != nil {
				bias = p.bias[j:]
			}
			sum := panelSums(c, bias)
			b := p.b[j/panelColumns*p.ldp:]
			for k := range p.k {
				addTerm(sum[:len(c)], p.a[i*p.ra+k*p.ca], b[k*p.ldb:])
			}
			storeSums(c, sum[:], p.floor)
		}
	}
}

func indexedGeneric(p indexedProduct) {
	for i := range p.m {
		a, out := p.a[p.at[2*i]/4:], p.c[p.at[2*i+1]/4:]
		for j := 0; j < p.n; j += panelColumns {
			c := out[j:][:min(panelColumns, p.n-j)]
			var bias []float32
			if p.bias != nil {
				bias = p.bias[j:]
			}
			sum := panelSums(c, bias)
			b := p.b[j/panelColumns*p.ldp:]
			for k, at := range p.terms[:p.k] {
				addTerm(sum[:len(c)], a[at/4], b[k*p.ldb:])
			}
			storeSums(c, sum[:], p.floor)
		}
	}
}

// panelSums returns the first numbers of the sums: bias, or c where bias is nil.
func panelSums(c, bias []float32) (sum [panelColumns]float32) {
	if bias != nil {
		copy(sum[:], bias[:len(c)])
	} else {
		copy(sum[:], c)
	}
	return sum
}

// addTerm adds k b to the sums.
func addTerm(sum []float32, k float32, b []float32) {
	b = b[:len(sum)]
	for j, v := range b {
		sum[j] += float32(k * v)
	}
}

// storeSums sets c = max(sum, floor).
func storeSums(c, sum []float32, floor float32) {
	for j := range c {
		c[j] = max(sum[j], floor)
	}
}

func packGeneric(dst, src []float32, k, ld, n int) {
	for i := range k {
		row := dst[i*panelColumns:][:panelColumns]
		clear(row[copy(row, src[i*ld:][:n]):])
	}
}

func packTransposedGeneric(dst, src []float32, k, ld, n int) {
	for i := range k {
		row := dst[i*panelColumns:][:panelColumns]
		for j := range n {
			row[j] = src[j*ld+i]
		}
		clear(row[n:])
	}
}
