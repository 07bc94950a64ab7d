// Program robot trains PPO to balance a pole that an MJCF file describes.
package main

import (
	"context"
	"embed"
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

//go:embed pole.xml
var files embed.FS

// Balance is an environment with the simulation of a mechanism.
type Balance struct{ *multibody.Data }

func (b Balance) Spec() env.Spec {
	return env.Spec{ID: "Balance-v0", Obs: env.NewBox(-10, 10, 4), Act: env.NewBox(-1, 1, 1), MaxSteps: 200}
}

func (b Balance) Reset(seed uint64, obs []float32) {
	r := rand.New(rand.NewPCG(seed, 0))
	b.Data.Reset()
	b.Qpos[1] = 0.1 * (2*r.Float64() - 1) // the pole's angle [rad]
	b.observe(obs)
}

func (b Balance) Step(act, obs []float32) env.Outcome {
	b.Ctrl[0] = float64(act[0])
	err := b.Data.Step()
	b.observe(obs)
	fallen := err != nil || max(b.Qpos[1], -b.Qpos[1]) > 0.3 || max(b.Qpos[0], -b.Qpos[0]) > 2
	return env.Outcome{Reward: 1, Terminated: fallen}
}

// observe writes positions and velocities of the rail and the hinge.
func (b Balance) observe(obs []float32) {
	for i, x := range []float64{b.Qpos[0], b.Qpos[1], b.Qvel[0], b.Qvel[1]} {
		obs[i] = float32(x)
	}
}

func main() {
	description := agents.Must(multibody.LoadMJCF(files, "pole.xml"))
	model := agents.Must(description.Build())
	balance := env.Each(func() Balance { return Balance{model.NewData()} })
	ppo := agents.Must(agents.NewPPO(balance, agents.DefaultPPO()))
	agents.Must(ppo.Learn(40_000))
	score := agents.Must(agents.Evaluate(context.Background(), ppo.Policy(), balance, agents.Evaluation{Episodes: 10, MaxSteps: 200, Seed: 1}))
	fmt.Printf("return %.0f, the best is 200\n", score.Mean)
}
