package nn_test

import (
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// imagePlans returns plans with every layer for images, of odd sizes, and every kind of block.
func imagePlans(t testing.TB) map[string]nn.Plan {
	t.Helper()
	plans := map[string]nn.Plan{}
	for name, text := range map[string]string{
		"conv":        `{"in":[7,6,3],"layers":[{"conv2d":{"size":5,"kernel":[3,2],"stride":2}},"tanh",{"conv2d":{"size":17,"kernel":2,"padding":1}},"gelu","flatten",{"linear":3}]}`,
		"same":        `{"in":[5,4,2],"layers":[{"conv2d":{"size":16,"kernel":3,"padding":1}},"softplus",{"conv2d":{"size":3,"kernel":3,"padding":1}}]}`,
		"pools":       `{"in":[8,7,3],"layers":[{"max_pool":{"kernel":3,"stride":2,"padding":1}},{"conv2d":{"size":4,"padding":1}},{"avg_pool":{"kernel":2,"stride":1}},{"adaptive_avg_pool":2},"flatten",{"linear":2}]}`,
		"norms":       `{"in":[4,3,3],"layers":["layer_norm",{"conv2d":{"size":4,"kernel":2}},"batch_norm","tanh","flatten","layer_norm",{"linear":20},"batch_norm",{"linear":2}]}`,
		"residual":    `{"in":[6,5,4],"layers":[{"residual":{"layers":["tanh",{"conv2d":{"size":4,"padding":1}}],"activation":"tanh"}},{"residual":{"layers":[{"conv2d":{"size":7,"stride":2,"padding":1}},"tanh"],"activation":"softplus"}},"flatten",{"residual":[{"linear":3},"tanh"]}]}`,
		"dense_block": `{"in":[4,5,2],"layers":[{"dense_block":{"layers":["tanh",{"conv2d":{"size":3,"padding":1}}],"repeat":3}},"flatten",{"dense_block":{"layers":[{"linear":5},"tanh"],"repeat":2}},{"linear":2}]}`,
		"parts":       `{"in":[37],"layers":[{"parts":[{"part":{"shape":[4,4,2],"layers":[{"conv2d":2},"tanh","flatten"]}},{"part":{"shape":[3]}},{"part":{"shape":[2],"layers":[{"embedding":{"size":3,"values":[4,2]}}]}}]},{"linear":5},"tanh",{"linear":2}]}`,
		"nested":      `{"in":[6],"layers":[{"residual":[{"residual":{"layers":[{"linear":18},"tanh",{"linear":6}],"activation":"sigmoid"}},{"dense_block":[{"linear":2}]},{"linear":6}]}]}`,
	} {
		var p nn.Plan
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plans[name] = p
	}
	return plans
}

// imageRows returns n rows of inputs for a plan. The last two columns of the plan parts are choices.
func imageRows(p nn.Plan, name string, n int) []float32 {
	x := normal(newRand(), make([]float32, n*p.In.Size()))
	for i := range n {
		if name == "parts" {
			x[i*37+35], x[i*37+36] = float32(i%4), float32(i%2)
		}
	}
	return x
}

// TestImageGradients compares the gradients of the weights and of the inputs with finite differences of
// the loss Σ u y, for random factors u.
func TestImageGradients(t *testing.T) {
	for name, p := range imagePlans(t) {
		t.Run(name, func(t *testing.T) {
			const n = 3
			m := build(t, p)
			x := tape.NewParam("x", n, p.In.Size())
			copy(x.Value, imageRows(p, name, n))
			tp := tape.New()
			loss := func() *tape.Var {
				tp.Reset()
				y := m.Forward(tp, tp.Param(x), nn.Pass{Mode: nn.Training})
				return y.Mul(tp.Const(normal(newRand(), make([]float32, len(y.Value))), n)).Sum()
			}
			for _, p := range nn.Params(m) { // biases of 0 would hide mistakes
				for i := range p.Value {
					p.Value[i] += 0.1 * float32(math.Sin(float64(i)))
				}
			}
			loss().Backward()
			params := nn.Params(m)
			if name != "parts" { // the choices in it have no gradient
				params = append(params, x)
			}
			for _, p := range params {
				for i := 0; i < len(p.Value); i += 1 + len(p.Value)/7 {
					const h = 1e-2
					value := p.Value[i]
					p.Value[i] = value + h
					up := float64(loss().Scalar())
					p.Value[i] = value - h
					down := float64(loss().Scalar())
					p.Value[i] = value
					if got, want := float64(p.Grad[i]), (up-down)/(2*h); math.Abs(got-want) > 2e-2*max(1, math.Abs(want)) {
						t.Errorf("gradient of %s[%d] = %v, want %v", p.Name, i, got, want)
					}
				}
			}
		})
	}
}

// TestImageBits checks that the outputs of Infer, of Forward at inference, of a row alone, of a clone,
// and of several cores are equal, bit for bit, and so are the gradients on one core and on several.
func TestImageBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	pool := parallel.New(3)
	pool.Always = true
	pool.Start()
	defer pool.Stop()
	for name, p := range imagePlans(t) {
		t.Run(name, func(t *testing.T) {
			const n = 41
			m, x, tp := build(t, p), imageRows(p, name, n), tape.New()
			want := slices.Clone(m.Forward(tp, tp.Const(x, n), nn.Pass{Mode: nn.Inference}).Value)
			infer := func(m nn.Network, x []float32) []float32 {
				y := make([]float32, len(want)/n*(len(x)/p.In.Size()))
				m.Infer(y, x, nn.Memory{})
				return y
			}
			if got := infer(m, x); !sameBits(got, want) {
				t.Error("Infer differs from Forward at inference")
			}
			if got := infer(m.Clone(), x); !sameBits(got, want) {
				t.Error("a clone differs")
			}
			for i := range n {
				if got := infer(m, x[i*p.In.Size():(i+1)*p.In.Size()]); !sameBits(got, want[i*len(got):(i+1)*len(got)]) {
					t.Errorf("row %d alone differs", i)
				}
			}
			grads := func(cores *parallel.Pool) (all []float32) {
				for _, p := range nn.Params(m) {
					clear(p.Grad)
				}
				tp.Share(cores)
				tp.Reset()
				m.Forward(tp, tp.Const(x, n), nn.Pass{Mode: nn.Training}).Square().Mean().Backward()
				for _, p := range nn.Params(m) {
					all = append(all, p.Grad...)
				}
				return all
			}
			one := grads(nil)
			if !sameBits(grads(pool), one) {
				t.Error("the gradients on several cores differ")
			}
			m = build(t, p)
			nn.Share(pool, m)
			if got := infer(m, x); !sameBits(got, want) {
				t.Error("Infer on several cores differs")
			}
		})
	}
}

// TestImageAllocs checks that a second gradient step and a second Infer allocate nothing.
func TestImageAllocs(t *testing.T) {
	for name, p := range imagePlans(t) {
		const n = 5
		m, x, tp := build(t, p), imageRows(p, name, n), tape.New()
		y := make([]float32, n*nn.Outputs(m, p.In.Size()))
		step := func() {
			tp.Reset()
			m.Forward(tp, tp.Const(x, n), nn.Pass{Mode: nn.Training}).Square().Mean().Backward()
			m.Infer(y, x, nn.Memory{})
			m.Infer(y[:len(y)/n], x[:len(x)/n], nn.Memory{})
		}
		step()
		if got := testing.AllocsPerRun(5, step); got != 0 {
			t.Errorf("%s: a second step allocates %v times, want 0", name, got)
		}
	}
}

// TestNamed checks the outputs and the numbers of weights of the networks with names, for images of two
// sizes. Those of nature and minatar are by hand.
func TestNamed(t *testing.T) {
	for _, tc := range []struct {
		name    string
		in      nn.Shape
		out     int
		weights int // 0: not by hand
	}{
		{"nature", nn.Shape{84, 84, 4}, 512, 8*8*4*32 + 32 + 4*4*32*64 + 64 + 3*3*64*64 + 64 + 3136*512 + 512},
		{"minatar", nn.Shape{10, 10, 4}, 128, 3*3*4*16 + 16 + 1024*128 + 128},
		{"impala", nn.Shape{84, 84, 4}, 256, 0}, {"impala", nn.Shape{10, 10, 4}, 256, 0},
		{"resnet", nn.Shape{84, 84, 3}, 256, 0}, {"resnet", nn.Shape{10, 10, 6}, 256, 0},
		{"densenet", nn.Shape{84, 84, 3}, 256, 0}, {"densenet", nn.Shape{10, 10, 6}, 256, 0},
	} {
		layers, err := nn.Named(tc.name, tc.in)
		if err != nil {
			t.Fatal(err)
		}
		m := build(t, nn.Plan{In: tc.in, Layers: layers.Initialised("pytorch")})
		weights := 0
		for _, p := range nn.Params(m) {
			weights += len(p.Value)
		}
		if got := nn.Outputs(m, tc.in.Size()); got != tc.out || tc.weights != 0 && weights != tc.weights || weights > 3e6 {
			t.Errorf("%s for %v has %d outputs and %d weights, want %d and %d", tc.name, tc.in, got, weights, tc.out, tc.weights)
		}
	}
	if _, err := nn.Named("nature", nn.Shape{8}); err == nil || fmt.Sprint(err) != "the network nature has inputs of shape 8, want an image, as 84×84×4" {
		t.Errorf("nature for numbers: error %v", err)
	}
}
