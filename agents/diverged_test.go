package agents_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestDiverged checks the error of every agent with a network at huge learning rates: with 1e25
// products of parameters become infinite, with 3e38 the parameters themselves. The error is about
// the network, not about the environment that gets an action that is NaN.
func TestDiverged(t *testing.T) {
	makers := scheduledAgents()
	for _, name := range []string{"PPO", "A2C", "A3C", "REINFORCE", "DQN", "DDPG", "TD3", "SAC"} {
		rates := []float64{1e25, 3e38}
		if name == "DQN" {
			rates = rates[1:] // with 1e25 all hidden units output 0, and everything stays finite
		}
		for _, rate := range rates {
			t.Run(fmt.Sprint(name, " at ", rate), func(t *testing.T) {
				r, err := makers[name](optim.Constant(rate), false).Learn(10_000)
				var e *env.Error
				if err == nil || errors.As(err, &e) {
					t.Fatalf("error %v after %d steps, want one about the network", err, r.Steps)
				}
				text := err.Error()
				if !strings.Contains(text, "the network's ") || !strings.Contains(text, fmt.Sprintf(" not finite after %d steps", r.Steps)) ||
					!strings.HasSuffix(text, "a lower learning_rate may help") {
					t.Errorf("error %v after %d steps, want one that says what is not finite, after how many steps, and what may help", err, r.Steps)
				}
			})
		}
	}
}

// A jackpot is an environment that gives the same reward in each step.
type jackpot struct{ reward float64 }

func (*jackpot) Spec() env.Spec {
	return env.Spec{ID: "acme/Jackpot-v0", Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 2}, MaxSteps: 10}
}

func (*jackpot) Reset(_ uint64, obs []float32) { obs[0] = 0 }

func (j *jackpot) Step(_, obs []float32) env.Outcome {
	obs[0] = 1
	return env.Outcome{Reward: j.reward}
}

// TestHugeRewards checks that the error about a diverged network names the size of the rewards and
// scale_reward, if the rewards are so large that their squares are infinite.
func TestHugeRewards(t *testing.T) {
	for _, reward := range []float64{1e308, -1e200} {
		c := agents.DefaultA2C()
		a, err := agents.NewA2C(env.Each(func() *jackpot { return &jackpot{reward} }), c)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Learn(1000)
		if want := fmt.Sprintf("(they reach %.3g, and scale_reward makes them smaller)", math.Abs(reward)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Learn from rewards of %v: error %v, want %q", reward, err, want)
		}
	}
}
