package main

import (
	"context"
	"log"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

func main() {
	ppo := agents.Must(agents.NewPPO(env.Each(classic.NewCartPole), agents.DefaultPPO()))
	for report, err := range agents.Train(context.Background(), ppo, 50_000, 5_000) {
		if err != nil {
			log.Fatal(err)
		}
		log.Println(report)
	}
}
