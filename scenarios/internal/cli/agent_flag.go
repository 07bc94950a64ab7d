package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/scenario"
)

// addAgentFlag adds --agent, which names an agent for an environment.
func (a *App) addAgentFlag(cmd *cobra.Command) {
	cmd.Flags().String("agent", "", "with an environment: the agent `NAME`, with its default settings")
	err := cmd.RegisterFlagCompletionFunc("agent", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return a.Agents.Names(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // there is no such flag
	}
}

// agentGiven returns the value of --agent among the changes of a scenario.
func agentGiven(changes []scenario.Change) (name string, given bool) {
	for _, c := range changes {
		if c.NewAgent {
			_, name, _ = strings.Cut(c.Assignment, "=")
			return name, true
		}
	}
	return "", false
}

// twoAgents returns an error where --agent and --set name different agents.
func twoAgents(changes []scenario.Change) error {
	agent, given := agentGiven(changes)
	for _, c := range changes {
		if name, ok := strings.CutPrefix(c.Assignment, "agent.name="); ok && given && name != agent {
			return fmt.Errorf("%s: --agent %s names another agent, want one of the two", c.Origin, agent)
		}
	}
	return nil
}

// defaults returns the scenario of the environment called name with the agent of --agent,
// and the words that stand for its file. The error missing says why there is no scenario
// of that name.
func (a *App) defaults(name string, changes []scenario.Change, missing error) (file string, text []byte, err error) {
	agent, given := agentGiven(changes)
	id, err := a.Envs.Resolve(name)
	switch {
	case err != nil && given && !isYAML(name):
		words := append(a.ScenarioNames(), a.Envs.IDs()...)
		return "", nil, fmt.Errorf("no environment or scenario %q%s; rlrun list shows all", name, nearest.Hint(name, slices.Values(words)))
	case err != nil:
		return "", nil, missing
	case !given:
		return "", nil, fmt.Errorf("%s is an environment; rlrun %s --agent NAME trains an agent in it: %s", id, name, strings.Join(a.Agents.Names(), ", "))
	}
	if text, err = a.Catalog.Defaults(id, agent); err != nil {
		return "", nil, fmt.Errorf("--agent %s: %w", agent, err)
	}
	return id + " --agent " + agent, text, nil
}
