package minatar_test

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/minatar"
)

// The observation of Breakout has four planes: the paddle, the ball, its trail and the bricks. The wall has
// 30 bricks.
func ExampleRegister() {
	r := env.Registry{}
	minatar.Register(r)
	e, err := r.Make("MinAtar/Breakout-v1", nil)
	if err != nil {
		panic(err)
	}
	obs := make([]float32, e.Spec().Obs.Size())
	e.Reset(1, obs)
	var ones [4]int
	for i, v := range obs {
		if v == 1 {
			ones[i%4]++
		}
	}
	fmt.Println(ones)
	// Output: [1 1 1 30]
}
