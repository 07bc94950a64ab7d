package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/figure"
	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/internal/scenario"
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
	return fmt.Sprintf("%s\t%s on %s\t%s steps\tsolved at %s", l.Name, l.Agent, l.Env, grouped(l.Steps), orNone(l.Target))
}

type envLine struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	description
}

func (l envLine) columns() string {
	limit := "no limit"
	if l.MaxEpisodeSteps != nil {
		limit = grouped(*l.MaxEpisodeSteps) + " steps at most"
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

// listCommand shows what there is.
func (a *App) listCommand() *cobra.Command {
	var asJSON bool
	groups := []string{"scenarios", "envs", "agents"}
	list := map[string]func() ([]listing, error){
		"scenarios": a.listScenarios, "envs": a.listEnvs, "agents": a.listAgents,
	}
	cmd := &cobra.Command{
		Use: "list [scenarios|envs|agents]", Short: "the scenarios, environments and agents there are",
		ValidArgs: groups,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return badInput{fmt.Errorf("list takes one of scenarios, envs, agents, and has %d arguments", len(args))}
			case len(args) == 1 && list[args[0]] == nil:
				return badInput{fmt.Errorf("no list of %q, want scenarios, envs or agents%s", args[0], nearest.Hint(args[0], slices.Values(groups)))}
			case len(args) == 1:
				groups = args
			}
			for _, g := range groups {
				lines, err := list[g]()
				if err != nil {
					return err
				}
				if err := a.show(g, lines, asJSON); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
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
	for _, l := range lines {
		fmt.Fprintln(table, "  "+l.columns())
	}
	return table.Flush()
}

func (a *App) listScenarios() (lines []listing, err error) {
	names, err := a.scenarioNames()
	for _, name := range names {
		s, err := a.scenario(name, nil)
		if err != nil {
			return nil, err
		}
		lines = append(lines, scenarioLine{"scenario", s.Name, s.Env, s.Agent, s.Steps, s.Threshold})
	}
	return lines, err
}

func (a *App) listEnvs() (lines []listing, err error) {
	for _, id := range a.Envs.IDs() {
		e, err := a.Envs.Make(id, nil)
		if err != nil {
			return nil, err
		}
		lines = append(lines, envLine{"env", id, describe(e.Spec())})
	}
	return lines, nil
}

func (a *App) listAgents() (lines []listing, err error) {
	for _, name := range scenario.Agents() {
		lines = append(lines, agentLine{"agent", name, scenario.AgentSummary(name)})
	}
	return lines, nil
}
