package box2d_test

import (
	"math/rand/v2"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/box2d"
	"github.com/rlrun/rlrun/env/envtest"
)

func registry() env.Registry {
	r := env.Registry{}
	box2d.Register(r)
	return r
}

// makeEnv returns the environment called id.
func makeEnv(t testing.TB, id string, options env.Options) env.Env {
	t.Helper()
	e, err := registry().Make(id, options)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sampleActions returns n random actions.
func sampleActions(s env.Space, n int, seed uint64) [][]float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	acts := make([][]float32, n)
	for i := range acts {
		acts[i] = make([]float32, s.Size())
		s.Sample(rng, acts[i])
	}
	return acts
}

// TestContract checks every environment with envtest.Check.
func TestContract(t *testing.T) {
	for _, id := range registry().IDs() {
		t.Run(id, func(t *testing.T) {
			e := makeEnv(t, id, nil)
			if got := e.Spec().ID; got != id {
				t.Errorf("Spec().ID = %q, want %q", got, id)
			}
			limit := 100
			if id == "CarRacing-v3" {
				limit = 12 // pictures take time
			}
			envtest.Check(t, env.NewWithMaxSteps(e, limit))
		})
	}
}

// TestOptionContract checks environments with other options.
func TestOptionContract(t *testing.T) {
	for id, kwargs := range map[string]map[string]any{
		"LunarLander-v3":   {"enable_wind": true, "continuous": true, "gravity": -3.5},
		"BipedalWalker-v3": {"hardcore": true},
		"CarRacing-v3":     {"continuous": false, "domain_randomize": true, "lap_complete_percent": 0},
	} {
		t.Run(id, func(t *testing.T) { envtest.Check(t, env.NewWithMaxSteps(makeEnv(t, id, options(kwargs)), 8)) })
	}
}
