package agents

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestA2CUpdate repeats a recorded gradient step of A2C: see testdata/README.md. The recorded
// network has one last layer for logits and value. Here it is split into the actor's and the
// critic's last layers, on a shared trunk.
func TestA2CUpdate(t *testing.T) {
	var all []struct {
		DType               string
		Init, After         map[string][]float32
		Obs, Actions        []float32
		Advantages, Returns []float32
		Policy              float64 `json:"policy_loss"`
		Value               float64 `json:"value_loss"`
		Entropy             float64 `json:"entropy_loss"`
		Norm                float64 `json:"grad_norm"`
	}
	golden.Read(t, "testdata/a2c.json.gz", &all)
	for _, g := range all {
		rows, hidden := len(g.Actions), len(g.Init["0.bias"])
		o := len(g.Obs) / rows
		c := DefaultA2C()
		c.NEnvs, c.NSteps, c.EntCoef = 1, rows, optim.Constant(0.01)
		c.Network.NetArch, c.Network.ShareTrunk = policy.Layers(hidden), true
		a, err := NewA2C(env.Each(func() spacesOnly { return spacesOnly{env.NewBox(-9, 9, o), env.Discrete{N: 3}} }), c)
		if err != nil {
			t.Fatal(err)
		}
		parts := func(m map[string][]float32) [][]float32 {
			w, b := m["2.weight"], m["2.bias"]
			return [][]float32{m["0.weight"], m["0.bias"], w[:3*hidden], b[:3], w[3*hidden:], b[3:]}
		}
		for i, v := range parts(g.Init) {
			a.networks.params[i].Import(v)
		}
		refill(a.roll, a.crew.parts[0].play.obs, g.Obs, g.Actions, make([]float32, rows), nil, nil)
		copy(a.roll.Advantage, g.Advantages)
		copy(a.roll.Return, g.Returns)
		a.objective = policyGradient{vfCoef: c.VFCoef, entCoef: 0.01, fraction: 1}
		opt := a.networks.opt
		a.networks.opt, opt.Rate = optim.NewAdam(0, 0, nil), float32(c.LearningRate.Start())
		a.gradientStep(a.roll.All())
		golden.Near(t, g.DType+": losses and norm", []float32{float32(-a.log.policyObjective), float32(a.log.valueLoss), float32(-a.log.entropy), optim.Norm(a.networks.params)},
			g.Policy, g.Value, g.Entropy, g.Norm)
		opt.Step()
		for i, v := range parts(g.After) {
			got, want := make([]float32, len(v)), make([]float64, len(v))
			a.networks.params[i].Export(got)
			for k, x := range v {
				want[k] = float64(x)
			}
			golden.Near(t, g.DType+": "+a.networks.params[i].Name, got, want...)
		}
	}
}

// spacesOnly is an environment that has spaces and does nothing.
type spacesOnly struct{ obs, act env.Space }

func (b spacesOnly) Spec() env.Spec                      { return env.Spec{ID: "Blank-v0", Obs: b.obs, Act: b.act} }
func (spacesOnly) Reset(uint64, []float32)               {}
func (spacesOnly) Step(_, _ []float32) (out env.Outcome) { return out }
