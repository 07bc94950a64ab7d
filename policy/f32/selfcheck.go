package f32

import (
	"fmt"
	"math"
)

// checkedShapes are the rows, inputs and outputs of the products that kernels are checked
// on: every height of a block, and every width of one of a single row.
var checkedShapes = [2][3]int{{15, 2, 35}, {1, 3, 67}}

// disagreement says what k computes otherwise than the plain kernels, "" if nothing. It
// tries every loop on a few numbers: two vectors of AVX2, or one of AVX-512, and a rest.
func (k *kernels) disagreement() string {
	const n, rows = 19, 3
	for _, w := range loops() {
		if what := k.differs(w.name, n, 1, func(k *kernels, t *task) { w.run(k, t, n) }); what != "" {
			return what
		}
	}
	for _, w := range tables() {
		if what := k.differs(w.name, n, rows, func(k *kernels, t *task) { w.run(k, t, rows, n) }); what != "" {
			return what
		}
	}
	for _, w := range layerProducts() {
		for _, s := range checkedShapes {
			if what := k.differs(w.name, n, s[2], func(k *kernels, t *task) { w.run(k, t, s[0], s[1], s[2]) }); what != "" {
				return what
			}
		}
	}
	return ""
}

// differs runs the same task on k and on the plain kernels, and says where an element, the
// sum of at most so many terms, differs by more than rounding, or what was written to
// outside; "" if all is as it should be.
func (k *kernels) differs(name string, seed uint64, terms int, run func(*kernels, *task)) string {
	rounding := 1e-5 + 2e-7*float64(terms)
	a, b := newTask(seed), newTask(seed)
	run(k, a)
	run(&generic, b)
	for i, x := range a.buffers {
		for j := range guards {
			if x[j] != guard || x[len(x)-1-j] != guard {
				return fmt.Sprintf("%s writes outside of slice %d", name, i)
			}
		}
	}
	for i, got := range a.outputs {
		for j, want := range b.outputs[i] {
			if !(math.Abs(float64(got[j])-float64(want)) <= rounding*max(1, math.Abs(float64(want)))) {
				return fmt.Sprintf("%s has %v at %d of result %d, where the plain kernels have %v", name, got[j], j, i, want)
			}
		}
	}
	return ""
}
