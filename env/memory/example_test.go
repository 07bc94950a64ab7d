package memory_test

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/memory"
)

// The signal is visible only in the first cell. A policy that always turns up is right in half of
// the episodes.
func ExampleRegister() {
	r := env.Registry{}
	memory.Register(r)
	e, err := r.Make("TMaze", nil)
	if err != nil {
		panic(err)
	}
	obs := make([]float32, e.Spec().Obs.Size())
	right := 0
	for seed := range uint64(1000) {
		e.Reset(env.Split(1, seed), obs)
		for obs[1] == 0 { // no junction yet
			e.Step([]float32{1}, obs)
		}
		if e.Step([]float32{0}, obs).Reward == 1 {
			right++
		}
	}
	fmt.Println(right > 400, right < 600)
	// Output: true true
}
