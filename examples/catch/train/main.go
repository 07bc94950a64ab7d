// Train is the command rlrun with the environment Catch, and a scenario for it.
package main

import (
	"embed"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/examples/catch"
	"github.com/rlrun/rlrun/scenarios"
)

//go:embed catch-ppo.yaml
var files embed.FS

func main() {
	envs := scenarios.Envs()
	envs["example/Catch-v0"] = env.Entry(catch.New)
	scenarios.Main(envs, scenarios.With{Scenarios: files})
}
