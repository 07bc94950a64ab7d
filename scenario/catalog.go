package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy/nn"
)

// A Catalog has everything that a scenario can name. The maps must not change after the first
// scenario is parsed with the Catalog.
type Catalog struct {
	Envs      env.Registry
	Agents    Agents
	Wrappers  Wrappers
	Engines   map[string]nn.Engine // engines that compute networks, by the names that the setting backend uses
	Scenarios map[string][]byte    // texts of the named scenarios, in YAML
}

// Builtin returns a Catalog with the environments in envs, all agents and wrappers of rlrun, and
// the engine native.
func Builtin(envs env.Registry) Catalog {
	return Catalog{
		Envs:      envs,
		Agents:    BuiltinAgents(),
		Wrappers:  BuiltinWrappers(),
		Engines:   map[string]nn.Engine{"native": nn.Native{}},
		Scenarios: map[string][]byte{},
	}
}

// ScenarioNames returns the names of the scenarios in alphabetical order.
func (c Catalog) ScenarioNames() []string { return slices.Sorted(maps.Keys(c.Scenarios)) }

// EngineNames returns the names of the engines in alphabetical order.
func (c Catalog) EngineNames() []string { return slices.Sorted(maps.Keys(c.Engines)) }

// EnvID returns the full id of the environment with the given name, including its version. For an
// unknown name, the error message has the command that lists all environments.
func (c Catalog) EnvID(name string) (string, error) {
	id, err := c.Envs.Resolve(name)
	if err != nil {
		return "", fmt.Errorf("%w; rlrun list envs shows all", err)
	}
	return id, nil
}

// Keys returns the dotted keys of all settings that a scenario with the environment and one of the
// agents can have, without those of wrappers. Names that are not in the catalog add none.
func (c Catalog) Keys(envName string, agents ...string) []string {
	keys := settings.Keys("", Settings())
	for _, name := range agents {
		if a, ok := c.Agents[name]; ok && a.build != nil {
			keys = append(keys, "agent.name")
			keys = append(keys, settings.Keys("agent.", a.defaults())...)
		}
	}
	keys = append(keys, c.OptionKeys("env.options.", envName)...)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// OptionKeys returns the keys of the environment's options. Each key begins with prefix.
func (c Catalog) OptionKeys(prefix, envName string) (keys []string) {
	e, err := c.Envs.Make(envName, func(into any) error {
		keys = settings.Keys(prefix, into)
		return nil
	})
	if err == nil {
		env.Close(e)
	}
	return keys
}

// agent returns the Agent with the given name.
func (c Catalog) agent(name string) (Agent, error) {
	a, ok := c.Agents[name]
	if !ok {
		return a, fmt.Errorf("no agent %q%s; rlrun list agents shows all", name, nearest.Hint(name, maps.Keys(c.Agents)))
	}
	if a.build == nil {
		return a, fmt.Errorf("the agent %s is an empty scenario.Agent; want an Agent made by scenario.NewAgent", name)
	}
	return a, nil
}

// Defaults returns the text of a scenario that trains an agent with its default settings in an
// environment. The name of the scenario is the result of runName.
func (c Catalog) Defaults(id, agent string) ([]byte, error) {
	a, err := c.agent(agent)
	if err != nil {
		return nil, err
	}
	return settings.Encode(settings.Map{
		{Key: "name", Value: runName(id, agent)},
		{Key: "env", Value: settings.Map{{Key: "id", Value: id}}},
		{Key: "agent", Value: settings.Map{{Key: "name", Value: agent}}},
		{Key: "steps", Value: a.defaults().Base().Steps},
	})
}

// runName returns ENV-AGENT. Characters that are not valid in the name of a directory are
// replaced by hyphens.
func runName(id, agent string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(notInNames, r) {
			return '-'
		}
		return r
	}, id+"-"+agent)
}
