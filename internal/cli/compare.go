package cli

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/run"
	"github.com/rlrun/rlrun/internal/statistics"
)

// A comparison says whether runs of A are better than runs of B.
type comparison struct {
	Event       string     `json:"event"` // "comparison"
	A           side       `json:"a"`
	B           side       `json:"b"`
	Difference  float64    `json:"difference"` // of the interquartile means, A less B
	CI95        [2]float64 `json:"ci95"`
	Improvement float64    `json:"probability_of_improvement"` // that a run of A is better than one of B
	Improved95  [2]float64 `json:"probability_ci95"`
	Shown       bool       `json:"difference_shown"` // 0 is not in the interval
	MoreRuns    *int       `json:"runs_needed"`      // of each, likely to show it; null where no number is

	// Profile has performance profiles: at each score, what share of either's runs
	// is above it.
	Profile struct {
		Score []float64 `json:"score"`
		A     []float64 `json:"a"`
		B     []float64 `json:"b"`
	} `json:"profile"`
}

// A side is one of two.
type side struct {
	Name   string     `json:"name"`
	Runs   int        `json:"runs"`
	Mean   float64    `json:"mean"`
	Median float64    `json:"median"`
	IQM    float64    `json:"iqm"`
	CI95   [2]float64 `json:"ci95"`
	scores []float64
}

// compareCommand compares the final evaluations of two sets of runs.
func (a *App) compareCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "compare A B", Short: "are two scenarios' or runs' results different, and how surely",
		Long: `rlrun compare A B compares the mean returns of finished runs. A and B are each a
run directory, a directory of runs as --seeds makes it, or a scenario, of which all
runs below runs/ count. Intervals are of 95 %, by bootstrap over the runs.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return badInput{fmt.Errorf("%s takes two arguments, scenarios or directories of runs, and has %d", cmd.CommandPath(), len(args))}
			}
			var sides [2]side
			for i, name := range args {
				results, err := a.results(name)
				if err != nil {
					return badInput{err}
				}
				sides[i] = newSide(name, results)
			}
			c := compare(sides[0], sides[1])
			if asJSON {
				return json.NewEncoder(a.Out).Encode(c)
			}
			return a.printComparison(c)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object on standard output")
	return cmd
}

// results are those of the finished runs that a name stands for.
func (a *App) results(name string) (all []*run.Result, err error) {
	dirs, err := a.runDirs(name)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		r, err := run.Load(dir, a.Envs)
		if err != nil {
			return nil, err
		}
		res, err := r.Result()
		if err != nil {
			return nil, err
		}
		if res != nil {
			all = append(all, res)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no run in %s is finished; rlrun resume %s goes on", name, dirs[0])
	}
	return all, nil
}

func newSide(name string, results []*run.Result) side {
	s := side{Name: name, Runs: len(results)}
	for _, r := range results {
		s.scores = append(s.scores, r.Eval.Mean)
	}
	iqm := func(x ...[]float64) float64 { return statistics.IQM(x[0]) }
	s.Mean, s.Median, s.IQM = statistics.Mean(s.scores), statistics.Median(s.scores), statistics.IQM(s.scores)
	s.CI95 = ends(statistics.Bootstrap(1, iqm, s.scores))
	return s
}

func ends(i statistics.Interval) [2]float64 { return [2]float64{i.Low, i.High} }

func compare(a, b side) comparison {
	difference := func(x ...[]float64) float64 { return statistics.IQM(x[0]) - statistics.IQM(x[1]) }
	improvement := func(x ...[]float64) float64 { return statistics.Improvement(x[0], x[1]) }
	i := statistics.Bootstrap(2, difference, a.scores, b.scores)
	c := comparison{
		Event: "comparison", A: a, B: b, Difference: difference(a.scores, b.scores), CI95: ends(i),
		Improvement: improvement(a.scores, b.scores),
		Improved95:  ends(statistics.Bootstrap(3, improvement, a.scores, b.scores)),
		Shown:       !i.Contains(0) && min(a.Runs, b.Runs) > 1,
	}
	low, high := min(slices.Min(a.scores), slices.Min(b.scores)), max(slices.Max(a.scores), slices.Max(b.scores))
	for i := range 21 {
		c.Profile.Score = append(c.Profile.Score, low+(high-low)*float64(i)/20)
	}
	c.Profile.A, c.Profile.B = statistics.Profile(a.scores, c.Profile.Score), statistics.Profile(b.scores, c.Profile.Score)
	if c.Shown {
		c.MoreRuns = new(0)
	} else if n := statistics.MoreRuns(min(a.Runs, b.Runs), c.Difference, i); n > 0 {
		c.MoreRuns = &n
	}
	return c
}

// printComparison says it to a person.
func (a *App) printComparison(c comparison) error {
	for _, s := range []side{c.A, c.B} {
		fmt.Fprintf(a.Out, "%s: interquartile mean %.4g (95 %%: %.4g to %.4g) of %d runs\n", s.Name, s.IQM, s.CI95[0], s.CI95[1], s.Runs)
	}
	fmt.Fprintf(a.Out, "difference %.4g (%.4g to %.4g); a run of %s is better with probability %.2f (%.2f to %.2f)\n",
		c.Difference, c.CI95[0], c.CI95[1], c.A.Name, c.Improvement, c.Improved95[0], c.Improved95[1])
	var err error
	switch {
	case min(c.A.Runs, c.B.Runs) < 2:
		_, err = fmt.Fprintln(a.Out, "no difference shown: a single run says nothing of others; --seeds makes more")
	case c.Shown && c.Difference > 0:
		_, err = fmt.Fprintf(a.Out, "%s is better\n", c.A.Name)
	case c.Shown:
		_, err = fmt.Fprintf(a.Out, "%s is better\n", c.B.Name)
	case c.MoreRuns == nil:
		_, err = fmt.Fprintln(a.Out, "no difference shown, and none likely to be")
	default:
		_, err = fmt.Fprintf(a.Out, "no difference shown; some %d runs of each are likely to settle it\n", *c.MoreRuns)
	}
	return err
}
