package minigrid

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// Register adds the environments of this package to r.
func Register(r env.Registry) {
	for name, t := range tasks() {
		id := "MiniGrid-" + name
		r[id] = env.Entry(func() *World { return newWorld(id, t) })
	}
}

// New returns the environment with the given id, for example MiniGrid-DoorKey-5x5-v0, and its default
// options.
func New(id string) (*World, error) {
	r := env.Registry{}
	Register(r)
	e, err := r.Make(id, nil)
	if err != nil {
		return nil, fmt.Errorf("minigrid: %w", err)
	}
	return e.(*World), nil
}

// tasks returns the task of each environment, by its id without "MiniGrid-".
func tasks() map[string]task {
	return map[string]task{
		"Empty-5x5-v0":        empty{size: 5},
		"Empty-6x6-v0":        empty{size: 6},
		"Empty-8x8-v0":        empty{size: 8},
		"Empty-16x16-v0":      empty{size: 16},
		"Empty-Random-5x5-v0": empty{size: 5, random: true},
		"Empty-Random-6x6-v0": empty{size: 6, random: true},
	}
}
