package f32

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A task gives kernels slices to work on, all from the same random numbers.
// Those it calls out are what the work changes.
type task struct {
	rng     *rand.Rand
	outputs [][]float32
	buffers [][]float32
}

// guard surrounds every slice of a task, and may not change.
const guard, guards = 12345.678, 20

// in returns n numbers to read.
func (t *task) in(n int) []float32 {
	buffer := make([]float32, n+2*guards)
	for i := range buffer {
		buffer[i] = guard
	}
	t.buffers = append(t.buffers, buffer)
	x := buffer[guards : guards+n]
	for i := range x {
		x[i] = float32(t.rng.NormFloat64())
	}
	return x
}

// out returns n numbers to change.
func (t *task) out(n int) []float32 {
	x := t.in(n)
	t.outputs = append(t.outputs, x)
	return x
}

// loops is every loop of kernels over n elements.
var loops = map[string]func(k *kernels, t *task, n int){
	"add":         func(k *kernels, t *task, n int) { k.add(t.out(n), t.in(n), t.in(n)) },
	"sub":         func(k *kernels, t *task, n int) { k.sub(t.out(n), t.in(n), t.in(n)) },
	"mul":         func(k *kernels, t *task, n int) { k.mul(t.out(n), t.in(n), t.in(n)) },
	"mulAdd":      func(k *kernels, t *task, n int) { k.mulAdd(t.out(n), t.in(n), t.in(n)) },
	"min":         func(k *kernels, t *task, n int) { k.min(t.out(n), t.in(n), t.in(n)) },
	"affine":      func(k *kernels, t *task, n int) { k.affine(t.out(n), t.in(n), -1.5, 0.25) },
	"axpy":        func(k *kernels, t *task, n int) { k.axpy(t.out(n), t.in(n), 0.75) },
	"blend":       func(k *kernels, t *task, n int) { k.blend(t.out(n), t.in(n), 0.25, 0.75) },
	"clip":        func(k *kernels, t *task, n int) { k.clip(t.out(n), t.in(n), -0.5, 0.25) },
	"exp":         func(k *kernels, t *task, n int) { k.exp(t.out(n), t.in(n)) },
	"log":         func(k *kernels, t *task, n int) { k.log(t.out(n), positive(t.in(n))) },
	"tanh":        func(k *kernels, t *task, n int) { k.tanh(t.out(n), t.in(n)) },
	"sigmoid":     func(k *kernels, t *task, n int) { k.sigmoid(t.out(n), t.in(n)) },
	"tanhGrad":    func(k *kernels, t *task, n int) { k.tanhGrad(t.out(n), t.in(n), t.in(n)) },
	"sigmoidGrad": func(k *kernels, t *task, n int) { k.sigmoidGrad(t.out(n), t.in(n), t.in(n)) },
	"reluGrad":    func(k *kernels, t *task, n int) { k.reluGrad(t.out(n), t.in(n), t.in(n)) },
	"clipGrad":    func(k *kernels, t *task, n int) { k.clipGrad(t.out(n), t.in(n), t.in(n), -0.5, 0.25) },
	"minGrad": func(k *kernels, t *task, n int) {
		dx, dy, x, y := t.out(n), t.in(n), t.in(n), t.in(n)
		copy(y[n/2:], x[n/2:]) // equal ones too
		k.minGrad(dx, dy, x, y)
	},
	"sum":        func(k *kernels, t *task, n int) { t.out(1)[0] = float32(k.sum(t.in(n))) },
	"sumSquares": func(k *kernels, t *task, n int) { t.out(1)[0] = float32(k.sumSquares(t.in(n))) },
	"adam": func(k *kernels, t *task, n int) {
		p, g, m, v := t.out(n), t.out(n), t.out(n), positive(t.out(n))
		k.adam(p, g, m, v, AdamStep{0.5, 0.9, 0.999, 0.1, 0.001, 0.01, 1.5, 1e-5})
	},
	"rms": func(k *kernels, t *task, n int) {
		p, g, v := t.out(n), t.out(n), positive(t.out(n))
		k.rms(p, g, v, RMSStep{0.5, 0.9, 0.1, 0.01, 1e-3, 1e-4})
	},
}

// tables is every loop of kernels over n rows of w elements.
var tables = map[string]func(k *kernels, t *task, n, w int){
	"sumRows":       func(k *kernels, t *task, n, w int) { k.sumRows(t.out(w), t.in(n*w), n) },
	"identityLayer": func(k *kernels, t *task, n, w int) { k.layerGrad[Identity](t.out(n*w), t.in(n*w), t.out(w), n) },
	"reluLayer":     func(k *kernels, t *task, n, w int) { k.layerGrad[ReLUAct](t.out(n*w), t.in(n*w), t.out(w), n) },
	"tanhLayer":     func(k *kernels, t *task, n, w int) { k.layerGrad[TanhAct](t.out(n*w), t.in(n*w), t.out(w), n) },
	"gather": func(k *kernels, t *task, n, w int) {
		index := make([]int, n)
		for i := range index {
			index[i] = t.rng.IntN(5)
		}
		k.gather(t.out(n*w), t.in(5*w), w, index)
	},
	"gae": func(k *kernels, t *task, n, w int) {
		adv, reward, value, next, done := t.out(n*w), t.in(n*w), t.in(n*w), t.in(n*w), t.in(n*w)
		for i := range done {
			done[i] = float32(t.rng.IntN(2))
		}
		k.gae(adv, reward, value, next, done, w, 0.9, 0.8)
	},
}

// layerTasks is every product of kernels.
var layerTasks = map[string]func(k *kernels, t *task, n, in, out int){
	"dense": func(k *kernels, t *task, n, in, out int) {
		k.dense(t.out(n*out), t.in(n*in), t.in(in*out), t.in(out), n, in, out, Identity)
	},
	"denseReLU": func(k *kernels, t *task, n, in, out int) {
		k.dense(t.out(n*out), t.in(n*in), t.in(in*out), t.in(out), n, in, out, ReLUAct)
	},
	"denseTanh": func(k *kernels, t *task, n, in, out int) {
		k.dense(t.out(n*out), t.in(n*in), t.in(in*out), t.in(out), n, in, out, TanhAct)
	},
	"linear": func(k *kernels, t *task, n, in, out int) {
		k.linear(t.out(n*out), t.in(n*in), t.in(in*out), t.in(out), n, in, out, Identity)
	},
	"linearReLU": func(k *kernels, t *task, n, in, out int) {
		k.linear(t.out(n*out), t.in(n*in), t.in(in*out), t.in(out), n, in, out, ReLUAct)
	},
	"denseInput": func(k *kernels, t *task, n, in, out int) {
		k.denseInput(t.out(n*in), t.in(n*out), t.in(in*out), n, in, out)
	},
	"linearInput": func(k *kernels, t *task, n, in, out int) {
		k.linearInput(t.out(n*in), t.in(n*out), t.in(in*out), n, in, out)
	},
	"denseWeight": func(k *kernels, t *task, n, in, out int) {
		k.denseWeight(t.out(in*out), t.in(n*in), t.in(n*out), n, in, out, in/3, in)
	},
	"linearWeight": func(k *kernels, t *task, n, in, out int) {
		k.linearWeight(t.out(in*out), t.in(n*in), t.in(n*out), n, in, out, out/3, out)
	},
}

func positive(x []float32) []float32 {
	for i, v := range x {
		x[i] = abs(v) + 1e-3
	}
	return x
}

// agree runs the same task on k and on the plain kernels. No element, a sum of
// as many terms, may differ by more than rounding, and no guard may have changed.
func agree(t *testing.T, what string, k *kernels, seed uint64, terms int, run func(*kernels, *task)) {
	t.Helper()
	rounding := 1e-5 + 2e-7*float64(terms)
	a, b := &task{rng: rand.New(rand.NewPCG(seed, 1))}, &task{rng: rand.New(rand.NewPCG(seed, 1))}
	run(k, a)
	run(&generic, b)
	for i, x := range a.buffers {
		for j := range guards {
			if x[j] != guard || x[len(x)-1-j] != guard {
				t.Fatalf("%s: %s: slice %d was written to outside", k.name, what, i)
			}
		}
	}
	for i, got := range a.outputs {
		for j, want := range b.outputs[i] {
			if math.Abs(float64(got[j])-float64(want)) > rounding*max(1, math.Abs(float64(want))) || got[j] != got[j] {
				t.Fatalf("%s: %s: output %d has %v at %d, generic kernels %v", k.name, what, i, got[j], j, want)
			}
		}
	}
}

// TestKernelsAgree holds every implementation to the plain one, over lengths and
// shapes that leave every kind of rest.
func TestKernelsAgree(t *testing.T) {
	for _, k := range available()[1:] {
		for name, run := range loops {
			for n := range 70 {
				agree(t, fmt.Sprintf("%s of %d", name, n), k, uint64(n), 1, func(k *kernels, t *task) { run(k, t, n) })
			}
		}
		for name, run := range tables {
			for _, n := range []int{1, 2, 3, 9} {
				for w := 1; w < 36; w++ {
					agree(t, fmt.Sprintf("%s of %d×%d", name, n, w), k, uint64(n*w), n, func(k *kernels, t *task) { run(k, t, n, w) })
				}
			}
		}
		sizes := []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 80, 130}
		for name, run := range layerTasks {
			for _, n := range []int{0, 1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 33} {
				for _, in := range sizes {
					for _, out := range sizes {
						if n > 9 && in*out > 1000 {
							continue // no other rests than smaller ones
						}
						agree(t, fmt.Sprintf("%s of %d×%d by %d", name, n, in, out), k, uint64(n+in+out), max(n, in, out), func(k *kernels, t *task) { run(k, t, n, in, out) })
					}
				}
			}
			// deeper than a panel, and packed
			for _, shape := range [][3]int{{600, 20, 40}, {40, 600, 20}, {40, 20, 600}, {33, 300, 400}, {1, 600, 300}} {
				agree(t, fmt.Sprint(name, " of ", shape), k, 1, 600, func(k *kernels, t *task) { run(k, t, shape[0], shape[1], shape[2]) })
			}
		}
	}
}

// FuzzKernels is TestKernelsAgree for whatever loop and shape there may be.
func FuzzKernels(f *testing.F) {
	names := slices.Sorted(maps.Keys(layerTasks))
	f.Add(uint64(1), uint8(0), uint8(3), uint8(17), uint8(49))
	f.Fuzz(func(t *testing.T, seed uint64, which, n, in, out uint8) {
		name, rows, width, height := names[int(which)%len(names)], int(n)%70, int(in)+1, int(out)+1
		for _, k := range available()[1:] {
			agree(t, name, k, seed, max(rows, width, height), func(k *kernels, t *task) { layerTasks[name](k, t, rows, width, height) })
		}
	})
}

// TestRowsAlone wants a row of a layer to be what it is among others, to the
// bit, whatever their number.
func TestRowsAlone(t *testing.T) {
	for _, k := range available() {
		for _, shape := range [][2]int{{4, 64}, {64, 64}, {17, 40}, {9, 3}, {600, 33}, {64, 130}} {
			in, out := shape[0], shape[1]
			for _, act := range []Activation{Identity, ReLUAct, TanhAct} {
				for name, layer := range map[string]func(y, x, w, b []float32, n, in, out int, act Activation){"dense": k.dense, "linear": k.linear} {
					tk := &task{rng: rand.New(rand.NewPCG(1, 2))}
					const n = 37
					x, w, b, all, one := tk.in(n*in), tk.in(in*out), tk.in(out), tk.out(n*out), tk.out(out)
					layer(all, x, w, b, n, in, out, act)
					for r := range n {
						layer(one, x[r*in:(r+1)*in], w, b, 1, in, out, act)
						for j, got := range one {
							if want := all[r*out+j]; math.Float32bits(got) != math.Float32bits(want) {
								t.Fatalf("%s: %s %v: row %d alone has %v in column %d, among others %v", k.name, name, shape, r, got, j, want)
							}
						}
					}
				}
			}
		}
	}
}

// TestNotFinite wants NaN to come through, and infinities to be what they are.
func TestNotFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, k := range available() {
		for _, tc := range []struct {
			name string
			f    func(dst, x []float32)
			x, y []float32
		}{
			{"exp", k.exp, []float32{nan, inf, -inf, 0, 89, -104, -87.5}, []float32{nan, inf, 0, 1, inf, 0, float32(math.Exp(-87.5))}},
			{"log", k.log, []float32{nan, inf, -inf, 0, -1, 1, 0x1p-149}, []float32{nan, inf, nan, -inf, nan, 0, float32(math.Log(0x1p-149))}},
			{"tanh", k.tanh, []float32{nan, inf, -inf, 0, 10, -10, 1e-40}, []float32{nan, 1, -1, 0, 1, -1, 1e-40}},
			{"sigmoid", k.sigmoid, []float32{nan, inf, -inf, 0, 100, -104, 1e-40}, []float32{nan, 1, 0, 0.5, 1, 0, 0.5}},
			{"clip", func(dst, x []float32) { k.clip(dst, x, -1, 1) }, []float32{nan, inf, -inf, 0}, []float32{nan, 1, -1, 0}},
			{"min", func(dst, x []float32) { k.min(dst, x, []float32{0, nan, inf, 2}) }, []float32{nan, 1, -inf, 3}, []float32{nan, nan, -inf, 2}},
			{"relu layer", func(dst, x []float32) {
				k.dense(dst, x, []float32{1}, []float32{0}, len(x), 1, 1, ReLUAct)
			}, []float32{nan, inf, -inf, 2}, []float32{nan, inf, 0, 2}},
		} {
			for i, want := range tc.y {
				got := make([]float32, len(tc.x))
				tc.f(got, tc.x)
				if math.Float32bits(got[i]) != math.Float32bits(want) && !(got[i] != got[i] && want != want) &&
					math.Abs(float64(got[i]-want)) > 1e-6*math.Abs(float64(want)) {
					t.Errorf("%s: %s(%v) = %v, want %v", k.name, tc.name, tc.x[i], got[i], want)
				}
			}
		}
	}
}

// TestUlps measures the largest error of the functions, in units of the last
// place, over every 509th float32 there is.
func TestUlps(t *testing.T) {
	for _, k := range available() {
		for _, tc := range []struct {
			name  string
			f     func(dst, x []float32)
			exact func(float64) float64
			most  float64
		}{
			{"exp", k.exp, math.Exp, 1.5},
			{"log", k.log, math.Log, 1.5},
			{"tanh", k.tanh, math.Tanh, 2.5},
			{"sigmoid", k.sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 3},
		} {
			var worst, at float64
			x, y := make([]float32, 0, 4096), make([]float32, 4096)
			for bits := uint64(0); bits <= math.MaxUint32; bits += 509 {
				if v := math.Float32frombits(uint32(bits)); v-v == 0 && !(tc.name == "log" && v <= 0) {
					x = append(x, v)
				}
				if len(x) < cap(x) && bits+509 <= math.MaxUint32 {
					continue
				}
				tc.f(y[:len(x)], x)
				for i, v := range x {
					if e := ulp(y[i], tc.exact(float64(v))); e > worst {
						worst, at = e, float64(v)
					}
				}
				x = x[:0]
			}
			if t.Logf("%s: %s: largest error %.2f ulp, at %v", k.name, tc.name, worst, at); worst > tc.most {
				t.Errorf("%s: %s(%v) is %.2f ulp off, want %v at most", k.name, tc.name, at, worst, tc.most)
			}
		}
	}
}

// ulp is how far got is from want, in units of the last place of a float32 as
// large as want.
func ulp(got float32, want float64) float64 {
	if w := float32(want); w == got {
		return 0
	}
	_, exponent := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(exponent-24, -149))
}

// TestChoose wants the kernels that were asked for, or a sentence with those
// there are.
func TestChoose(t *testing.T) {
	for _, k := range available() {
		if got, err := choose(k.name); got != k || err != nil {
			t.Errorf("choose(%q) = %s, %v", k.name, got.name, err)
		}
	}
	best := available()[len(available())-1]
	if got, err := choose(""); got != best || err != nil {
		t.Errorf("choose of nothing = %s, %v, want %s", got.name, err, best.name)
	}
	if got, err := choose("sse9"); got != best || err == nil || !strings.Contains(err.Error(), `"sse9"`) || !strings.Contains(err.Error(), "generic") {
		t.Errorf("choose of what is not there = %s, %v", got.name, err)
	}
}
