// Train is the command rlrun with the environment Thrower, and a scenario for it.
package main

import (
	"embed"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/examples/thrower"
	"github.com/rlrun/rlrun/scenarios"
)

//go:embed thrower-ppo.yaml
var files embed.FS

func main() {
	envs := scenarios.Envs()
	envs["example/Thrower-v0"] = env.Entry(thrower.New)
	scenarios.Main(envs, scenarios.With{Scenarios: files})
}
