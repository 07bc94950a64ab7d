//go:build amd64 || arm64

package f32

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestWideWeight checks that the gradient of weights has the same bits with copied columns of x as without.
func TestWideWeight(t *testing.T) {
	for name, s := range assemblyProducts() {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, shape := range [][3]int{{32, 1024, 16}, {40, 1024, 37}, {600, 64, 130}} {
			n, in, out := shape[0], shape[1], shape[2]
			x, dy, dw := guarded(t, rng, n*in), guarded(t, rng, n*out), guarded(t, rng, in*out)
			want := slices.Clone(dw)
			s.product(&product{m: in, n: out, k: n, a: x, ra: 1, ca: in, b: dy, ldb: out, c: want, floor: noFloor})
			s.wideWeight(dw, x, dy, n, in, out, in/3, in)
			s.wideWeight(dw, x, dy, n, in, out, 0, in/3)
			if !sameBits(dw, want) {
				t.Errorf("%s: the gradient of the weights of %v has other bits with copied columns", name, shape)
			}
		}
	}
}
