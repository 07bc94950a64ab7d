package agents_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/agents/agentstest"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// useActors sets four actors that do not wait for the learner.
func useActors(r *agents.Replay, c *agents.Acting, x *agents.ApeX) {
	useSmallReplay(r)
	c.Actors, c.QueueDepth, x.ActorSteps, x.PublishEvery, r.Prioritized, r.NSteps = 4, 4, 8, 8, true, 3
}

// apexAgents returns constructors of the off-policy agents with four actors, which repeat the file
// log unless it is "".
func apexAgents() map[string]func(log string) agents.Recorder {
	small, pole, pendulum := policy.Layers(16), env.Each(classic.NewCartPole), env.Each(classic.NewPendulum)
	return map[string]func(log string) agents.Recorder{
		"DQN": func(log string) agents.Recorder {
			c := agents.DefaultDQN()
			useActors(&c.Replay, &c.Acting, &c.ApeX)
			c.ReplayLog, c.NEnvs, c.Network.NetArch, c.TargetUpdateInterval = log, 2, small, 100
			return agents.Must(agents.NewDQN(pole, c))
		},
		"DDPG": func(log string) agents.Recorder {
			c := agents.DefaultDDPG()
			useActors(&c.Replay, &c.Acting, &c.ApeX)
			c.ReplayLog, c.NEnvs, c.Network.NetArch = log, 2, small
			return agents.Must(agents.NewDDPG(pendulum, c))
		},
		"TD3": func(log string) agents.Recorder {
			c := agents.DefaultTD3()
			useActors(&c.Replay, &c.Acting, &c.ApeX)
			c.ReplayLog, c.NEnvs, c.Network.NetArch = log, 1, small
			return agents.Must(agents.NewTD3(pendulum, c))
		},
		"SAC": func(log string) agents.Recorder {
			c := agents.DefaultSAC()
			useActors(&c.Replay, &c.Acting, &c.ApeX)
			c.ReplayLog, c.NEnvs, c.Network.NetArch, c.Normalize.Obs, c.Normalize.Reward = log, 2, small, true, true
			return agents.Must(agents.NewSAC(pendulum, c))
		},
	}
}

// TestApeXReplay checks that an asynchronous run of four actors, repeated from the log of what it
// has learned from, ends with the same bytes; also if it was saved and loaded in between.
func TestApeXReplay(t *testing.T) {
	const steps = 2000
	for name, mk := range apexAgents() {
		t.Run(name, func(t *testing.T) {
			checkReplay(t, func(log string) agents.Recorder { return mk(log) }, steps)
		})
	}
}

// TestApeXLearns checks that DQN with actors that do not wait for the learner reaches nearly the best
// return of Identity.
func TestApeXLearns(t *testing.T) {
	skipIfShort(t)
	mk := env.Each(func() env.Env { return agentstest.NewIdentity(false) })
	c := agents.DefaultDQN()
	useActors(&c.Replay, &c.Acting, &c.ApeX)
	c.Network.NetArch, c.TargetUpdateInterval, c.Double, c.Steps = policy.Layers(32), 50, true, 8000
	a := agents.Must(agents.NewDQN(mk, c))
	r := agents.Must(a.Learn(c.Steps))
	s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
	if err != nil || s.Mean < 0.95*10 {
		t.Errorf("mean return %v, want 9.5; error %v", s.Mean, err)
	}
	// The mean of 0.4^(1+7i/3) for i = 0 … 3, from the paper's section 4.1.
	if m := metrics(r); math.Abs(m["exploration_rate"]-0.113342) > 1e-6 || m["trajectories"]*8 < float64(c.Steps) || m["trajectories_dropped"] != 0 {
		t.Errorf("metrics %v, want an exploration_rate of 0.113342 and all trajectories used", m)
	}
}

// TestApeXRefuses checks the error messages for settings of actors that are out of their range.
func TestApeXRefuses(t *testing.T) {
	for want, change := range map[string]func(c *agents.DQNConfig){
		"actors is -1":       func(c *agents.DQNConfig) { c.Actors = -1 },
		"actor_steps is 0":   func(c *agents.DQNConfig) { c.Actors, c.ActorSteps = 1, 0 },
		"publish_every is 0": func(c *agents.DQNConfig) { c.Actors, c.PublishEvery = 1, 0 },
		"queue_depth is 0":   func(c *agents.DQNConfig) { c.Actors, c.QueueDepth = 1, 0 },
		"networks with memory": func(c *agents.DQNConfig) {
			c.Actors, c.Network.Layers = 2, policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "lstm", Size: 8}}})
		},
	} {
		c := agents.DefaultDQN()
		change(&c)
		if a, err := agents.NewDQN(env.Each(newMimic), c); a != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
