package gorgonia_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// names are the names of the activations that the engine has.
var names = []string{"tanh", "relu", "sigmoid", "leaky_relu", "elu", "silu", "softplus"}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// normal fills x with normally distributed random numbers, and returns x.
func normal(rng *rand.Rand, x []float32) []float32 {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// newMLP returns a multilayer perceptron, built by the engine e.
func newMLP(t testing.TB, e nn.Engine, in int, hidden []int, out int, o nn.MLPOptions) nn.Network {
	t.Helper()
	return agents.Must(e.Build(newRand(), "net", agents.Must(nn.MLP(in, hidden, out, o))))
}

// near reports whether got and want differ by at most 10⁻⁵, relative for |want| above 1.
func near(got, want []float32) bool {
	return slices.EqualFunc(got, want, func(x, y float32) bool {
		return math.Abs(float64(x)-float64(y)) <= 1e-5*max(1, math.Abs(float64(y)))
	})
}

// same reports whether x and y are equal, bit for bit.
func same(x, y []float32) bool {
	return slices.EqualFunc(x, y, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
}

// gradients returns the outputs of n for inputs x [rows, I], the gradient of x, and the gradients
// of the parameters. The loss is the mean of the outputs, weighted by fixed random numbers.
func gradients(t testing.TB, n nn.Network, x []float32, rows int) (y, dx []float32, grads [][]float32) {
	t.Helper()
	in, tp := tape.NewParam("x", rows, len(x)/rows), tape.New()
	copy(in.Value, x)
	for _, p := range nn.Params(n) {
		clear(p.Grad)
	}
	out := n.Forward(tp, tp.Param(in), nn.Pass{Mode: nn.Training})
	weight := normal(rand.New(rand.NewPCG(3, 4)), make([]float32, len(out.Value)))
	out.Mul(tp.Const(weight, rows)).SumCols().Mean().Backward()
	if err := tp.Err(); err != nil {
		t.Fatal(err)
	}
	for _, p := range nn.Params(n) {
		grads = append(grads, slices.Clone(p.Grad))
	}
	return slices.Clone(out.Value), in.Grad, grads
}

// TestEngines compares outputs and gradients of the two engines, which have no common code. Some
// batch sizes are used twice, because machines reuse memory the second time.
func TestEngines(t *testing.T) {
	layers := [][]int{nil, {1}, {5}, {16}, {64, 64}, {3, 17, 4}}
	if testing.Short() {
		layers = [][]int{nil, {3, 17, 4}}
	}
	for _, activation := range names {
		for _, hidden := range layers {
			for _, c := range [][2]int{{4, 2}, {1, 1}, {9, 9}, {20, 20}, {70, 33}, {5, 0}} {
				in, out := c[0], c[1]
				if out == 0 && hidden == nil {
					continue // a network without layers
				}
				o := nn.MLPOptions{Activation: activation, Gain: 0.7}
				native, foreign := newMLP(t, nn.Native{}, in, hidden, out, o), newMLP(t, gorgonia.Engine{}, in, hidden, out, o)
				rng := newRand()
				for i, p := range nn.Params(native) {
					if p.Rows == 1 {
						normal(rng, p.Value) // p is a bias; without this it would be 0
						copy(nn.Params(foreign)[i].Value, p.Value)
					}
				}
				for _, rows := range []int{1, 2, 7, 64, 1, 7} {
					agree(t, fmt.Sprintf("%d-%v-%d %s, %d rows", in, hidden, out, activation, rows), native, foreign, normal(rng, make([]float32, rows*in)), rows)
				}
			}
		}
	}
}

// agree checks that two networks have the same outputs and gradients, except for rounding errors.
func agree(t *testing.T, name string, native, foreign nn.Network, x []float32, rows int) {
	t.Helper()
	y, dx, grads := gradients(t, foreign, x, rows)
	wantY, wantDX, wantGrads := gradients(t, native, x, rows)
	if !near(y, wantY) {
		t.Errorf("%s: result %v, native %v", name, y, wantY)
	}
	if !near(dx, wantDX) {
		t.Errorf("%s: gradient of x %v, native %v", name, dx, wantDX)
	}
	for i, p := range nn.Params(native) {
		if !near(grads[i], wantGrads[i]) {
			t.Errorf("%s: gradient of %s %v, native %v", name, p.Name, grads[i], wantGrads[i])
		}
	}
}

// TestConstantInput checks that the gradients of the parameters do not change, bit for bit, if
// the inputs are constants without a gradient.
func TestConstantInput(t *testing.T) {
	n := newMLP(t, gorgonia.Engine{}, 3, []int{8}, 2, nn.MLPOptions{Activation: "tanh", Gain: 1})
	x := normal(newRand(), make([]float32, 21))
	var got [2][]float32
	for i := range got {
		for _, p := range nn.Params(n) {
			clear(p.Grad)
		}
		tp := tape.New()
		in := tp.Const(x, 7)
		if i == 1 {
			in = tp.Param(&tape.Param{Rows: 7, Cols: 3, Value: x, Grad: make([]float32, 21)})
		}
		n.Forward(tp, in, nn.Pass{Mode: nn.Training}).Square().Mean().Backward()
		for _, p := range nn.Params(n) {
			got[i] = append(got[i], p.Grad...)
		}
	}
	if !same(got[0], got[1]) {
		t.Errorf("gradients %v with constant inputs, %v with inputs that have a gradient", got[0], got[1])
	}
}

// TestParams checks that both engines give the same initial parameters for the same rng, and
// leave rng in the same state.
func TestParams(t *testing.T) {
	for _, hidden := range [][]int{nil, {5}, {32, 3}} {
		p := agents.Must(nn.MLP(5, hidden, 3, nn.MLPOptions{Activation: "tanh", Gain: 0.1}))
		one, two := newRand(), newRand()
		native, foreign := agents.Must(nn.Native{}.Build(one, "net", p)), agents.Must(gorgonia.Engine{}.Build(two, "net", p))
		for i, p := range nn.Params(native) {
			q := nn.Params(foreign)[i]
			if p.Name != q.Name || !slices.Equal(p.Shape(), q.Shape()) || !same(p.Value, q.Value) {
				t.Errorf("hidden layers %v: parameter %s %v, want %s %v with the same values", hidden, q.Name, q.Shape(), p.Name, p.Shape())
			}
		}
		if one.Uint64() != two.Uint64() {
			t.Errorf("hidden layers %v: rng is in another state than after the native engine", hidden)
		}
	}
}

// TestBuild checks a plan whose layers are in another order than nn.MLP's, and the errors for
// layers that the engine does not have.
func TestBuild(t *testing.T) {
	kind := func(name string) nn.Layer { return nn.Layer{Kind: name} }
	p := nn.Plan{In: nn.Shape{6}, Layers: nn.Layers{kind("tanh"), nn.Linear(20, "pytorch", 1), kind("relu"), kind("silu"), nn.Linear(3, "orthogonal", 1), kind("softplus")}}
	native, foreign := agents.Must(nn.Native{}.Build(newRand(), "net", p)), agents.Must(gorgonia.Engine{}.Build(newRand(), "net", p))
	agree(t, "a plan", native, foreign, normal(newRand(), make([]float32, 6*7)), 7)
	for _, tc := range []struct {
		want  string
		layer nn.Layer
	}{
		{`gorgonia: actor.1: no layer is called "swish", want linear, elu, leaky_relu, relu, `, kind("swish")},
		{`gorgonia: actor.1: no layer is called "layer_norm", want`, kind("layer_norm")},
		{`gorgonia: actor.1: no layer is called "dropout", want`, nn.Layer{Kind: "dropout", Size: 0.1}},
		{"nn: actor.1: linear has 0 outputs", kind("linear")},
	} {
		p.Layers = nn.Layers{kind("tanh"), tc.layer}
		n, err := gorgonia.Engine{}.Build(newRand(), "actor", p)
		if n != nil || err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("Build of %+v = %v, error %v, want %q at its start", tc.layer, n, err, tc.want)
		}
	}
}

// TestInfer checks that Infer and Forward have the same outputs, bit for bit: agents act with
// Infer and learn with Forward. The outputs must also be the same if the batch is divided into
// two parts.
func TestInfer(t *testing.T) {
	for _, activation := range []string{"tanh", "relu"} {
		m := newMLP(t, gorgonia.Engine{}, 7, []int{33, 5}, 3, nn.MLPOptions{Activation: activation, Gain: 1})
		rng := newRand()
		for _, p := range nn.Params(m) {
			normal(rng, p.Value)
		}
		for _, n := range []int{1, 2, 3, 65, 300, 600} {
			x, tp := normal(rng, make([]float32, 7*n)), tape.New()
			want := m.Forward(tp, tp.Const(x, n), nn.Pass{Mode: nn.Inference}).Value
			for _, split := range []int{0, 1, n / 3, n - 1} {
				y := make([]float32, 3*n)
				m.Infer(y[:3*split], x[:7*split], nn.Memory{})
				m.Infer(y[3*split:], x[7*split:], nn.Memory{})
				if !same(y, want) {
					t.Errorf("%s: Infer of %d rows, split after %d, differs from Forward", activation, n, split)
				}
			}
		}
	}
}

// TestClone checks that a clone has the same outputs, that changes of the clone do not change
// the original, and that PolyakUpdate copies the original to the clone.
func TestClone(t *testing.T) {
	m := newMLP(t, gorgonia.Engine{}, 2, []int{4}, 1, nn.MLPOptions{Activation: "tanh", Gain: 1})
	c := m.Clone()
	infer := func(n nn.Network) []float32 {
		y := make([]float32, 1)
		n.Infer(y, []float32{0.5, -1}, nn.Memory{})
		return y
	}
	before := infer(m)
	if got := infer(c); !same(got, before) {
		t.Errorf("a clone's Infer = %v, want %v", got, before)
	}
	for _, p := range nn.Params(c) {
		clear(p.Value)
	}
	if got := infer(m); !same(got, before) {
		t.Errorf("Infer = %v after the clone changed, want %v", got, before)
	}
	if got := infer(c)[0]; got != 0 {
		t.Errorf("Infer of a cleared clone = %v, want 0", got)
	}
	nn.PolyakUpdate(c, m, 1)
	if got := infer(c); !same(got, before) {
		t.Errorf("Infer of the clone after PolyakUpdate = %v, want %v", got, before)
	}
}

// TestGoroutines checks that clones in four goroutines compute the same bits as the original
// on one processor.
func TestGoroutines(t *testing.T) {
	m := newMLP(t, gorgonia.Engine{}, 4, []int{64, 64}, 2, nn.MLPOptions{Activation: "relu", Gain: 1})
	const rows = 511
	x := normal(newRand(), make([]float32, 4*rows))
	procs := runtime.GOMAXPROCS(1)
	y, dx, grads := gradients(t, m, x, rows)
	runtime.GOMAXPROCS(procs)
	var group sync.WaitGroup
	for range 4 {
		c := m.Clone()
		group.Go(func() {
			y1, dx1, grads1 := gradients(t, c, x, rows)
			if !same(y1, y) || !same(dx1, dx) || !slices.EqualFunc(grads1, grads, same) {
				t.Error("a clone in another goroutine computes other bits")
			}
		})
	}
	group.Wait()
}

// TestSaved checks that a policy that is trained and saved with one engine acts in the same way
// when it is loaded with the other engine.
func TestSaved(t *testing.T) {
	engines := []nn.Engine{nn.Native{}, gorgonia.Engine{}}
	for i := range engines {
		from, to := newPPO(engines[i]), newPPO(engines[1-i])
		for _, err := range agents.Train(context.Background(), from, 256, 256) {
			if err != nil {
				t.Fatal(err)
			}
		}
		var file bytes.Buffer
		if err := policy.Save(&file, from.Policy(), policy.Meta{}); err != nil {
			t.Fatal(err)
		}
		if err := policy.Load(&file, to.Policy()); err != nil {
			t.Fatal(err)
		}
		var score [2][]float32
		for j, a := range []agents.Agent{from, to} {
			score[j] = make([]float32, 100)
			a.Policy().Act(policy.In{Obs: normal(newRand(), make([]float32, 200))}, policy.Out{Scores: score[j]})
		}
		if !near(score[0], score[1]) {
			t.Errorf("%T: action probabilities %v, after saving and loading with %T %v", engines[i], score[0], engines[1-i], score[1])
		}
	}
}
