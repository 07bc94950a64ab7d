package f32_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
)

// convShapes have one filter and more than a panel, one channel, kernels that are not square, strides,
// borders, and images that do not fit into a scratch with their border.
var convShapes = []f32.ConvShape{
	{H: 10, W: 10, C: 4, KH: 3, KW: 3, Stride: 1, O: 16},
	{H: 5, W: 4, C: 1, KH: 2, KW: 3, Stride: 1, O: 1},
	{H: 9, W: 8, C: 3, KH: 3, KW: 3, Stride: 2, Pad: 1, O: 5},
	{H: 7, W: 7, C: 17, KH: 3, KW: 3, Stride: 1, Pad: 1, O: 20},
	{H: 12, W: 11, C: 2, KH: 4, KW: 4, Stride: 2, O: 33},
	{H: 4, W: 5, C: 6, KH: 1, KW: 1, Stride: 1, O: 7},
	{H: 6, W: 6, C: 2, KH: 5, KW: 3, Stride: 3, Pad: 2, O: 3},
	{H: 3, W: 3, C: 2, KH: 3, KW: 3, Stride: 1, O: 40},
	{H: 20, W: 700, C: 6, KH: 3, KW: 3, Stride: 1, Pad: 1, O: 2},
	{H: 21, W: 700, C: 6, KH: 3, KW: 3, Stride: 2, Pad: 1, O: 2},
}

// TestConv compares convolutions and their gradients with sums in float64.
func TestConv(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, s := range convShapes {
		const n = 2
		c := f32.NewConv(s)
		x, w, b, dy := random(rng, n*c.In()), random(rng, c.Terms()*s.O), random(rng, s.O), random(rng, n*c.Out())
		y, dx, dw := make([]float32, n*c.Out()), random(rng, n*c.In()), random(rng, c.Terms()*s.O)
		wantY, wantX, wantW := convSums(c, x, w, b, dy, dx, dw, n)
		panels, inputPanels := make([]float32, c.PanelsLen()), make([]float32, c.InputPanelsLen())
		c.Pack(panels, w)
		c.PackInput(inputPanels, w)
		for i := range n {
			c.Forward(y, x, panels, b, i, i+1, f32.ReLUAct)
			c.Input(dx, dy, inputPanels, i, i+1, true)
		}
		half := c.Terms() / 2
		c.Weight(dw, x, dy, n, half, c.Terms())
		c.Weight(dw, x, dy, n, 0, half)
		near(t, fmt.Sprintf("y of %+v", s), y, wantY, 1e-5)
		near(t, fmt.Sprintf("dx of %+v", s), dx, wantX, 1e-5)
		near(t, fmt.Sprintf("dw of %+v", s), dw, wantW, 1e-5+1e-7*float64(n*c.OH*c.OW)) // rounding of long sums
	}
}

// convSums returns the results of a convolution with ReLU, and dx and dw with the gradients added, where
// dy is the gradient before ReLU.
func convSums(c *f32.Conv, x, w, b, dy, dx, dw []float32, n int) (y, gx, gw []float64) {
	y, gx, gw = make([]float64, n*c.Out()), wide(dx), wide(dw)
	for i := range n * c.OH * c.OW * c.O {
		o, px, py, image := i%c.O, i/c.O%c.OW, i/c.O/c.OW%c.OH, i/c.Out()
		sum := float64(b[o])
		for term := range c.Terms() {
			ch, kx, ky := term%c.C, term/c.C%c.KW, term/c.C/c.KW
			h, v := py*c.Stride+ky-c.Pad, px*c.Stride+kx-c.Pad
			if h < 0 || h >= c.H || v < 0 || v >= c.W {
				continue
			}
			at := ((image*c.H+h)*c.W+v)*c.C + ch
			sum += float64(x[at]) * float64(w[term*c.O+o])
			gx[at] += float64(dy[i]) * float64(w[term*c.O+o])
			gw[term*c.O+o] += float64(dy[i]) * float64(x[at])
		}
		y[i] = max(sum, 0)
	}
	return y, gx, gw
}

// TestConvCheck checks the errors of shapes that are not convolutions.
func TestConvCheck(t *testing.T) {
	good := f32.ConvShape{H: 84, W: 84, C: 4, KH: 8, KW: 8, Stride: 4, O: 32}
	if err := good.Check(); err != nil {
		t.Errorf("Check(%+v) = %v, want nil", good, err)
	}
	for _, change := range []func(*f32.ConvShape){
		func(s *f32.ConvShape) { s.H = 0 },
		func(s *f32.ConvShape) { s.Stride = 0 },
		func(s *f32.ConvShape) { s.Pad = -1 },
		func(s *f32.ConvShape) { s.KW = 85 },
		func(s *f32.ConvShape) { s.O = 1 << 20 },
		func(s *f32.ConvShape) { s.H, s.W = 1<<15, 1<<15 },
		func(s *f32.ConvShape) { s.Pad = 1 << 14 },
		func(s *f32.ConvShape) {
			*s = f32.ConvShape{H: 1 << 16, W: 1 << 16, C: 1 << 16, KH: 1 << 16, KW: 1 << 16, Stride: 1, O: 1 << 16}
		},
	} {
		s := good
		if change(&s); s.Check() == nil {
			t.Errorf("Check(%+v) = nil, want an error", s)
		}
	}
}

// TestMaxPool checks ties, NaN, borders and gradients by hand.
func TestMaxPool(t *testing.T) {
	nan := float32(math.NaN())
	p := f32.NewPool(3, 3, 1, 2, 1, 0)
	x := []float32{1, 1, 0, 1, nan, 2, -3, -1, -3}
	y, which, dx := make([]float32, 4), make([]int32, 4), make([]float32, 9)
	p.Max(y, which, x, 0, 1)
	for i, v := range y {
		if v == v {
			t.Errorf("Max[%d] = %v, want NaN", i, v)
		}
	}
	x[4] = 1
	p.Max(y, which, x, 0, 1)
	near(t, "Max", y, []float64{1, 2, 1, 2}, 0)
	p.MaxGrad(dx, []float32{1, 10, 100, 1000}, which, 0, 1, true)
	near(t, "MaxGrad", dx, []float64{1, 0, 0, 100, 0, 1010, 0, 0, 0}, 0)

	p = f32.NewPool(3, 3, 1, 3, 2, 1) // windows of 2×2 pixels at the corners, besides the border
	x, dx = []float32{-1, -2, -3, -4, -5, -6, -7, -8, -9}, make([]float32, 9)
	p.Max(y, which, x, 0, 1)
	near(t, "Max with a border", y, []float64{-1, -2, -4, -5}, 0)
	p.MaxGrad(dx, []float32{1, 2, 3, 4}, which, 0, 1, true)
	near(t, "MaxGrad with a border", dx, []float64{1, 2, 0, 3, 4, 0, 0, 0, 0}, 0)
}

// TestPoolStrips compares a pool of an image that does not fit into a scratch with its border with the
// same pool of a narrow part of it.
func TestPoolStrips(t *testing.T) {
	const h, w, c = 30, 50, 64
	rng := rand.New(rand.NewPCG(3, 4))
	wideImage, narrowImage := f32.NewPool(h, w, c, 3, 2, 1), f32.NewPool(h, w, 1, 3, 2, 1)
	x, one := random(rng, wideImage.In()), make([]float32, narrowImage.In())
	y, dy, which, dx := make([]float32, wideImage.Out()), random(rng, wideImage.Out()), make([]int32, wideImage.Out()), make([]float32, wideImage.In())
	oneY, oneDy, oneWhich := make([]float32, narrowImage.Out()), make([]float32, narrowImage.Out()), make([]int32, narrowImage.Out())
	wideImage.Max(y, which, x, 0, 1)
	wideImage.MaxGrad(dx, dy, which, 0, 1, true)
	for ch := range c {
		oneDx := make([]float32, narrowImage.In())
		for i := range one {
			one[i] = x[i*c+ch]
		}
		for i := range oneDy {
			oneDy[i] = dy[i*c+ch]
		}
		narrowImage.Max(oneY, oneWhich, one, 0, 1)
		narrowImage.MaxGrad(oneDx, oneDy, oneWhich, 0, 1, true)
		for i := range oneY {
			if y[i*c+ch] != oneY[i] || which[i*c+ch] != oneWhich[i] {
				t.Fatalf("channel %d of a wide image has %v, alone %v", ch, y[i*c+ch], oneY[i])
			}
		}
		for i, want := range oneDx {
			if math.Abs(float64(dx[i*c+ch]-want)) > 1e-5 {
				t.Fatalf("channel %d of a wide image has the gradient %v, alone %v", ch, dx[i*c+ch], want)
			}
		}
	}
}

// TestMeanPool checks PyTorch's AvgPool2d, whose border counts, and AdaptiveAvgPool2d by hand.
func TestMeanPool(t *testing.T) {
	x := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9}
	for _, tc := range []struct {
		name      string
		p         *f32.Pool
		y, dy, dx []float64
	}{
		{"mean", f32.NewPool(3, 3, 1, 2, 1, 0), []float64{3, 4, 6, 7}, []float64{4, 8, 12, 16}, []float64{1, 3, 2, 4, 10, 6, 3, 7, 4}},
		{"mean with a border", f32.NewPool(3, 3, 1, 2, 2, 1), []float64{0.25, 1.25, 2.75, 7}, []float64{4, 8, 12, 16}, []float64{1, 2, 2, 3, 4, 4, 3, 4, 4}},
		{"adaptive mean", f32.NewAdaptivePool(3, 3, 1, 2, 1), []float64{3.5, 6.5}, []float64{6, 12}, []float64{1, 1, 1, 3, 3, 3, 2, 2, 2}},
	} {
		y, dx := make([]float32, tc.p.Out()), make([]float32, 9)
		tc.p.Mean(y, x, 0, 1)
		near(t, tc.name, y, tc.y, 1e-6)
		dy := make([]float32, len(tc.dy))
		for i, v := range tc.dy {
			dy[i] = float32(v)
		}
		tc.p.MeanGrad(dx, dy, 0, 1, true)
		near(t, tc.name+"'s gradient", dx, tc.dx, 1e-6)
		tc.p.MeanGrad(dx, dy, 0, 1, false)
		near(t, tc.name+"'s gradient that is set", dx, tc.dx, 1e-6)
	}
}

// TestBytes checks that all bytes become the nearest float32s of b and b/255.
func TestBytes(t *testing.T) {
	src, x := make([]byte, 256), make([]float32, 256)
	for i := range src {
		src[i] = byte(i)
	}
	f32.Bytes(x, src)
	for i, v := range x {
		if v != float32(i) {
			t.Errorf("Bytes(%d) = %v", i, v)
		}
	}
	f32.Unit(x, x)
	for i, v := range x {
		if want := float32(float64(i) / 255); v != want {
			t.Errorf("Unit(%d) = %v, want %v", i, v, want)
		}
	}
}
