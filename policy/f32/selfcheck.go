package f32

import (
	"fmt"
	"math"
)

// checkedShapes are the shapes of layers for the check: rows, inputs and outputs. The first shape
// uses blocks of every height, and the second uses blocks of one row of every width.
var checkedShapes = [2][3]int{{15, 2, 35}, {1, 3, 67}}

// disagreement compares every loop of k with plain Go. It returns a description of the first
// difference, or "" if all results agree. The slices have 19 elements: two AVX2 vectors or one
// AVX-512 vector, and a remainder.
func (k *kernels) disagreement() string {
	const n, rows = 19, 3
	for _, l := range elementLoops() {
		if d := k.difference(l.name, n, 1, func(k *kernels, t *task) { l.run(k, t, n) }); d != "" {
			return d
		}
	}
	for _, l := range rowLoops() {
		if d := k.difference(l.name, n, rows, func(k *kernels, t *task) { l.run(k, t, rows, n) }); d != "" {
			return d
		}
	}
	for _, l := range layerLoops() {
		for _, s := range checkedShapes {
			if d := k.difference(l.name, n, s[2], func(k *kernels, t *task) { l.run(k, t, s[0], s[1], s[2]) }); d != "" {
				return d
			}
		}
	}
	return ""
}

// difference runs the same task with the loops of k and of generic. It returns "" if the results
// agree, except for rounding errors of sums; the argument terms is the length of the longest sum.
// Otherwise it returns a text that names the element that differs, or says that k has written
// outside a slice.
func (k *kernels) difference(name string, seed uint64, terms int, run func(*kernels, *task)) string {
	rounding := 1e-5 + 2e-7*float64(terms)
	a, b := newTask(seed), newTask(seed)
	run(k, a)
	run(&generic, b)
	for i, x := range a.buffers {
		for j := range guards {
			if x[j] != guard || x[len(x)-1-j] != guard {
				return fmt.Sprintf("%s writes outside its slice %d", name, i)
			}
		}
	}
	for i, got := range a.outputs {
		for j, want := range b.outputs[i] {
			if !(math.Abs(float64(got[j])-float64(want)) <= rounding*max(1, math.Abs(float64(want)))) {
				return fmt.Sprintf("%s has %v in element %d of result %d, want %v as in plain Go", name, got[j], j, i, want)
			}
		}
	}
	return ""
}
