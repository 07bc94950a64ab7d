package classic_test

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// TestNoVel checks that the tasks without velocities are the tasks with the wrapper MaskVelocity, in
// every observation, reward and state.
func TestNoVel(t *testing.T) {
	for _, c := range []struct {
		hidden physical
		base   env.Env
		hides  []int // elements that are 0
	}{
		{classic.NewCartPoleNoVel(), classic.NewCartPole(), []int{1, 3}},
		{classic.NewPendulumNoVel(), classic.NewPendulum(), []int{2}},
	} {
		masked, err := env.NewMaskVelocity(c.base)
		if err != nil {
			t.Fatal(err)
		}
		got, want := make([]float32, c.hidden.Spec().Obs.Size()), make([]float32, masked.Spec().Obs.Size())
		c.hidden.Reset(3, got)
		masked.Reset(3, want)
		for i := range 20 {
			if !slices.Equal(got, want) {
				t.Fatalf("%s: observation %d = %v, want %v", c.hidden.Spec().ID, i, got, want)
			}
			for _, k := range c.hides {
				if got[k] != 0 {
					t.Errorf("%s: element %d = %v, want 0", c.hidden.Spec().ID, k, got[k])
				}
			}
			act := []float32{float32(i % 2)}
			if a, b := c.hidden.Step(act, got), masked.Step(act, want); a != b {
				t.Fatalf("%s: step %d: %+v, want %+v", c.hidden.Spec().ID, i, a, b)
			}
			c.hidden.Observe(want)
			if !slices.Equal(got, want) {
				t.Fatalf("%s: Observe = %v after the observation %v", c.hidden.Spec().ID, want, got)
			}
		}
		if a, b := c.hidden.Physics(nil), c.base.(env.Physics).Physics(nil); !slices.Equal(a, b) {
			t.Errorf("%s: state %v, want %v", c.hidden.Spec().ID, a, b)
		}
	}
}
