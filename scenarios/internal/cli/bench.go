package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/scenarios/internal/bench"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// benchCommand measures the machine.
func (a *App) benchCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "bench [PREFIX…]", Short: "the speed of this machine at what training does",
		Long: "The speed of this machine at what training does, in nanoseconds. A name begins with\n" +
			"one of the prefixes, if there are any. Beside the fastest kernels are the plain ones,\n" +
			"and another engine's training steps.",
		RunE: func(cmd *cobra.Command, prefixes []string) error {
			cases := bench.Select(a.benchCases(), prefixes)
			if len(cases) == 0 {
				return badInput{fmt.Errorf("no benchmark begins with %s; there are %s", strings.Join(prefixes, " or "), strings.Join(caseNames(a.benchCases()), ", "))}
			}
			if asJSON {
				return measureJSON(a.Out, cases)
			}
			return a.benchTable(cmd.Context(), cases)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	cmd.AddCommand(a.benchLearningCommand())
	return cmd
}

// benchCases are what there is to measure.
func (a *App) benchCases() []bench.Case {
	cases := slices.Concat(bench.Networks(), bench.Loops())
	for _, id := range a.Envs.IDs() {
		if mk, err := a.Envs.Maker(id, nil); err == nil {
			cases = append(cases, bench.Step(id, mk))
		}
	}
	return append(cases, bench.Agents(a.Envs)...)
}

func caseNames(cases []bench.Case) (names []string) {
	for _, c := range cases {
		names = append(names, c.Name)
	}
	return names
}

// measureJSON prints a line for each case.
func measureJSON(w io.Writer, cases []bench.Case) error {
	enc := json.NewEncoder(w)
	for _, c := range cases {
		f, err := bench.Measure(c)
		if err == nil {
			err = enc.Encode(f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// benchTable prints the cases beside what the plain kernels and other engines
// come to.
func (a *App) benchTable(ctx context.Context, cases []bench.Case) error {
	plain, err := plainFigures(ctx, caseNames(cases))
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(a.Out, 0, 0, 3, ' ', tabwriter.AlignRight)
	engines := slices.DeleteFunc(a.EngineNames(), func(name string) bool { return name == "native" })
	fmt.Fprintf(table, "%-32s\t%s\tgeneric\t%s\t\n", "nanoseconds", f32.Kernels(), strings.Join(engines, "\t"))
	for _, c := range cases {
		f, err := bench.Measure(c)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%-32s\t%s\t%s", c.Name, figure.Number(f.NsPerOp), figure.Number(plain[c.Name]))
		for _, name := range engines {
			other, err := a.engineFigure(name, c.Name)
			if err != nil {
				return err
			}
			fmt.Fprintf(table, "\t%s", other)
		}
		fmt.Fprintln(table, "\t")
	}
	return table.Flush()
}

// engineFigure measures a training step with the networks of another engine.
// There is nothing to print where a case is no training step.
func (a *App) engineFigure(engine, name string) (string, error) {
	for _, c := range bench.Training(a.Engines[engine]) {
		if c.Name == name {
			f, err := bench.Measure(c)
			return figure.Number(f.NsPerOp), err
		}
	}
	return "", nil
}

// plainFigures has this program measure the cases once more, with the plain
// kernels: a process uses the same ones for as long as it lives.
func plainFigures(ctx context.Context, names []string) (map[string]float64, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"bench", "--json"}, names...)...)
	cmd.Env = append(os.Environ(), "RLRUN_KERNEL=generic")
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("measuring the plain kernels: %w", err)
	}
	figures := map[string]float64{}
	for line := range strings.Lines(string(out)) {
		var f bench.Figure
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			return nil, fmt.Errorf("measuring the plain kernels: %q: %w", line, err)
		}
		figures[f.Name] = f.NsPerOp
	}
	return figures, nil
}
