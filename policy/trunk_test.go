package policy_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

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
