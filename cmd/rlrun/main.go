// Rlrun trains reinforcement-learning agents, evaluates them, and shows and compares their runs.
//
//	rlrun cartpole-ppo    trains PPO on CartPole and saves the run
//	rlrun help            lists the commands
//
// Package scenarios contains the command. Its function Main makes the same command with
// environments and agents of another program.
package main

import "github.com/rlrun/rlrun/scenarios"

func main() { scenarios.Main(scenarios.Envs()) }
