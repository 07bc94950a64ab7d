package f32

// The functions of this file give the assembly functions for images and sequences the types of the loops
// in kernels.

func lstmGatesSlicesAVX2(gates, h, c, before []float32, n int) {
	lstmGatesAVX2(&gates[0], &h[0], &c[0], &before[0], n)
}

func lstmGatesGradSlicesAVX2(dgates, gates, dh, dc, c, before []float32, n int) {
	lstmGatesGradAVX2(&dgates[0], &gates[0], &dh[0], &dc[0], &c[0], &before[0], n)
}

func gruGatesSlicesAVX2(gates, parts, h, before []float32, n int) {
	gruGatesAVX2(&gates[0], &parts[0], &h[0], &before[0], n)
}

func gruGatesGradSlicesAVX2(dgates, dparts, gates, part, dh, before []float32, n int) {
	gruGatesGradAVX2(&dgates[0], &dparts[0], &gates[0], &part[0], &dh[0], &before[0], n)
}

func softmaxSlicesAVX2(x []float32, rows, w, ld int, mask []float32, maskld int, scale float32) {
	if mask == nil {
		softmaxAVX2(&x[0], rows, w, 4*ld, nil, 0, scale)
	} else {
		softmaxAVX2(&x[0], rows, w, 4*ld, &mask[0], 4*maskld, scale)
	}
}

func softmaxGradSlicesAVX2(ds, p []float32, rows, w, ld int, scale float32) {
	softmaxGradAVX2(&ds[0], &p[0], rows, w, 4*ld, scale)
}

func layerNormSlicesAVX2(y, x, w, b, stats []float32, eps float32) {
	layerNormAVX2(&y[0], &x[0], &w[0], &b[0], &stats[0], len(y)/len(w), len(w), 1/float32(len(w)), eps)
}

func layerNormGradSlicesAVX2(dx, dw, db, dy, x, w, stats []float32) {
	layerNormGradAVX2(&dx[0], &dw[0], &db[0], &dy[0], &x[0], &w[0], &stats[0], len(dx)/len(w), len(w), 1/float32(len(w)))
}

func maxPoolSlicesAVX2(y []float32, which []int32, x []float32, at, terms []int32, width int) {
	maxPoolAVX2(&x[0], &y[0], &which[0], &at[0], len(at), &terms[0], len(terms), width)
}

func maxPoolGradSlicesAVX2(dx, dy []float32, which, at, terms []int32, width int) {
	maxPoolGradAVX2(&dx[0], &dy[0], &which[0], &at[0], len(at), &terms[0], len(terms), width)
}

func fromBytesSlicesAVX2(dst []float32, src []byte) { fromBytesAVX2(&dst[0], &src[0], len(src)) }

func lstmGatesSlicesAVX512(gates, h, c, before []float32, n int) {
	lstmGatesAVX512(&gates[0], &h[0], &c[0], &before[0], n)
}

func lstmGatesGradSlicesAVX512(dgates, gates, dh, dc, c, before []float32, n int) {
	lstmGatesGradAVX512(&dgates[0], &gates[0], &dh[0], &dc[0], &c[0], &before[0], n)
}

func gruGatesSlicesAVX512(gates, parts, h, before []float32, n int) {
	gruGatesAVX512(&gates[0], &parts[0], &h[0], &before[0], n)
}

func gruGatesGradSlicesAVX512(dgates, dparts, gates, part, dh, before []float32, n int) {
	gruGatesGradAVX512(&dgates[0], &dparts[0], &gates[0], &part[0], &dh[0], &before[0], n)
}

func softmaxSlicesAVX512(x []float32, rows, w, ld int, mask []float32, maskld int, scale float32) {
	if mask == nil {
		softmaxAVX512(&x[0], rows, w, 4*ld, nil, 0, scale)
	} else {
		softmaxAVX512(&x[0], rows, w, 4*ld, &mask[0], 4*maskld, scale)
	}
}

func softmaxGradSlicesAVX512(ds, p []float32, rows, w, ld int, scale float32) {
	softmaxGradAVX512(&ds[0], &p[0], rows, w, 4*ld, scale)
}

func layerNormSlicesAVX512(y, x, w, b, stats []float32, eps float32) {
	layerNormAVX512(&y[0], &x[0], &w[0], &b[0], &stats[0], len(y)/len(w), len(w), 1/float32(len(w)), eps)
}

func layerNormGradSlicesAVX512(dx, dw, db, dy, x, w, stats []float32) {
	layerNormGradAVX512(&dx[0], &dw[0], &db[0], &dy[0], &x[0], &w[0], &stats[0], len(dx)/len(w), len(w), 1/float32(len(w)))
}

func maxPoolSlicesAVX512(y []float32, which []int32, x []float32, at, terms []int32, width int) {
	maxPoolAVX512(&x[0], &y[0], &which[0], &at[0], len(at), &terms[0], len(terms), width)
}

func maxPoolGradSlicesAVX512(dx, dy []float32, which, at, terms []int32, width int) {
	maxPoolGradAVX512(&dx[0], &dy[0], &which[0], &at[0], len(at), &terms[0], len(terms), width)
}

func fromBytesSlicesAVX512(dst []float32, src []byte) { fromBytesAVX512(&dst[0], &src[0], len(src)) }

func packAVX2(dst, src []float32, k, ld, n int) { packPanelAVX2(&dst[0], &src[0], k, 4*ld, n) }

func packAVX512(dst, src []float32, k, ld, n int) { pack1AVX512(&dst[0], &src[0], k, 4*ld, n) }

func packTransposedAVX2(dst, src []float32, k, ld, n int) {
	transposeAVX2(&dst[0], 4*panelColumns, &src[0], 4*ld, min(n, 8), k)
	if n > 8 {
		transposeAVX2(&dst[8], 4*panelColumns, &src[8*ld], 4*ld, n-8, k)
	}
}

func packTransposedAVX512(dst, src []float32, k, ld, n int) {
	transposeAVX512(&dst[0], 4*panelColumns, &src[0], 4*ld, n, k)
}
