package f32_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
)

// BenchmarkDenseShapes measures dense layers after the last convolution of networks for images, and hidden
// layers: rows, inputs, outputs.
func BenchmarkDenseShapes(b *testing.B) {
	for _, s := range [][3]int{{1, 1024, 128}, {8, 1024, 128}, {32, 1024, 128}, {256, 1024, 128}, {1, 3136, 512}, {32, 3136, 512},
		{64, 64, 64}, {256, 256, 256}, {100, 400, 300}, {256, 512, 512}, {32, 512, 64}} {
		n, in, out := s[0], s[1], s[2]
		rng := rand.New(rand.NewPCG(1, 2))
		x, w, bias, y := random(rng, n*in), random(rng, in*out), random(rng, out), make([]float32, n*out)
		dx, dw := make([]float32, n*in), make([]float32, in*out)
		b.Run(fmt.Sprintf("%dx%dx%d/forward", n, in, out), func(b *testing.B) {
			for b.Loop() {
				f32.Dense(y, x, w, bias, n, in, out, f32.ReLUAct)
			}
			flops(b, n*in*out)
		})
		if n == 1 {
			continue
		}
		b.Run(fmt.Sprintf("%dx%dx%d/weight", n, in, out), func(b *testing.B) {
			for b.Loop() {
				f32.DenseWeight(dw, x, y, n, in, out, 0, in)
			}
			flops(b, n*in*out)
		})
		b.Run(fmt.Sprintf("%dx%dx%d/input", n, in, out), func(b *testing.B) {
			for b.Loop() {
				f32.DenseInput(dx, y, w, n, in, out, false)
			}
			flops(b, n*in*out)
		})
	}
}
