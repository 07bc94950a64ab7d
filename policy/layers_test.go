package policy_test

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// named returns the parameters and buffers of n by their names.
func named(n nn.Network) map[string]*tape.Param {
	all := map[string]*tape.Param{}
	for _, p := range nn.Tensors(n) {
		all[p.Name] = p
	}
	return all
}

// TestBatchNormStatistics holds what training makes of the running averages, and
// what use makes of them, to PyTorch's. The norm stands behind a layer that does nothing.
func TestBatchNormStatistics(t *testing.T) {
	var layers []layer
	golden.Read(t, "testdata/layers.json.gz", &layers)
	seen := 0
	for _, l := range layers {
		isTrain := l.Name == "BatchNorm1d(4) train"
		if !isTrain && l.Name != "BatchNorm1d(4) eval" {
			continue
		}
		seen++
		m := newMLP(t, nn.MLPConfig{In: 4, Hidden: []int{4}, Activation: "relu", Norm: "batch"})
		p, unit := named(m), make([]float32, 16)
		for i := range 4 {
			unit[5*i] = 1
		}
		p["net.0.weight"].Import(unit)
		for name, v := range l.Params {
			copy(p["net.1."+name].Value, v)
		}
		tp, y := tape.New(), make([]float32, len(l.Output))
		got := y
		if isTrain {
			got = m.Forward(tp, tp.Const(l.Inputs[0], l.Rows)).Value
			for name, want := range l.StateAfter {
				golden.Near(t, l.Name+": "+name, p["net.1."+name].Value, want...)
			}
		} else {
			m.Infer(y, l.Inputs[0])
		}
		want := slices.Clone(l.Output)
		for i, v := range want {
			want[i] = max(v, 0)
		}
		golden.Near(t, l.Name, got, want...)
	}
	if seen != 4 {
		t.Errorf("%d cases, want 4", seen)
	}
}

// TestModuleNames: what stands between the layers is counted as PyTorch counts it.
func TestModuleNames(t *testing.T) {
	m := newMLP(t, nn.MLPConfig{In: 2, Hidden: []int{3, 3}, Out: 1, Activation: "silu", Norm: "batch", Dropout: 0.1})
	var got []string
	for _, p := range nn.Tensors(m) {
		got = append(got, p.Name)
	}
	want := []string{
		"net.0.weight", "net.0.bias", "net.1.weight", "net.1.bias",
		"net.4.weight", "net.4.bias", "net.5.weight", "net.5.bias", "net.8.weight", "net.8.bias",
		"net.1.running_mean", "net.1.running_var", "net.5.running_mean", "net.5.running_var",
	}
	if !slices.Equal(got, want) {
		t.Errorf("tensors are %v, want %v", got, want)
	}
}

// TestDropout: in training a share of 1 - p passes, 1/(1-p) times as great, and
// the others get no gradient; in use all pass as they are.
func TestDropout(t *testing.T) {
	const rows, width, p = 100, 64, 0.25
	m := newMLP(t, nn.MLPConfig{In: 1, Hidden: []int{width}, Activation: "relu", Dropout: p})
	w, bias := m.Params()[0], m.Params()[1]
	clear(w.Value)
	for i := range bias.Value {
		bias.Value[i] = 2
	}
	tp := tape.New()
	y := m.Forward(tp, tp.Const(make([]float32, rows), rows))
	kept := make([]float32, width)
	for i, v := range y.Value {
		switch v {
		case 2 / (1 - p):
			kept[i%width] += 1 / (1 - p)
		case 0:
		default:
			t.Fatalf("an output of %v, want 0 or %v", v, 2/(1-p))
		}
	}
	y.SumCols().Mean().Scale(rows).Backward()
	if !slices.Equal(bias.Grad, kept) {
		t.Errorf("gradients %v, want %v", bias.Grad, kept)
	}
	var sum float64
	for _, k := range kept {
		sum += float64(k)
	}
	// of 6400 the mean of what passes is 1, with a deviation of √(p/(1-p)/6400)
	if mean := sum / rows / width; math.Abs(mean-1) > 4*math.Sqrt(p/(1-p)/rows/width) {
		t.Errorf("what passes has a mean of %v, want 1", mean)
	}
	out := make([]float32, rows*width)
	if m.Infer(out, make([]float32, rows)); slices.ContainsFunc(out, func(v float32) bool { return v != 2 }) {
		t.Error("Infer leaves outputs out")
	}
}

// TestMLPState: saved and loaded, training goes on with the same averages and the
// same outputs left out; a clone does so too, and has its own.
func TestMLPState(t *testing.T) {
	c := nn.MLPConfig{In: 2, Hidden: []int{9, 9}, Out: 2, Activation: "elu", Norm: "batch", Dropout: 0.5, Gain: 1}
	one, two := newMLP(t, c), newMLP(t, c)
	x := normal(newRand(), make([]float32, 2*8))
	forward := func(n nn.Network) []float32 {
		tp := tape.New()
		return n.Forward(tp, tp.Const(x, 8)).Value
	}
	forward(one)
	var f bytes.Buffer
	if err := state.Save(&f, one); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&f, two); err != nil {
		t.Fatal(err)
	}
	clone := one.Clone()
	want := forward(one)
	for what, n := range map[string]nn.Network{"loaded": two, "clone": clone} {
		if got := forward(n); !sameBits(got, want) {
			t.Errorf("%s: Forward = %v, want %v", what, got, want)
		}
		for name, p := range named(n) {
			if o := named(one)[name]; !sameBits(p.Value, o.Value) || &p.Value[0] == &o.Value[0] {
				t.Errorf("%s: %s = %v, want a copy of %v", what, name, p.Value, o.Value)
			}
		}
	}
}

// TestInits holds the mean and the mean square of each initialisation's weights
// to what it says they are, at 5 standard errors or more, and bounds to theirs.
func TestInits(t *testing.T) {
	const in, out = 200, 300
	for name, want := range map[string]struct {
		variance, most, bias float64
	}{
		"xavier_uniform":  {2. / (in + out), math.Sqrt(6. / (in + out)), 0},
		"xavier_normal":   {2. / (in + out), math.Inf(1), 0},
		"kaiming_uniform": {2. / in, math.Sqrt(6. / in), 0},
		"kaiming_normal":  {2. / in, math.Inf(1), 0},
		"pytorch":         {1. / in / 3, 1 / math.Sqrt(in), 1 / math.Sqrt(in)},
	} {
		m := newMLP(t, nn.MLPConfig{In: in, Out: out, Activation: "tanh", Init: name, Gain: 9})
		var sum, squares, most, bias float64
		for _, w := range m.Params()[0].Value {
			w := float64(w)
			sum, squares, most = sum+w, squares+w*w, max(most, math.Abs(w))
		}
		for _, b := range m.Params()[1].Value {
			bias = max(bias, math.Abs(float64(b)))
		}
		const n = in * out
		if mean := sum / n; math.Abs(mean) > 5*math.Sqrt(want.variance/n) {
			t.Errorf("%s: mean %v, want 0", name, mean)
		}
		if v := squares / n; math.Abs(v/want.variance-1) > 5*math.Sqrt(2./n) {
			t.Errorf("%s: variance %v, want %v", name, v, want.variance)
		}
		if most > want.most*(1+1e-6) || bias > want.bias*(1+1e-6) || bias < want.bias/2 {
			t.Errorf("%s: weights up to %v and biases up to %v, want %v and %v", name, most, bias, want.most, want.bias)
		}
	}
}

// TestShareTrunk: the trunk's gradient is the sum of those that the actor and the
// critic have for it alone, and acting has the same bits as learning.
func TestShareTrunk(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 3}}
	k := policy.DefaultKwargs()
	k.ShareTrunk, k.NetArch = true, []int{16, 8}
	m, err := policy.NewActorCritic(newRand(), spec, k, nn.Native{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range m.Params() {
		names = append(names, p.Name)
	}
	if want := []string{
		"trunk.0.weight", "trunk.0.bias", "trunk.2.weight", "trunk.2.bias",
		"actor.0.weight", "actor.0.bias", "critic.0.weight", "critic.0.bias",
	}; !slices.Equal(names, want) {
		t.Errorf("parameters are %v, want %v", names, want)
	}
	obs := observations()
	grads := func() (all []float32) {
		for _, p := range m.Params() {
			all = append(all, p.Grad...)
			clear(p.Grad)
		}
		return all
	}
	m.Pi(obs).Entropy().Mean().Backward()
	m.V(obs).Mean().Backward()
	apart := grads()
	m.Tape.Reset()
	pi, v := m.PiV(obs)
	pi.Entropy().Mean().Add(v.Mean()).Backward()
	for i, g := range grads() {
		if math.Abs(float64(g-apart[i])) > 1e-6 {
			t.Fatalf("gradient %d = %v of both together, %v one after the other", i, g, apart[i])
		}
	}

	values, act, logp := make([]float32, rows), make([]float32, rows), make([]float32, rows)
	m.Values(obs, values)
	if !sameBits(values, v.Value) {
		t.Errorf("Values = %v, want V's %v", values, v.Value)
	}
	m.Explore(newRand(), obs, act, logp)
	if want := pi.LogProb(act).Value; !sameBits(logp, want) {
		t.Errorf("Explore's log π = %v, want Pi's %v", logp, want)
	}
	c := m.Copy()
	clear(c.Params()[0].Value)
	if got := make([]float32, rows); true {
		if m.Values(obs, got); !sameBits(got, values) {
			t.Error("changing a copy's trunk changes the original")
		}
	}
	k.NetArch = nil
	if _, err := policy.NewActorCritic(newRand(), spec, k, nn.Native{}); err == nil {
		t.Error("a shared trunk of no layers: no error")
	}
}
