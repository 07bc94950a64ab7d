package agents_test

import (
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/agents/agentstest"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// useSmallSequences sets networks with a recurrent layer of the given kind, and a small replay buffer
// of short sequences.
func useSmallSequences(r *agents.Replay, k *policy.NetworkConfig, kind string) {
	r.LearningStarts, r.BufferSize, r.BatchSize, r.Gamma, r.TrainFreq.Steps, r.LearningRate = 200, 4000, 16, 0.5, 2, optim.Constant(3e-3)
	r.SequenceLength, r.BurnIn = 10, 5
	k.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: kind, Size: 16}, nn.Linear(16, "pytorch", 1), {Kind: "relu"}}})
}

// TestOffPolicyMemory checks that the off-policy agents keep the contract of Agent with networks
// that have memory, and learn tasks whose first observation decides.
func TestOffPolicyMemory(t *testing.T) {
	for name, a := range map[string]agentstest.Agent{
		"DQN": {Memory: true, Steps: 8000,
			New: newSmall(agents.DefaultDQN, agents.NewDQN, (*agents.DQNConfig).Base, func(c *agents.DQNConfig) {
				useSmallSequences(&c.Replay, &c.Network, "lstm")
				c.NEnvs, c.TargetUpdateInterval = 2, 50
			})},
		"DQN with all": {Memory: true, Discrete: true, Steps: 8000, Gamma: 0.5,
			New: newSmall(agents.DefaultDQN, agents.NewDQN, (*agents.DQNConfig).Base, func(c *agents.DQNConfig) {
				useSmallSequences(&c.Replay, &c.Network, "lstm")
				c.NEnvs, c.TargetUpdateInterval = 2, 50
				c.Double, c.Dueling, c.Prioritized, c.NSteps, c.SequenceStride = true, true, true, 2, 3
			})},
		"SAC": {Memory: true, Continuous: true, Steps: 8000,
			New: newSmall(agents.DefaultSAC, agents.NewSAC, (*agents.SACConfig).Base, func(c *agents.SACConfig) {
				useSmallSequences(&c.Replay, &c.Network, "lstm")
				c.NEnvs, c.EntCoef.Value = 2, 0.1
			})},
		"SAC normalised, by state-dependent noise": {Memory: true, Continuous: true, Steps: 8000,
			New: newSmall(agents.DefaultSAC, agents.NewSAC, (*agents.SACConfig).Base, func(c *agents.SACConfig) {
				useSmallSequences(&c.Replay, &c.Network, "gru")
				c.NEnvs, c.EntCoef.Value, c.UseSDE, c.SDESampleFreq = 2, 0.1, true, 4
				c.Normalize.Obs, c.Normalize.Reward = true, true
			})},
		"TD3": {Memory: true, Continuous: true, Steps: 12_000,
			New: newSmall(agents.DefaultTD3, agents.NewTD3, (*agents.TD3Config).Base, func(c *agents.TD3Config) {
				useSmallSequences(&c.Replay, &c.Network, "gru")
				c.NEnvs, c.Prioritized = 2, true
			})},
		"DDPG": {Memory: true, Continuous: true, Steps: 8000,
			New: newSmall(agents.DefaultDDPG, agents.NewDDPG, (*agents.DDPGConfig).Base, func(c *agents.DDPGConfig) {
				useSmallSequences(&c.Replay, &c.Network, "lstm")
				c.NEnvs = 2
			})},
	} {
		t.Run(name, func(t *testing.T) { agentstest.Check(t, a) })
	}
}

// BenchmarkSequences learns with SAC and DQN from minibatches of 32 sequences, with an LSTM of 64
// units.
func BenchmarkSequences(b *testing.B) {
	layers := policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "lstm", Size: 64}, nn.Linear(64, "pytorch", 1), {Kind: "relu"}}})
	shape := func(r *agents.Replay) {
		r.LearningStarts, r.BufferSize, r.BatchSize, r.SequenceLength, r.BurnIn, r.TrainFreq.Steps = 100, 2000, 32, 16, 8, 1
	}
	run := func(name string, newAgent func(steps int) agents.Agent) {
		b.Run(name, func(b *testing.B) {
			agent := newAgent(1 << 30)
			r := agents.Must(agent.Learn(200))
			b.ReportAllocs()
			for b.Loop() {
				r = agents.Must(agent.Learn(r.Steps + 1)) // an iteration of 64 updates
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(64*b.N), "µs/update")
		})
	}
	run("sac", func(steps int) agents.Agent {
		c := agents.DefaultSAC()
		shape(&c.Replay)
		c.Steps, c.Network.Layers = steps, layers
		return agents.Must(agents.NewSAC(env.Each(func() *agentstest.RecallNumber { return agentstest.NewRecallNumber() }), c))
	})
	run("dqn", func(steps int) agents.Agent {
		c := agents.DefaultDQN()
		shape(&c.Replay)
		c.Steps, c.Network.Layers = steps, layers
		return agents.Must(agents.NewDQN(env.Each(func() *agentstest.Recall { return agentstest.NewRecall() }), c))
	})
}
