package agents_test

import (
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// TestExplorationRate checks that the exploration rate is 1 before learning starts, and then
// follows the line from 1 to 0.05 over the first tenth of 10,000 steps.
func TestExplorationRate(t *testing.T) {
	c := agents.DefaultDQN()
	c.Steps, c.LearningStarts, c.Network.NetArch = 10_000, 640, policy.Layers(8)
	a := agents.Must(agents.NewDQN(env.Each(newMimic), c))
	for _, want := range []struct {
		steps int
		rate  float64
	}{{0, 1}, {64, 1}, {576, 1}, {640, 1 - 0.95*0.64}, {832, 1 - 0.95*0.832}, {1024, 0.05}, {2048, 0.05}} {
		r, err := a.Learn(want.steps)
		if err != nil || r.Steps != want.steps {
			t.Fatalf("Learn(%d) takes %d steps, error %v", want.steps, r.Steps, err)
		}
		if got := lossMetric(t, r, "exploration_rate"); got-want.rate > 1e-12 || want.rate-got > 1e-12 {
			t.Errorf("exploration_rate after %d steps = %v, want %v", want.steps, got, want.rate)
		}
	}
}
