package policy_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// TestShareTrunk checks that the gradient of a shared trunk is the sum of the actor's and the
// critic's gradients, and that Act has the same bits as training.
func TestShareTrunk(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 3), Act: env.Discrete{N: 3}}
	config := policy.DefaultNetworkConfig()
	config.ShareTrunk, config.NetArch = true, policy.Layers(16, 8)
	m, err := policy.NewActorCritic(newRand(), spec, config, nil, nn.Native{})
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
	m.Pi(policy.Batch{Obs: obs}).Entropy().Mean().Backward()
	m.V(policy.Batch{Obs: obs}).Mean().Backward()
	apart := grads()
	m.Tape.Reset()
	pi, v := m.PiV(policy.Batch{Obs: obs})
	pi.Entropy().Mean().Add(v.Mean()).Backward()
	for i, g := range grads() {
		if math.Abs(float64(g-apart[i])) > 1e-6 {
			t.Fatalf("gradient %d = %v for both losses together, %v for one after the other", i, g, apart[i])
		}
	}

	out := outFor(m, rows)
	m.Act(policy.In{Obs: obs, Rand: rowGenerators(rows)}, out)
	if !sameBits(out.Value, v.Value) {
		t.Errorf("Value = %v, want V's %v", out.Value, v.Value)
	}
	if want := pi.LogProb(out.Raw).Value; !sameBits(out.LogProb, want) {
		t.Errorf("LogProb = %v, want Pi's %v", out.LogProb, want)
	}
	config.NetArch = policy.Layers()
	if _, err := policy.NewActorCritic(newRand(), spec, config, nil, nn.Native{}); err == nil {
		t.Error("a shared trunk of no layers: no error")
	}
}
