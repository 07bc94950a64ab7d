package nn_test

import (
	"runtime"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// variants returns plans of different networks with 7 inputs and 3 outputs.
func variants(t *testing.T) map[string]nn.Plan {
	linear := func(n int) nn.Layer { return nn.Linear(n, "orthogonal", 1) }
	kind := func(name string) nn.Layer { return nn.Layer{Kind: name} }
	all := map[string]nn.Plan{
		"trunk":             mlp(t, 7, []int{33, 3}, 0, nn.MLPOptions{Activation: "relu"}),
		"trunk of elu":      mlp(t, 7, []int{33, 3}, 0, nn.MLPOptions{Activation: "elu", Norm: "batch", Dropout: 0.5}),
		"tanh first":        {In: nn.Shape{7}, Layers: nn.Layers{kind("tanh"), kind("layer_norm"), linear(33), linear(3)}},
		"activations twice": {In: nn.Shape{7}, Layers: nn.Layers{linear(20), kind("relu"), kind("tanh"), linear(3), kind("tanh"), kind("tanh")}},
	}
	for _, norm := range []string{"layer", "batch"} {
		all[norm] = mlp(t, 7, []int{33, 5}, 3, nn.MLPOptions{Activation: "tanh", Norm: norm, Dropout: 0.25, Gain: 1})
	}
	for _, act := range f32.Activations() {
		name := act.String()
		all[name] = mlp(t, 7, []int{33, 5}, 3, nn.MLPOptions{Activation: name, Gain: 1})
		all[name+" alone"] = nn.Plan{In: nn.Shape{7}, Layers: nn.Layers{kind(name), kind("layer_norm"), linear(20), kind("layer_norm"), kind(name), linear(3)}}
	}
	return all
}

// randomised returns the network of a plan with random parameters. Its buffers are random too,
// but positive, because running variances must be above 0.
func randomised(t *testing.T, p nn.Plan) *nn.Sequential {
	m, rng := build(t, p), newRand()
	for _, p := range nn.Tensors(m) {
		normal(rng, p.Value)
		for i, v := range p.Value {
			p.Value[i] = max(v, -v)
		}
	}
	for _, p := range nn.Params(m) {
		normal(rng, p.Value)
	}
	return m
}

// TestInfer checks that Infer has the same outputs as Forward in mode Inference, bit for bit:
// agents act with Infer and learn with Forward. The outputs must also be the same if the batch is
// divided into two parts. Infer must not change its input.
func TestInfer(t *testing.T) {
	for name, p := range variants(t) {
		m, rng := randomised(t, p), newRand()
		for _, n := range []int{1, 2, 3, 64, 65} {
			x, tp := normal(rng, make([]float32, 7*n)), tape.New()
			want, before := m.Forward(tp, tp.Const(x, n), nn.Pass{Mode: nn.Inference}).Value, append([]float32(nil), x...)
			for split := range n {
				y := make([]float32, 3*n)
				m.Infer(y[:3*split], x[:7*split], nn.Memory{})
				m.Infer(y[3*split:], x[7*split:], nn.Memory{})
				if !sameBits(y, want) {
					t.Errorf("%s: Infer of %d rows, split after %d, differs from Forward", name, n, split)
				}
			}
			if !sameBits(x, before) {
				t.Errorf("%s: Infer changes x", name)
			}
		}
	}
}

// TestInferShared checks that Infer has the same outputs on one core and on several cores, bit
// for bit.
func TestInferShared(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	const n = 3001
	for name, p := range variants(t) {
		m, x := randomised(t, p), normal(newRand(), make([]float32, 7*n))
		want := make([]float32, 3*n)
		m.Infer(want, x, nn.Memory{})
		pool := parallel.New(3)
		pool.Always = true
		pool.Start()
		nn.Share(pool, m)
		for range 2 {
			y := make([]float32, 3*n)
			if m.Infer(y, x, nn.Memory{}); !sameBits(y, want) {
				t.Errorf("%s: Infer on 3 cores differs from Infer on one", name)
			}
		}
		pool.Stop()
	}
}

// TestInferenceChangesNothing checks that Forward in mode Inference, followed by Backward, does
// not change any tensor of a network.
func TestInferenceChangesNothing(t *testing.T) {
	for name, p := range variants(t) {
		m := randomised(t, p)
		c, tp, x := m.Clone(), tape.New(), normal(newRand(), make([]float32, 7*5))
		for range 2 {
			tp.Reset()
			m.Forward(tp, tp.Const(x, 5), nn.Pass{Mode: nn.Inference}).Square().Mean().Backward()
		}
		for i, p := range nn.Tensors(m) {
			if want := nn.Tensors(c)[i].Value; !sameBits(p.Value, want) {
				t.Errorf("%s: Forward at inference changes %s from %v to %v", name, p.Name, want, p.Value)
			}
		}
	}
}

// TestAllocs checks that Infer, Forward and Backward allocate nothing after their first call.
func TestAllocs(t *testing.T) {
	for name, p := range variants(t) {
		m, tp := build(t, p), tape.New()
		x, y := make([]float32, 7*4), make([]float32, 3*4)
		if n := testing.AllocsPerRun(10, func() { m.Infer(y, x, nn.Memory{}) }); n != 0 {
			t.Errorf("%s: a second Infer allocates %v times, want 0", name, n)
		}
		for _, mode := range []nn.Mode{nn.Training, nn.Inference} {
			if n := testing.AllocsPerRun(10, func() {
				tp.Reset()
				m.Forward(tp, tp.Const(x, 4), nn.Pass{Mode: mode}).Mean().Backward()
			}); n != 0 {
				t.Errorf("%s: a second Forward and Backward in mode %v allocate %v times, want 0", name, mode, n)
			}
		}
	}
}
