package scenario_test

import (
	"fmt"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/scenario"
)

// A bonus is a wrapper that adds a number to the reward of each step.
type bonus struct {
	env.Env
	extra float64
}

// Step steps the inner environment and adds the bonus to the reward.
func (b bonus) Step(act, obs []float32) env.Outcome {
	out := b.Env.Step(act, obs)
	out.Reward += b.extra
	return out
}

// newBonus wraps e. Each step has the additional reward extra.
func newBonus(e env.Env, extra float64) (bonus, error) {
	if extra == 0 {
		return bonus{}, fmt.Errorf("a bonus of 0, want another")
	}
	return bonus{e, extra}, nil
}

// This example adds a program's own wrapper, which a scenario then names.
func Example() {
	envs := env.Registry{}
	classic.Register(envs)
	catalog := scenario.Builtin(envs)
	catalog.Wrappers["bonus"] = scenario.NewWrapper(1, newBonus).RewardOnly()

	text := "env: {id: CartPole-v1, wrappers: [{bonus: 2}]}\nagent: {name: a2c, gamma: 0.9}\nsteps: 1000\n"
	s := agents.Must(scenario.Parse("pole.yaml", []byte(text), nil, catalog))
	agent := agents.Must(s.NewAgent())
	fmt.Println(s.Agent, s.Discount(), agents.Must(agent.Learn(s.Steps)).Steps)

	_, err := scenario.Parse("pole.yaml", []byte("steps: 9\nenv: {id: CartPole-v1, wrappers: [{bonis: 2}]}\n"), nil, catalog)
	fmt.Println(err)
	_, err = scenario.Parse("pole.yaml", []byte("steps: 9\nenv: {id: CartPole-v1, wrappers: [{bonus: 0}]}\n"), nil, catalog)
	fmt.Println(err)
	// Output:
	// a2c 0.9 1000
	// pole.yaml:2:35: env.wrappers[0]: no wrapper "bonis"; the nearest is bonus
	// pole.yaml:2:43: env.wrappers[0].bonus: a bonus of 0, want another
}
