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

// compareCommand returns the command rlrun compare.
func (a *App) compareCommand() *cobra.Command {
	var asJSON, split bool
	var key string
	cmd := &cobra.Command{
		Use: "compare A B...", Short: "compare sets of runs, with confidence intervals and p-values",
		Long: `rlrun compare A B... compares sets of finished runs. For each pair of sets it compares
the returns of the final policies, the learning curves (the area under the curve,
divided by the steps, which is the mean return during training) and the number of steps
to reach the threshold. A set is a run directory, a directory of runs as --seeds makes it,
or a scenario's name, which means all its runs below runs/. A directory of --sweep
gives one set for each combination of settings, in the order of their ranking. All runs
must have the same environment; its options may differ.

If several runs have the same settings and the same seed, only one of them counts: the
last by name, of the finished runs if there are any. A note names it. Runs with different
settings are never mixed: --split makes a separate set for each combination of settings.
Settings that do not change learning (name, kernels, backend, log_interval, …) may differ
within a set.

The numbers are interquartile means over the runs, with 95 % confidence intervals by
bootstrap over the runs. A set is called better if a permutation test gives p < 0.05,
corrected by Holm's method for the number of comparisons. Two sets of 4 runs each cannot
have such a p-value: train 5 or more runs of each set, and more if several sets are compared.

--json prints one line for each pair. a and b are the two sets (name, runs, seeds) with the
mean, median, iqm and ci95 of their final returns. These fields compare the two sets:
difference (iqm of a minus iqm of b), ci95, probability_of_improvement,
probability_ci95, p_value, p_adjusted, difference_shown and runs_needed.
learning_curve and steps_to_threshold have the same fields, or are null if they cannot
be compared. Fewer steps to the threshold are an improvement. If --key names a metric
other than a return, for example a loss, a larger value is called an improvement.`,
		Example: `  rlrun compare runs/tanh runs/relu
  rlrun compare runs/sweep --json`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.compare(args, key, split, asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line, one for each pair of sets")
	cmd.Flags().BoolVar(&split, "split", false, "make a separate set for each combination of settings")
	cmd.Flags().StringVar(&key, "key", "", "compare the learning curves of `COLUMN` of progress.csv (default rollout/ep_rew_mean, or eval/mean_reward if wrappers differ)")
	return cmd
}

// compare compares the sets of runs that names mean, each pair of sets.
func (a *App) compare(names []string, key string, split, asJSON bool) error {
	if len(names) == 0 {
		return badInput{errors.New("rlrun compare needs two or more scenarios or directories of runs, and has none")}
	}
	sets, err := a.finishedSets(names, split)
	if err != nil {
		return badInput{err}
	}
	if len(sets) < 2 {
		return badInput{fmt.Errorf("%s is only one set of runs; want two or more sets to compare", names[0])}
	}
	if err := runset.SameEnv(sets); err != nil {
		return badInput{err}
	}
	a.notes(sharedRuns(sets))
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

// readSets reads the sets of runs that names mean. It prints a note about repeated runs,
// which do not count.
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
				a.notes([]string{fmt.Sprintf("%s: seed %d was run %d times with the same settings and counts once: %s is used, and not %s",
					sets[i].Name, r.Seed, len(r.Unused)+1, r.Used, strings.Join(r.Unused, ", "))})
			}
		}
		all = append(all, sets...)
	}
	return all, nil
}

// finishedSets reads the sets of runs that names mean, without the runs that are not
// finished. A return that is NaN or infinite is an error, because it cannot be compared.
func (a *App) finishedSets(names []string, split bool) ([]runset.Set, error) {
	sets, err := a.readSets(names, split)
	if err != nil {
		return nil, err
	}
	for i := range sets {
		finished, unfinished := sets[i].Finished()
		if len(finished.Runs) == 0 {
			return nil, fmt.Errorf("no run in %s is finished; rlrun resume %s continues the first", sets[i].Name, unfinished[0])
		}
		if len(unfinished) > 0 {
			a.notes([]string{fmt.Sprintf("%s: %s not finished and left out, for example %s", sets[i].Name, runsAre(len(unfinished)), unfinished[0])})
		}
		for _, r := range finished.Runs {
			if mean := r.Result.Eval.Mean; mean-mean != 0 {
				return nil, fmt.Errorf("%s: the mean return of %s is not finite; want runs with finite returns to compare", sets[i].Name, r.Dir)
			}
		}
		sets[i] = finished
	}
	return sets, nil
}

// sharedRuns returns a note for each pair of sets that share runs. The permutation test and
// the bootstrap assume that the sets are independent.
func sharedRuns(sets []runset.Set) (lines []string) {
	for i, a := range sets {
		for _, b := range sets[:i] {
			if n := a.Common(b); n > 0 {
				lines = append(lines, fmt.Sprintf("%s and %s have %s in common, so these sets are not independent", b.Name, a.Name, figure.Count(n, "run")))
			}
		}
	}
	return lines
}

// runsAre returns "1 run is", or "2 runs are".
func runsAre(n int) string {
	if n == 1 {
		return "1 run is"
	}
	return figure.Count(n, "run") + " are"
}

// notes writes notes for the user to standard error, one on each line.
func (a *App) notes(lines []string) {
	for _, l := range lines {
		a.say("rlrun: %s", l)
	}
}
