package scenario_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/scenario"
)

// TestHollowAgent checks that it is an error if a constructor returns neither an agent nor an
// error.
func TestHollowAgent(t *testing.T) {
	for name, hollow := range map[string]scenario.Agent{
		"pointer":   scenario.NewAgent("", agents.DefaultPPO, func(env.Maker, agents.PPOConfig) (*agents.PPO, error) { return nil, nil }),
		"interface": scenario.NewAgent("", agents.DefaultPPO, func(env.Maker, agents.PPOConfig) (agents.Agent, error) { return nil, nil }),
	} {
		c := catalog()
		c.Agents["hollow"] = hollow
		s, err := scenario.Parse("f.yaml", []byte("env: {id: CartPole-v1}\nagent: {name: hollow}\nsteps: 10"), nil, c)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := s.NewAgent(); err == nil || !strings.Contains(err.Error(), "the agent returned no agent and no error") {
			t.Errorf("NewAgent of a nil %s = %v, %v", name, a, err)
		}
	}
}
