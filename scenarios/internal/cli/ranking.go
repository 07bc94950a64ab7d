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
	fmt.Fprintln(table, "rank\tsettings\tinterquartile mean"+intervalHead(s)+"\tmean\tmedian\tseeds")
	for _, r := range s.Ranking() {
		e := r.Summary.Eval
		finished := len(r.Summary.Seeds) - len(r.Summary.Failed)
		if r.Rank == 0 {
			fmt.Fprintf(table, "–\t%s\tno run was finished\t–\t–\t0\n", r.Short)
			continue
		}
		low, high := float64(e.CI95[0]), float64(e.CI95[1])
		stderr := figure.StdErr(low, high)
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%d\n", r.Rank, r.Short, scoreText(float64(*e.IQM), low, high, finished),
			figure.Known(float64(*e.Mean), stderr), figure.Known(float64(*e.Median), stderr), finished)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	dir := filepath.Dir(filepath.Dir(s.Cells[0].Runs[0].Dir))
	_, err := fmt.Fprintf(a.Out, "rlrun compare %s shows how certain this ranking is\n", oneLine(dir))
	return err
}

// intervalHead returns the head of the intervals in the ranking, or "" if no cell has several
// runs.
func intervalHead(s *sweep.Sweep) string {
	for _, c := range s.Cells {
		if len(c.Means()) > 1 {
			return " (95 %)"
		}
	}
	return ""
}

// scoreText returns the interquartile mean of a number of runs, with its interval if there
// are several runs.
func scoreText(iqm, low, high float64, runs int) string {
	if runs == 1 {
		return figure.Number(iqm)
	}
	return figure.Interval(iqm, low, high)
}
