package agents_test

import (
	"context"
	"fmt"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// PPO learns to balance CartPole's pole for 100 of 500 steps or more.
func Example() {
	config := agents.DefaultPPO()
	config.Steps = 20_480
	maker := env.Each(classic.NewCartPole)
	agent := agents.Must(agents.NewPPO(maker, config))
	ctx := context.Background()
	for report, err := range agents.Train(ctx, agent, config.Steps, 10_000) {
		if err != nil {
			panic(err)
		}
		fmt.Println("after", report.Steps, "steps")
	}
	score := agents.Must(agents.Evaluate(ctx, agent.Policy(), maker, agents.Evaluation{Episodes: 20, MaxSteps: 500, Seed: 1}))
	fmt.Println("balances in", 100*score.Reached(100), "% of the episodes")
	// Output:
	// after 10240 steps
	// after 20480 steps
	// balances in 100 % of the episodes
}
