// Rlrun trains reinforcement-learning agents, evaluates them, and shows and compares their runs.
//
//	rlrun cartpole-ppo    trains PPO on CartPole and saves the run
//	rlrun help            lists the commands
//
// The command is in package scenarios. Your own program can call scenarios.Main to get the same
// command with your environments and agents.
package main

import "github.com/rlrun/rlrun/scenarios"

func main() { scenarios.Main(scenarios.Envs()) }
