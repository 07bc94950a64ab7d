package minigrid_test

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/minigrid"
)

// The mission says what to do, and the image shows the squares ahead of the agent.
func ExampleRegister() {
	r := env.Registry{}
	minigrid.Register(r)
	e, err := r.Make("MiniGrid-Fetch-5x5-N2-v0", nil)
	if err != nil {
		panic(err)
	}
	obs := make([]float32, e.Spec().Obs.Size())
	e.Reset(1, obs)
	fmt.Println(e.(env.Instructed).Mission())
	image := e.Spec().Obs.(env.Dict).Part("image", obs)
	fmt.Println("ahead of the agent:", image[3*(3*7+5):][:3], "type, colour, state")
	// Output:
	// go fetch a purple key
	// ahead of the agent: [5 3 0] type, colour, state
}
