package minatar_test

import (
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/minatar"
)

func registry() env.Registry {
	r := env.Registry{}
	minatar.Register(r)
	return r
}

// TestContract checks every game with envtest.Check.
func TestContract(t *testing.T) {
	for _, id := range registry().IDs() {
		t.Run(id, func(t *testing.T) {
			e, err := registry().Make(id, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.Spec().ID; got != id {
				t.Errorf("Spec().ID = %q, want %q", got, id)
			}
			envtest.Check(t, e)
		})
	}
}
