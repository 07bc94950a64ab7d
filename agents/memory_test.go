package agents_test

import (
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/agents/agentstest"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestMemory checks that the on-policy agents keep the contract of Agent with networks that have
// memory, and learn a task whose first observation decides.
func TestMemory(t *testing.T) {
	lstm := policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "lstm", Size: 16}}})
	for name, a := range map[string]agentstest.Agent{
		"PPO": {Memory: true, Steps: 40_000,
			New: newSmall(agents.DefaultPPO, agents.NewPPO, (*agents.PPOConfig).Base, func(c *agents.PPOConfig) {
				c.NSteps, c.BatchSize, c.NEpochs, c.Gamma, c.LearningRate, c.Network.Layers = 32, 64, 4, 0.5, optim.Linear(1e-2), lstm
			})},
		"PPO with burn-in and a shared trunk": {Memory: true, Steps: 40_000,
			New: newSmall(agents.DefaultPPO, agents.NewPPO, (*agents.PPOConfig).Base, func(c *agents.PPOConfig) {
				c.NSteps, c.BatchSize, c.NEpochs, c.Gamma, c.LearningRate, c.Network.Layers = 32, 64, 4, 0.5, optim.Linear(1e-2), lstm
				c.SequenceLength, c.BurnIn, c.Network.ShareTrunk = 8, 4, true
			})},
		"PPO with attention": {Memory: true, Steps: 30_000,
			New: newSmall(agents.DefaultPPO, agents.NewPPO, (*agents.PPOConfig).Base, func(c *agents.PPOConfig) {
				c.NSteps, c.BatchSize, c.NEpochs, c.Gamma, c.LearningRate = 32, 64, 4, 0.5, optim.Linear(3e-3)
				c.Network.Layers = policy.OneList(policy.LayerList{Layers: nn.Layers{{Kind: "gtrxl", Size: 16, Settings: map[string]any{"heads": 2.0, "context": 12.0}}}})
			})},
		"PPO normalised": {Memory: true, Steps: 40_000,
			New: newSmall(agents.DefaultPPO, agents.NewPPO, (*agents.PPOConfig).Base, func(c *agents.PPOConfig) {
				c.NSteps, c.BatchSize, c.NEpochs, c.Gamma, c.LearningRate, c.Network.Layers = 32, 64, 4, 0.5, optim.Linear(1e-2), lstm
				c.Normalize.Obs, c.Normalize.Reward, c.Network.ShareTrunk, c.Network.DetachCritic = true, true, true, true
			})},
		"A2C": {Memory: true, Steps: 80_000,
			New: newSmall(agents.DefaultA2C, agents.NewA2C, (*agents.A2CConfig).Base, func(c *agents.A2CConfig) {
				c.NSteps, c.Gamma, c.UseRMSProp, c.LearningRate, c.Network.Layers = 16, 0.5, false, optim.Linear(1e-2), lstm
			})},
		"A3C": {Memory: true, Steps: 80_000,
			New: newSmall(agents.DefaultA3C, agents.NewA3C, (*agents.A3CConfig).Base, func(c *agents.A3CConfig) {
				c.NEnvs, c.NSteps, c.Gamma, c.LearningRate, c.EntCoef, c.Network.Layers = 4, 16, 0.5, optim.Linear(1e-2), optim.Constant(0), lstm
			})},
		"REINFORCE": {Memory: true, Steps: 80_000,
			New: newSmall(agents.DefaultReinforce, agents.NewReinforce, (*agents.ReinforceConfig).Base, func(c *agents.ReinforceConfig) {
				c.NEpisodes, c.Gamma, c.LearningRate, c.Network.Layers = 8, 0.5, optim.Linear(2e-2), lstm
			})},
	} {
		t.Run(name, func(t *testing.T) { agentstest.Check(t, a) })
	}
}
