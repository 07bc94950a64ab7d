package tape_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestActivate compares the gradient of each activation with central differences: as an operation
// of its own, in Dense and in Linear. No input is closer than h to a point where the activation is
// not differentiable.
func TestActivate(t *testing.T) {
	const h = 1.0 / 128
	x, w, b, tp := tape.NewParam("x", 3, 20), tape.NewParam("w", 20, 20), tape.NewVector("b", 20), tape.New()
	for i := range x.Value {
		x.Value[i] = -3.97 + 8*float32(i)/float32(len(x.Value)) // 0, ±1 and ±3 are not nearer than h
	}
	for i := range 20 {
		w.Value[i*20+i] = 1 // the unit matrix
	}
	for _, act := range f32.Activations() {
		for name, f := range map[string]func() *tape.Var{
			"Activate": func() *tape.Var { return tp.Param(x).Activate(act) },
			"Dense":    func() *tape.Var { return tp.Param(x).Dense(tp.Param(w), tp.Param(b), act) },
			"Linear":   func() *tape.Var { return tp.Param(x).Linear(tp.Param(w), tp.Param(b), act) },
		} {
			tp.Reset()
			clear(x.Grad)
			y := f()
			y.Sum().Backward()
			alone := make([]float32, len(x.Value))
			if f32.Activate(alone, x.Value, act); !slices.Equal(y.Value, alone) {
				t.Errorf("%s of %s differs from f32.Activate", name, act)
			}
			up, down := make([]float32, len(x.Value)), make([]float32, len(x.Value))
			for i, v := range x.Value {
				up[i], down[i] = v+h, v-h
			}
			f32.Activate(up, up, act)
			f32.Activate(down, down, act)
			for i, got := range x.Grad {
				if want := float64(up[i]-down[i]) / (2 * h); math.Abs(float64(got)-want) > 1e-4 {
					t.Errorf("%s of %s: gradient at %v = %v, want the central difference %v", name, act, x.Value[i], got, want)
				}
			}
		}
	}
}

// TestFused checks that a layer with an activation has the same outputs and gradients as a layer
// followed by the activation, bit for bit. It also checks that neither allocates memory in a second
// step.
func TestFused(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, w, b, tp := tape.NewParam("x", 9, 5), tape.NewParam("w", 5, 35), tape.NewVector("b", 35), tape.New()
	all := []*tape.Param{x, w, b}
	for _, p := range all {
		for i := range p.Value {
			p.Value[i] = float32(2 * rng.NormFloat64())
		}
	}
	for _, act := range f32.Activations() {
		step := func(layer f32.Activation, after f32.Activation) {
			tp.Reset()
			for _, p := range all {
				clear(p.Grad)
			}
			tp.Param(x).Dense(tp.Param(w), tp.Param(b), layer).Activate(after).Square().Mean().Backward()
		}
		var grads []float32
		for i, layers := range [][2]f32.Activation{{act, f32.Identity}, {f32.Identity, act}} {
			if n := testing.AllocsPerRun(3, func() { step(layers[0], layers[1]) }); n != 0 {
				t.Errorf("%s: a second step allocates %v times, want 0", act, n)
			}
			got := slices.Concat(x.Grad, w.Grad, b.Grad)
			if i == 1 && !slices.Equal(got, grads) {
				t.Errorf("%s: the fused layer has other gradients than the layer and the activation", act)
			}
			grads = got
		}
	}
}
