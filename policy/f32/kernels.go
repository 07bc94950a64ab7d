// Package f32 has the loops over float32s that training spends its time in.
//
// Destinations come first and may be an operand too, element for element.
// Matrices are row-major and unpadded. Sums run in a fixed order: the same
// Kernels give the same bits. Nothing allocates. Lengths that do not fit are
// bugs and panic.
//
// Every loop is there in plain Go, and on amd64 in assembly for AVX2 and for
// AVX-512, which differ in last places: they fuse products with sums, and add
// in another order. The best that the machine has is used, or the one that the
// environment variable RLRUN_KERNEL names: generic, avx2 or avx512. When the program
// starts, each loop of it is tried on a few numbers: an implementation that disagrees
// with plain Go is left for the next, with a line on standard error.
package f32

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// kernels is one implementation of this package's loops. Slices of one call
// are of matching lengths when they get here.
type kernels struct {
	name string

	add, sub, mul, mulAdd, min      func(dst, x, y []float32)
	affine                          func(dst, x []float32, k, l float32)
	axpy                            func(dst, x []float32, k float32)
	blend                           func(dst, x []float32, tau, rest float32)
	clip                            func(dst, x []float32, low, high float32)
	exp, log, tanh, sigmoid         func(dst, x []float32)
	tanhGrad, sigmoidGrad, reluGrad func(dx, dy, y []float32)
	minGrad                         func(dx, dy, x, y []float32)
	clipGrad                        func(dx, dy, x []float32, low, high float32)

	sum, sumSquares func(x []float32) float64
	sumRows         func(dst, x []float32, n int)
	layerGrad       [activations]func(dy, y, db []float32, n int)
	gae             func(adv, reward, value, next, done []float32, n int, gamma, decay float32)
	gather          func(dst, src []float32, w int, index []int)
	adam            func(p, g, m, v []float32, s AdamStep)
	rms             func(p, g, v []float32, s RMSStep)

	dense, linear             func(y, x, w, b []float32, n, in, out int, act Activation)
	denseInput, linearInput   func(dx, dy, w []float32, n, in, out int)
	denseWeight, linearWeight func(dw, x, dy []float32, n, in, out, from, to int)
}

// active is the implementation in use, chosen once when the program starts.
var active, choiceErr = choose(os.Getenv("RLRUN_KERNEL"), available(), os.Stderr)

// Kernels names the implementation of this package's loops.
func Kernels() string { return active.name }

// KernelsErr is what is wrong with RLRUN_KERNEL, if anything is. The best
// kernels that the machine has are used then.
func KernelsErr() error { return choiceErr }

// choose returns the kernels of a name, or the best if there is no name, of those that this
// machine has, best last. Kernels that compute something else than the plain ones are left
// for the next, and a line to warn says so.
func choose(name string, have []*kernels, warn io.Writer) (*kernels, error) {
	i, err := pick(name, have)
	for ; i > 0; i-- {
		what := have[i].disagreement()
		if what == "" {
			break
		}
		fmt.Fprintf(warn, "rlrun: this machine's %s kernels are not used: %s\n", have[i].name, what)
	}
	return have[i], err
}

// pick returns the index of the kernels of a name, or of the best.
func pick(name string, have []*kernels) (int, error) {
	var names []string
	for i, k := range have {
		if k.name == name {
			return i, nil
		}
		names = append(names, k.name)
	}
	best := len(have) - 1
	if name == "" {
		return best, nil
	}
	return best, fmt.Errorf("RLRUN_KERNEL is %q, want one of what this machine has: %s", name, strings.Join(names, ", "))
}

var generic = kernels{
	name: "generic",
	add:  addGeneric, sub: subGeneric, mul: mulGeneric, mulAdd: mulAddGeneric, min: minGeneric,
	affine: affineGeneric, axpy: axpyGeneric, blend: blendGeneric, clip: clipGeneric,
	exp: expGeneric, log: logGeneric, tanh: tanhGeneric, sigmoid: sigmoidGeneric,
	tanhGrad: tanhGradGeneric, sigmoidGrad: sigmoidGradGeneric, reluGrad: reluGradGeneric,
	minGrad: minGradGeneric, clipGrad: clipGradGeneric,
	sum: sumGeneric, sumSquares: sumSquaresGeneric, sumRows: sumRowsGeneric,
	layerGrad: [activations]func(dy, y, db []float32, n int){identityLayerGeneric, reluLayerGeneric, tanhLayerGeneric},
	gae:       gaeGeneric, gather: gatherGeneric, adam: adamGeneric, rms: rmsGeneric,
	dense: denseGeneric, denseInput: denseInputGeneric, denseWeight: denseWeightGeneric,
	linear: linearGeneric, linearInput: linearInputGeneric, linearWeight: linearWeightGeneric,
}
