package policy_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func normal(rng *rand.Rand, x []float32) []float32 {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func newMLP(t *testing.T, c nn.MLPConfig) *nn.MLP {
	t.Helper()
	m, err := nn.NewMLP(newRand(), "net", c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sameBits reports whether x and y are the same numbers to the bit.
func sameBits(x, y []float32) bool {
	return slices.EqualFunc(x, y, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
}

// TestOrthogonal holds W Wᵀ, or Wᵀ W if that is smaller, to gain² I: the gain is
// √2, and the last layer's its own.
func TestOrthogonal(t *testing.T) {
	m := newMLP(t, nn.MLPConfig{In: 5, Hidden: []int{8, 8, 2}, Out: 3, Activation: "tanh", Gain: 0.5})
	for i, square := range []float64{2, 2, 2, 0.25} {
		w, b := m.Params()[2*i], m.Params()[2*i+1]
		at := func(i, j int) float64 { return float64(w.Value[i*w.Cols+j]) }
		n, k := w.Rows, w.Cols
		if n > k {
			n, k = k, n
			at = func(i, j int) float64 { return float64(w.Value[j*w.Cols+i]) }
		}
		for r := range n {
			for c := range n {
				var got, want float64
				for j := range k {
					got += at(r, j) * at(c, j)
				}
				if r == c {
					want = square
				}
				if math.Abs(got-want) > 1e-5 {
					t.Errorf("%s: vectors %d and %d have product %v, want %v", w.Name, r, c, got, want)
				}
			}
		}
		if slices.ContainsFunc(b.Value, func(v float32) bool { return v != 0 }) {
			t.Errorf("%s = %v, want zeros", b.Name, b.Value)
		}
	}
}

func TestMLPParams(t *testing.T) {
	for _, tc := range []struct {
		hidden []int
		want   string
	}{
		{nil, "net.0.weight [3 5] net.0.bias [3]"},
		{[]int{8, 1}, "net.0.weight [8 5] net.0.bias [8] net.2.weight [1 8] net.2.bias [1] net.4.weight [3 1] net.4.bias [3]"},
	} {
		m := newMLP(t, nn.MLPConfig{In: 5, Hidden: tc.hidden, Out: 3, Activation: "relu", Gain: 1})
		var got []string
		for _, p := range m.Params() {
			got = append(got, fmt.Sprint(p.Name, " ", p.Shape()))
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("Params() of hidden layers %v = %s, want %s", tc.hidden, s, tc.want)
		}
	}
}

func TestMLPErrors(t *testing.T) {
	for _, tc := range []struct {
		config nn.MLPConfig
		want   string
	}{
		{nn.MLPConfig{In: 2, Out: 2, Activation: "gleu"}, `activation_fn "gleu", want one of elu, gelu`},
		{nn.MLPConfig{In: 2, Out: 2, Activation: "tanh", Norm: "lyer"}, `norm "lyer", want one of batch, layer, none`},
		{nn.MLPConfig{In: 2, Out: 2, Activation: "tanh", Init: "zero"}, `init_fn "zero", want one of kaiming_normal`},
		{nn.MLPConfig{In: 2, Out: 2, Activation: "tanh", Dropout: 1}, "dropout is 1, want 0 or more and less than 1"},
		{nn.MLPConfig{In: 2, Activation: "tanh"}, "a layer of 0×2 weights"},
		{nn.MLPConfig{In: 2, Out: 2}, `activation_fn ""`},
		{nn.MLPConfig{In: 2, Out: 2, Hidden: []int{4, 0}, Activation: "tanh"}, "net_arch [4 0]"},
		{nn.MLPConfig{In: 2, Out: 2, Hidden: []int{-1}, Activation: "tanh"}, "net_arch [-1]"},
	} {
		if _, err := nn.NewMLP(newRand(), "actor", tc.config); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("NewMLP(%+v) has error %v, want %q in it", tc.config, err, tc.want)
		}
	}
}

// variants are perceptrons whose Infer is their Forward, to the bit.
func variants() map[string]nn.MLPConfig {
	all := map[string]nn.MLPConfig{
		"norm":  {In: 7, Hidden: []int{33, 5}, Out: 3, Activation: "tanh", Norm: "layer", Gain: 1},
		"trunk": {In: 7, Hidden: []int{33, 3}, Activation: "relu"},
	}
	for _, name := range []string{"tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "softplus"} {
		all[name] = nn.MLPConfig{In: 7, Hidden: []int{33, 5}, Out: 3, Activation: name, Gain: 1}
	}
	return all
}

// TestInfer wants the very bits of Forward from Infer, for a batch in one piece
// and in any two: agents act with the one and learn with the other.
func TestInfer(t *testing.T) {
	for name, c := range variants() {
		m, rng := newMLP(t, c), newRand()
		for _, p := range m.Params() {
			normal(rng, p.Value)
		}
		for _, n := range []int{1, 2, 3, 64, 65} {
			x, tp := normal(rng, make([]float32, 7*n)), tape.New()
			want := m.Forward(tp, tp.Const(x, n)).Value
			for split := range n {
				y := make([]float32, 3*n)
				m.Infer(y[:3*split], x[:7*split])
				m.Infer(y[3*split:], x[7*split:])
				if !sameBits(y, want) {
					t.Errorf("%s: Infer of %d rows, split after %d, differs from Forward", name, n, split)
				}
			}
		}
	}
}

func TestMLPAllocs(t *testing.T) {
	for name, c := range variants() {
		c.Dropout = 0.5
		m, tp := newMLP(t, c), tape.New()
		x, y := make([]float32, 7*4), make([]float32, 3*4)
		if n := testing.AllocsPerRun(10, func() { m.Infer(y, x) }); n != 0 {
			t.Errorf("%s: a warm Infer allocates %v times, want 0", name, n)
		}
		if n := testing.AllocsPerRun(10, func() {
			tp.Reset()
			m.Forward(tp, tp.Const(x, 4)).Mean().Backward()
		}); n != 0 {
			t.Errorf("%s: a warm Forward and Backward allocate %v times, want 0", name, n)
		}
	}
}

// TestMLPClone changes each of two clones and looks at the other.
func TestMLPClone(t *testing.T) {
	m := newMLP(t, nn.MLPConfig{In: 2, Hidden: []int{4}, Out: 1, Activation: "tanh", Gain: 1})
	c := m.Clone()
	infer := func(n nn.Network) []float32 {
		y := make([]float32, 1)
		n.Infer(y, []float32{0.5, -1})
		return y
	}
	before := infer(m)
	if got := infer(c); !sameBits(got, before) {
		t.Errorf("a clone's Infer = %v, want %v", got, before)
	}
	for i, p := range c.Params() {
		if o := m.Params()[i]; p.Name != o.Name || !slices.Equal(p.Shape(), o.Shape()) {
			t.Errorf("a clone's parameter is %s %v, want %s %v", p.Name, p.Shape(), o.Name, o.Shape())
		}
		p.Grad[0] = 1
		clear(p.Value)
	}
	if got := infer(m); !sameBits(got, before) || m.Params()[0].Grad[0] != 0 {
		t.Errorf("Infer = %v after the clone changed, want %v", got, before)
	}
	if got := infer(c)[0]; got != 0 {
		t.Errorf("Infer of a cleared clone = %v, want 0", got)
	}
}

// TestState carries the parameters of an MLP and an ActorCritic over.
func TestState(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 2), Act: env.NewBox(-1, 1, 2)}
	mlp := nn.MLPConfig{In: 2, Hidden: []int{4}, Out: 1, Activation: "tanh", Gain: 1}
	one, two := newActorCritic(t, spec), newActorCritic(t, spec)
	for _, pair := range [][2]interface {
		state.Stater
		Params() []*tape.Param
	}{{newMLP(t, mlp), newMLP(t, mlp)}, {one, two}} {
		for _, p := range pair[1].Params() {
			clear(p.Value)
		}
		var f bytes.Buffer
		if err := state.Save(&f, pair[0]); err != nil {
			t.Fatal(err)
		}
		if err := state.Load(&f, pair[1]); err != nil {
			t.Fatal(err)
		}
		for i, p := range pair[1].Params() {
			if want := pair[0].Params()[i].Value; !sameBits(p.Value, want) {
				t.Errorf("%T: %s = %v after Load, want %v", pair[0], p.Name, p.Value, want)
			}
		}
	}
}

// TestBlend: θ' ← τθ + (1-τ)θ'. The last layer has weight 1 and bias 0 in the
// source, 3 and -2 in the target.
func TestBlend(t *testing.T) {
	for _, tc := range []struct{ tau, weight, bias float32 }{
		{0, 3, -2}, {0.5, 2, -1}, {0.25, 2.5, -1.5}, {1, 1, 0},
	} {
		c := nn.MLPConfig{In: 1, Out: 1, Activation: "relu", Gain: 1}
		src, dst := newMLP(t, c), newMLP(t, c)
		src.Params()[0].Value[0], src.Params()[1].Value[0] = 1, 0
		dst.Params()[0].Value[0], dst.Params()[1].Value[0] = 3, -2
		nn.Blend(dst.Params(), src.Params(), tc.tau)
		if w, b := dst.Params()[0].Value[0], dst.Params()[1].Value[0]; w != tc.weight || b != tc.bias {
			t.Errorf("Blend(%v) = %v, %v, want %v, %v", tc.tau, w, b, tc.weight, tc.bias)
		}
		if src.Params()[0].Value[0] != 1 {
			t.Errorf("Blend(%v) changed its source", tc.tau)
		}
	}
	c := nn.MLPConfig{In: 9, Hidden: []int{9}, Out: 9, Activation: "relu", Gain: 1}
	src, dst := newMLP(t, c), newMLP(t, c)
	for i, p := range dst.Params() {
		normal(newRand(), p.Value)
		normal(newRand(), src.Params()[i].Value)
		src.Params()[i].Value[0] = 1.0 / 3
	}
	nn.Blend(dst.Params(), src.Params(), 1)
	for i, p := range dst.Params() {
		if want := src.Params()[i].Value; !sameBits(p.Value, want) {
			t.Errorf("Blend(1) made %s %v, want %v", p.Name, p.Value, want)
		}
	}
}

func TestArgMax(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, tc := range []struct {
		x    []float32
		want int
	}{
		{[]float32{7}, 0}, {[]float32{1, 3, 2}, 1}, {[]float32{1, 2, 2}, 1}, {[]float32{0, 0, 0}, 0},
		{[]float32{-3, -1, -2}, 1}, {[]float32{-inf, -inf}, 0}, {[]float32{1, inf, inf}, 1},
	} {
		if got := f32.ArgMax(tc.x); got != tc.want {
			t.Errorf("f32.ArgMax(%v) = %d, want %d", tc.x, got, tc.want)
		}
	}
}
