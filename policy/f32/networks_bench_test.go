package f32_test

import (
	"math/rand/v2"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
)

// flops reports the speed of a benchmark whose body has n multiplications and as many additions.
func flops(b *testing.B, n int) {
	b.ReportMetric(2*float64(n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}

// BenchmarkDense measures a dense layer of 512×512 for 512 rows: the other benchmarks of this file compare
// with it.
func BenchmarkDense(b *testing.B) {
	const n = 512
	rng := rand.New(rand.NewPCG(1, 2))
	x, w, bias, y := random(rng, n*n), random(rng, n*n), random(rng, n), make([]float32, n*n)
	for b.Loop() {
		f32.Dense(y, x, w, bias, n, n, n, f32.Identity)
	}
	flops(b, n*n*n)
}

// BenchmarkConv measures the layers of MinAtar's network, of Mnih et al. 2015 (nature) and of Espeholt et al.
// 2018 (impala).
func BenchmarkConv(b *testing.B) {
	for _, bc := range []struct {
		name  string
		n     int
		shape f32.ConvShape
	}{
		{"minatar", 32, f32.ConvShape{H: 10, W: 10, C: 4, KH: 3, KW: 3, Stride: 1, O: 16}},
		{"minatar10", 32, f32.ConvShape{H: 10, W: 10, C: 10, KH: 3, KW: 3, Stride: 1, O: 16}},
		{"nature1", 32, f32.ConvShape{H: 84, W: 84, C: 4, KH: 8, KW: 8, Stride: 4, O: 32}},
		{"nature2", 32, f32.ConvShape{H: 20, W: 20, C: 32, KH: 4, KW: 4, Stride: 2, O: 64}},
		{"nature3", 32, f32.ConvShape{H: 9, W: 9, C: 64, KH: 3, KW: 3, Stride: 1, O: 64}},
		{"impala1", 8, f32.ConvShape{H: 64, W: 64, C: 3, KH: 3, KW: 3, Stride: 1, Pad: 1, O: 16}},
		{"impala2", 8, f32.ConvShape{H: 32, W: 32, C: 16, KH: 3, KW: 3, Stride: 1, Pad: 1, O: 16}},
		{"impala3", 8, f32.ConvShape{H: 16, W: 16, C: 32, KH: 3, KW: 3, Stride: 1, Pad: 1, O: 32}},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		c, n := f32.NewConv(bc.shape), bc.n
		x, w, bias, dy := random(rng, n*c.In()), random(rng, c.Terms()*c.O), random(rng, c.O), random(rng, n*c.Out())
		y, dw, dx := make([]float32, n*c.Out()), make([]float32, len(w)), make([]float32, n*c.In())
		panels, inputPanels := make([]float32, c.PanelsLen()), make([]float32, c.InputPanelsLen())
		work := n * c.Out() * c.Terms()
		b.Run(bc.name+"/forward", func(b *testing.B) {
			for b.Loop() {
				c.Pack(panels, w)
				c.Forward(y, x, panels, bias, 0, n, f32.ReLUAct)
			}
			flops(b, work)
		})
		b.Run(bc.name+"/weight", func(b *testing.B) {
			for b.Loop() {
				c.Weight(dw, x, dy, n, 0, c.Terms())
			}
			flops(b, work)
		})
		b.Run(bc.name+"/input", func(b *testing.B) {
			for b.Loop() {
				c.PackInput(inputPanels, w)
				c.Input(dx, dy, inputPanels, 0, n, false)
			}
			flops(b, work)
		})
	}
}

// BenchmarkMaxPool measures a pool of IMPALA: 3×3 pixels, stride 2, in 8 images of 64×64×16.
func BenchmarkMaxPool(b *testing.B) {
	const n = 8
	p := f32.NewPool(64, 64, 16, 3, 2, 1)
	x, y, which := random(rand.New(rand.NewPCG(1, 2)), n*p.In()), make([]float32, n*p.Out()), make([]int32, n*p.Out())
	b.Run("forward", func(b *testing.B) {
		for b.Loop() {
			p.Max(y, which, x, 0, n)
		}
	})
	b.Run("input", func(b *testing.B) {
		for b.Loop() {
			p.MaxGrad(x, y, which, 0, n, false)
		}
	})
}

// BenchmarkGates measures a step of an LSTM of 64 units for 16 rows after its products.
func BenchmarkGates(b *testing.B) {
	const rows, n = 16, 64
	rng := rand.New(rand.NewPCG(1, 2))
	gates, h, c, before, dc, dgates := random(rng, rows*4*n), random(rng, rows*n), random(rng, rows*n), random(rng, rows*n), random(rng, rows*n), random(rng, rows*4*n)
	b.Run("forward", func(b *testing.B) {
		for b.Loop() {
			f32.LSTMGates(gates, h, c, before, n)
		}
	})
	b.Run("gradient", func(b *testing.B) {
		for b.Loop() {
			clear(dc)
			f32.LSTMGatesGrad(dgates, gates, h, dc, c, before, n)
		}
	})
}

// BenchmarkPacked measures the products of a recurrent step of 16 rows and of 1 row, for an LSTM of 64, 128 and
// 256 units.
func BenchmarkPacked(b *testing.B) {
	for _, bc := range []struct {
		name  string
		rows  int
		units int
	}{{"16x64", 16, 64}, {"16x128", 16, 128}, {"16x256", 16, 256}, {"1x64", 1, 64}, {"1x128", 1, 128}} {
		rng := rand.New(rand.NewPCG(1, 2))
		n := 4 * bc.units
		h, w, bias, gates := random(rng, bc.rows*bc.units), random(rng, bc.units*n), random(rng, n), make([]float32, bc.rows*n)
		var p f32.Packed
		p.Pack(w, bc.units, n, false)
		b.Run(bc.name, func(b *testing.B) {
			for b.Loop() {
				p.Product(gates, h, bias, bc.rows, f32.Identity)
			}
			flops(b, bc.rows*bc.units*n)
		})
		b.Run(bc.name+"/lying", func(b *testing.B) {
			for b.Loop() {
				f32.Product(gates, h, w, bias, bc.rows, bc.units, n, f32.Identity)
			}
			flops(b, bc.rows*bc.units*n)
		})
	}
}

// BenchmarkAttention measures one head of 16 elements for one sequence of 16 and of 64 steps, whose queries,
// keys and values are beside each other.
func BenchmarkAttention(b *testing.B) {
	for _, bc := range []struct {
		name  string
		steps int
	}{{"16", 16}, {"64", 64}} {
		const dh, ld = 16, 3 * 64
		t := bc.steps
		x := random(rand.New(rand.NewPCG(1, 2)), t*ld)
		y, p, dx, mask := make([]float32, t*64), make([]float32, t*t), make([]float32, t*ld), make([]float32, t*t)
		for i := range mask {
			if i%t > i/t {
				mask[i] = -1e9
			}
		}
		b.Run(bc.name+"/forward", func(b *testing.B) {
			for b.Loop() {
				f32.Attention(y, 64, p, x, ld, x[64:], x[128:], ld, ld, t, t, dh, mask)
			}
			flops(b, 2*t*t*dh)
		})
		b.Run(bc.name+"/gradient", func(b *testing.B) {
			for b.Loop() {
				f32.AttentionGrad(dx, dx[64:], dx[128:], y, 64, p, x, ld, x[64:], x[128:], ld, ld, t, t, dh)
			}
			flops(b, 4*t*t*dh)
		})
	}
}

// BenchmarkLayerNorm measures 1024 rows of 128.
func BenchmarkLayerNorm(b *testing.B) {
	const rows, n = 1024, 128
	rng := rand.New(rand.NewPCG(1, 2))
	x, w, bias, y, stats := random(rng, rows*n), random(rng, n), random(rng, n), make([]float32, rows*n), make([]float32, 2*rows)
	dx, dw, db := make([]float32, rows*n), make([]float32, n), make([]float32, n)
	b.Run("forward", func(b *testing.B) {
		for b.Loop() {
			f32.LayerNorm(y, x, w, bias, stats, 1e-5)
		}
	})
	b.Run("gradient", func(b *testing.B) {
		for b.Loop() {
			f32.LayerNormGrad(dx, dw, db, y, x, w, stats)
		}
	})
}
