package main

import (
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/agents/agentstest"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// TestCrossEntropy checks that the agent keeps the same contract as rlrun's own agents.
func TestCrossEntropy(t *testing.T) {
	agentstest.Check(t, agentstest.Agent{
		New: func(mk env.Maker, seed uint64, steps int) (agents.Agent, error) {
			c := DefaultConfig()
			c.Seed, c.Steps, c.LearningRate, c.Network.NetArch = seed, steps, 0.02, policy.Layers(16)
			if err := c.Complete(); err != nil {
				return nil, err
			}
			return NewCrossEntropy(mk, c)
		},
		Discrete: true, Continuous: true, Allocates: true, Steps: 40_000,
	})
}
