package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// solveCommand returns the command rlrun solve.
func (a *App) solveCommand() *cobra.Command {
	var sets []string
	var gamma float64
	var asJSON bool
	cmd := &cobra.Command{
		Use: "solve ENV", Short: "compute the exact optimum of a tabular environment", Args: oneArg("an environment"),
		Long: `rlrun solve ENV computes the optimal value of every state, and the best actions in it, from
the environment's model of transitions. No agent can get a larger expected return. With
--gamma 1 returns are undiscounted; then every episode must end.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.Envs.IDs(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			e, err := a.makeEnv(args[0], sets)
			if err != nil {
				return badInput{err}
			}
			tab, ok := env.As[grid.Tabular](e)
			if !ok {
				return badInput{fmt.Errorf("%s is not tabular: it has no model of its states to solve; want an environment such as FrozenLake-v1", e.Spec().ID)}
			}
			s, err := tab.Model().ValueIteration(gamma)
			if err != nil {
				return badInput{withCell(err, tab)}
			}
			if asJSON {
				return json.NewEncoder(a.Out).Encode(solutionLine(tab, s, gamma))
			}
			return a.printSolution(tab, s, gamma)
		},
	}
	cmd.Flags().StringArrayVar(&sets, "set", nil, "change an option of the environment: `options.KEY=VALUE`; may be repeated")
	cmd.Flags().Float64Var(&gamma, "gamma", 0.99, "use the discount factor `GAMMA`, 0 … 1")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object on standard output")
	return cmd
}

// A solution is the JSON object that rlrun solve prints.
type solution struct {
	Env        string      `json:"env"`
	Gamma      float64     `json:"gamma"` // discount factor
	States     int         `json:"states"`
	Actions    int         `json:"actions"`
	V          []float64   `json:"V"`               // [States] optimal values
	Q          [][]float64 `json:"Q"`               // [States, Actions] optimal action values
	Optimal    [][]int     `json:"optimal_actions"` // best actions of each state
	StartValue float64     `json:"start_value"`     // expected value of the start state
	Method     string      `json:"method"`
	Iterations int         `json:"iterations"` // sweeps of value iteration
}

// solutionLine returns the solution for the observed states. Of several states with the same
// observation it contains the first.
func solutionLine(tab grid.Tabular, s *grid.Solution, gamma float64) solution {
	m, n := tab.Model(), observedStates(tab)
	q := make([][]float64, n)
	for i := range q {
		q[i] = s.Q[i*m.Actions : (i+1)*m.Actions]
	}
	return solution{
		Env: tab.Spec().ID, Gamma: gamma, States: n, Actions: m.Actions, V: s.V[:n], Q: q, Optimal: s.Optimal()[:n],
		StartValue: m.Mean(s.V), Method: s.Method, Iterations: s.Iterations,
	}
}

// observedStates returns the number of states that an agent can distinguish. This is the
// number of discrete observations, or the number of all states if observations are not discrete.
func observedStates(tab grid.Tabular) int {
	l, err := env.LayoutOf(tab.Spec().Obs)
	if n, ok := l.Choices(); err == nil && ok && len(n) == 1 {
		return n[0]
	}
	return tab.Model().States
}

// withCell returns err. If err names a state without an end, and the environment has a map, the cell of
// the state is in front.
func withCell(err error, tab grid.Tabular) error {
	endless, ok := errors.AsType[*grid.EndlessError](err)
	b, drawn := tab.(interface{ Board() *grid.Board })
	if !ok || !drawn {
		return err
	}
	rows, cols := len(b.Board().Cells), len(b.Board().Cells[0])
	cell := endless.State % (rows * cols)
	return fmt.Errorf("the map's row %d, column %d: %w", cell/cols+1, cell%cols+1, err)
}

// printSolution prints the value of the start state, and for an environment with a map the
// values and the best actions of all cells.
func (a *App) printSolution(tab grid.Tabular, s *grid.Solution, gamma float64) error {
	m := tab.Model()
	fmt.Fprintf(a.Out, "%s: %s, %s; the start state has value %s with gamma %s (%s, %s)\n", tab.Spec().ID, figure.Count(observedStates(tab), "state"),
		figure.Count(m.Actions, "action"), figure.Number(m.Mean(s.V)), figure.Given(gamma), s.Method, figure.Count(s.Iterations, "sweep"))
	b, ok := tab.(interface{ Board() *grid.Board })
	if !ok {
		return nil
	}
	board := b.Board()
	rows, cols := len(board.Cells), len(board.Cells[0])
	if cols > 24 {
		fmt.Fprintf(a.Out, "the map has %d columns, which is too wide to print; --json prints all values\n", cols)
		return nil
	}
	best := s.Optimal()
	for layer := 0; layer < m.States; layer += rows * cols {
		if layer > 0 {
			fmt.Fprint(a.Out, "\nwith the key:\n")
		}
		a.printBoard(board, s.V[layer:], best[layer:])
	}
	return nil
}

// printBoard prints the map: the value and the arrows of the best actions in each cell, but
// the map's own character in cells that end an episode, and "#######" in walls.
func (a *App) printBoard(board *grid.Board, v []float64, best [][]int) {
	cols := len(board.Cells[0])
	fmt.Fprintln(a.Out)
	for r, row := range board.Cells {
		var values, actions strings.Builder
		for c := range cols {
			i := r*cols + c
			arrows := ""
			for _, k := range best[i] {
				arrows += board.Arrows[k]
			}
			switch cell := row[c]; {
			case cell == '#':
				fmt.Fprintf(&values, "  %7s", "#######")
				fmt.Fprintf(&actions, "  %7s", "#######")
			case strings.IndexByte("GHPC123456789", cell) >= 0:
				fmt.Fprintf(&values, "  %7s", "")
				fmt.Fprintf(&actions, "  %7c", cell)
			default:
				fmt.Fprintf(&values, "  %7s", figure.Fixed(v[i], 3))
				fmt.Fprintf(&actions, "  %7s", arrows)
			}
		}
		fmt.Fprintf(a.Out, "%s\n%s\n\n", values.String(), actions.String())
	}
}
