package agents_test

import (
	"context"
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// scheduledAgents returns constructors of small agents with 1024 steps and the given schedule of
// the learning rate.
func scheduledAgents() map[string]func(rate optim.Schedule, beyond bool) agents.Agent {
	all := map[string]func(optim.Schedule, bool) agents.Agent{}
	maps.Copy(all, onPolicyAgents())
	maps.Copy(all, offPolicyAgents())
	all["linear SARSA"] = func(rate optim.Schedule, beyond bool) agents.Agent {
		c := agents.DefaultLinear()
		c.Steps, c.Beyond, c.LearningRate, c.Tiles = 1024, beyond, rate, 2
		return agents.Must(agents.NewLinearSARSA(env.Each(newMimic), c))
	}
	for name, newTable := range tabularAgents {
		all[name] = func(rate optim.Schedule, beyond bool) agents.Agent {
			c := agents.DefaultTabular()
			c.Steps, c.Beyond, c.LearningRate = 1024, beyond, rate
			return agents.Must(newTable(env.Each(newNumbered), c))
		}
	}
	return all
}

// onPolicyAgents returns the on-policy agents of scheduledAgents.
func onPolicyAgents() map[string]func(optim.Schedule, bool) agents.Agent {
	mk, small := env.Each(newMimic), policy.Layers(4)
	return map[string]func(optim.Schedule, bool) agents.Agent{
		"PPO": func(rate optim.Schedule, beyond bool) agents.Agent {
			c := smallPPOConfig()
			c.Steps, c.Beyond, c.LearningRate = 1024, beyond, rate
			return agents.Must(agents.NewPPO(mk, c))
		},
		"A2C": func(rate optim.Schedule, beyond bool) agents.Agent {
			c := agents.DefaultA2C()
			c.Steps, c.Beyond, c.LearningRate, c.Network.NetArch = 1024, beyond, rate, small
			return agents.Must(agents.NewA2C(mk, c))
		},
		"A3C": func(rate optim.Schedule, beyond bool) agents.Agent {
			c := agents.DefaultA3C()
			c.Steps, c.Beyond, c.LearningRate, c.Network.NetArch = 1024, beyond, rate, small
			c.NEnvs, c.NSteps = 2, 4
			return agents.Must(agents.NewA3C(mk, c))
		},
		"REINFORCE": func(rate optim.Schedule, beyond bool) agents.Agent {
			c := agents.DefaultReinforce()
			c.Steps, c.Beyond, c.LearningRate, c.Network.NetArch = 1024, beyond, rate, small
			return agents.Must(agents.NewReinforce(mk, c))
		},
	}
}

// offPolicyAgents returns the off-policy agents of scheduledAgents.
func offPolicyAgents() map[string]func(optim.Schedule, bool) agents.Agent {
	numbers := env.Each(newTracking)
	set := func(s *agents.Setup, r *agents.Replay, k *policy.NetworkConfig, rate optim.Schedule, beyond bool) {
		s.Steps, s.Beyond, k.NetArch = 1024, beyond, policy.Layers(4)
		r.LearningRate, r.LearningStarts, r.BatchSize, r.BufferSize = rate, 1000, 4, 2000
	}
	return map[string]func(optim.Schedule, bool) agents.Agent{
		"DQN": func(rate optim.Schedule, beyond bool) agents.Agent {
			c := agents.DefaultDQN()
			set(&c.Setup, &c.Replay, &c.Network, rate, beyond)
			return agents.Must(agents.NewDQN(env.Each(newMimic), c))
		},
		"DDPG": func(rate optim.Schedule, beyond bool) agents.Agent {
			c := agents.DefaultDDPG()
			set(&c.Setup, &c.Replay, &c.Network, rate, beyond)
			return agents.Must(agents.NewDDPG(numbers, c))
		},
		"TD3": func(rate optim.Schedule, beyond bool) agents.Agent {
			c := agents.DefaultTD3()
			set(&c.Setup, &c.Replay, &c.Network, rate, beyond)
			return agents.Must(agents.NewTD3(numbers, c))
		},
		"SAC": func(rate optim.Schedule, beyond bool) agents.Agent {
			c := agents.DefaultSAC()
			set(&c.Setup, &c.Replay, &c.Network, rate, beyond)
			return agents.Must(agents.NewSAC(numbers, c))
		},
	}
}

// TestScheduleBound checks that every agent returns an error beyond Setup.Steps if its learning
// rate has fallen to 0: from Learn, and from Train before the first step. There is no error up to
// Setup.Steps, with a constant rate, or if Setup.Beyond is set; then the rate stays at 0.
func TestScheduleBound(t *testing.T) {
	for name, newAgent := range scheduledAgents() {
		t.Run(name, func(t *testing.T) {
			a := newAgent(optim.Linear(0.125), false)
			r, err := a.Learn(1024)
			if err != nil || r.Steps < 1024 || r.Steps >= 2048 {
				t.Fatalf("Learn(1024) takes %d steps, error %v; want 1024 or one iteration more", r.Steps, err)
			}
			const want = "learning_rate is lin_0.125, which falls to 0 at Setup.Steps = 1024, but Learn was called for 2048 steps: " +
				"want Setup.Steps = 2048, or Setup.Beyond to continue with learning_rate at 0"
			if r, err = a.Learn(2048); err == nil || !strings.HasSuffix(err.Error(), want) || !strings.HasPrefix(err.Error(), "agents: ") {
				t.Errorf("Learn(2048): error %v, want agents: … %s", err, want)
			}
			for r, err := range agents.Train(context.Background(), newAgent(optim.Cosine(0.125), false), 2048, 64) {
				if err == nil || !strings.HasPrefix(err.Error(), "agents: learning_rate is cos_0.125, which") || r.Steps != 0 {
					t.Fatalf("Train to 2048: error %v after %d steps, want one after 0 steps", err, r.Steps)
				}
			}
			if _, err := newAgent(optim.Constant(0.125), false).Learn(2048); err != nil {
				t.Errorf("Learn(2048) with a constant rate: %v", err)
			}
			r, err = newAgent(optim.Linear(0.125), true).Learn(3000)
			if rate := lossMetric(t, r, "learning_rate"); err != nil || rate != 0 {
				t.Errorf("Learn(3000) with Beyond: rate %v, error %v; want 0 and no error", rate, err)
			}
		})
	}
}

// TestScheduleBoundClipRange checks that Learn returns an error if one of PPO's clip ranges has
// fallen to 0.
func TestScheduleBoundClipRange(t *testing.T) {
	for key, change := range map[string]func(*agents.PPOConfig){
		"clip_range":    func(c *agents.PPOConfig) { c.ClipRange = optim.Linear(0.25) },
		"clip_range_vf": func(c *agents.PPOConfig) { c.ClipRangeVF = new(optim.Linear(0.25)) },
	} {
		c := smallPPOConfig()
		c.Steps, c.Beyond, c.LearningRate = 1024, false, optim.Constant(1e-3)
		change(&c)
		_, err := agents.Must(agents.NewPPO(env.Each(newMimic), c)).Learn(1025)
		if err == nil || !strings.Contains(err.Error(), "agents: PPO: "+key+" is lin_0.25, which falls to 0 at Setup.Steps = 1024") {
			t.Errorf("%s: error %v, want one that names it", key, err)
		}
	}
}

// TestScheduleBoundFloor checks that a schedule that ends above 0 keeps its final value beyond
// Setup.Steps.
func TestScheduleBoundFloor(t *testing.T) {
	c := smallPPOConfig()
	c.Steps, c.Beyond, c.LearningRate = 1024, false, optim.Linear(0.01).To(0.005)
	r, err := agents.Must(agents.NewPPO(env.Each(newMimic), c)).Learn(2048)
	if rate := lossMetric(t, r, "learning_rate"); err != nil || rate != 0.005 {
		t.Errorf("Learn(2048) of 1024 steps: rate %v, error %v; want 0.005 and no error", rate, err)
	}
}

// TestScheduledEntropy checks that Learn continues beyond Setup.Steps with an entropy bonus that
// has fallen to 0, and that a schedule with a negative value is an error.
func TestScheduledEntropy(t *testing.T) {
	c := agents.DefaultPPO()
	c.Steps, c.NSteps, c.EntCoef = 512, 128, optim.Linear(0.1)
	a := agents.Must(agents.NewPPO(env.Each(newMimic), c))
	for _, l := range agents.Must(a.Learn(257)).Losses {
		if l.Name == "ent_coef" && math.Abs(l.Value-0.05) > 1e-7 {
			t.Errorf("ent_coef in the iteration that starts after half of the steps is %v, want 0.05", l.Value)
		}
	}
	r, err := a.Learn(1000)
	if last := r.Losses[len(r.Losses)-1]; err != nil || last != (agents.Metric{Name: "ent_coef", Value: 0}) {
		t.Errorf("Learn beyond the steps: error %v, the last loss is %v, want an ent_coef of 0", err, last)
	}
	c.EntCoef = optim.Linear(0.1).To(-1)
	if _, err := agents.NewPPO(env.Each(newMimic), c); err == nil || err.Error() != "agents: PPO: ent_coef is {start: 0.1, shape: lin, end: -1}, want 0 or more" {
		t.Errorf("ent_coef that falls to -1: error %v", err)
	}
}
