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

// benchCommand returns the command rlrun bench.
func (a *App) benchCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "bench [PREFIX…]", Short: "measure the speed of this machine",
		Long: `rlrun bench measures how fast this machine runs the parts of training, in nanoseconds for
each operation. With prefixes it measures only the benchmarks whose names begin with one
of them. The columns are the fastest kernels of this machine, the plain Go kernels
("generic") and, for training steps, the other engines.`,
		RunE: func(cmd *cobra.Command, prefixes []string) error {
			cases := bench.Select(a.benchCases(), prefixes)
			if len(cases) == 0 {
				return badInput{fmt.Errorf("no benchmark begins with %s; the benchmarks are %s", strings.Join(prefixes, " or "), strings.Join(caseNames(a.benchCases()), ", "))}
			}
			if asJSON {
				return measureJSON(a.Out, cases)
			}
			return a.benchTable(cmd.Context(), cases)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	cmd.AddCommand(a.benchLearningCommand(), a.benchHubCommand())
	return cmd
}

// benchCases returns all cases that rlrun bench measures.
func (a *App) benchCases() []bench.Case {
	cases := slices.Concat(bench.Networks(), bench.NetworksOfImages(), bench.NetworksOfSequences(), bench.Loops())
	for _, id := range a.Envs.IDs() {
		if mk, err := a.Envs.Maker(id, nil); err == nil {
			cases = append(cases, bench.Step(id, mk))
		}
	}
	return append(cases, bench.Agents(a.Envs)...)
}

// caseNames returns the names of the cases.
func caseNames(cases []bench.Case) (names []string) {
	for _, c := range cases {
		names = append(names, c.Name)
	}
	return names
}

// measureJSON measures the cases and writes a line of JSON for each.
func measureJSON(w io.Writer, cases []bench.Case) error {
	enc := json.NewEncoder(w)
	for _, c := range cases {
		r, err := bench.Measure(c)
		if err == nil {
			err = enc.Encode(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// benchTable measures the cases and prints a table with a column for the machine's kernels,
// the plain Go kernels, and each other engine.
func (a *App) benchTable(ctx context.Context, cases []bench.Case) error {
	plain, err := measurePlain(ctx, caseNames(cases))
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(a.Out, 0, 0, 3, ' ', tabwriter.AlignRight)
	engines := slices.DeleteFunc(a.EngineNames(), func(name string) bool { return name == "native" })
	fmt.Fprintf(table, "%-32s\t%s\tgeneric\t%s\t\n", "nanoseconds", f32.Kernels(), strings.Join(engines, "\t"))
	for _, c := range cases {
		r, err := bench.Measure(c)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%-32s\t%s\t%s", c.Name, figure.Number(r.NsPerOp), figure.Number(plain[c.Name]))
		for _, engine := range engines {
			cell, err := a.measureEngine(engine, c.Name)
			if err != nil {
				return err
			}
			fmt.Fprintf(table, "\t%s", cell)
		}
		fmt.Fprintln(table, "\t")
	}
	return table.Flush()
}

// measureEngine measures the training step called name with the networks of another engine,
// and returns the cell of the table. It returns "" if the case is not a training step.
func (a *App) measureEngine(engine, name string) (string, error) {
	for _, c := range bench.Training(a.Engines[engine]) {
		if c.Name == name {
			r, err := bench.Measure(c)
			return figure.Number(r.NsPerOp), err
		}
	}
	return "", nil
}

// measurePlain measures the cases with the plain Go kernels, and returns nanoseconds by name.
// It starts this program again with RLRUN_KERNEL=generic, because a process cannot change
// its kernels.
func measurePlain(ctx context.Context, names []string) (map[string]float64, error) {
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
	nanoseconds := map[string]float64{}
	for line := range strings.Lines(string(out)) {
		var r bench.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, fmt.Errorf("measuring the plain kernels: %q: %w", line, err)
		}
		nanoseconds[r.Name] = r.NsPerOp
	}
	return nanoseconds, nil
}
