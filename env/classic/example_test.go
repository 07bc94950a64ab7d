package classic_test

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// An id without a version means the newest version. Pushing the cart always to one side makes the
// pole fall within ten steps.
func ExampleRegister() {
	r := env.Registry{}
	classic.Register(r)
	e, err := r.Make("CartPole", nil)
	if err != nil {
		panic(err)
	}
	obs := make([]float32, e.Spec().Obs.Size())
	e.Reset(1, obs)
	steps := 1
	for !e.Step([]float32{1}, obs).Done() {
		steps++
	}
	fmt.Println(e.Spec().ID, steps <= 10, obs[2] < 0)
	// Output: CartPole-v1 true true
}
