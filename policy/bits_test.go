package policy_test

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestPlanesOfBits checks that a network reads bits with the shape of an image as they are: its Q-values are
// those of a Box with bounds 0 and 1, and its feature extractor is minatar.
func TestPlanesOfBits(t *testing.T) {
	const n, planes = 3, 4
	obs := make([]float32, n*100*planes)
	for i := range obs {
		if i*i%7 == 2 {
			obs[i] = 1
		}
	}
	values := func(space env.Space) []float32 {
		spec := env.Spec{Obs: space, Act: env.Discrete{N: 3}}
		q := must[*policy.QNetwork](t)(policy.NewQNetwork(newRand(), spec, policy.DefaultNetworkConfig(), nil, nn.Native{}, false))
		return q.Values(tape.New(), policy.Batch{Obs: obs}).Value
	}
	got, want := values(env.MultiBinary{N: 100 * planes, Shape: []int{10, 10, planes}}), values(env.NewBox(0, 1, 10, 10, planes))
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("Q-value %d of bits = %v, want %v as of numbers", i, got[i], want[i])
		}
	}
}
