package agents

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// recordedR2D2 has recorded updates of R2D2, or tables of its value rescaling: see
// testdata/README.md.
type recordedR2D2 struct {
	Algo, Name string
	Hyper      struct {
		BurnIn     int `json:"burn_in"`
		Length     int `json:"learn_length"`
		N          int `json:"n_step"`
		Gamma      float32
		LR         float64
		AdamEps    float64 `json:"adam_eps"`
		Eta        float64
		Hidden     int
		LSTMHidden int `json:"lstm_hidden"`
		Actions    int `json:"n_actions"`
	}
	Init       map[string]any
	InitTarget map[string]any `json:"init_target"`
	Batches    []struct {
		Obs                          [][][]float32
		Actions, Rewards, Terminated [][]float32
		MemoryH                      [][]float32 `json:"h0"`
		MemoryC                      [][]float32 `json:"c0"`
		Weights                      []float32
	}
	Updates []struct {
		Target     [][]float64
		NStep      [][]float64 `json:"n_step_return"`
		TDError    [][]float64 `json:"td_error"`
		Loss       float64
		Priorities []float64 `json:"sequence_priority"`
	}
	AfterFirst map[string]any `json:"weights_after_first"`
	Final      map[string]any

	Eps      float64
	X, H, Y  []float64
	HInverse []float64 `json:"h_inverse"`
}

// flatten returns the numbers in nested lists, in order.
func flatten(x any) (all []float64) {
	if v, ok := x.(float64); ok {
		return []float64{v}
	}
	for _, v := range x.([]any) {
		all = append(all, flatten(v)...)
	}
	return all
}

// TestR2D2 repeats recorded updates of R2D2. The recorded sequences go through the replay buffer.
func TestR2D2(t *testing.T) {
	var all []recordedR2D2
	golden.Read(t, "testdata/r2d2.json.gz", &all)
	for _, g := range all {
		t.Run(g.Algo+"/"+g.Name, func(t *testing.T) {
			if g.Algo == "R2D2" {
				g.checkUpdates(t)
			} else {
				g.checkRescaling(t)
			}
		})
	}
}

// checkRescaling compares h and its inverse with the tables. Both cancel near 0, so the tolerance
// is absolute there.
func (g *recordedR2D2) checkRescaling(t *testing.T) {
	near := func(name string, in, got, want float64) {
		if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
			t.Errorf("%s(%v) = %v, want %v", name, in, got, want)
		}
	}
	for i, x := range g.X {
		near("h", x, rescale(x, g.Eps), g.H[i])
		near("h⁻¹(h)", x, unscale(rescale(x, g.Eps), g.Eps), x)
	}
	for i, y := range g.Y {
		near("h⁻¹", y, unscale(y, g.Eps), g.HInverse[i])
	}
}

// checkUpdates makes the recorded updates and compares targets, TD errors, losses, priorities and
// weights.
func (g *recordedR2D2) checkUpdates(t *testing.T) {
	a := g.newAgent(t)
	importRecorded(t, a.q.Params(), g.Init)
	importRecorded(t, a.target.Params(), g.InitTarget)
	for i, u := range g.Updates {
		b := g.sequences(t, a, i)
		r := a.learnFromSequences(b)
		learned := len(u.Target) * b.Len()
		golden.Near(t, "n-step returns", b.Reward[:learned], slices.Concat(u.NStep...)...)
		golden.Near(t, "targets", r.target[:learned], slices.Concat(u.Target...)...)
		golden.Near(t, "TD errors", r.tdError[:learned], negative(slices.Concat(u.TDError...))...)
		golden.Near(t, "loss", []float32{float32(r.criticLoss)}, u.Loss)
		golden.Near(t, "priorities", a.memory.priorities(b, r.tdError, float32(g.Hyper.Eta)), u.Priorities...)
		if i == 0 {
			compareRecorded(t, a.q.Params(), g.AfterFirst)
		}
	}
	compareRecorded(t, a.q.Params(), g.Final)
}

// negative returns x with the opposite signs: the recorded TD errors are y - Q(s, a).
func negative(x []float64) []float64 {
	for i := range x {
		x[i] = -x[i]
	}
	return x
}

// newAgent returns a DQN with g's network and settings.
func (g *recordedR2D2) newAgent(t *testing.T) *DQN {
	t.Helper()
	h, n, o := g.Hyper, len(g.Batches[0].Weights), len(g.Batches[0].Obs[0][0])
	c := DefaultDQN()
	c.NEnvs, c.BatchSize, c.BufferSize, c.Gamma, c.NSteps = n, n, 1000, h.Gamma, h.N
	c.Double, c.ValueRescaling, c.BurnIn, c.SequenceLength, c.MaxGradNorm = true, true, h.BurnIn, h.Length, 1e6
	c.Network.Layers = recurrentLayers(nn.Linear(h.Hidden, "pytorch", 1), nn.Layer{Kind: "relu"}, nn.Layer{Kind: "lstm", Size: float64(h.LSTMHidden)})
	c.Network.OptimizerSettings.Eps = &h.AdamEps
	a := Must(NewDQN(env.Each(func() spacesOnly { return spacesOnly{env.NewBox(-9, 9, o), env.Discrete{N: h.Actions}} }), c))
	a.nets.setLearningRate(h.LR)
	return a
}

// sequences returns recorded minibatch i, after it has gone through a replay buffer.
func (g *recordedR2D2) sequences(t *testing.T, a *DQN, i int) *replay.SequenceBatch {
	t.Helper()
	r, spec, n := &g.Batches[i], a.play.vec.Spec(), a.c.NEnvs
	result := func(step int) *env.Result {
		res := env.NewResult(n, spec.Obs.Size())
		copy(res.Obs, slices.Concat(r.Obs[step]...))
		if step > 0 {
			for k, reward := range r.Rewards[step-1] {
				res.Reward[k], res.Terminated[k] = float64(reward), r.Terminated[step-1][k] != 0
			}
		}
		return res
	}
	ring, err := replay.NewRing(spec, 1000, result(0))
	if err != nil {
		t.Fatal(err)
	}
	shape := a.memory.batch.SequenceShape
	s, err := replay.NewSequences(ring, shape)
	if err != nil {
		t.Fatal(err)
	}
	memory := []float32(nil)
	for k := range n {
		memory = append(append(memory, r.MemoryH[k]...), r.MemoryC[k]...)
	}
	s.Remember(memory)
	for step := range len(r.Obs) - 1 {
		s.Add(r.Actions[step], result(step+1), replay.Uniform{})
	}
	b := a.memory.batch
	copy(b.Weight, r.Weights)
	for k := range b.Index {
		b.Index[k] = s.Row(k)
	}
	s.Fetch(s, b)
	return b
}

// r2d2Name returns the name of a parameter in the recorded networks.
func r2d2Name(name string) string {
	return strings.NewReplacer("q.0.", "trunk.0.", "q.2.", "lstm.", "q.3.", "head.").Replace(name)
}

// importRecorded sets parameters to recorded weights.
func importRecorded(t *testing.T, params []*tape.Param, recorded map[string]any) {
	t.Helper()
	if len(params) != len(recorded) {
		t.Fatalf("%d parameters, want %d", len(params), len(recorded))
	}
	for _, p := range params {
		var values []float32
		for _, v := range flatten(recorded[r2d2Name(p.Name)]) {
			values = append(values, float32(v))
		}
		p.Import(values)
	}
}

// compareRecorded compares parameters with recorded weights.
func compareRecorded(t *testing.T, params []*tape.Param, recorded map[string]any) {
	t.Helper()
	for _, p := range params {
		got := make([]float32, len(p.Value))
		p.Export(got)
		golden.Near(t, p.Name, got, flatten(recorded[r2d2Name(p.Name)])...)
	}
}

// recurrentLayers returns the setting layers of a NetworkConfig.
func recurrentLayers(layers ...nn.Layer) policy.NetLayers {
	return policy.OneList(policy.LayerList{Layers: layers})
}
