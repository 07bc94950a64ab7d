package cli

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/figure"
	"github.com/rlrun/rlrun/internal/statistics"
	"github.com/rlrun/rlrun/policy/f32"
)

// resultsHead is how a table of results begins, by which it is known for one.
const resultsHead = "# Results\n"

// benchLearningCommand measures how scenarios learn, and writes a table of it.
func (a *App) benchLearningCommand() *cobra.Command {
	var seeds, out string
	cmd := &cobra.Command{
		Use: "learning [SCENARIO…]", Short: "how scenarios learn, over seeds, as a table beside published figures",
		Long: `rlrun bench learning trains scenarios, all of them if none is named, each with
several seeds from 1, and writes what came of them to a table, which replaces one
that was written before.`,
		RunE: func(cmd *cobra.Command, names []string) error {
			k, err := positive("--seeds", seeds)
			if err != nil {
				return err
			}
			if old, err := os.ReadFile(out); err == nil && !strings.HasPrefix(string(old), resultsHead) {
				return badInput{fmt.Errorf("%s is there already, and no table of results; want another file", out)}
			}
			if len(names) == 0 {
				if names, err = a.scenarioNames(); err != nil {
					return err
				}
			}
			var rows []string
			for _, name := range names {
				row, err := a.learn(name, k)
				if err != nil {
					return err
				}
				rows = append(rows, row)
			}
			text := table(rows, k)
			if err := atomicfile.Write(out, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
				return badInput{err}
			}
			_, err = fmt.Fprint(a.Out, text)
			return err
		},
	}
	cmd.Flags().StringVar(&seeds, "seeds", "10", "runs of each scenario `K`")
	cmd.Flags().StringVarP(&out, "out", "o", filepath.Join("scenarios", "RESULTS.md"), "the table `FILE`")
	return cmd
}

// learn runs a scenario's seeds, and returns its row.
func (a *App) learn(name string, seeds int) (string, error) {
	dir, err := os.MkdirTemp("", "rlrun-learning")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	cells, err := a.cellsOf(name, nil, nil, seeds, filepath.Join(dir, "runs"))
	if err != nil {
		return "", badInput{err}
	}
	quiet := *a
	quiet.Out = io.Discard
	if err := quiet.runMany(cells, 0, runFlags{json: true}); err != nil {
		return "", err
	}
	return cells[0].row()
}

// row is a line of the table.
func (c *cell) row() (string, error) {
	s, sum := c.runs[0].scenario, c.summarise()
	reached, steps, seconds := 0, []float64{}, []float64{}
	for _, r := range c.runs {
		n, t, ok, err := firstAt(filepath.Join(r.run.Dir, "progress.csv"), s.Threshold)
		if err != nil {
			return "", err
		}
		if ok {
			steps, seconds = append(steps, n), append(seconds, t)
		}
		if s.Threshold != nil && r.result.Eval.Mean >= *s.Threshold {
			reached++
		}
	}
	threshold, solved, when, how := "–", "–", "–", "–"
	if s.Threshold != nil {
		threshold, solved = figure.Given(*s.Threshold), fmt.Sprintf("%d of %d", reached, len(c.runs))
		if *sum.Eval.IQM < *s.Threshold {
			solved += " **short**"
		}
		if len(steps) > 0 {
			when = figure.Whole(int(statistics.Median(steps)))
			median := statistics.Median(seconds)
			how = figure.Known(median, median/10) // as well as a time repeats
		}
	}
	low, high := sum.Eval.CI95[0], sum.Eval.CI95[1]
	published := s.Published
	if published == "" {
		published = "–"
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", s.Name, s.Env, figure.Whole(s.Steps),
		figure.Known(*sum.Eval.Mean, figure.StdErr(low, high)), figure.Interval(*sum.Eval.IQM, low, high), threshold, solved, when, how, published), nil
}

// firstAt returns the steps and seconds of the first evaluation on the way that
// reached the threshold.
func firstAt(name string, threshold *float64) (steps, seconds float64, ok bool, err error) {
	data, err := os.ReadFile(name)
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

// table is the file.
func table(rows []string, seeds int) string {
	return resultsHead + fmt.Sprintf(`
Written by `+"`rlrun bench learning --seeds %d`"+`, on %s with %s kernels. Each scenario ran
with %s; a run is judged by the mean return of its final policy, greedy, over fresh episodes.
Mean and interquartile mean are over the runs, the latter with its 95 %% bootstrap interval. Steps and
seconds are medians, to the first evaluation on the way that reached the threshold.

| scenario | environment | steps | mean | interquartile mean | threshold | reached it | steps to it | seconds to it | published |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
`, seeds, figure.Count(runtime.GOMAXPROCS(0), "core"), f32.Kernels(), seedsText(seeds)) + strings.Join(rows, "\n") + "\n"
}

// seedsText names the seeds from 1.
func seedsText(n int) string {
	if n == 1 {
		return "seed 1"
	}
	return fmt.Sprintf("seeds 1 to %d", n)
}
