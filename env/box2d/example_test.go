package box2d_test

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/box2d"
)

// Gymnasium's heuristic lands a LunarLander.
func ExampleLunarLander_Heuristic() {
	e := box2d.NewLunarLander()
	h := e.Heuristic()
	obs, act, memory := make([]float32, e.Spec().Obs.Size()), make([]float32, e.Spec().Act.Size()), make([]float32, h.Memory())
	e.Reset(7, obs)
	var total float64
	for out := (env.Outcome{}); !out.Terminated; {
		h.Act(obs, memory, act)
		out = e.Step(act, obs)
		total += out.Reward
	}
	fmt.Printf("return %.0f\n", total)
	// Output: return 305
}
