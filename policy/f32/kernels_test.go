package f32

import (
	"fmt"
	"math"
	"testing"
)

// agree checks that k and the generic kernels have the same results for a task, except for
// rounding errors.
func agree(t *testing.T, what string, k *kernels, seed uint64, terms int, run func(*kernels, *task)) {
	t.Helper()
	if d := k.difference(what, seed, terms, run); d != "" {
		t.Fatalf("%s: %s", k.name, d)
	}
}

// TestKernelsAgree compares the loops over elements and rows of all kernels with plain Go. The
// lengths include every possible remainder after whole vectors.
func TestKernelsAgree(t *testing.T) {
	for _, k := range available()[1:] {
		for _, l := range elementLoops() {
			for n := range 70 {
				agree(t, fmt.Sprintf("%s of %d", l.name, n), k, uint64(n), 1, func(k *kernels, t *task) { l.run(k, t, n) })
			}
		}
		for _, l := range rowLoops() {
			for _, n := range []int{1, 2, 3, 9} {
				for w := 1; w < 36; w++ {
					agree(t, fmt.Sprintf("%s of %d×%d", l.name, n, w), k, uint64(n*w), n, func(k *kernels, t *task) { l.run(k, t, n, w) })
				}
			}
		}
	}
}

// TestProductsAgree compares the linear layers of all kernels with plain Go, for many shapes.
// With -short there are fewer shapes.
func TestProductsAgree(t *testing.T) {
	rows, sizes := []int{0, 1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 33}, []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 80, 130}
	deep := [][3]int{{600, 20, 40}, {40, 600, 20}, {40, 20, 600}, {33, 300, 400}, {1, 600, 300}, {40, 1024, 33}} // dimensions above maxDepth, or with packed panels
	if testing.Short() {
		rows, sizes, deep = []int{1, 2, 7, 15}, []int{1, 5, 8, 17, 33, 65}, [][3]int{{1, 600, 20}, {33, 200, 40}}
	}
	for _, k := range available()[1:] {
		for _, l := range layerLoops() {
			shapes := deep
			for _, n := range rows {
				for _, in := range sizes {
					for _, out := range sizes {
						if n <= 9 || in*out <= 1000 { // a larger shape has the same remainders as a smaller shape
							shapes = append(shapes, [3]int{n, in, out})
						}
					}
				}
			}
			for _, s := range shapes {
				agree(t, fmt.Sprint(l.name, " of ", s), k, uint64(s[0]+s[1]+s[2]), max(s[0], s[1], s[2]),
					func(k *kernels, t *task) { l.run(k, t, s[0], s[1], s[2]) })
			}
		}
	}
}

// FuzzKernels compares the kernels' layers with plain Go, for any shape.
func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), uint8(0), uint8(3), uint8(17), uint8(49))
	f.Fuzz(func(t *testing.T, seed uint64, which, n, in, out uint8) {
		layers := layerLoops()
		l, rows, width, height := layers[int(which)%len(layers)], int(n)%70, int(in)+1, int(out)+1
		for _, k := range available()[1:] {
			agree(t, l.name, k, seed, max(rows, width, height), func(k *kernels, t *task) { l.run(k, t, rows, width, height) })
		}
	})
}

// TestRowsAlone checks that a layer gives a row the same result, bit for bit, in a batch of one
// row and in a batch of 37 rows.
func TestRowsAlone(t *testing.T) {
	for _, k := range available() {
		for _, shape := range [][2]int{{4, 64}, {64, 64}, {17, 40}, {9, 3}, {600, 33}, {64, 130}, {3, 400}, {400, 300}, {7, 24}, {30, 1}, {1100, 48}} {
			in, out := shape[0], shape[1]
			for _, act := range Activations() {
				for name, layer := range map[string]func(y, x, w, b []float32, n, in, out int, act Activation){"dense": k.denseRows, "linear": k.linearRows} {
					tk := newTask(1)
					const n = 37
					x, w, b, all, one := tk.in(n*in), tk.in(in*out), tk.in(out), tk.out(n*out), tk.out(out)
					layer(all, x, w, b, n, in, out, act)
					for r := range n {
						layer(one, x[r*in:(r+1)*in], w, b, 1, in, out, act)
						for j, got := range one {
							if want := all[r*out+j]; math.Float32bits(got) != math.Float32bits(want) {
								t.Fatalf("%s: %s %v: row %d alone has %v in column %d, in a batch %v", k.name, name, shape, r, got, j, want)
							}
						}
					}
				}
			}
		}
	}
}

// TestNotFinite checks that NaN gives NaN. It also checks that infinite and very large numbers
// give the limits of the functions.
func TestNotFinite(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, k := range available() {
		for _, tc := range []struct {
			name string
			f    func(dst, x []float32)
			x, y []float32
		}{
			{"exp", k.exp, []float32{nan, inf, -inf, 0, 89, -87.5, -87, 88}, []float32{nan, inf, 0, 1, inf, 0, float32(math.Exp(-87)), float32(math.Exp(88))}},
			{"log", k.log, []float32{nan, inf, -inf, 0, -1, 1, 0x1p-149}, []float32{nan, inf, nan, -inf, nan, 0, float32(math.Log(0x1p-149))}},
			{"tanh", k.activate[TanhAct], []float32{nan, inf, -inf, 0, 10, -10, 1e-40}, []float32{nan, 1, -1, 0, 1, -1, 1e-40}},
			{"sigmoid", k.activate[SigmoidAct], []float32{nan, inf, -inf, 0, 100, -104, 1e-40}, []float32{nan, 1, 0, 0.5, 1, 0, 0.5}},
			{"clip", func(dst, x []float32) { k.clip(dst, x, -1, 1) }, []float32{nan, inf, -inf, 0}, []float32{nan, 1, -1, 0}},
			{"min", func(dst, x []float32) { k.min(dst, x, []float32{0, nan, inf, 2}) }, []float32{nan, 1, -inf, 3}, []float32{nan, nan, -inf, 2}},
			{"relu layer", func(dst, x []float32) {
				k.denseRows(dst, x, []float32{1}, []float32{0}, len(x), 1, 1, ReLUAct)
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

// TestUlps checks the largest error of exp, log, tanh and sigmoid in units of the last place
// (ulp). It uses every 509th float32, and with -short every 50,021st.
func TestUlps(t *testing.T) {
	step := uint64(509)
	if testing.Short() {
		step = 50_021
	}
	for _, k := range available() {
		for _, tc := range []struct {
			name  string
			f     func(dst, x []float32)
			exact func(float64) float64
			limit float64 // largest error that is allowed [ulp]
		}{
			{"exp", k.exp, exp64, 1.5},
			{"log", k.log, math.Log, 1.5},
			{"tanh", k.activate[TanhAct], math.Tanh, 2.5},
			{"sigmoid", k.activate[SigmoidAct], func(x float64) float64 { return exp64(min(x, 0)) / (1 + math.Exp(-math.Abs(x))) }, 3},
		} {
			var worst, at float64
			x, y := make([]float32, 0, 4096), make([]float32, 4096)
			for bits := uint64(0); bits <= math.MaxUint32; bits += step {
				if v := math.Float32frombits(uint32(bits)); v-v == 0 && !(tc.name == "log" && v <= 0) {
					x = append(x, v)
				}
				if len(x) < cap(x) && bits+step <= math.MaxUint32 {
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
			if t.Logf("%s: %s: largest error %.2f ulp, at %v", k.name, tc.name, worst, at); worst > tc.limit {
				t.Errorf("%s: %s(%v) has an error of %.2f ulp, want %v at most", k.name, tc.name, at, worst, tc.limit)
			}
		}
	}
}

// exp64 returns eˣ, and 0 for x < -87.
func exp64(x float64) float64 {
	if x < -87 {
		return 0
	}
	return math.Exp(x)
}

// ulp returns the distance between got and want, in units of the last place of the float32
// nearest to want.
func ulp(got float32, want float64) float64 {
	if w := float32(want); w == got {
		return 0
	}
	_, exponent := math.Frexp(want)
	return math.Abs(float64(got)-want) / math.Ldexp(1, max(exponent-24, -149))
}
