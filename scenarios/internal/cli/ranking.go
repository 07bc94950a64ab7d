package cli

import (
	"fmt"
	"path/filepath"
	"strconv"
	"text/tabwriter"

	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/sweep"
)

// runName returns the name of a run of --seeds or --sweep: its seed, and before it the
// settings that --sweep gave the run.
func runName(settings string, seed uint64) string {
	if settings != "" {
		settings += ", "
	}
	return settings + "seed " + strconv.FormatUint(seed, 10)
}

// printRanking prints the cells of a sweep as a table, the best cell first.
func (a *App) printRanking(s *sweep.Sweep) error {
	fmt.Fprintln(a.Out)
	table := tabwriter.NewWriter(a.Out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "rank\tsettings\tinterquartile mean (95 %)\tmean\tmedian\tseeds")
	for _, r := range s.Ranking() {
		e := r.Summary.Eval
		finished := len(r.Summary.Seeds) - len(r.Summary.Failed)
		if r.Rank == 0 {
			fmt.Fprintf(table, "–\t%s\tno run was finished\t–\t–\t0\n", r.Short)
			continue
		}
		low, high := float64(e.CI95[0]), float64(e.CI95[1])
		stderr := figure.StdErr(low, high)
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%d\n", r.Rank, r.Short, figure.Interval(float64(*e.IQM), low, high),
			figure.Known(float64(*e.Mean), stderr), figure.Known(float64(*e.Median), stderr), finished)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	dir := filepath.Dir(filepath.Dir(s.Cells[0].Runs[0].Dir))
	_, err := fmt.Fprintf(a.Out, "rlrun compare %s tests whether the differences are significant\n", oneLine(dir))
	return err
}
