// Package scenarios has the scenarios that come with rlrun, a YAML file each,
// and the whole command as a function: a program of some lines adds its own
// environments, agents, wrappers, layers and scenarios to everything that rlrun does.
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
package scenarios

import (
	"embed"
	"fmt"
	"os"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/render/window"
	"github.com/rlrun/rlrun/scenarios/internal/cli"
)

// files are the scenarios, NAME.yaml each.
//
//go:embed *.yaml
var files embed.FS

// Envs returns a new Registry of all environments that come with rlrun.
func Envs() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	grid.Register(r)
	return r
}

// badInput is rlrun's exit status where the input is wrong.
const badInput = 2

// Main is the command rlrun, with the program's own arguments, for the environments in
// envs, and for what else the program has of its own. It does not return: it exits with
// rlrun's status.
//
// The program's main goroutine has to call it: windows want that.
func Main(envs env.Registry, with ...With) {
	catalog, err := Catalog(envs, with...)
	if err != nil {
		fmt.Fprintln(os.Stderr, "rlrun:", err)
		os.Exit(badInput)
	}
	window.Main(func(open raster.Open) { os.Exit(cli.Main(catalog, open)) })
}
