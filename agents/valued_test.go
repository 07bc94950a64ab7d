package agents_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// steady is an environment with reward 1 in each step and no end.
type steady struct{}

func newSteady() env.Env { return steady{} }

func (steady) Spec() env.Spec {
	return env.Spec{ID: "Steady-v0", Obs: env.NewBox(-1, 1, 1), Act: env.NewBox(-1, 1, 1)}
}
func (steady) Reset(_ uint64, obs []float32)       { obs[0] = 0.5 }
func (steady) Step(act, obs []float32) env.Outcome { obs[0] = -obs[0]; return env.Outcome{Reward: 1} }

// off returns an agent of each off-policy actor-critic algorithm, with γ = 1/2.
func off(t *testing.T) map[string]agents.Agent {
	t.Helper()
	mk := env.Each(newSteady)
	replay := func(r *agents.Replay, k *policy.NetworkConfig) {
		r.Gamma, r.LearningRate, r.BufferSize, r.BatchSize = 0.5, optim.Constant(3e-3), 4000, 64
		k.NetArch = policy.Layers(16)
	}
	sac, td3, ddpg := agents.DefaultSAC(), agents.DefaultTD3(), agents.DefaultDDPG()
	replay(&sac.Replay, &sac.Network)
	replay(&td3.Replay, &td3.Network)
	replay(&ddpg.Replay, &ddpg.Network)
	sac.EntCoef = agents.Temperature{Value: 1e-6}
	return map[string]agents.Agent{
		"sac":  agents.Must(agents.NewSAC(mk, sac)),
		"td3":  agents.Must(agents.NewTD3(mk, td3)),
		"ddpg": agents.Must(agents.NewDDPG(mk, ddpg)),
	}
}

// TestValued expects V = 1 + γ + γ² + … = 2 for rewards of 1. Calls of Valued must not change
// what the agent learns.
func TestValued(t *testing.T) {
	if testing.Short() {
		t.Skip("learning")
	}
	plain := off(t)
	for name, a := range off(t) {
		for steps := 1000; steps <= 3000; steps += 1000 {
			agents.Must(a.Learn(steps))
			agents.Valued(a).Act(policy.In{Obs: []float32{0.5}}, policy.Out{Value: make([]float32, 1)})
		}
		v, got := agents.Valued(a), make([]float32, 2)
		if v.Act(policy.In{Obs: []float32{0.5, -0.5}}, policy.Out{Value: got}); math.Abs(float64(got[0])-2) > 0.1 || math.Abs(float64(got[1])-2) > 0.1 {
			t.Errorf("%s: V = %v after 3000 steps, want 2", name, got)
		}
		agents.Must(plain[name].Learn(3000))
		if !bytes.Equal(file(t, a.Policy()), file(t, plain[name].Policy())) {
			t.Errorf("%s: calls of Valued change what is learned", name)
		}
	}
	ppo := agents.Must(agents.NewPPO(env.Each(newSteady), agents.DefaultPPO()))
	if v := agents.Valued(ppo); v == ppo.Policy() || !v.Spec().Values {
		t.Errorf("Valued of PPO = %T, want a copy of its policy, which has values", v)
	}
}

// file returns the bytes that Save writes.
func file(t *testing.T, p policy.Policy) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := policy.Save(&b, p, policy.Meta{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
