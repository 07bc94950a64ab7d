package policy_test

import (
	"bytes"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// This example saves a table of Q-values to a file and reads the policy back. The file contains
// everything that is needed to act.
func ExampleRead() {
	corridor := env.Spec{Obs: env.Discrete{N: 3}, Act: env.Discrete{N: 2}}
	table, err := policy.NewTable(corridor, 0)
	if err != nil {
		panic(err)
	}
	copy(table.Row(2), []float32{0.5, 1}) // Q-values of state 2: action 1 is better
	var file bytes.Buffer
	if err := policy.Save(&file, table, policy.Meta{Env: "Corridor-v0", Agent: "qlearning"}); err != nil {
		panic(err)
	}

	p, err := policy.Read(&file)
	if err != nil {
		panic(err)
	}
	act, value := make([]float32, 3), make([]float32, 3)
	p.Act(policy.In{Obs: []float32{0, 1, 2}}, policy.Out{Act: act, Value: value})
	fmt.Println(act, value)
	// Output: [0 0 1] [0 0 1]
}
