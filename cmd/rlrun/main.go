// Rlrun trains agents in scenarios, and shows what came of it.
//
//	rlrun cartpole-ppo
//	rlrun help
package main

import "github.com/rlrun/rlrun/scenarios"

func main() { scenarios.Main(scenarios.Envs()) }
