package main

import (
	"context"
	"log"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

func main() {
	c := agents.DefaultPPO()
	c.Steps = 50_000
	ppo := agents.Must(agents.NewPPO(env.Each(classic.NewCartPole), c))
	for report, err := range agents.Train(context.Background(), ppo, c.Steps, 5_000) {
		if err != nil {
			log.Fatal(err)
		}
		log.Println(report)
	}
}
