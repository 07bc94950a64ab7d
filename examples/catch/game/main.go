// Game plays Catch with a policy that is embedded in the program.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"

	"github.com/rlrun/rlrun/examples/catch"
	"github.com/rlrun/rlrun/policy"
)

//go:embed catch.safetensors
var file string

func main() {
	p, err := policy.Read(strings.NewReader(file))
	if err != nil {
		log.Fatal(err)
	}
	game := catch.New()
	if err := p.Spec().Check(game.Spec()); err != nil {
		log.Fatal(err)
	}
	const rounds = 10
	player := policy.NewActor(p)
	obs := make([]float32, p.Spec().Obs.Size())
	caught := 0
	for round := range uint64(rounds) {
		game.Reset(round, obs)
		player.Begin(false, 0)      // false: greedy actions; true: sampled actions
		for over := false; !over; { // the game loop: one round each frame
			out := game.Step(player.Act(obs, nil), obs)
			if out.Reward > 0 {
				caught++
			}
			over = out.Done()
		}
	}
	fmt.Printf("caught %d of %d balls\n", caught, rounds*catch.Balls)
}
