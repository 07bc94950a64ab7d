package scenario

import (
	"fmt"
	"strings"

	"github.com/rlrun/rlrun/internal/settings"
)

// agentIn returns the name of the agent in a scenario's YAML tree, or "" if the tree has no
// agent.
func agentIn(tree *settings.Tree) string { return textAt(tree, "agent", "name") }

// textAt returns the text of the setting at path in a scenario's YAML tree, or "" if there is no such
// text.
func textAt(tree *settings.Tree, path ...string) (text string) {
	if n, ok := tree.Root().Find(path...); ok && n.Decode(&text) != nil {
		return ""
	}
	return text
}

// An origin says for which agent the settings in a scenario were written.
type origin struct {
	written string // name of the agent in the file, before changes; "" without an agent
	own     bool   // whether the flag --agent was given; the agent then has its own default settings
}

// carriesOver returns an error if the scenario's settings were written for another agent, and are
// not valid for the scenario's agent: it does not have one of the settings, or --agent was given.
// n is the node of the agent's name, and rest has the agent's settings.
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
