package agents_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// recordingEnv wraps an environment and records the actions of its steps.
type recordingEnv struct {
	env.Env
	actions []float32
}

func (n *recordingEnv) Step(act, obs []float32) env.Outcome {
	n.actions = append(n.actions, act...)
	return n.Env.Step(act, obs)
}

// A frozenAgent makes agents that do not learn: their learning rate is 0. task makes environments
// in which the agents can act.
type frozenAgent struct {
	task     func() env.Env
	newAgent func(mk env.Maker, n int) agents.Agent
}

// frozenAgents returns a frozenAgent for each way in which actions are sampled.
func frozenAgents() map[string]frozenAgent {
	type agent = frozenAgent
	set := func(s *agents.Setup, r *agents.Replay, k *policy.NetworkConfig, n int) {
		s.NEnvs, s.Seed, k.NetArch = n, 5, policy.Layers(8)
		r.LearningRate, r.LearningStarts, r.BatchSize, r.BufferSize, r.TrainFreq = optim.Constant(0), 0, 4, 1000, agents.TrainFreq{Steps: 2}
	}
	symbols, numbers := func() env.Env { return newMimic() }, func() env.Env { return newTracking() }
	dqn := func(change func(*agents.DQNConfig)) agent {
		return agent{symbols, func(mk env.Maker, n int) agents.Agent {
			c := agents.DefaultDQN()
			set(&c.Setup, &c.Replay, &c.Network, n)
			c.ExplorationInitial, c.ExplorationFinal = 0.5, 0.5
			change(&c)
			return agents.Must(agents.NewDQN(mk, c))
		}}
	}
	td3 := func(change func(*agents.TD3Config)) agent {
		return agent{numbers, func(mk env.Maker, n int) agents.Agent {
			c := agents.DefaultTD3()
			set(&c.Setup, &c.Replay, &c.Network, n)
			change(&c)
			return agents.Must(agents.NewTD3(mk, c))
		}}
	}
	sac := func(change func(*agents.SACConfig)) agent {
		return agent{numbers, func(mk env.Maker, n int) agents.Agent {
			c := agents.DefaultSAC()
			set(&c.Setup, &c.Replay, &c.Network, n)
			change(&c)
			return agents.Must(agents.NewSAC(mk, c))
		}}
	}
	all := map[string]agent{
		"random choices":  dqn(func(c *agents.DQNConfig) { c.LearningStarts = math.MaxInt32 }),
		"epsilon":         dqn(func(*agents.DQNConfig) {}),
		"random numbers":  td3(func(c *agents.TD3Config) { c.LearningStarts = math.MaxInt32 }),
		"normal noise":    td3(func(*agents.TD3Config) {}),
		"OU noise":        td3(func(c *agents.TD3Config) { c.NoiseType = "ornstein-uhlenbeck" }),
		"drawn":           sac(func(*agents.SACConfig) {}),
		"drawn and noise": sac(func(c *agents.SACConfig) { c.NoiseType = "normal" }),
		"gSDE":            sac(func(c *agents.SACConfig) { c.UseSDE = true }),
		"gSDE of 3 steps": sac(func(c *agents.SACConfig) { c.UseSDE, c.SDESampleFreq, c.TrainFreq.Steps = true, 3, 7 }),
		"linear SARSA": {symbols, func(mk env.Maker, n int) agents.Agent {
			c := agents.DefaultLinear()
			c.NEnvs, c.Seed, c.LearningRate, c.Tiles, c.ExplorationInitial = n, 5, optim.Constant(0), 2, 0.5
			return agents.Must(agents.NewLinearSARSA(mk, c))
		}},
	}
	for name, newAgent := range tabularAgents {
		all[name] = agent{newNumbered, func(mk env.Maker, n int) agents.Agent { return frozenTable(newAgent, mk, n) }}
	}
	return all
}

func frozenTable(newAgent newTabular, mk env.Maker, n int) agents.Agent {
	c := agents.DefaultTabular()
	c.NEnvs, c.Seed, c.LearningRate, c.ExplorationInitial = n, 5, optim.Constant(0), 0.5
	return agents.Must(newAgent(mk, c))
}

// TestActionsOfEnvironments checks that, with the same networks, the actions in environment i do
// not depend on the number of environments, and that two environments have different actions.
func TestActionsOfEnvironments(t *testing.T) {
	const steps = 60
	for name, a := range frozenAgents() {
		var acts [4][][]float32 // actions of each environment, for n = 1, 2, 3 environments
		for n := 1; n <= 3; n++ {
			var envs []*recordingEnv
			mk := func(n int) (env.Vector, error) {
				envs = nil
				var all []env.Env
				for range n {
					envs = append(envs, &recordingEnv{Env: a.task()})
					all = append(all, envs[len(envs)-1])
				}
				return env.NewVec(all...), nil
			}
			if _, err := a.newAgent(mk, n).Learn(steps * n); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, e := range envs {
				acts[n] = append(acts[n], e.actions[:steps])
			}
		}
		for n := 2; n <= 3; n++ {
			for i, want := range acts[n-1] {
				if !slices.Equal(acts[n][i], want) {
					t.Errorf("%s: environment %d has other actions among %d environments than among %d", name, i, n, n-1)
				}
			}
		}
		if slices.Equal(acts[2][0], acts[2][1]) {
			t.Errorf("%s: two environments have the same actions", name)
		}
	}
}
