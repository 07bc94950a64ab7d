package nn_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// skip is a program's own layer x + f(x). f is a chain of linear, tanh, batch normalisation,
// dropout and linear. He et al. 2016, arXiv:1512.03385, eq. 1. Its Infer uses scratch memory, so
// only one core at a time may call it.
type skip struct {
	f *nn.Sequential
	y []float32 // scratch: f(x)
}

// newSkip is the Kind of skip layers: {skip: 64} has 64 hidden units.
func newSkip(rng *rand.Rand, name string, in nn.Shape, l nn.Layer) (nn.Network, nn.Shape, error) {
	r := nn.Read(l)
	width, gain := r.Outputs(), float32(r.Number("gain", 1))
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	f, err := nn.Native{}.Build(rng, name, nn.Plan{In: in, Layers: nn.Layers{
		nn.Linear(width, "orthogonal", gain), {Kind: "tanh"}, {Kind: "batch_norm"}, {Kind: "dropout", Size: 0.5}, nn.Linear(in.Size(), "orthogonal", gain),
	}})
	if err != nil {
		return nil, nil, err
	}
	return &skip{f: f.(*nn.Sequential)}, in, nil
}

func (s *skip) Forward(t *tape.Tape, x *tape.Var, p nn.Pass) *tape.Var {
	return x.Add(s.f.Forward(t, x, p))
}

func (s *skip) Infer(y, x []float32, past nn.Memory) {
	s.y = f32.Grow(s.y, len(x))
	s.f.Infer(s.y, x, past)
	f32.Add(y, x, s.y)
}

func (s *skip) MemorySize() int                          { return s.f.MemorySize() }
func (s *skip) Tensors() (params, buffers []*tape.Param) { return s.f.Tensors() }
func (s *skip) State(st *state.State)                    { s.f.State(st) }
func (s *skip) Clone() nn.Network                        { return &skip{f: s.f.Clone().(*nn.Sequential)} }

// skipNetwork returns the plan of a network with two skip layers, the engine that can build skip
// layers, the network, and 600 rows of inputs.
func skipNetwork(t *testing.T) (p nn.Plan, e nn.Native, n nn.Network, x []float32) {
	t.Helper()
	const text = `{"in":[7],"layers":[{"skip":5},"relu",{"linear":12},{"skip":{"size":20,"gain":0.5}},{"linear":3}]}`
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	e = nn.Native{Kinds: nn.Kinds{"skip": newSkip}}
	n, err := e.Build(newRand(), "net", p)
	if err != nil {
		t.Fatal(err)
	}
	return p, e, n, normal(newRand(), make([]float32, 7*600))
}

// trained returns the outputs of Forward in mode Training for 600 rows. It also calls Backward.
func trained(tp *tape.Tape, n nn.Network, x []float32) []float32 {
	tp.Reset()
	y := n.Forward(tp, tp.Const(x, 600), nn.Pass{Mode: nn.Training})
	y.Square().Mean().Backward()
	return slices.Clone(y.Value)
}

// inferred returns the outputs of Infer for 600 rows.
func inferred(n nn.Network, x []float32) []float32 {
	y := make([]float32, 3*600)
	n.Infer(y, x, nn.Memory{})
	return y
}

// TestOwnLayer checks a network with a program's own layers. Every parameter must get a gradient.
// Infer and Forward at inference must have equal outputs, bit for bit, on one core and on two
// cores. Describe must count the layers' weights. A second gradient step must allocate nothing.
func TestOwnLayer(t *testing.T) {
	_, _, n, x := skipNetwork(t)
	tp := tape.New()
	trained(tp, n, x)
	for _, p := range nn.Params(n) {
		if !slices.ContainsFunc(p.Grad, func(g float32) bool { return g != 0 }) {
			t.Errorf("%s has no gradient", p.Name)
		}
	}
	for _, want := range []string{"net.0.0.weight", "net.0.2.running_mean", "net.2.bias", "net.3.4.weight", "net.4.weight"} {
		if byName(n)[want] == nil {
			t.Errorf("no tensor is called %s", want)
		}
	}
	tp.Reset()
	want := slices.Clone(n.Forward(tp, tp.Const(x, 600), nn.Pass{Mode: nn.Inference}).Value)
	if got := inferred(n, x); !sameBits(got, want) {
		t.Error("Infer differs from Forward at inference")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	pool := parallel.New(2)
	pool.Always = true
	pool.Start()
	defer pool.Stop()
	nn.Share(pool, n)
	if got := inferred(n, x); !sameBits(got, want) {
		t.Error("Infer on several cores differs from Infer on one")
	}
	layers := nn.Describe(n)
	got := fmt.Sprint(layers[0].Name, " ", layers[0].Layer.Kind, " ", layers[0].Out, " ", layers[0].Params, " ", layers[0].MulAdds)
	if want := fmt.Sprint("net.0 skip 7 ", 7*5+5+10+5*7+7, " ", 7*5+5*7); len(layers) != 5 || got != want {
		t.Errorf("the first of %d layers is %s, want %s of 5", len(layers), got, want)
	}
	if allocs := testing.AllocsPerRun(5, func() { trained(tp, n, x); n.Infer(want, x, nn.Memory{}) }); allocs > 1 { // trained allocates the copy that it returns
		t.Errorf("a second step allocates %v times, want 1", allocs)
	}
}

// TestNilKind checks that Build returns an error for a layer whose Kind is nil.
func TestNilKind(t *testing.T) {
	e := nn.Native{Kinds: nn.Kinds{"nothing": nil}}
	_, err := e.Build(newRand(), "net", nn.Plan{In: nn.Shape{2}, Layers: nn.Layers{{Kind: "nothing"}}})
	if err == nil || err.Error() != "nn: net.0: the layer nothing has a nil Kind, want a function" {
		t.Errorf("Build of a layer with a nil Kind: error %v", err)
	}
}

// TestOwnLayerSaved checks that a program's own layer has the same outputs after it is saved and
// loaded, cloned, or copied by PolyakUpdate. In further training, a loaded or cloned layer must
// also have the same dropout masks.
func TestOwnLayerSaved(t *testing.T) {
	p, engine, n, x := skipNetwork(t)
	tp := tape.New()
	trained(tp, n, x)
	var file bytes.Buffer
	loaded, _ := engine.Build(rand.New(rand.NewPCG(9, 9)), "net", p.Zeroed())
	if err := state.Save(&file, stater{n}); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&file, stater{loaded}); err != nil {
		t.Fatal(err)
	}
	target := loaded.Clone()
	for _, p := range nn.Tensors(target) {
		clear(p.Value)
	}
	nn.PolyakUpdate(target, n, 1)
	clone, want := n.Clone(), inferred(n, x)
	for name, m := range map[string]nn.Network{"loaded": loaded, "clone": clone, "target": target} {
		if got := inferred(m, x); !sameBits(got, want) {
			t.Errorf("%s: Infer differs", name)
		}
	}
	after := trained(tp, n, x)
	for name, m := range map[string]nn.Network{"loaded": loaded, "clone": clone} {
		if got := trained(tp, m, x); !sameBits(got, after) {
			t.Errorf("%s: training has other outputs", name)
		}
	}
}
