// Package scenarios contains the scenarios of rlrun, each a YAML file, and the command rlrun as
// the function Main. A short program that calls Main has the whole command with its own
// environments, agents, wrappers, layers and scenarios:
//
//	//go:embed *.yaml
//	var files embed.FS
//
//	func main() {
//		envs := scenarios.Envs()
//		envs["acme/Lift-v0"] = env.Entry(NewLift)
//		scenarios.Main(envs, scenarios.With{
//			Agents:    scenario.Agents{"crossentropy": scenario.NewAgent("the cross-entropy method", DefaultConfig, New)},
//			Wrappers:  scenario.Wrappers{"fog": scenario.NewWrapper(0.1, NewFog)},
//			Layers:    nn.Kinds{"skip": NewSkip},
//			Scenarios: files,
//		})
//	}
//
// Envs returns the environments of rlrun, and Catalog returns everything that a scenario
// can name, for programs that use packages scenario and run without the command.
package scenarios

import (
	"embed"
	"fmt"
	"os"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/box2d"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/memory"
	"github.com/rlrun/rlrun/env/minatar"
	"github.com/rlrun/rlrun/env/minigrid"
	"github.com/rlrun/rlrun/env/mujoco"
	"github.com/rlrun/rlrun/env/recommender"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/render/window"
	"github.com/rlrun/rlrun/scenarios/internal/cli"
)

// files are the scenario files, NAME.yaml.
//
//go:embed *.yaml
var files embed.FS

// Envs returns a new Registry with all environments of rlrun. The caller owns it and may add
// its own environments.
func Envs() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	grid.Register(r)
	memory.Register(r)
	minatar.Register(r)
	minigrid.Register(r)
	mujoco.Register(r)
	recommender.Register(r)
	box2d.Register(r)
	return r
}

// badInput is the exit status of rlrun for bad input.
const badInput = 2

// Main runs the command rlrun with the program's arguments, the environments in envs, and the
// agents, wrappers, layers and scenarios in with. It does not return: it exits with the
// status of rlrun.
//
// Call it from the main goroutine, because operating systems require this for windows.
func Main(envs env.Registry, with ...With) {
	catalog, err := Catalog(envs, with...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "rlrun:", err)
		os.Exit(badInput)
	}
	window.Main(func(open raster.Open) { os.Exit(cli.Main(catalog, open)) })
}
