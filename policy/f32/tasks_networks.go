package f32

// This file has the tasks of the loops for images and sequences.

// unitLoops returns the loops over n elements of images and of recurrent layers.
func unitLoops() []loop[func(k *kernels, t *task, n int)] {
	return []loop[func(k *kernels, t *task, n int)]{
		{"fromBytes", func(k *kernels, t *task, n int) {
			if src := make([]byte, n); n > 0 {
				for i := range src {
					src[i] = byte(t.rng.IntN(256))
				}
				k.fromBytes(t.out(n), src)
			}
		}},
		{"unit", func(k *kernels, t *task, n int) {
			if n > 0 {
				k.unit(t.out(n), t.in(n))
			}
		}},
		{"lstmGates", func(k *kernels, t *task, n int) {
			if n > 0 {
				k.lstmGates(t.out(4*n), t.out(n), t.out(n), t.in(n), n)
			}
		}},
		{"lstmGatesGrad", func(k *kernels, t *task, n int) {
			if n > 0 {
				k.lstmGatesGrad(t.out(4*n), t.in(4*n), t.in(n), t.out(n), t.in(n), t.in(n), n)
			}
		}},
		{"gruGates", func(k *kernels, t *task, n int) {
			if n > 0 {
				k.gruGates(t.out(3*n), t.in(3*n), t.out(n), t.in(n), n)
			}
		}},
		{"gruGatesGrad", func(k *kernels, t *task, n int) {
			if n > 0 {
				k.gruGatesGrad(t.out(3*n), t.out(3*n), t.in(3*n), t.in(n), t.out(n), t.in(n), n)
			}
		}},
	}
}

// attentionLoops returns the loops over n rows of w elements of attention, normalisation and pooling.
func attentionLoops() []loop[func(k *kernels, t *task, n, w int)] {
	return []loop[func(k *kernels, t *task, n, w int)]{
		{"softmax", func(k *kernels, t *task, n, w int) {
			mask := t.in(n * w)
			for i := range mask {
				if t.rng.IntN(3) == 0 {
					mask[i] = -1e9
				}
			}
			k.softmax(t.out(n*w), n, w, w, mask, w, 0.5)
			k.softmax(t.out((n-1)*(w+3)+w), n, w, w+3, nil, 0, 2)
		}},
		{"softmaxGrad", func(k *kernels, t *task, n, w int) {
			size := (n-1)*(w+3) + w
			k.softmaxGrad(t.out(size), t.in(size), n, w, w+3, 0.5)
		}},
		{"layerNorm", func(k *kernels, t *task, n, w int) {
			k.layerNorm(t.out(n*w), t.in(n*w), t.in(w), t.in(w), t.out(2*n), 1e-2)
		}},
		{"layerNormGrad", func(k *kernels, t *task, n, w int) {
			k.layerNormGrad(t.out(n*w), t.out(w), t.out(w), t.in(n*w), t.in(n*w), t.in(w), t.in(2*n))
		}},
		{"maxPool", func(k *kernels, t *task, n, w int) {
			x, y, which := t.in((n+1)*w), t.out(n*w), make([]int32, n*w)
			k.maxPool(y, which, x, rowStarts(n, w), rowStarts(2, w), w)
			places := t.out(n * w)
			for i, place := range which {
				places[i] = float32(place)
			}
		}},
		{"maxPoolGrad", func(k *kernels, t *task, n, w int) {
			which := make([]int32, n*w)
			for i := range which {
				which[i] = int32(t.rng.IntN(2))
			}
			k.maxPoolGrad(t.out((n+1)*w), t.in(n*w), which, rowStarts(n, w), rowStarts(2, w), w)
		}},
	}
}

// rowStarts returns the first byte of each of n rows of w floats.
func rowStarts(n, w int) []int32 {
	at := make([]int32, n)
	for i := range at {
		at[i] = bytesOf(i, w)
	}
	return at
}

// panelLoops returns the products with matrices in panels. n is the number of rows, and in and out are
// the numbers of terms and columns.
func panelLoops() []loop[func(k *kernels, t *task, n, in, out int)] {
	return []loop[func(k *kernels, t *task, n, in, out int)]{
		{"pack", func(k *kernels, t *task, _, in, out int) {
			k.packMatrix(t.out(PackedLen(in, out)), t.in(in*out), in, out, false)
		}},
		{"packTransposed", func(k *kernels, t *task, _, in, out int) {
			panels, src := t.in(PackedLen(in, out)), t.in(in*out)
			k.packMatrix(panels, src, in, out, true)
			dst := t.out(in * out)
			for i := range dst { // without the columns beyond the last one, which are arbitrary
				dst[i] = panels[i%out/panelColumns*panelColumns*in+i/out*panelColumns+i%out%panelColumns]
			}
		}},
		{"panel", func(k *kernels, t *task, n, in, out int) {
			k.packedProduct(t.out(n*out), t.in(n*in), t.in(PackedLen(in, out)), t.in(out), n, in, out, ReLUAct)
			k.packedProduct(t.out(n*out), t.in(n*in), t.in(PackedLen(in, out)), nil, n, in, out, TanhAct)
			k.matrixProduct(t.out(n*panelled(out)), t.in(n*in), t.in(PackedLen(in, out)), t.in(panelled(out)), n, in, panelled(out), Identity)
			k.stridedProduct(stridedProduct{m: in, n: out, k: n, a: t.in(n * in), ra: 1, ca: in, b: t.in(n * out), ldb: out, c: t.out(in * out), ldc: out})
		}},
		{"indexed", func(k *kernels, t *task, n, in, out int) {
			if n == 0 {
				return
			}
			at, terms := make([]int32, 2*n), make([]int32, in)
			for i := range n {
				at[2*i], at[2*i+1] = bytesOf(n-1-i, in), bytesOf(i, out)
			}
			for i := range terms {
				terms[i] = 4 * int32(in-1-i)
			}
			p := indexedProduct{m: n, n: out, k: in, at: at, terms: terms, a: t.in(n * in), b: t.in(PackedLen(in, out)),
				ldb: panelColumns, ldp: panelColumns * in, c: t.out(n * out), bias: t.in(out), floor: 0}
			k.indexed(p)
			p.c, p.bias, p.floor = t.out(n*out), nil, noFloor
			k.indexed(p)
		}},
	}
}
