package bench

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
)

// Agents returns cases of whole training. Their operation is one environment step.
func Agents(envs env.Registry) []Case {
	cases := []Case{
		training("e2e/ppo_cartpole_env_step", envs, "CartPole-v1", 2048, func(mk env.Maker) (agents.Agent, error) {
			c := agents.DefaultPPO()
			c.Steps = math.MaxInt32
			return agents.NewPPO(mk, c)
		}),
		ppoPendulum("e2e/ppo_pendulum", envs, false),
		ppoPendulum("e2e/ppo_pendulum_norm_obs", envs, true),
		manyEnvs(envs, 1024, 8192, func(k *policy.NetworkConfig) {}),
		manyEnvs(envs, 4096, 32768, func(k *policy.NetworkConfig) {
			k.ShareTrunk, k.ActivationFn, k.NetArch = true, "relu", policy.Layers(128)
		}),
	}
	for _, n := range []struct {
		hidden, batch int
	}{{64, 100}, {256, 256}} {
		cases = append(cases, offPolicy(envs, n.hidden, n.batch)...)
	}
	return cases
}

// ppoPendulum returns the case of PPO on 64 Pendulums with small networks, 128 steps of each
// environment and one epoch in an iteration. normObs is true if the agent normalises observations.
func ppoPendulum(name string, envs env.Registry, normObs bool) Case {
	const n, steps = 64, 128
	return training(name+"/32-32/b1024", envs, "Pendulum-v1", n*steps, func(mk env.Maker) (agents.Agent, error) {
		c := agents.DefaultPPO()
		c.Steps, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = math.MaxInt32, n, steps, 1024, 1
		c.Gamma, c.LearningRate, c.EntCoef, c.Network.NetArch = 0.9, optim.Constant(1e-3), optim.Constant(0.1), policy.Layers(32, 32)
		c.Normalize.Obs = normObs
		return agents.NewPPO(mk, c)
	})
}

// manyEnvs returns the case of PPO on this number of CartPoles, with 64 steps of each environment
// and one epoch in an iteration. The function change sets the network.
func manyEnvs(envs env.Registry, n, batch int, change func(k *policy.NetworkConfig)) Case {
	const steps = 64
	name := fmt.Sprintf("e2e/ppo_cartpole/%dx%d/b%d", n, steps, batch)
	return training(name, envs, "CartPole-v1", n*steps, func(mk env.Maker) (agents.Agent, error) {
		c := agents.DefaultPPO()
		c.Steps, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = math.MaxInt32, n, steps, batch, 1
		change(&c.Network)
		return agents.NewPPO(mk, c)
	})
}

// offPolicy returns cases of SAC, TD3 and DDPG on Pendulum, with two hidden layers of this
// size and one update after each environment step.
func offPolicy(envs env.Registry, hidden, batch int) []Case {
	pendulum := func(name string, newAgent func(env.Maker) (agents.Agent, error)) Case {
		return training(fmt.Sprintf("e2e/%s_pendulum/%d-%d/b%d", name, hidden, hidden, batch), envs, "Pendulum-v1", 64, newAgent)
	}
	set := func(s *agents.Setup, r *agents.Replay, k *policy.NetworkConfig) {
		s.Steps, r.BufferSize, r.LearningStarts, r.BatchSize, k.NetArch = math.MaxInt32, 100_000, 0, batch, policy.Layers(hidden, hidden)
	}
	return []Case{
		pendulum("sac", func(mk env.Maker) (agents.Agent, error) {
			c := agents.DefaultSAC()
			set(&c.Setup, &c.Replay, &c.Network)
			return agents.NewSAC(mk, c)
		}),
		pendulum("td3", func(mk env.Maker) (agents.Agent, error) {
			c := agents.DefaultTD3()
			set(&c.Setup, &c.Replay, &c.Network)
			return agents.NewTD3(mk, c)
		}),
		pendulum("ddpg", func(mk env.Maker) (agents.Agent, error) {
			c := agents.DefaultDDPG()
			set(&c.Setup, &c.Replay, &c.Network)
			return agents.NewDDPG(mk, c)
		}),
	}
}

// training returns the case of an agent that trains on the environment id. One call of the
// case trains for this number of environment steps.
func training(name string, envs env.Registry, id string, steps int, newAgent func(env.Maker) (agents.Agent, error)) Case {
	return Case{name, steps, func(*parallel.Pool) (func(), error) {
		mk, err := envs.Maker(id, nil)
		if err != nil {
			return nil, err
		}
		agent, err := newAgent(mk)
		taken := 0
		return func() {
			taken += steps
			if _, err := agent.Learn(taken); err != nil {
				panic(err)
			}
		}, err
	}}
}
