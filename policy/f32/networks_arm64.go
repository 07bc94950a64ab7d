package f32

// The functions of this file give the assembly functions for images and sequences the types of the loops
// in kernels.

func lstmGatesSlicesNEON(gates, h, c, before []float32, n int) {
	lstmGatesNEON(&gates[0], &h[0], &c[0], &before[0], n)
}

func lstmGatesGradSlicesNEON(dgates, gates, dh, dc, c, before []float32, n int) {
	lstmGatesGradNEON(&dgates[0], &gates[0], &dh[0], &dc[0], &c[0], &before[0], n)
}

func gruGatesSlicesNEON(gates, parts, h, before []float32, n int) {
	gruGatesNEON(&gates[0], &parts[0], &h[0], &before[0], n)
}

func gruGatesGradSlicesNEON(dgates, dparts, gates, part, dh, before []float32, n int) {
	gruGatesGradNEON(&dgates[0], &dparts[0], &gates[0], &part[0], &dh[0], &before[0], n)
}

func softmaxSlicesNEON(x []float32, rows, w, ld int, mask []float32, maskld int, scale float32) {
	if mask == nil {
		softmaxNEON(&x[0], rows, w, 4*ld, nil, 0, scale)
	} else {
		softmaxNEON(&x[0], rows, w, 4*ld, &mask[0], 4*maskld, scale)
	}
}

func softmaxGradSlicesNEON(ds, p []float32, rows, w, ld int, scale float32) {
	softmaxGradNEON(&ds[0], &p[0], rows, w, 4*ld, scale)
}

func layerNormSlicesNEON(y, x, w, b, stats []float32, eps float32) {
	layerNormNEON(&y[0], &x[0], &w[0], &b[0], &stats[0], len(y)/len(w), len(w), 1/float32(len(w)), eps)
}

func layerNormGradSlicesNEON(dx, dw, db, dy, x, w, stats []float32) {
	layerNormGradNEON(&dx[0], &dw[0], &db[0], &dy[0], &x[0], &w[0], &stats[0], len(dx)/len(w), len(w), 1/float32(len(w)))
}

func maxPoolSlicesNEON(y []float32, which []int32, x []float32, at, terms []int32, width int) {
	maxPoolNEON(&x[0], &y[0], &which[0], &at[0], len(at), &terms[0], len(terms), width)
}

func maxPoolGradSlicesNEON(dx, dy []float32, which, at, terms []int32, width int) {
	maxPoolGradNEON(&dx[0], &dy[0], &which[0], &at[0], len(at), &terms[0], len(terms), width)
}

func fromBytesSlicesNEON(dst []float32, src []byte) { fromBytesNEON(&dst[0], &src[0], len(src)) }

func packNEON(dst, src []float32, k, ld, n int) { packPanelNEON(&dst[0], &src[0], k, 4*ld, n) }

func packTransposedNEON(dst, src []float32, k, ld, n int) {
	for j := 0; j < n; j += 4 {
		transposeNEON(&dst[j], 4*panelColumns, &src[j*ld], 4*ld, min(n-j, 4), k)
	}
}
