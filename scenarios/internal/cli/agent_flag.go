package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/scenario"
)

// addAgentFlag adds the flag --agent, which names the agent to train in an environment.
func (a *App) addAgentFlag(cmd *cobra.Command) {
	cmd.Flags().String("agent", "", "with an environment: train the agent `NAME` with its default settings")
	err := cmd.RegisterFlagCompletionFunc("agent", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return a.Agents.Names(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // impossible: the flag was added above
	}
}

// agentGiven returns the value of --agent, and whether the changes contain it.
func agentGiven(changes []scenario.Change) (name string, given bool) {
	for _, c := range changes {
		if c.NewAgent {
			_, name, _ = strings.Cut(c.Assignment, "=")
			return name, true
		}
	}
	return "", false
}

// checkOneAgent returns an error if --agent and --set name different agents.
func checkOneAgent(changes []scenario.Change) error {
	agent, given := agentGiven(changes)
	for _, c := range changes {
		if name, ok := strings.CutPrefix(c.Assignment, "agent.name="); ok && given && name != agent {
			return fmt.Errorf("%s: --agent %s names another agent; want one of the two flags", c.Origin, agent)
		}
	}
	return nil
}

// defaultScenario returns the text of a scenario with the environment called name and the
// default settings of the agent in --agent. The result file is used in messages in place of
// a file name. If name is not an environment, it returns noScenario, the error of
// looking up a scenario called name.
func (a *App) defaultScenario(name string, changes []scenario.Change, noScenario error) (file string, text []byte, err error) {
	agent, given := agentGiven(changes)
	id, err := a.Envs.Resolve(name)
	switch {
	case err != nil && given && !isYAML(name):
		words := append(a.ScenarioNames(), a.Envs.IDs()...)
		return "", nil, fmt.Errorf("no environment or scenario %q%s; rlrun list shows all", name, nearest.Hint(name, slices.Values(words)))
	case err != nil:
		return "", nil, noScenario
	case !given:
		return "", nil, fmt.Errorf("%s is an environment; rlrun %s --agent NAME trains an agent in it: %s", id, name, strings.Join(a.Agents.Names(), ", "))
	}
	if text, err = a.Catalog.Defaults(id, agent); err != nil {
		return "", nil, fmt.Errorf("--agent %s: %w", agent, err)
	}
	return id + " --agent " + agent, text, nil
}
