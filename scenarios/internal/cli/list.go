package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/env/remote"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A listing is one line of rlrun list.
type listing interface {
	columns() string // cells of the line, separated by tabs
}

// A scenarioLine is the line of a scenario.
type scenarioLine struct {
	Kind   string   `json:"kind"`
	Name   string   `json:"name"`
	Env    string   `json:"env"`
	Agent  string   `json:"agent"`
	Steps  int      `json:"steps"`
	Target *float64 `json:"target"`
}

// columns returns the name, the agent and environment, the steps and the threshold.
func (l scenarioLine) columns() string {
	return fmt.Sprintf("%s\t%s on %s\t%s\tsolved at %s", l.Name, l.Agent, l.Env, figure.Count(l.Steps, "step"), orNone(l.Target))
}

// An envLine is the line of an environment.
type envLine struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	remote.Description
}

// columns returns the name, the spaces, the time limit and the threshold.
func (l envLine) columns() string {
	limit := "no limit"
	if l.MaxEpisodeSteps != nil {
		limit = figure.Count(*l.MaxEpisodeSteps, "step") + " at most"
	}
	return fmt.Sprintf("%s\t%s → %s\t%s\tsolved at %s", l.Name, l.ObservationSpace, l.ActionSpace, limit, orNone(l.RewardThreshold))
}

// An agentLine is the line of an agent.
type agentLine struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Summary string `json:"summary"`
}

// columns returns the name and the summary.
func (l agentLine) columns() string { return l.Name + "\t" + l.Summary }

// orNone formats a threshold, "–" if there is none.
func orNone(x *float64) string {
	if x == nil {
		return "–"
	}
	return figure.Given(*x)
}

// listGroups are the lists that rlrun list shows without an argument.
var listGroups = [...]string{"scenarios", "envs", "agents"}

// listCommand returns the command rlrun list.
func (a *App) listCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list [scenarios|envs|agents|runs [DIR]]", Short: "list the scenarios, environments and agents, or the runs",
		Long: `rlrun list shows the names of all scenarios, environments and agents. rlrun list runs
shows all runs below a directory (default runs): agent, environment, seed, trained
steps, and the mean return of each finished run.`,
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			switch {
			case len(args) == 0:
				return append(listGroups[:], "runs"), cobra.ShellCompDirectiveNoFileComp
			case len(args) == 1 && args[0] == "runs":
				return nil, cobra.ShellCompDirectiveFilterDirs
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.list(args, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

// list prints the list that args name, or the three lists of listGroups.
func (a *App) list(args []string, asJSON bool) error {
	dir := ""
	if len(args) == 2 && args[0] == "runs" {
		args, dir = args[:1], args[1]
	}
	makeList := map[string]func() ([]listing, error){
		"scenarios": a.listScenarios, "envs": a.listEnvs, "agents": a.listAgents,
		"runs": func() ([]listing, error) { return a.listRuns(dir) },
	}
	groups := listGroups[:]
	switch {
	case len(args) > 0 && makeList[args[0]] == nil:
		return badInput{fmt.Errorf("no list of %q; want scenarios, envs, agents or runs%s", args[0], nearest.Hint(args[0], maps.Keys(makeList)))}
	case len(args) > 1:
		return badInput{fmt.Errorf("rlrun list has %d arguments; want one of scenarios, envs, agents, or runs and a directory", len(args))}
	case len(args) == 1:
		groups = args
	}
	var broken error // first error; the other lines are printed in spite of it
	for _, g := range groups {
		lines, err := makeList[g]()
		broken = cmp.Or(broken, err)
		if err != nil && len(lines) == 0 {
			continue // the list is unknown, so "none" would be wrong
		}
		if err := a.show(g, lines, asJSON); err != nil {
			return err
		}
	}
	return broken
}

// show prints a list as JSON, or as a table below its title.
func (a *App) show(title string, lines []listing, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(a.Out)
		for _, l := range lines {
			if err := enc.Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	table := tabwriter.NewWriter(a.Out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, title)
	if len(lines) == 0 {
		fmt.Fprintln(table, "  none")
	}
	for _, l := range lines {
		fmt.Fprintln(table, "  "+l.columns())
	}
	return table.Flush()
}

// listScenarios returns a line for each scenario that can be read. The error is the error
// of the first broken scenario.
func (a *App) listScenarios() (lines []listing, broken error) {
	for _, name := range a.ScenarioNames() {
		s, err := a.scenario(name, nil)
		if err != nil {
			broken = cmp.Or(broken, error(badInput{err}))
			continue
		}
		lines = append(lines, scenarioLine{"scenario", s.Name, s.Env, s.Agent, s.Steps, s.Threshold})
	}
	return lines, broken
}

// listEnvs returns a line for each environment that can be made. The error is the error of
// the first environment that cannot be made.
func (a *App) listEnvs() (lines []listing, broken error) {
	for _, id := range a.Envs.IDs() {
		a.subject = id
		e, err := a.Envs.Make(id, nil)
		if err != nil {
			broken = cmp.Or(broken, err)
			continue
		}
		lines = append(lines, envLine{"env", id, remote.Describe(e.Spec())})
	}
	return lines, broken
}

// listAgents returns a line for each agent.
func (a *App) listAgents() (lines []listing, err error) {
	for _, name := range a.Agents.Names() {
		lines = append(lines, agentLine{"agent", name, a.Agents[name].Summary()})
	}
	return lines, nil
}
