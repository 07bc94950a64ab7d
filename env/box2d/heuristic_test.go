package box2d_test

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestHeuristics replays the episodes that Gymnasium's heuristics played. From the same observations the
// heuristics here must have the same float32 actions.
func TestHeuristics(t *testing.T) {
	for _, id := range []string{"LunarLander-v3", "BipedalWalker-v3"} {
		steps := 0
		for _, ep := range readEpisodes(t, id) {
			if ep.Policy != "heuristic" {
				continue
			}
			k := ep.newTask(t)
			h := k.(env.Demonstrator).Heuristic()
			obs, act, memory := make([]float32, k.Spec().Obs.Size()), make([]float32, k.Spec().Act.Size()), make([]float32, h.Memory())
			k.Reset(1, obs)
			for s := range ep.Actions {
				want := ep.action(t, s)
				if h.Act(obs, memory, act); !slices.Equal(act, want) {
					t.Fatalf("%s, step %d: action %v, want %v", ep.name(), s, act, want)
				}
				if ep.StepDraws != nil {
					if err := k.SetDraws(ep.StepDraws[s]); err != nil {
						t.Fatal(err)
					}
				}
				k.Step(act, obs)
				steps++
			}
		}
		if steps < 500 {
			t.Errorf("%s: %d recorded steps of the heuristic, want 500 or more", id, steps)
		}
	}
}
