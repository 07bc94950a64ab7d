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
	for _, act := range []f32.Activation{f32.TanhAct, f32.GELUAct} {
		for _, rows := range []int{64, 97, 256} {
			want := layerResults(1, rows, act)
			for cores := 2; cores <= 4; cores++ {
				for i, got := range layerResults(cores, rows, act) {
					if !slices.Equal(got, want[i]) {
						t.Errorf("%s: %d rows on %d cores: result %d differs from the result on one core", act, rows, cores, i)
					}
				}
			}
		}
	}
}

// layerResults returns the value of a layer with random parameters and the gradients of its
// input, weight and bias, computed on some cores.
func layerResults(cores, rows int, act f32.Activation) [][]float32 {
	const in, out = 129, 130
	pool := parallel.New(cores)
	pool.Always = true
	pool.Start()
	defer pool.Stop()
	rng, tp := rand.New(rand.NewPCG(1, 2)), tape.New()
	tp.Share(pool)
	x, w, b := tape.NewParam("x", rows, in), tape.NewParam("w", in, out), tape.NewVector("b", out)
	for _, p := range []*tape.Param{x, w, b} {
		for i := range p.Value {
			p.Value[i] = float32(rng.NormFloat64())
		}
	}
	y := tp.Param(x).Dense(tp.Param(w), tp.Param(b), act)
	y.Square().Mean().Backward()
	return [][]float32{y.Value, x.Grad, w.Grad, b.Grad}
}
