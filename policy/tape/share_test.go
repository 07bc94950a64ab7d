package tape_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestShare checks that a layer's value and gradients are the same, bit for bit, on one to four
// cores. The pieces may have different numbers of rows.
func TestShare(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	const in, out = 129, 130
	for _, rows := range []int{64, 97, 256} {
		var want [][]float32
		for cores := 1; cores <= 4; cores++ {
			pool := parallel.New(cores)
			pool.Always = true
			pool.Start()
			rng, tp := rand.New(rand.NewPCG(1, 2)), tape.New()
			tp.Share(pool)
			x, w, b := tape.NewParam("x", rows, in), tape.NewParam("w", in, out), tape.NewVector("b", out)
			for _, p := range []*tape.Param{x, w, b} {
				for i := range p.Value {
					p.Value[i] = float32(rng.NormFloat64())
				}
			}
			y := tp.Param(x).Dense(tp.Param(w), tp.Param(b), f32.TanhAct)
			y.Square().Mean().Backward()
			got := [][]float32{y.Value, x.Grad, w.Grad, b.Grad}
			if cores == 1 {
				want = got
			}
			for i := range got {
				if !slices.Equal(got[i], want[i]) {
					t.Errorf("%d rows on %d cores: result %d differs from the result on one core", rows, cores, i)
				}
			}
			pool.Stop()
		}
	}
}
