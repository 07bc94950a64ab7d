package cli

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
	"github.com/rlrun/rlrun/scenarios/internal/sweep"
)

// benchLearningCommand returns the command rlrun bench learning.
func (a *App) benchLearningCommand() *cobra.Command {
	var seeds, out string
	cmd := &cobra.Command{
		Use: "learning [SCENARIO…]", Short: "train scenarios with several seeds, and print their results beside published results",
		Long: `rlrun bench learning trains scenarios (default all), each with the seeds 1 … K, and
prints a table of their results beside published results. With --out FILE it writes each
row of the table to a file when the scenario is finished. If the file already has a
table, the rows of these scenarios are replaced and the other rows are kept.`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.ScenarioNames(), cobra.ShellCompDirectiveDefault
		},
		RunE: func(_ *cobra.Command, names []string) error {
			k, err := positive("--seeds", seeds)
			if err != nil {
				return err
			}
			if len(names) == 0 {
				names = a.ScenarioNames()
			}
			for _, name := range names { // reports a wrong name before hours of training
				if _, err := a.scenario(name, nil); err != nil {
					return badInput{err}
				}
			}
			return a.benchLearning(names, k, out)
		},
	}
	cmd.Flags().StringVar(&seeds, "seeds", "10", "train `K` runs of each scenario")
	cmd.Flags().StringVarP(&out, "out", "o", "", "write the table to `FILE`, a new file or one with such a table (default standard output)")
	return cmd
}

// benchLearning trains the scenarios and writes a row for each, to standard output or to the
// file out. If a scenario fails, it continues with the next one and returns an error at the end.
func (a *App) benchLearning(names []string, seeds int, out string) error {
	write := func(row string) error { return updateRow(out, row) }
	if out == "" {
		if _, err := io.WriteString(a.Out, resultsHead); err != nil {
			return err
		}
		write = func(row string) error { _, err := fmt.Fprintln(a.Out, row); return err }
	} else if err := checkResultsFile(out); err != nil {
		return badInput{err}
	}
	failed := 0
	for _, name := range names {
		row, err := a.trainForRow(name, seeds)
		switch {
		case errors.Is(err, errInterrupted):
			return err
		case err != nil:
			failed++
			a.say("rlrun: %s: %s", name, message(err))
			continue
		}
		if err := write(row); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d scenarios failed", failed, len(names))
	}
	return nil
}

// trainForRow trains a scenario with the seeds 1 … seeds, and returns its row. It deletes the
// runs afterwards, unless one of them failed.
func (a *App) trainForRow(name string, seeds int) (string, error) {
	dir, err := os.MkdirTemp("", "rlrun-learning")
	if err != nil {
		return "", err
	}
	keep := false
	defer func() {
		if !keep {
			os.RemoveAll(dir)
		}
	}()
	s, err := sweep.New(namedScenario{a, name}, a.Catalog, nil, nil, seeds, filepath.Join(dir, "runs"), time.Now())
	if err != nil {
		return "", badInput{err}
	}
	var messages bytes.Buffer
	quiet := *a
	quiet.Out, quiet.Err = io.Discard, &messages
	err = quiet.finishAll(s, 0, runFlags{json: true})
	if errors.Is(err, errInterrupted) {
		return "", err // without the messages about rlrun resume, because these runs are deleted
	}
	a.Err.Write(messages.Bytes())
	if err != nil {
		keep = true // the message of a failed run names its files
		return "", err
	}
	return learningRow(s.Cells[0])
}

// learningRow returns the row of the finished runs of a cell: one scenario, several seeds.
func learningRow(c *sweep.Cell) (string, error) {
	s, sum := c.Scenario, c.Summary()
	reached, steps, seconds := 0, []float64{}, []float64{}
	for _, r := range c.Runs {
		n, t, ok, err := firstSolved(filepath.Join(r.Dir, "progress.csv"), s.Threshold)
		if err != nil {
			return "", err
		}
		if ok {
			steps, seconds = append(steps, n), append(seconds, t)
		}
		if s.Threshold != nil && r.Result.Eval.Mean >= *s.Threshold {
			reached++
		}
	}
	threshold, solved, medianSteps, medianSeconds := "–", "–", "–", "–"
	if s.Threshold != nil {
		threshold, solved = figure.Given(*s.Threshold), fmt.Sprintf("%d of %d", reached, len(c.Runs))
		if float64(*sum.Eval.IQM) < *s.Threshold {
			solved += " **short**"
		}
		if len(steps) > 0 {
			medianSteps = figure.Whole(int(statistics.Median(steps)))
			median := statistics.Median(seconds)
			medianSeconds = figure.Known(median, median/10) // a repeated measurement differs by about a tenth
		}
	}
	low, high := float64(sum.Eval.CI95[0]), float64(sum.Eval.CI95[1])
	published := strings.ReplaceAll(oneLine(s.Published), "|", `\|`)
	if published == "" {
		published = "–"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", s.Name, s.Env, figure.Whole(s.Steps),
		figure.Known(float64(*sum.Eval.Mean), figure.StdErr(low, high)), figure.Interval(float64(*sum.Eval.IQM), low, high), threshold, solved, medianSteps, medianSeconds, published,
		seedsFrom1(len(c.Runs)), madeWith()), nil
}

// firstSolved returns the environment steps and the seconds of training up to the first
// evaluation in the progress.csv called name that reached the threshold. It returns
// ok = false if no evaluation reached it.
func firstSolved(name string, threshold *float64) (steps, seconds float64, ok bool, err error) {
	data, err := infile.Read(name, run.MaxLog)
	if err != nil || threshold == nil {
		return 0, 0, false, err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) == 0 {
		return 0, 0, false, err
	}
	column := func(key string) int { return slices.Index(rows[0], key) }
	for _, row := range rows[1:] {
		if mean, err := strconv.ParseFloat(row[column("eval/mean_reward")], 64); err == nil && mean >= *threshold {
			steps, _ = strconv.ParseFloat(row[column("time/total_timesteps")], 64)
			seconds, _ = strconv.ParseFloat(row[column("time/time_elapsed")], 64)
			return steps, seconds, true, nil
		}
	}
	return 0, 0, false, nil
}

// madeWith returns the number of cores and the kernels of this machine, for a row.
func madeWith() string { return figure.Count(runtime.GOMAXPROCS(0), "core") + ", " + f32.Kernels() }

// seedsFrom1 returns the text of the seeds 1 … n: "1 to 10".
func seedsFrom1(n int) string {
	if n == 1 {
		return "1"
	}
	return fmt.Sprintf("1 to %d", n)
}
