package f32

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// guarded returns n random numbers between -2 and 2, before a page that may not be touched.
func guarded(t *testing.T, rng *rand.Rand, n int) []float32 {
	x := atEnd(t, n)
	for i := range x {
		x[i] = 4*rng.Float32() - 2
	}
	return x
}

// sameBits reports whether two slices have the same bits.
func sameBits(x, y []float32) bool {
	return slices.EqualFunc(x, y, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
}

// closeTo checks that got is want, except for rounding errors of sums of the given number of terms.
func closeTo(t *testing.T, what string, got, want []float32, terms int) {
	t.Helper()
	for i, w := range want {
		if d := math.Abs(float64(got[i] - w)); !(d <= (1e-5+2e-7*float64(terms))*max(1, math.Abs(float64(w)))) {
			t.Fatalf("%s: element %d is %v, want %v as in plain Go", what, i, got[i], w)
		}
	}
}

// A convCase has the slices of a convolution, and its results.
type convCase struct {
	c                *Conv
	n                int
	x, w, b, dy      []float32
	y, dx, dw        []float32
	panels, inPanels []float32
}

// newConvCase returns random slices for n images. The same seed gives the same numbers.
func newConvCase(t *testing.T, s ConvShape, n int, seed uint64) *convCase {
	rng := rand.New(rand.NewPCG(seed, 1))
	c := NewConv(s)
	return &convCase{
		c: c, n: n,
		x: guarded(t, rng, n*c.In()), w: guarded(t, rng, c.Terms()*c.O), b: guarded(t, rng, c.O), dy: guarded(t, rng, n*c.Out()),
		y: guarded(t, rng, n*c.Out()), dx: guarded(t, rng, n*c.In()), dw: guarded(t, rng, c.Terms()*c.O),
		panels: atEnd(t, c.PanelsLen()), inPanels: atEnd(t, c.InputPanelsLen()),
	}
}

// run computes the results with shares of the images and terms, as several cores do.
func (v *convCase) run(k *kernels, shares int, act Activation) {
	k.packMatrix(v.panels, v.w, v.c.Terms(), v.c.O, false)
	v.c.packInput(k, v.inPanels, v.w)
	terms := v.c.Terms()
	for i := shares - 1; i >= 0; i-- {
		v.c.forward(k, v.y, v.x, v.panels, v.b, i*v.n/shares, (i+1)*v.n/shares, act)
		v.c.input(k, v.dx, v.dy, v.inPanels, i*v.n/shares, (i+1)*v.n/shares, true)
		v.c.weight(k, v.dw, v.x, v.dy, v.n, i*terms/shares, (i+1)*terms/shares)
	}
}

// networkShapes returns the shapes of well-known networks, and random shapes. With -short there are fewer.
func networkShapes() []ConvShape {
	shapes := []ConvShape{
		{H: 10, W: 10, C: 4, KH: 3, KW: 3, Stride: 1, O: 16}, {H: 20, W: 20, C: 32, KH: 4, KW: 4, Stride: 2, O: 64},
		{H: 9, W: 9, C: 64, KH: 3, KW: 3, Stride: 1, O: 64}, {H: 16, W: 16, C: 16, KH: 3, KW: 3, Stride: 1, Pad: 1, O: 32},
		{H: 12, W: 13, C: 5, KH: 3, KW: 3, Stride: 2, Pad: 1, O: 11},
	}
	random := 30
	if testing.Short() {
		shapes, random = shapes[3:], 6
	} else {
		shapes = append(shapes, ConvShape{H: 84, W: 84, C: 4, KH: 8, KW: 8, Stride: 4, O: 32}, ConvShape{H: 40, W: 60, C: 32, KH: 3, KW: 3, Stride: 1, Pad: 1, O: 3})
	}
	rng := rand.New(rand.NewPCG(5, 6))
	for range random {
		h, w := 1+rng.IntN(4), 1+rng.IntN(4)
		shapes = append(shapes, ConvShape{H: h + rng.IntN(9), W: w + rng.IntN(9), C: 1 + rng.IntN(20), KH: h, KW: w, Stride: 1 + rng.IntN(3), Pad: rng.IntN(3), O: 1 + rng.IntN(70)})
	}
	return shapes
}

// TestConvKernels compares the convolutions of all kernels with plain Go, for slices that end where memory
// may not be touched. It also checks that shares of several cores give the same bits.
func TestConvKernels(t *testing.T) {
	for i, s := range networkShapes() {
		const n = 3
		want := newConvCase(t, s, n, uint64(i))
		want.run(&generic, 1, ReLUAct)
		for _, k := range available() {
			got := newConvCase(t, s, n, uint64(i))
			got.run(k, 1, ReLUAct)
			what := fmt.Sprintf("%s: %+v", k.name, s)
			closeTo(t, what+" y", got.y, want.y, 2*got.c.Terms())
			closeTo(t, what+" dx", got.dx, want.dx, 2*s.KH*s.KW*s.O)
			closeTo(t, what+" dw", got.dw, want.dw, 2*n*got.c.OH*got.c.OW)
			set, added := guarded(t, rand.New(rand.NewPCG(1, 2)), len(got.dx)), atEnd(t, len(got.dx))
			got.c.input(k, set, got.dy, got.inPanels, 0, n, false)
			if got.c.input(k, added, got.dy, got.inPanels, 0, n, true); !sameBits(set, added) {
				t.Errorf("%s: the gradient of the images that is set differs from the gradient that is added to zeros", what)
			}
			for _, shares := range []int{2, 3, 8} {
				again := newConvCase(t, s, n, uint64(i))
				again.run(k, shares, ReLUAct)
				if !sameBits(again.y, got.y) || !sameBits(again.dx, got.dx) || !sameBits(again.dw, got.dw) {
					t.Errorf("%s: %d shares have other bits than one", what, shares)
				}
			}
		}
	}
}

// TestSequenceKernels compares the loops of attention, normalisation and recurrent layers of all kernels
// with plain Go, for slices that end where memory may not be touched.
func TestSequenceKernels(t *testing.T) {
	loops := append(attentionLoops(), loop[func(k *kernels, t *task, n, w int)]{"gates", func(k *kernels, t *task, n, w int) {
		for _, l := range unitLoops() {
			l.run(k, t, w)
		}
	}})
	loops = append(loops, loop[func(k *kernels, t *task, n, w int)]{"products", func(k *kernels, t *task, n, w int) {
		for _, l := range panelLoops() {
			l.run(k, t, n, w, 37-n)
			l.run(k, t, n, 37-n, w)
		}
	}})
	for _, l := range loops {
		for _, n := range []int{1, 2, 5} {
			for _, w := range []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 31, 33, 48, 64, 65, 128} {
				want := newTask(uint64(n * w))
				l.run(&generic, want, n, w)
				for _, k := range available() {
					got := newTask(uint64(n * w))
					got.memory = func(n int) []float32 { return atEnd(t, n) }
					l.run(k, got, n, w)
					for i, x := range got.outputs {
						closeTo(t, fmt.Sprintf("%s: %s of %d×%d, result %d", k.name, l.name, n, w, i), x, want.outputs[i], 2*max(n, w, 37))
					}
				}
			}
		}
	}
}

// TestMaxPoolKernels checks that all kernels choose the same numbers of a window, with ties and NaN.
func TestMaxPoolKernels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []int{1, 3, 4, 8, 16, 17, 33} {
		p := NewPool(7, 8, c, 3, 2, 1)
		x, dy := guarded(t, rng, 2*p.In()), guarded(t, rng, 2*p.Out())
		for i := range x {
			if x[i] = float32(rng.IntN(4)); rng.IntN(20) == 0 {
				x[i] = float32(math.NaN())
			}
		}
		var wantY, wantDx []float32
		var wantWhich []int32
		for _, k := range available() {
			y, dx, which := atEnd(t, 2*p.Out()), atEnd(t, 2*p.In()), make([]int32, 2*p.Out())
			p.max(k, y, which, x, 0, 2)
			p.maxGrad(k, dx, dy, which, 0, 2, true)
			if k == &generic {
				wantY, wantDx, wantWhich = y, dx, which
			}
			for i := range y {
				if y[i] != wantY[i] && !(y[i] != y[i] && wantY[i] != wantY[i]) || which[i] != wantWhich[i] {
					t.Fatalf("%s: the largest number is %v in place %d, want %v in place %d", k.name, y[i], which[i], wantY[i], wantWhich[i])
				}
			}
			set := guarded(t, rng, len(dx))
			if p.maxGrad(k, set, dy, which, 0, 2, false); !sameBits(set, dx) {
				t.Errorf("%s: the gradient of %d channels that is set differs from the gradient that is added to zeros", k.name, c)
			}
			if !sameBits(dx, wantDx) {
				t.Errorf("%s: the gradient of %d channels has other bits than in plain Go", k.name, c)
			}
		}
	}
}

// TestSequenceRowsAlone checks that a row has the same bits alone and among 39 rows: in a product, in
// attention, and in a step of recurrent layers.
func TestSequenceRowsAlone(t *testing.T) {
	const n = 39
	for _, k := range available() {
		rng := rand.New(rand.NewPCG(3, 4))
		for _, shape := range [][2]int{{4, 16}, {64, 256}, {13, 84}, {300, 48}, {1, 1}, {40, 20}, {600, 33}, {5, 512}} {
			in, out := shape[0], shape[1]
			a, w, bias := guarded(t, rng, n*in), guarded(t, rng, in*out), guarded(t, rng, out)
			panels, all := atEnd(t, PackedLen(in, out)), guarded(t, rng, n*out)
			before := slices.Clone(all)
			k.packMatrix(panels, w, in, out, false)
			for _, b := range [][]float32{bias, nil} {
				copy(all, before)
				k.packedProduct(all, a, panels, b, n, in, out, TanhAct)
				for rows := 1; rows <= 9; rows++ {
					some, lying := slices.Clone(before[:rows*out]), slices.Clone(before[:rows*out])
					k.packedProduct(some, a, panels, b, rows, in, out, TanhAct)
					k.matrixProduct(lying, a, w, b, rows, in, out, TanhAct)
					if !sameBits(some, all[:rows*out]) || !sameBits(lying, all[:rows*out]) {
						t.Errorf("%s: %d rows of a product of %v have other bits than among %d", k.name, rows, shape, n)
					}
				}
			}
		}
		testAttentionAlone(t, k, rng)
	}
}

// testAttentionAlone checks that the last query has the same bits alone, with any number of masked keys
// behind it.
func testAttentionAlone(t *testing.T, k *kernels, rng *rand.Rand) {
	for _, dh := range []int{3, 8, 16, 33} {
		for _, tk := range []int{1, 5, 16, 37} {
			const masked = 20
			q, keys, values, mask := guarded(t, rng, tk*dh), guarded(t, rng, (tk+masked)*dh), guarded(t, rng, (tk+masked)*dh), atEnd(t, tk*(tk+masked))
			for i := range mask {
				if i%(tk+masked) > i/(tk+masked) {
					mask[i] = float32(math.Inf(-1))
				}
			}
			y, p, one, weights := atEnd(t, tk*dh), atEnd(t, tk*(tk+masked)), atEnd(t, dh), atEnd(t, tk)
			k.attention(y, dh, p, q, dh, keys, values, dh, dh, tk, tk+masked, dh, mask)
			k.attention(one, dh, weights, q[(tk-1)*dh:], dh, keys, values, dh, dh, 1, tk, dh, nil)
			if !sameBits(one, y[(tk-1)*dh:]) || !sameBits(weights, p[(tk-1)*(tk+masked):][:tk]) {
				t.Errorf("%s: a query alone for %d keys has other bits than among %d, with %d masked keys", k.name, tk, tk, masked)
			}
		}
	}
}

// TestSoftmaxExtremes checks rows with numbers far below the largest, infinities and NaN.
func TestSoftmaxExtremes(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, k := range available() {
		for _, tc := range []struct{ x, want []float32 }{
			{[]float32{0, -88, -1e9, -inf}, []float32{1, 0, 0, 0}},
			{[]float32{1000, 1000, -1000}, []float32{0.5, 0.5, 0}},
			{[]float32{-inf, -inf}, []float32{nan, nan}},
			{[]float32{1, nan, 2}, []float32{nan, nan, nan}},
		} {
			for _, width := range []int{len(tc.x), 20} { // at the end of a row, and in a whole vector
				x := slices.Repeat([]float32{-1e9}, width)
				copy(x, tc.x)
				k.softmax(x, 1, width, width, nil, 0, 1)
				for i, want := range tc.want {
					if x[i] != want && !(x[i] != x[i] && want != want) && width == len(tc.x) {
						t.Errorf("%s: softmax(%v) = %v, want %v", k.name, tc.x, x[:len(tc.x)], tc.want)
						break
					}
				}
			}
		}
	}
}

// TestNetworksAllocateNothing checks the loops of images and sequences.
func TestNetworksAllocateNothing(t *testing.T) {
	v := newConvCase(t, ConvShape{H: 8, W: 8, C: 3, KH: 3, KW: 3, Stride: 1, Pad: 1, O: 20}, 2, 1)
	p := NewPool(8, 8, 3, 2, 2, 0)
	y, which := make([]float32, 2*p.Out()), make([]int32, 2*p.Out())
	var packed Packed
	packed.Pack(v.w, 27, 20, false)
	stats := make([]float32, 2*64)
	for name, f := range map[string]func(){
		"a convolution":    func() { v.run(active, 2, ReLUAct) },
		"a pool":           func() { p.Max(y, which, v.x, 0, 2); p.MaxGrad(v.dx, y, which, 0, 2, true); p.Mean(y, v.x, 0, 2) },
		"a packed product": func() { packed.Product(v.y[:80], v.x, v.b, 4, TanhAct) },
		"attention":        func() { Attention(v.y, 4, v.dx, v.x, 4, v.x, v.x, 4, 4, 8, 8, 4, nil) },
		"LayerNorm":        func() { LayerNorm(v.dx[:160], v.x, v.b, v.b, stats, 1e-5) },
	} {
		if n := testing.AllocsPerRun(10, f); n > 0 {
			t.Errorf("%s allocates %v times, want 0", name, n)
		}
	}
}
