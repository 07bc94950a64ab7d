package mujoco_test

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/mujoco"
)

// A hopper that does nothing falls.
func ExampleRegister() {
	r := env.Registry{}
	mujoco.Register(r)
	e, err := r.Make("Hopper-v5", nil)
	if err != nil {
		panic(err)
	}
	spec := e.Spec()
	obs, act := make([]float32, spec.Obs.Size()), make([]float32, spec.Act.Size())
	e.Reset(1, obs)
	for steps := 1; ; steps++ {
		if out := e.Step(act, obs); out.Done() {
			fmt.Printf("%d controls, %d observed numbers; fallen: %v, after less than 2 s: %v\n", len(act), len(obs), out.Terminated, steps < 250)
			break
		}
	}
	fmt.Println(e.(*mujoco.Hopper).Measures())
	// Output:
	// 3 controls, 11 observed numbers; fallen: true, after less than 2 s: true
	// [reward_forward reward_ctrl reward_survive x_position z_distance_from_origin x_velocity]
}

// Options are fields. After they are changed, Validate makes the simulation anew.
func ExampleHopper() {
	h := mujoco.NewHopper()
	h.HealthyZRange = mujoco.Range{0.9, 1.5}
	h.ExcludePositions = false
	if err := h.Validate(); err != nil {
		panic(err)
	}
	fmt.Println(h.Spec().Obs.(env.Box).Names[:6])
	// Output:
	// [torso x torso z torso angle thigh angle leg angle foot angle]
}
