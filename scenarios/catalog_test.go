package scenarios_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios"
)

// TestCatalog checks that Catalog adds a program's own entries, and refuses a name that exists
// already.
func TestCatalog(t *testing.T) {
	agent := scenario.NewAgent("PPO again", agents.DefaultPPO, agents.NewPPO)
	wrapper := scenario.NewWrapper(1., func(e env.Env, k float64) (env.Env, error) { return env.ScaleReward{Env: e, K: k}, nil })
	layer := func(*rand.Rand, string, nn.Shape, nn.Layer) (nn.Network, nn.Shape, error) { return nil, nil, nil }
	file := &fstest.MapFile{Data: []byte("env: {id: CartPole-v1}\nagent: {name: mine}\nsteps: 9\n")}
	for _, c := range []struct {
		with []scenarios.With
		want string // part of the error
	}{
		{nil, ""},
		{[]scenarios.With{{}}, ""},
		{[]scenarios.With{{Agents: scenario.Agents{"mine": agent}}, {Agents: scenario.Agents{"other": agent}}}, ""},
		{[]scenarios.With{{Agents: scenario.Agents{"ppo": agent}}}, "two agents are called ppo; want another name"},
		{[]scenarios.With{{Agents: scenario.Agents{"mine": agent}}, {Agents: scenario.Agents{"mine": agent}}}, "two agents are called mine"},
		{[]scenarios.With{{Agents: scenario.Agents{"": agent}}}, `called ""; want a name without spaces`},
		{[]scenarios.With{{Wrappers: scenario.Wrappers{"frame_stack": wrapper}}}, "two wrappers are called frame_stack"},
		{[]scenarios.With{{Wrappers: scenario.Wrappers{"frame stack": wrapper}}}, `called "frame stack"; want a name without spaces`},
		{[]scenarios.With{{Layers: nn.Kinds{"mine": layer}}, {Layers: nn.Kinds{"other": layer}}}, ""},
		{[]scenarios.With{{Layers: nn.Kinds{"mine": layer}}, {Layers: nn.Kinds{"mine": layer}}}, "two layers are called mine"},
		{[]scenarios.With{{Layers: nn.Kinds{"linear": layer}}}, "own layer linear has the name of a built-in layer"},
		{[]scenarios.With{{Scenarios: fstest.MapFS{"mine.yaml": file}}}, ""},
		{[]scenarios.With{{Scenarios: fstest.MapFS{"cartpole-ppo.yaml": file}}}, "two scenarios are called cartpole-ppo"},
		{[]scenarios.With{{Scenarios: fstest.MapFS{"scenarios/mine.yaml": file}}}, "no file NAME.yaml"},
	} {
		catalog, err := scenarios.Catalog(scenarios.Envs(), c.with...)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("Catalog(%v) = %v, want %q", c.with, err, c.want)
		}
		if err == nil && (len(catalog.Agents) < 14 || len(catalog.Scenarios) < 24) {
			t.Errorf("Catalog(%v) has %d agents and %d scenarios, want rlrun's among them", c.with, len(catalog.Agents), len(catalog.Scenarios))
		}
	}
	catalog, err := scenarios.Catalog(scenarios.Envs(), scenarios.With{
		Agents: scenario.Agents{"mine": agent}, Scenarios: fstest.MapFS{"mine.yaml": file},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Parse("mine.yaml", catalog.Scenarios["mine"], nil, catalog)
	if err != nil || s.Agent != "mine" {
		t.Errorf("Parse of the program's own scenario = %v, %v, want its agent", s, err)
	}
	catalog.Agents["hollow"] = scenario.Agent{}
	if _, err := catalog.Defaults("CartPole-v1", "hollow"); err == nil || !strings.Contains(err.Error(), "want an Agent made by scenario.NewAgent") {
		t.Errorf("Defaults of an empty agent: %v, want an error that names scenario.NewAgent", err)
	}
}
