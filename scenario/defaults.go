package scenario

import (
	"fmt"
	"maps"
	"strings"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/settings"
)

// EnvID returns the id of the environment called name. The error of an unknown name
// names the command that lists all of them.
func EnvID(envs env.Registry, name string) (string, error) {
	id, err := envs.Resolve(name)
	if err != nil {
		return "", fmt.Errorf("%w; rlrun list envs shows all", err)
	}
	return id, nil
}

// Defaults returns the text of a scenario that trains an agent with its default settings
// in an environment. The scenario is called ENV-AGENT, with hyphens in place of
// characters that a folder's name cannot have.
func Defaults(id, agent string) ([]byte, error) {
	kind, err := kindCalled(agent)
	if err != nil {
		return nil, err
	}
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(notInNames, r) {
			return '-'
		}
		return r
	}, id) + "-" + agent
	return settings.Encode(settings.Map{
		{Key: "name", Value: name},
		{Key: "env", Value: settings.Map{{Key: "id", Value: id}}},
		{Key: "agent", Value: settings.Map{{Key: "name", Value: agent}}},
		{Key: "steps", Value: kind.defaults().Base().Steps},
	})
}

// kindCalled returns the agentKind of a name.
func kindCalled(name string) (agentKind, error) {
	kinds := agentKinds()
	kind, ok := kinds[name]
	if !ok {
		return kind, fmt.Errorf("no agent %q%s; rlrun list agents shows all", name, nearest.Hint(name, maps.Keys(kinds)))
	}
	return kind, nil
}

// agentIn returns the name of the agent in a scenario's tree, "" where there is none.
func agentIn(tree *settings.Tree) (name string) {
	agent, _ := tree.Root().At("agent")
	if n, ok := agent.At("name"); ok && n.Decode(&name) != nil {
		return ""
	}
	return name
}

// An origin says which agent a scenario's settings are for.
type origin struct {
	written string // the agent in the file, before changes; "" for none
	own     bool   // --agent named an agent, which has its own default settings
}

// carriesOver returns an error if the scenario was written for another agent than the
// one at n, and has settings that this agent lacks, or --agent asked for its own settings.
func (s *Scenario) carriesOver(n, rest settings.Node, from origin) error {
	if from.written == "" || from.written == s.Agent {
		return nil
	}
	way := fmt.Sprintf("rlrun %s --agent %s runs %[2]s with its own settings", s.Env, s.Agent)
	switch lacks := rest.Unknown(s.config); {
	case len(lacks) > 0:
		return n.Fault("%s has no %s, which %s sets for %s; %s", s.Agent, strings.Join(lacks, ", "), s.Name, from.written, way)
	case from.own:
		return n.Fault("%s has the settings of %s; %s, --set agent.name=%[4]s with these", s.Name, from.written, way, s.Agent)
	}
	return nil
}
