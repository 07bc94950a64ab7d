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

// benchLearningCommand measures how scenarios learn, and writes a table of it.
func (a *App) benchLearningCommand() *cobra.Command {
	var seeds, out string
	cmd := &cobra.Command{
		Use: "learning [SCENARIO…]", Short: "how scenarios learn, over seeds, as a table beside published figures",
		Long: `rlrun bench learning trains scenarios, all of them if none is named, each with
several seeds from 1, and prints a table of what came of them. With --out FILE it
writes the table to a file, row by row: in a table that is there already the rows of
these scenarios are replaced, and the others stay as they are.`,
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
			for _, name := range names { // before hours are spent on the first
				if _, err := a.scenario(name, nil); err != nil {
					return badInput{err}
				}
			}
			return a.benchLearning(names, k, out)
		},
	}
	cmd.Flags().StringVar(&seeds, "seeds", "10", "runs of each scenario `K`")
	cmd.Flags().StringVarP(&out, "out", "o", "", "the table `FILE`, new or with a table in it (default standard output)")
	return cmd
}

// benchLearning makes a row of each scenario, on standard output or in a file. A
// scenario that fails leaves the others.
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
		row, err := a.learn(name, seeds)
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

// learn runs a scenario's seeds, and returns its row. The runs are thrown away, unless
// one of them fails.
func (a *App) learn(name string, seeds int) (string, error) {
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
	s, err := sweep.New(named{a, name}, a.Catalog, nil, nil, seeds, filepath.Join(dir, "runs"), time.Now())
	if err != nil {
		return "", badInput{err}
	}
	var said bytes.Buffer
	quiet := *a
	quiet.Out, quiet.Err = io.Discard, &said
	err = quiet.finishAll(s, 0, runFlags{json: true})
	if errors.Is(err, errInterrupted) {
		return "", err // without the lines on how to resume: these runs are removed
	}
	a.Err.Write(said.Bytes())
	if err != nil {
		keep = true // the message of a failed run names its files
		return "", err
	}
	return learningRow(s.Cells[0])
}

// learningRow returns the row of a cell's runs.
func learningRow(c *sweep.Cell) (string, error) {
	s, sum := c.Scenario, c.Summary()
	reached, steps, seconds := 0, []float64{}, []float64{}
	for _, r := range c.Runs {
		n, t, ok, err := firstAt(filepath.Join(r.Dir, "progress.csv"), s.Threshold)
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
	threshold, solved, when, how := "–", "–", "–", "–"
	if s.Threshold != nil {
		threshold, solved = figure.Given(*s.Threshold), fmt.Sprintf("%d of %d", reached, len(c.Runs))
		if float64(*sum.Eval.IQM) < *s.Threshold {
			solved += " **short**"
		}
		if len(steps) > 0 {
			when = figure.Whole(int(statistics.Median(steps)))
			median := statistics.Median(seconds)
			how = figure.Known(median, median/10) // as well as a time repeats
		}
	}
	low, high := float64(sum.Eval.CI95[0]), float64(sum.Eval.CI95[1])
	published := strings.ReplaceAll(oneLine(s.Published), "|", `\|`)
	if published == "" {
		published = "–"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", s.Name, s.Env, figure.Whole(s.Steps),
		figure.Known(float64(*sum.Eval.Mean), figure.StdErr(low, high)), figure.Interval(float64(*sum.Eval.IQM), low, high), threshold, solved, when, how, published,
		seedsFrom1(len(c.Runs)), madeWith()), nil
}

// firstAt returns the steps and seconds of the first evaluation on the way that
// reached the threshold.
func firstAt(name string, threshold *float64) (steps, seconds float64, ok bool, err error) {
	data, err := infile.Read(name, run.MaxLog)
	if err != nil || threshold == nil {
		return 0, 0, false, err
	}
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) == 0 {
		return 0, 0, false, err
	}
	at := func(key string) int { return slices.Index(rows[0], key) }
	for _, row := range rows[1:] {
		if mean, err := strconv.ParseFloat(row[at("eval/mean_reward")], 64); err == nil && mean >= *threshold {
			steps, _ = strconv.ParseFloat(row[at("time/total_timesteps")], 64)
			seconds, _ = strconv.ParseFloat(row[at("time/time_elapsed")], 64)
			return steps, seconds, true, nil
		}
	}
	return 0, 0, false, nil
}

// madeWith names the cores and kernels that made a row.
func madeWith() string { return figure.Count(runtime.GOMAXPROCS(0), "core") + ", " + f32.Kernels() }

// seedsFrom1 returns the seeds of a row as text: "1 to 10".
func seedsFrom1(n int) string {
	if n == 1 {
		return "1"
	}
	return fmt.Sprintf("1 to %d", n)
}
