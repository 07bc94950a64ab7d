package main

import (
	"context"
	"fmt"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
)

// Corridor is a line of 10 cells. The agent starts at the left end and moves left (action 0) or
// right (action 1). The reward is 1 at the right end and -0.01 in each step before.
type Corridor struct{ at int }

func (c *Corridor) Spec() env.Spec {
	return env.Spec{ID: "Corridor-v0", Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 2}, MaxSteps: 100}
}

func (c *Corridor) Reset(seed uint64, obs []float32) { c.at, obs[0] = 0, 0 }

func (c *Corridor) Step(act, obs []float32) env.Outcome {
	c.at = max(c.at+2*int(act[0])-1, 0)
	obs[0] = float32(c.at) / 9
	if c.at == 9 {
		return env.Outcome{Reward: 1, Terminated: true}
	}
	return env.Outcome{Reward: -0.01}
}

func main() {
	corridor := env.Each(func() *Corridor { return new(Corridor) })
	ppo := agents.Must(agents.NewPPO(corridor, agents.DefaultPPO()))
	agents.Must(ppo.Learn(20_000))
	score := agents.Must(agents.Evaluate(context.Background(), ppo.Policy(), corridor, agents.Evaluation{Episodes: 10, MaxSteps: 100, Seed: 1}))
	fmt.Printf("return %.2f, the best is 0.92\n", score.Mean)
}
