package mujoco

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

// A task is an environment of this package.
type task interface {
	env.Copier
	env.Snapshotter
	env.WarmStarter
	env.Clipper
	env.Measured
	Terms() []float64 // facts of the latest step, in the order of Measures
}

// mustValidate returns t after its Validate. An error is a bug, because t has its default options.
func mustValidate[T interface{ Validate() error }](t T) T {
	if err := t.Validate(); err != nil {
		panic(err)
	}
	return t
}

// writeFloats writes x to the beginning of obs and returns the rest of obs.
func writeFloats(obs []float32, x []float64) []float32 {
	for i, v := range x {
		obs[i] = float32(v)
	}
	return obs[len(x):]
}

// writeClipped writes x to the beginning of obs, each number clipped to ±10, and returns the rest of
// obs.
func writeClipped(obs []float32, x []float64) []float32 {
	for i, v := range x {
		obs[i] = float32(min(max(v, -10), 10))
	}
	return obs[len(x):]
}

// named returns the actuator a with a name.
func named(name string, a multibody.Actuator) multibody.Actuator {
	a.Name = name
	return a
}
