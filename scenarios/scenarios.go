// Package scenarios has the scenarios that come with rlrun, a YAML file each,
// and the whole command as a function: a program of five lines adds its own
// environments to everything that rlrun does.
//
//	func main() {
//		envs := scenarios.Envs()
//		envs["acme/Lift-v0"] = env.Entry(NewLift)
//		scenarios.Main(envs)
//	}
package scenarios

import (
	"embed"
	"os"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/internal/cli"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/render/window"
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

// Main is the command rlrun, with the program's own arguments, for the
// environments in envs. It does not return: it exits with rlrun's status.
//
// The program's main goroutine has to call it: windows want that.
func Main(envs env.Registry) {
	window.Main(func(open raster.Open) { os.Exit(cli.Main(envs, files, open)) })
}
