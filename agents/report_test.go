package agents_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/agents/agentstest"
	"github.com/rlrun/rlrun/env"
)

// TestReportResumed: between two updates, which are many iterations apart, a resumed agent
// reports the losses of the last one as the agent that went on does.
func TestReportResumed(t *testing.T) {
	seldom := func(r *agents.Replay) {
		remember(r)
		r.LearningStarts, r.TrainFreq.Steps, r.GradientSteps = 100, 500, 3 // the third is without TD3's actor
	}
	choices := env.Each(func() env.Env { return agentstest.NewIdentity(false) })
	numbers := env.Each(func() env.Env { return agentstest.NewTracking() })
	for name, c := range map[string]struct {
		mk  env.Maker
		new func(env.Maker, uint64, int) (agents.Agent, error)
	}{
		"DQN": {choices, maker(agents.DefaultDQN, agents.NewDQN, (*agents.DQNConfig).Base, func(c *agents.DQNConfig) {
			seldom(&c.Replay)
			c.NEnvs = 1
		})},
		"DDPG": {numbers, maker(agents.DefaultDDPG, agents.NewDDPG, (*agents.DDPGConfig).Base, func(c *agents.DDPGConfig) {
			seldom(&c.Replay)
			c.NEnvs = 1
		})},
		"TD3": {numbers, maker(agents.DefaultTD3, agents.NewTD3, (*agents.TD3Config).Base, func(c *agents.TD3Config) {
			seldom(&c.Replay)
			c.NEnvs = 1
		})},
		"SAC": {numbers, maker(agents.DefaultSAC, agents.NewSAC, (*agents.SACConfig).Base, func(c *agents.SACConfig) {
			seldom(&c.Replay)
			c.NEnvs = 1
		})},
	} {
		one, other := agents.Must(c.new(c.mk, 1, 10_000)), agents.Must(c.new(c.mk, 1, 10_000))
		file := filepath.Join(t.TempDir(), "agent")
		r, err := one.Learn(520)
		if err == nil {
			err = agents.Save(file, one)
		}
		if err == nil {
			err = agents.Load(file, other)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want, got := agents.Must(one.Learn(r.Steps+1)), agents.Must(other.Learn(r.Steps+1))
		if fmt.Sprint(got.Losses) != fmt.Sprint(want.Losses) || want.Steps >= 1000 {
			t.Errorf("%s: resumed, %v after %d steps, want %v", name, got.Losses, want.Steps, want.Losses)
		}
	}
}
