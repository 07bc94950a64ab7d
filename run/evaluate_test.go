package run_test

import (
	"context"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/run"
)

// TestPlayer plays single episodes with seeds from EpisodeSeed, and checks that their returns are
// the same as in the evaluation. One episode is the first of the second group of 256 episodes.
func TestPlayer(t *testing.T) {
	r := create(t, parse(t, quick))
	finish(t, r)
	r = load(t, r.Dir)
	p, err := r.Policy(false)
	if err != nil {
		t.Fatal(err)
	}
	const seed, evalBranch = 9, 2
	score, err := agents.Evaluate(context.Background(), p, r.Scenario.EvalEnvs, agents.Evaluation{Episodes: 257, MaxSteps: 500, Seed: env.Split(seed, evalBranch)})
	if err != nil {
		t.Fatal(err)
	}
	v, err := r.Scenario.EvalEnvs(1)
	if err != nil {
		t.Fatal(err)
	}
	player, err := env.NewEpisode(v.(*env.Vec).Env(0), r.Scenario.EpisodeLimit())
	if err != nil {
		t.Fatal(err)
	}
	act := make([]float32, 1)
	for _, i := range []int{0, 1, 255, 256} {
		if err := player.Reset(run.EpisodeSeed(seed, i)); err != nil {
			t.Fatal(err)
		}
		for !player.Done() {
			p.Act(policy.In{Obs: player.Obs}, policy.Out{Act: act})
			if err := player.Step(act); err != nil {
				t.Fatal(err)
			}
		}
		if player.Return != score.Returns[i] || player.Steps != score.Lengths[i] {
			t.Errorf("episode %d returns %v in %d steps, want %v in %d", i, player.Return, player.Steps, score.Returns[i], score.Lengths[i])
		}
	}
	if values, best := run.Knowledge(r.Scenario, p); values != nil || best != nil {
		t.Errorf("Knowledge of CartPole's states = %v, %v, want none", values, best)
	}
}
