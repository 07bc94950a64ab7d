// Package f32 has the loops over float32 slices in which training spends most of its time:
// elementwise arithmetic, activations and their gradients, linear layers, normalisation,
// optimiser steps and advantage estimates.
//
// The first argument of a function is the destination. For an elementwise function, the
// destination may be the same slice as an operand. Matrices are row-major, without gaps between
// rows. Functions allocate nothing. They panic if the lengths of slices do not match, because
// this is a bug.
//
// A set of implementations of all loops is called kernels. The kernels generic are in plain Go.
// Others are in assembly: avx2 and avx512 on amd64, and neon on arm64. The same kernels give the
// same results, bit for bit, because sums have a fixed order. The results of different kernels
// differ in the last digits, because the assembly fuses multiplication and addition, and sums
// have another order. The program uses the fastest kernels that the machine can run. The
// environment variable RLRUN_KERNEL selects other kernels: generic, avx2, avx512 or neon. When a
// program starts, it compares each loop with plain Go on a few numbers. If the results disagree,
// it writes a warning to standard error and does not use these kernels.
package f32

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// kernels is one implementation of all loops of this package. The exported functions check the
// lengths of slices before they call a loop.
type kernels struct {
	name string

	add, sub, mul, mulAdd, min func(dst, x, y []float32)
	affine                     func(dst, x []float32, k, l float32)
	axpy                       func(dst, x []float32, k float32)
	blend                      func(dst, x []float32, tau, rest float32)
	clip                       func(dst, x []float32, low, high float32)
	exp, log                   func(dst, x []float32)
	minGrad                    func(dx, dy, x, y []float32)
	clipGrad                   func(dx, dy, x []float32, low, high float32)

	activate      [activations]func(dst, x []float32)
	activateSlope [activations]func(y, slope, x []float32) // nil for an activation that does not keep its slope
	layerGrad     [activations]func(dy, kept, db []float32, n int)

	sum, sumSquares func(x []float32) float64
	sumRows         func(dst, x []float32, n int)
	gae             func(adv, reward, value, next, done []float32, n int, gamma, decay float32)
	gather          func(dst, src []float32, w int, index []int)
	normalize       func(dst, x, mean, variance []float32, limit float32)
	adam            func(p, g, m, v []float32, s AdamStep)
	rms             func(p, g, v []float32, s RMSStep)

	dense, linear             func(y, x, w, b []float32, n, in, out int, act Activation)
	denseInput, linearInput   func(dx, dy, w []float32, n, in, out int, add bool)
	denseWeight, linearWeight func(dw, x, dy []float32, n, in, out, from, to int)

	// denseRow is dense for one row, with the same bits, for in ≤ maxDepth and out ≥ minRow. It
	// computes only ReLU and tanh, and no other activation. narrow is linear without an activation.
	// A nil function is not available.
	denseRow func(y, x, w, b *float32, in, out, act int)
	minRow   int
	narrow   func(y, x, w, b *float32, n, in, out int)

	// pack copies n ≤ panelColumns columns of src, whose k rows are ld apart, to a panel, and
	// packTransposed the columns of its transpose. pack sets the other columns of the panel to 0, and
	// packTransposed leaves them arbitrary, because no product reads them. The products are given by
	// value: a pointer would escape and allocate.
	panel                func(p panelProduct)
	indexed              func(p indexedProduct)
	pack, packTransposed func(dst, src []float32, k, ld, n int)

	fromBytes     func(dst []float32, src []byte)
	unit          func(dst, x []float32)
	lstmGates     func(gates, h, c, before []float32, n int)
	lstmGatesGrad func(dgates, gates, dh, dc, c, before []float32, n int)
	gruGates      func(gates, parts, h, before []float32, n int)
	gruGatesGrad  func(dgates, dparts, gates, part, dh, before []float32, n int)
	softmax       func(x []float32, rows, w, ld int, mask []float32, maskld int, scale float32)
	softmaxGrad   func(ds, p []float32, rows, w, ld int, scale float32)
	layerNorm     func(y, x, w, b, stats []float32, eps float32)
	layerNormGrad func(dx, dw, db, dy, x, w, stats []float32)
	maxPool       func(y []float32, which []int32, x []float32, at, terms []int32, width int)
	maxPoolGrad   func(dx, dy []float32, which, at, terms []int32, width int)
}

// maxDepth is the largest number of terms of a sum that a matrix product in assembly adds in one
// pass.
const maxDepth = 512

// active has the kernels that the exported functions use. They are chosen once, when the program
// starts.
var active, choiceErr = choose(os.Getenv("RLRUN_KERNEL"), available(), os.Stderr)

// Kernels returns the name of the kernels in use: generic, avx2, avx512 or neon.
func Kernels() string { return active.name }

// KernelsErr returns an error if RLRUN_KERNEL names kernels that this machine does not have. In
// this case the program uses the fastest kernels that the machine can run.
func KernelsErr() error { return choiceErr }

// choose returns the kernels with the given name, or the fastest kernels if name is empty or
// unknown. The argument have lists the kernels that the machine can run, the fastest last. If
// kernels disagree with plain Go, choose writes a line to warn and tries the next slower kernels.
func choose(name string, have []*kernels, warn io.Writer) (*kernels, error) {
	i, err := indexOf(name, have)
	for ; i > 0; i-- {
		difference := have[i].disagreement()
		if difference == "" {
			break
		}
		fmt.Fprintf(warn, "rlrun: this machine's %s kernels are not used: %s\n", have[i].name, difference)
	}
	return have[i], err
}

// indexOf returns the index of the kernels with the given name, or of the last kernels if name is
// empty. For an unknown name it returns the last index and an error.
func indexOf(name string, have []*kernels) (int, error) {
	var names []string
	for i, k := range have {
		if k.name == name {
			return i, nil
		}
		names = append(names, k.name)
	}
	fastest := len(have) - 1
	if name == "" {
		return fastest, nil
	}
	return fastest, fmt.Errorf("RLRUN_KERNEL is %q, want one of this machine's kernels: %s", name, strings.Join(names, ", "))
}

// generic are the kernels in plain Go.
var generic = kernels{
	name: "generic",
	add:  addGeneric, sub: subGeneric, mul: mulGeneric, mulAdd: mulAddGeneric, min: minGeneric,
	affine: affineGeneric, axpy: axpyGeneric, blend: blendGeneric, clip: clipGeneric,
	exp: expGeneric, log: logGeneric,
	minGrad: minGradGeneric, clipGrad: clipGradGeneric,
	sum: sumGeneric, sumSquares: sumSquaresGeneric, sumRows: sumRowsGeneric,
	activate: genericActivate, activateSlope: genericActivateSlope, layerGrad: genericLayerGrad,
	gae: gaeGeneric, gather: gatherGeneric, normalize: normalizeGeneric, adam: adamGeneric, rms: rmsGeneric,
	dense: denseGeneric, denseInput: denseInputGeneric, denseWeight: denseWeightGeneric,
	linear: linearGeneric, linearInput: linearInputGeneric, linearWeight: linearWeightGeneric,
	panel: panelGeneric, indexed: indexedGeneric, pack: packGeneric, packTransposed: packTransposedGeneric,
	fromBytes: fromBytesGeneric, unit: unitGeneric,
	lstmGates: lstmGatesGeneric, lstmGatesGrad: lstmGatesGradGeneric, gruGates: gruGatesGeneric, gruGatesGrad: gruGatesGradGeneric,
	softmax: softmaxGeneric, softmaxGrad: softmaxGradGeneric, layerNorm: layerNormGeneric, layerNormGrad: layerNormGradGeneric,
	maxPool: maxPoolGeneric, maxPoolGrad: maxPoolGradGeneric,
}
