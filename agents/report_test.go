package agents_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/agents/agentstest"
	"github.com/rlrun/rlrun/env"
)

// TestReportResumed checks that a resumed agent, between two updates that are many iterations
// apart, reports the same losses as an agent that was not interrupted.
func TestReportResumed(t *testing.T) {
	rareUpdates := func(r *agents.Replay) {
		useSmallReplay(r)
		r.LearningStarts, r.TrainFreq.Steps, r.GradientSteps = 100, 500, 3 // TD3's third update leaves out the actor
	}
	choices := env.Each(func() env.Env { return agentstest.NewIdentity(false) })
	numbers := env.Each(func() env.Env { return agentstest.NewTracking() })
	for name, c := range map[string]struct {
		mk  env.Maker
		new func(env.Maker, uint64, int) (agents.Agent, error)
	}{
		"DQN": {choices, newSmall(agents.DefaultDQN, agents.NewDQN, (*agents.DQNConfig).Base, func(c *agents.DQNConfig) {
			rareUpdates(&c.Replay)
			c.NEnvs = 1
		})},
		"DDPG": {numbers, newSmall(agents.DefaultDDPG, agents.NewDDPG, (*agents.DDPGConfig).Base, func(c *agents.DDPGConfig) {
			rareUpdates(&c.Replay)
			c.NEnvs = 1
		})},
		"TD3": {numbers, newSmall(agents.DefaultTD3, agents.NewTD3, (*agents.TD3Config).Base, func(c *agents.TD3Config) {
			rareUpdates(&c.Replay)
			c.NEnvs = 1
		})},
		"SAC": {numbers, newSmall(agents.DefaultSAC, agents.NewSAC, (*agents.SACConfig).Base, func(c *agents.SACConfig) {
			rareUpdates(&c.Replay)
			c.NEnvs = 1
		})},
	} {
		straight, resumed := agents.Must(c.new(c.mk, 1, 10_000)), agents.Must(c.new(c.mk, 1, 10_000))
		file := filepath.Join(t.TempDir(), "agent")
		r, err := straight.Learn(520)
		if err == nil {
			err = agents.Save(file, straight)
		}
		if err == nil {
			err = agents.Load(file, resumed)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want, got := agents.Must(straight.Learn(r.Steps+1)), agents.Must(resumed.Learn(r.Steps+1))
		if fmt.Sprint(got.Losses) != fmt.Sprint(want.Losses) || want.Steps >= 1000 {
			t.Errorf("%s: the resumed agent reports %v after %d steps, want %v", name, got.Losses, want.Steps, want.Losses)
		}
	}
}
