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

// A listing is a line of rlrun list.
type listing interface{ columns() string } // separated by tabs

type scenarioLine struct {
	Kind   string   `json:"kind"`
	Name   string   `json:"name"`
	Env    string   `json:"env"`
	Agent  string   `json:"agent"`
	Steps  int      `json:"steps"`
	Target *float64 `json:"target"`
}

func (l scenarioLine) columns() string {
	return fmt.Sprintf("%s\t%s on %s\t%s\tsolved at %s", l.Name, l.Agent, l.Env, figure.Count(l.Steps, "step"), orNone(l.Target))
}

type envLine struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	remote.Description
}

func (l envLine) columns() string {
	limit := "no limit"
	if l.MaxEpisodeSteps != nil {
		limit = figure.Count(*l.MaxEpisodeSteps, "step") + " at most"
	}
	return fmt.Sprintf("%s\t%s → %s\t%s\tsolved at %s", l.Name, l.ObservationSpace, l.ActionSpace, limit, orNone(l.RewardThreshold))
}

type agentLine struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Summary string `json:"summary"`
}

func (l agentLine) columns() string { return l.Name + "\t" + l.Summary }

func orNone(x *float64) string {
	if x == nil {
		return "–"
	}
	return figure.Given(*x)
}

// listGroups are the lists that rlrun list shows where none is named.
var listGroups = [...]string{"scenarios", "envs", "agents"}

// listCommand shows what there is.
func (a *App) listCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list [scenarios|envs|agents|runs [DIR]]", Short: "the scenarios, environments and agents there are, or the runs",
		Long: `rlrun list shows the scenarios, environments and agents that there are. rlrun list
runs shows the runs below a directory, runs if none is named: what was trained, how
far, and the mean return of those that are finished.`,
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
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// list shows the list that args name, or all but the runs.
func (a *App) list(args []string, asJSON bool) error {
	dir := ""
	if len(args) == 2 && args[0] == "runs" {
		args, dir = args[:1], args[1]
	}
	list := map[string]func() ([]listing, error){
		"scenarios": a.listScenarios, "envs": a.listEnvs, "agents": a.listAgents,
		"runs": func() ([]listing, error) { return a.listRuns(dir) },
	}
	groups := listGroups[:]
	switch {
	case len(args) > 0 && list[args[0]] == nil:
		return badInput{fmt.Errorf("no list of %q, want scenarios, envs, agents or runs%s", args[0], nearest.Hint(args[0], maps.Keys(list)))}
	case len(args) > 1:
		return badInput{fmt.Errorf("list takes one of scenarios, envs, agents, or runs and a directory, and has %d arguments", len(args))}
	case len(args) == 1:
		groups = args
	}
	var broken error // what cannot be listed does not hide the rest
	for _, g := range groups {
		lines, err := list[g]()
		broken = cmp.Or(broken, err)
		if err != nil && len(lines) == 0 {
			continue // not even "none"
		}
		if err := a.show(g, lines, asJSON); err != nil {
			return err
		}
	}
	return broken
}

// show prints a list as JSON, or as a table under its title.
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

// listScenarios returns a line for each scenario. The error is about the first that is
// broken.
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

// listEnvs returns a line for each environment. The error is about the first that cannot
// be made.
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

func (a *App) listAgents() (lines []listing, err error) {
	for _, name := range a.Agents.Names() {
		lines = append(lines, agentLine{"agent", name, a.Agents[name].Summary()})
	}
	return lines, nil
}
