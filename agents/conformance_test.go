package agents_test

import (
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/agents/agentstest"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// newSmall returns a function for agentstest.Agent.New that makes agents with the settings of
// defaults after change, in 8 environments unless change sets another number. base returns the
// Setup of the settings.
func newSmall[C any, A agents.Agent](defaults func() C, newAgent func(env.Maker, C) (A, error), base func(*C) *agents.Setup, change func(*C)) func(env.Maker, uint64, int) (agents.Agent, error) {
	return func(mk env.Maker, seed uint64, steps int) (agents.Agent, error) {
		c := defaults()
		s := base(&c)
		s.Seed, s.Steps, s.NEnvs = seed, steps, 8
		change(&c)
		return newAgent(mk, c)
	}
}

// newConformingTable returns the description of a tabular agent for agentstest.Check.
func newConformingTable(newAgent func(env.Maker, agents.TabularConfig) (*agents.Tabular, error), nSteps int, traceDecay float32) agentstest.Agent {
	return agentstest.Agent{Discrete: true, Table: true, Steps: 20_000, Gamma: 0.5,
		New: newSmall(agents.DefaultTabular, newAgent, (*agents.TabularConfig).Base, func(c *agents.TabularConfig) {
			c.LearningRate, c.Gamma, c.ExplorationFinal = optim.Linear(0.5), 0.5, 0
			c.NSteps, c.TraceDecay = nSteps, traceDecay
		})}
}

// newConformingLinear returns the description of a linear agent for agentstest.Check.
func newConformingLinear(newAgent func(env.Maker, agents.LinearConfig) (*agents.Linear, error)) agentstest.Agent {
	return agentstest.Agent{Discrete: true, Steps: 20_000, Gamma: 0.5,
		New: newSmall(agents.DefaultLinear, newAgent, (*agents.LinearConfig).Base, func(c *agents.LinearConfig) {
			c.LearningRate, c.Gamma, c.Tiles = optim.Linear(0.5), 0.5, 2
		})}
}

// useSmallReplay sets a small replay buffer and minibatches, to learn small tasks in few steps.
func useSmallReplay(r *agents.Replay) {
	r.LearningStarts, r.BufferSize, r.BatchSize, r.Gamma, r.TrainFreq.Steps, r.LearningRate = 200, 2000, 32, 0.5, 1, optim.Constant(3e-3)
}

// useActorsInOrder sets three actors that take turns with the learner.
func useActorsInOrder(c *agents.Acting, x *agents.ApeX) {
	c.Actors, c.Ordered, x.ActorSteps, x.PublishEvery = 3, true, 8, 8
}

// TestConformance checks that every agent keeps the contract of Agent: see package agentstest.
func TestConformance(t *testing.T) {
	small := policy.Layers(32)
	for name, a := range map[string]agentstest.Agent{
		"PPO": {Discrete: true, Continuous: true, Steps: 30_000, Gamma: 0.5,
			New: newSmall(agents.DefaultPPO, agents.NewPPO, (*agents.PPOConfig).Base, func(c *agents.PPOConfig) {
				c.NSteps, c.BatchSize, c.NEpochs, c.Gamma, c.LearningRate, c.Network.NetArch = 32, 64, 4, 0.5, optim.Linear(3e-3), small
			})},
		"PPO with gSDE": {Continuous: true, Steps: 40_000,
			New: newSmall(agents.DefaultPPO, agents.NewPPO, (*agents.PPOConfig).Base, func(c *agents.PPOConfig) {
				c.NSteps, c.BatchSize, c.NEpochs, c.Gamma, c.LearningRate, c.Network.NetArch = 32, 64, 4, 0.5, optim.Linear(3e-3), small
				c.UseSDE, c.SDESampleFreq, c.Network.LogStdInit = true, 4, -1
			})},
		"A2C": {Discrete: true, Continuous: true, Steps: 60_000, Gamma: 0.5,
			New: newSmall(agents.DefaultA2C, agents.NewA2C, (*agents.A2CConfig).Base, func(c *agents.A2CConfig) {
				c.NSteps, c.Gamma, c.UseRMSProp, c.LearningRate, c.Network.NetArch = 8, 0.5, false, optim.Linear(5e-3), small
			})},
		"A3C": {Discrete: true, Continuous: true, Steps: 80_000, Gamma: 0.5,
			New: newSmall(agents.DefaultA3C, agents.NewA3C, (*agents.A3CConfig).Base, func(c *agents.A3CConfig) {
				c.NEnvs, c.NSteps, c.Gamma, c.LearningRate, c.EntCoef, c.Network.NetArch = 4, 8, 0.5, optim.Linear(5e-3), optim.Constant(0), small
			})},
		"A3C normalised": {Discrete: true, Continuous: true, Steps: 80_000,
			New: newSmall(agents.DefaultA3C, agents.NewA3C, (*agents.A3CConfig).Base, func(c *agents.A3CConfig) {
				c.NEnvs, c.NSteps, c.Gamma, c.LearningRate, c.Network.NetArch = 4, 8, 0.5, optim.Linear(5e-3), small
				c.Normalize.Obs, c.Normalize.Reward = true, true
			})},
		"IMPALA in order": {Discrete: true, Continuous: true, Steps: 80_000, Gamma: 0.5,
			New: newSmall(agents.DefaultIMPALA, agents.NewIMPALA, (*agents.IMPALAConfig).Base, func(c *agents.IMPALAConfig) {
				c.Actors, c.NEnvs, c.NSteps, c.BatchSize, c.Ordered, c.Gamma = 3, 2, 8, 2, true, 0.5
				c.LearningRate, c.EntCoef, c.Network.NetArch = optim.Linear(5e-3), optim.Constant(0), small
			})},
		"IMPALA normalised": {Discrete: true, Continuous: true, Steps: 80_000,
			New: newSmall(agents.DefaultIMPALA, agents.NewIMPALA, (*agents.IMPALAConfig).Base, func(c *agents.IMPALAConfig) {
				c.Actors, c.NEnvs, c.NSteps, c.BatchSize, c.Ordered = 2, 2, 8, 2, true
				c.LearningRate, c.Network.NetArch = optim.Linear(5e-3), small
				c.Normalize.Obs, c.Normalize.Reward = true, true
			})},
		"REINFORCE": {Discrete: true, Continuous: true, Steps: 80_000, Gamma: 0.5,
			New: newSmall(agents.DefaultReinforce, agents.NewReinforce, (*agents.ReinforceConfig).Base, func(c *agents.ReinforceConfig) {
				c.NEpisodes, c.Gamma, c.LearningRate, c.Network.NetArch = 8, 0.5, optim.Linear(1e-2), small
			})},
		"Q-learning": newConformingTable(agents.NewQLearning, 1, 0), "SARSA": newConformingTable(agents.NewSARSA, 1, 0),
		"expected SARSA": newConformingTable(agents.NewExpectedSARSA, 1, 0), "double Q-learning": newConformingTable(agents.NewDoubleQLearning, 1, 0),
		"Q-learning of 3 steps": newConformingTable(agents.NewQLearning, 3, 0), "SARSA of 3 steps": newConformingTable(agents.NewSARSA, 3, 0),
		"Q(λ)": newConformingTable(agents.NewQLearning, 1, 0.8), "SARSA(λ)": newConformingTable(agents.NewSARSA, 1, 0.8),
		"linear SARSA": newConformingLinear(agents.NewLinearSARSA), "linear Q-learning": newConformingLinear(agents.NewLinearQLearning),
		"DDPG": {Continuous: true, Steps: 6000,
			New: newSmall(agents.DefaultDDPG, agents.NewDDPG, (*agents.DDPGConfig).Base, func(c *agents.DDPGConfig) {
				useSmallReplay(&c.Replay)
				c.NEnvs, c.Network.NetArch = 2, small
			})},
		"DDPG by episodes": {Continuous: true, Steps: 6000,
			New: newSmall(agents.DefaultDDPG, agents.NewDDPG, (*agents.DDPGConfig).Base, func(c *agents.DDPGConfig) {
				useSmallReplay(&c.Replay)
				c.NEnvs, c.TrainFreq, c.GradientSteps, c.Network.NetArch = 1, agents.TrainFreq{Episodes: 1}, -1, small
			})},
		"TD3": {Continuous: true, Steps: 6000,
			New: newSmall(agents.DefaultTD3, agents.NewTD3, (*agents.TD3Config).Base, func(c *agents.TD3Config) {
				useSmallReplay(&c.Replay)
				c.NEnvs, c.NoiseType, c.Network.NetArch = 2, "ornstein-uhlenbeck", small
			})},
		"SAC": {Continuous: true, Steps: 6000,
			New: newSmall(agents.DefaultSAC, agents.NewSAC, (*agents.SACConfig).Base, func(c *agents.SACConfig) {
				useSmallReplay(&c.Replay)
				c.NEnvs, c.Network.NetArch, c.EntCoef.Value, c.NoiseType = 2, small, 0.1, "normal"
			})},
		"SAC by state-dependent noise": {Continuous: true, Steps: 6000,
			New: newSmall(agents.DefaultSAC, agents.NewSAC, (*agents.SACConfig).Base, func(c *agents.SACConfig) {
				useSmallReplay(&c.Replay)
				c.NEnvs, c.Network.NetArch, c.EntCoef.Value, c.TrainFreq.Steps, c.UseSDE, c.SDESampleFreq = 2, small, 0.1, 4, true, 3
			})},
		"SAC normalised": {Continuous: true, Steps: 6000,
			New: newSmall(agents.DefaultSAC, agents.NewSAC, (*agents.SACConfig).Base, func(c *agents.SACConfig) {
				useSmallReplay(&c.Replay)
				c.NEnvs, c.Network.NetArch, c.EntCoef.Value = 2, small, 0.1
				c.Normalize.Obs, c.Normalize.Reward = true, true
			})},
		"DQN": {Discrete: true, Steps: 6000, Gamma: 0.5,
			New: newSmall(agents.DefaultDQN, agents.NewDQN, (*agents.DQNConfig).Base, func(c *agents.DQNConfig) {
				useSmallReplay(&c.Replay)
				c.NEnvs, c.TargetUpdateInterval, c.Network.NetArch = 2, 50, small
			})},
		"SAC with actors in order": {Continuous: true, Steps: 6000,
			New: newSmall(agents.DefaultSAC, agents.NewSAC, (*agents.SACConfig).Base, func(c *agents.SACConfig) {
				useSmallReplay(&c.Replay)
				useActorsInOrder(&c.Acting, &c.ApeX)
				c.NEnvs, c.Network.NetArch, c.EntCoef.Value, c.Prioritized = 2, small, 0.1, true
				c.Normalize.Obs, c.Normalize.Reward = true, true
			})},
		"DQN with actors in order": {Discrete: true, Steps: 8000, Gamma: 0.5,
			New: newSmall(agents.DefaultDQN, agents.NewDQN, (*agents.DQNConfig).Base, func(c *agents.DQNConfig) {
				useSmallReplay(&c.Replay)
				useActorsInOrder(&c.Acting, &c.ApeX)
				c.NEnvs, c.TargetUpdateInterval, c.Network.NetArch = 2, 50, small
				c.Double, c.Dueling, c.Prioritized, c.NSteps = true, true, true, 2
			})},
		"DQN with all": {Discrete: true, Steps: 8000, Gamma: 0.5,
			New: newSmall(agents.DefaultDQN, agents.NewDQN, (*agents.DQNConfig).Base, func(c *agents.DQNConfig) {
				useSmallReplay(&c.Replay)
				c.NEnvs, c.TargetUpdateInterval, c.Network.NetArch = 2, 50, small
				c.Double, c.Dueling, c.Prioritized, c.NSteps = true, true, true, 2
			})},
	} {
		t.Run(name, func(t *testing.T) { agentstest.Check(t, a) })
	}
}
