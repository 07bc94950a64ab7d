package env_test

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// A climb is an environment: action 1 leads one floor up, action 0 one floor down, and floor 3 is
// the goal. Each step has the reward -1.
type climb struct{ floor float32 }

func (c *climb) Spec() env.Spec {
	return env.Spec{ID: "Climb-v0", Obs: env.NewBox(0, 3), Act: env.Discrete{N: 2}, MaxSteps: 100}
}

func (c *climb) Reset(seed uint64, obs []float32) { c.floor, obs[0] = 0, 0 }

func (c *climb) Step(act, obs []float32) env.Outcome {
	c.floor = max(0, c.floor+2*act[0]-1)
	obs[0] = c.floor
	return env.Outcome{Reward: -1, Terminated: c.floor == 3}
}

// Two environments are stepped together. The first goes up at every step. Its episode ends at
// floor 3, and the next one begins in the same step.
func ExampleEach() {
	newVector := env.Each(func() *climb { return new(climb) })
	v, err := newVector(2)
	if err != nil {
		panic(err)
	}
	r, err := v.Reset(1)
	for step := range 3 {
		if err != nil {
			panic(err)
		}
		r, err = v.Step([]float32{1, float32(step % 2)})
	}
	fmt.Println("led to", r.Next, "go on from", r.Obs)
	fmt.Println("terminated", r.Terminated, "returns", r.Return)
	// Output:
	// led to [3 0] go on from [0 0]
	// terminated [true false] returns [-3 -3]
}

func ExampleNewFrameStack() {
	e, _ := env.NewFrameStack(classic.NewCartPole(), 4, false)
	fmt.Println(e.Spec().Obs.(env.Box).Shape)
	// Output: [4 4]
}
