// Embed plays CartPole with a trained policy that is embedded in the program. It needs no agent, no
// scenario and no other file. README.md shows how the policy was trained.
package main

import (
	_ "embed"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
)

//go:embed cartpole.safetensors
var file string

func main() {
	p, err := policy.Read(strings.NewReader(file))
	if err != nil {
		log.Fatal(err)
	}
	cartpole := classic.NewCartPole()
	spec := cartpole.Spec()
	in := policy.In{Obs: make([]float32, spec.Obs.Size())}
	out := policy.Out{Act: make([]float32, spec.Act.Size())}

	total := 0.0
	cartpole.Reset(1, in.Obs)
	for range spec.MaxSteps {
		p.Act(in, out)
		o := cartpole.Step(out.Act, in.Obs)
		if total += o.Reward; o.Terminated {
			break
		}
	}

	const n = 100_000
	start := time.Now()
	for range n {
		p.Act(in, out)
	}
	fmt.Printf("%d ns an action, return %.0f\n", time.Since(start).Nanoseconds()/n, total)
}
