package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
)

// compareCommand compares sets of runs.
func (a *App) compareCommand() *cobra.Command {
	var asJSON, split bool
	var key string
	cmd := &cobra.Command{
		Use: "compare A B...", Short: "are several scenarios' or runs' results different, and how surely",
		Long: `rlrun compare A B... compares sets of finished runs, each with each: the returns of
their final policies, their learning curves (the area under the curve, divided by the
steps: the mean return on the way) and the steps to the threshold. A set is a run
directory, a directory of runs as --seeds makes it, or a scenario, of which all runs
below runs/ count. A directory of --sweep is a set for each of its settings.

A run counts once for its settings and seed. Of several the finished one counts, or the
last by name; this is said. Runs of unlike settings are not one set: --split makes a
set of each. What does not change learning (name, kernels, backend, log_interval, …)
does not make settings unlike.

Figures are interquartile means over the runs, with intervals of 95 % by bootstrap over
the runs. "Better" is said where a permutation test has p < 0.05, corrected by Holm's
method for the number of comparisons.

--json prints a line for each pair. a and b are the sets (name, runs, seeds) with the
mean, median, iqm and ci95 of their final returns; difference (of iqm, a less b), ci95,
probability_of_improvement, probability_ci95, p_value, p_adjusted, difference_shown and
runs_needed compare these. learning_curve and steps_to_threshold have the same fields;
they are null where there is nothing to compare. Of steps fewer are better; of what --key
names besides returns, as a loss, "improvement" is the greater figure.`,
		Example: `  rlrun compare runs/tanh runs/relu
  rlrun compare runs/sweep --json`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.compare(args, key, split, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line on standard output, for each pair")
	cmd.Flags().BoolVar(&split, "split", false, "runs of unlike settings are separate sets")
	cmd.Flags().StringVar(&key, "key", "", "learning curve, a `COLUMN` of progress.csv (default rollout/ep_rew_mean, or eval/mean_reward where wrappers differ)")
	return cmd
}

// compare compares the sets that names stand for, each with each.
func (a *App) compare(names []string, key string, split, asJSON bool) error {
	if len(names) == 0 {
		return badInput{errors.New("rlrun compare takes two or more scenarios or directories of runs, and has none")}
	}
	sets, err := a.finishedSets(names, split)
	if err != nil {
		return badInput{err}
	}
	if len(sets) < 2 {
		return badInput{fmt.Errorf("%s is one set of runs, want two or more to compare", names[0])}
	}
	a.notes(runsInCommon(sets))
	c, err := newComparisons(sets, key)
	if err != nil {
		return badInput{err}
	}
	if !asJSON {
		return a.printComparisons(c)
	}
	enc := json.NewEncoder(a.Out)
	for _, pair := range c.pairs {
		if err := enc.Encode(pair); err != nil {
			return err
		}
	}
	a.notes(c.notes)
	return nil
}

// readSets reads the sets that names stand for, and notes the runs that do not count.
func (a *App) readSets(names []string, split bool) (all []runset.Set, err error) {
	for _, name := range names {
		sets, err := runset.Read(name, split, a.Catalog)
		if err != nil {
			return nil, err
		}
		for i := range sets {
			if len(sets) > 1 && len(names) > 1 {
				sets[i].Name = name + ": " + sets[i].Name
			}
			for _, r := range sets[i].Repeats {
				a.notes([]string{fmt.Sprintf("%s: seed %d was run %d times with the same settings and counts once: %s counts, %s not",
					sets[i].Name, r.Seed, len(r.Unused)+1, r.Used, strings.Join(r.Unused, ", "))})
			}
		}
		all = append(all, sets...)
	}
	return all, nil
}

// finishedSets reads the sets that names stand for, and leaves out the runs that are
// not finished. Returns that are not finite cannot be compared: they are an error.
func (a *App) finishedSets(names []string, split bool) ([]runset.Set, error) {
	sets, err := a.readSets(names, split)
	if err != nil {
		return nil, err
	}
	for i := range sets {
		done, unfinished := sets[i].Finished()
		if len(done.Runs) == 0 {
			return nil, fmt.Errorf("no run in %s is finished; rlrun resume %s goes on", sets[i].Name, unfinished[0])
		}
		if len(unfinished) > 0 {
			a.notes([]string{fmt.Sprintf("%s: %s not finished and left out, first %s", sets[i].Name, areRuns(len(unfinished)), unfinished[0])})
		}
		for _, r := range done.Runs {
			if mean := r.Result.Eval.Mean; mean-mean != 0 {
				return nil, fmt.Errorf("%s: the mean return of %s is not finite; want runs with finite returns to compare", sets[i].Name, r.Dir)
			}
		}
		sets[i] = done
	}
	return sets, nil
}

// runsInCommon says which sets share runs: what is said of their difference supposes
// that they are independent.
func runsInCommon(sets []runset.Set) (lines []string) {
	for i, a := range sets {
		for _, b := range sets[:i] {
			if n := a.Common(b); n > 0 {
				lines = append(lines, fmt.Sprintf("%s and %s have %s in common, and are no independent sets", b.Name, a.Name, figure.Count(n, "run")))
			}
		}
	}
	return lines
}

// areRuns returns "1 run is", or "2 runs are".
func areRuns(n int) string {
	if n == 1 {
		return "1 run is"
	}
	return figure.Count(n, "run") + " are"
}

// notes writes lines that a user should know to standard error.
func (a *App) notes(lines []string) {
	for _, l := range lines {
		a.say("rlrun: %s", l)
	}
}
