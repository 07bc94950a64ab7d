package f32

import (
	"fmt"
	"math"
	"testing"
)

// agree fails the test where k and the plain kernels disagree on a task.
func agree(t *testing.T, what string, k *kernels, seed uint64, terms int, run func(*kernels, *task)) {
	t.Helper()
	if d := k.differs(what, seed, terms, run); d != "" {
		t.Fatalf("%s: %s", k.name, d)
	}
}

// TestKernelsAgree holds every implementation to the plain one, over lengths and
// shapes that leave every kind of rest.
func TestKernelsAgree(t *testing.T) {
	for _, k := range available()[1:] {
		for _, l := range loops() {
			for n := range 70 {
				agree(t, fmt.Sprintf("%s of %d", l.name, n), k, uint64(n), 1, func(k *kernels, t *task) { l.run(k, t, n) })
			}
		}
		for _, l := range tables() {
			for _, n := range []int{1, 2, 3, 9} {
				for w := 1; w < 36; w++ {
					agree(t, fmt.Sprintf("%s of %d×%d", l.name, n, w), k, uint64(n*w), n, func(k *kernels, t *task) { l.run(k, t, n, w) })
				}
			}
		}
	}
}

// TestProductsAgree is TestKernelsAgree for products, with fewer sizes where it is -short.
func TestProductsAgree(t *testing.T) {
	rows, sizes := []int{0, 1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 33}, []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 48, 49, 64, 65, 80, 130}
	deep := [][3]int{{600, 20, 40}, {40, 600, 20}, {40, 20, 600}, {33, 300, 400}, {1, 600, 300}} // deeper than a panel, and packed
	if testing.Short() {
		rows, sizes, deep = []int{1, 2, 7, 15}, []int{1, 5, 8, 17, 33, 65}, [][3]int{{1, 600, 20}, {33, 200, 40}}
	}
	for _, k := range available()[1:] {
		for _, l := range layerProducts() {
			shapes := deep
			for _, n := range rows {
				for _, in := range sizes {
					for _, out := range sizes {
						if n <= 9 || in*out <= 1000 { // beyond, no other rests than smaller ones
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

// FuzzKernels is TestProductsAgree for whatever product and shape there may be.
func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), uint8(0), uint8(3), uint8(17), uint8(49))
	f.Fuzz(func(t *testing.T, seed uint64, which, n, in, out uint8) {
		products := layerProducts()
		l, rows, width, height := products[int(which)%len(products)], int(n)%70, int(in)+1, int(out)+1
		for _, k := range available()[1:] {
			agree(t, l.name, k, seed, max(rows, width, height), func(k *kernels, t *task) { l.run(k, t, rows, width, height) })
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
					tk := newTask(1)
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
// place, over every 509th float32 there is, or fewer where it is -short.
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
			most  float64
		}{
			{"exp", k.exp, math.Exp, 1.5},
			{"log", k.log, math.Log, 1.5},
			{"tanh", k.tanh, math.Tanh, 2.5},
			{"sigmoid", k.sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 3},
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
