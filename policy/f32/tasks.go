package f32

import "math/rand/v2"

// A task makes the slices that are the arguments of one call of a loop, filled with random
// numbers. The same seed gives the same numbers.
type task struct {
	rng     *rand.Rand
	outputs [][]float32           // slices that the loop may change
	buffers [][]float32           // memory of all slices, each with guards before and after it
	memory  func(n int) []float32 // if not nil, makes the slices, which have no guards then
}

// guards is the number of elements with the value guard before each slice, and also after it. A
// loop must not change them.
const guard, guards = 12345.678, 20

// newTask returns a task with the given seed.
func newTask(seed uint64) *task { return &task{rng: rand.New(rand.NewPCG(seed, 1))} }

// in returns n random numbers between -2 and 2, which the loop only reads.
func (t *task) in(n int) []float32 {
	var x []float32
	if t.memory != nil {
		x = t.memory(n)
	} else {
		buffer := make([]float32, n+2*guards)
		t.buffers = append(t.buffers, buffer)
		for i := range guards {
			buffer[i], buffer[guards+n+i] = guard, guard
		}
		x = buffer[guards : guards+n]
	}
	for i := range x {
		x[i] = 4*t.rng.Float32() - 2
	}
	return x
}

// out returns n random numbers between -2 and 2, which the loop may change.
func (t *task) out(n int) []float32 {
	x := t.in(n)
	t.outputs = append(t.outputs, x)
	return x
}

// A loop is one function of kernels, together with the code that calls it in the check. F is the
// type of run.
type loop[F any] struct {
	name string
	run  F // calls the function of the kernels k, with slices that the task t makes
}

// elementLoops returns the loops over n elements.
func elementLoops() []loop[func(k *kernels, t *task, n int)] {
	loops := []loop[func(k *kernels, t *task, n int)]{
		{"add", func(k *kernels, t *task, n int) { k.add(t.out(n), t.in(n), t.in(n)) }},
		{"sub", func(k *kernels, t *task, n int) { k.sub(t.out(n), t.in(n), t.in(n)) }},
		{"mul", func(k *kernels, t *task, n int) { k.mul(t.out(n), t.in(n), t.in(n)) }},
		{"mulAdd", func(k *kernels, t *task, n int) { k.mulAdd(t.out(n), t.in(n), t.in(n)) }},
		{"min", func(k *kernels, t *task, n int) { k.min(t.out(n), t.in(n), t.in(n)) }},
		{"affine", func(k *kernels, t *task, n int) { k.affine(t.out(n), t.in(n), -1.5, 0.25) }},
		{"axpy", func(k *kernels, t *task, n int) { k.axpy(t.out(n), t.in(n), 0.75) }},
		{"blend", func(k *kernels, t *task, n int) { k.blend(t.out(n), t.in(n), 0.25, 0.75) }},
		{"clip", func(k *kernels, t *task, n int) { k.clip(t.out(n), t.in(n), -0.5, 0.25) }},
		{"exp", func(k *kernels, t *task, n int) { k.exp(t.out(n), t.in(n)) }},
		{"log", func(k *kernels, t *task, n int) { k.log(t.out(n), positive(t.in(n))) }},
		{"clipGrad", func(k *kernels, t *task, n int) { k.clipGrad(t.out(n), t.in(n), t.in(n), -0.5, 0.25) }},
		{"minGrad", func(k *kernels, t *task, n int) {
			dx, dy, x, y := t.out(n), t.in(n), t.in(n), t.in(n)
			copy(y[n/2:], x[n/2:]) // equal elements have a special gradient
			k.minGrad(dx, dy, x, y)
		}},
		{"sum", func(k *kernels, t *task, n int) { t.out(1)[0] = float32(k.sum(t.in(n))) }},
		{"sumSquares", func(k *kernels, t *task, n int) { t.out(1)[0] = float32(k.sumSquares(t.in(n))) }},
		{"adam", func(k *kernels, t *task, n int) {
			p, g, m, v := t.out(n), t.out(n), t.out(n), positive(t.out(n))
			k.adam(p, g, m, v, AdamStep{0.5, 0.9, 0.999, 0.1, 0.001, 0.01, 1.5, 1e-5})
		}},
		{"rms", func(k *kernels, t *task, n int) {
			p, g, v := t.out(n), t.out(n), positive(t.out(n))
			k.rms(p, g, v, RMSStep{0.5, 0.9, 0.1, 0.01, 1e-3, 1e-4})
		}},
	}
	for _, act := range Activations() {
		loops = append(loops, loop[func(k *kernels, t *task, n int)]{act.String(), func(k *kernels, t *task, n int) {
			x := t.in(n)
			k.activate[act](t.out(n), x)
			if act.KeepsSlope() {
				k.activateSlope[act](t.out(n), t.out(n), x)
			}
		}})
	}
	return append(loops, unitLoops()...)
}

// rowLoops returns the loops over n rows of w elements.
func rowLoops() []loop[func(k *kernels, t *task, n, w int)] {
	loops := []loop[func(k *kernels, t *task, n, w int)]{
		{"sumRows", func(k *kernels, t *task, n, w int) { k.sumRows(t.out(w), t.in(n*w), n) }},
		{"gather", func(k *kernels, t *task, n, w int) {
			index := make([]int, n)
			for i := range index {
				index[i] = t.rng.IntN(5)
			}
			k.gather(t.out(n*(w+1)), t.in(5*(w+1)), w+1, index) // Gather calls it for rows of 2 elements and more
		}},
		{"normalize", func(k *kernels, t *task, n, w int) {
			k.normalize(t.out(n*w), t.in(n*w), t.in(w), positive(t.in(w)), 1.5)
		}},
		{"gae", func(k *kernels, t *task, n, w int) {
			adv, reward, value, next, done := t.out(n*w), t.in(n*w), t.in(n*w), t.in(n*w), t.in(n*w)
			for i := range done {
				done[i] = float32(t.rng.IntN(2))
			}
			k.gae(adv, reward, value, next, done, w, 0.9, 0.8)
		}},
	}
	for _, act := range Activations() {
		loops = append(loops, loop[func(k *kernels, t *task, n, w int)]{act.String() + "'s gradient", func(k *kernels, t *task, n, w int) {
			k.layerGrad[act](t.out(n*w), t.in(n*w), t.out(w), n)
		}})
	}
	return append(loops, attentionLoops()...)
}

// layerLoops returns the loops of linear layers. n is the number of rows, and in and out are the
// numbers of inputs and outputs.
func layerLoops() []loop[func(k *kernels, t *task, n, in, out int)] {
	loops := []loop[func(k *kernels, t *task, n, in, out int)]{
		{"denseInput", func(k *kernels, t *task, n, in, out int) {
			k.denseInput(t.out(n*in), t.in(n*out), t.in(in*out), n, in, out, true)
			k.denseInput(t.out(n*in), t.in(n*out), t.in(in*out), n, in, out, false)
		}},
		{"linearInput", func(k *kernels, t *task, n, in, out int) {
			k.linearInput(t.out(n*in), t.in(n*out), t.in(in*out), n, in, out, true)
			k.linearInput(t.out(n*in), t.in(n*out), t.in(in*out), n, in, out, false)
		}},
		{"denseWeight", func(k *kernels, t *task, n, in, out int) {
			k.denseWeight(t.out(in*out), t.in(n*in), t.in(n*out), n, in, out, in/3, in)
		}},
		{"linearWeight", func(k *kernels, t *task, n, in, out int) {
			k.linearWeight(t.out(in*out), t.in(n*in), t.in(n*out), n, in, out, out/3, out)
		}},
	}
	for _, act := range []Activation{Identity, ReLUAct, TanhAct, GELUAct} { // the other activations are computed as GELU is
		loops = append(loops,
			loop[func(k *kernels, t *task, n, in, out int)]{"dense with " + act.String(), func(k *kernels, t *task, n, in, out int) {
				k.denseRows(t.out(n*out), t.in(n*in), t.in(in*out), t.in(out), n, in, out, act)
			}},
			loop[func(k *kernels, t *task, n, in, out int)]{"linear with " + act.String(), func(k *kernels, t *task, n, in, out int) {
				k.linearRows(t.out(n*out), t.in(n*in), t.in(in*out), t.in(out), n, in, out, act)
			}})
	}
	return append(loops, panelLoops()...)
}

// positive makes all elements of x greater than 0, and returns x.
func positive(x []float32) []float32 {
	for i, v := range x {
		x[i] = abs(v) + 1e-3
	}
	return x
}
