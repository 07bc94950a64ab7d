package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
	"github.com/rlrun/rlrun/scenarios/internal/sweep"
)

// A namedScenario is a scenario that the App reads by its name. It is a sweep.Source.
type namedScenario struct {
	app  *App
	name string
}

// Scenario reads the scenario with changes.
func (n namedScenario) Scenario(changes []scenario.Change) (*scenario.Scenario, error) {
	return n.app.scenario(n.name, changes)
}

// runSweep creates the runs of --seeds and --sweep, and trains them.
func (a *App) runSweep(name string, changes []scenario.Change, sweeps []string, seeds int, out string, f runFlags) error {
	every, err := f.checkpointEvery()
	if err != nil {
		return err
	}
	s, err := sweep.New(namedScenario{a, name}, a.Catalog, changes, sweeps, seeds, out, time.Now())
	if err != nil {
		return badInput{err}
	}
	a.warnRepeat(s.Cells[0].Scenario)
	if f.hub.URL != "" {
		return a.spreadSweep(s, every, f)
	}
	return a.finishAll(s, every, f)
}

// finishAll trains all runs of a sweep to their ends. It prints the result of each run, a summary
// of each cell, and for several cells their ranking.
func (a *App) finishAll(s *sweep.Sweep, every int, f runFlags) error {
	if err := s.Create(); err != nil {
		return badInput{err}
	}
	ctx, stop := a.interruptible("saving, then stopping")
	defer stop()
	show := a.newSweepProgress(s, f)
	return a.printAll(s, f, show, s.Train(ctx, every, show), nil)
}

// printAll prints the results of runs, each when it has ended. If runs were interrupted, it calls the
// function interrupted, or if that is nil, says for each run how to continue it.
func (a *App) printAll(s *sweep.Sweep, f runFlags, show *sweepProgress, runs iter.Seq2[*sweep.Cell, *sweep.Run], interrupted func()) error {
	failed, unfinished := 0, 0
	for c, r := range runs {
		show.clear()
		switch {
		case errors.Is(r.Err, context.Canceled):
			if unfinished++; interrupted == nil {
				a.say("rlrun: interrupted; rlrun resume %s continues the run", r.Dir)
			}
		case r.Err != nil:
			failed++
			a.say("rlrun: %s in %s: %s", runName(r.Settings, r.Seed), r.Dir, message(r.Err))
			trace(a.Err, r.Err)
		default:
			a.printNamed(r.Result, r.Settings, f.json) // App.Run returns the error of a failed write
		}
		if r == c.Runs[len(c.Runs)-1] && unfinished == 0 && !s.Single {
			a.printSummary(c, f.json)
		}
	}
	if unfinished > 0 {
		if interrupted != nil {
			interrupted()
		}
		return errInterrupted
	}
	if len(s.Cells) > 1 && !f.json {
		a.printRanking(s)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, figure.Count(len(s.Runs()), "run"))
	}
	return nil
}

// printSummary prints the summary of a cell: its interquartile mean over the seeds.
func (a *App) printSummary(c *sweep.Cell, asJSON bool) error {
	s := c.Summary()
	if asJSON {
		return json.NewEncoder(a.Out).Encode(s)
	}
	name := s.Scenario
	if c.Short != "" {
		name += ", " + c.Short
	}
	if s.Eval.Mean == nil {
		_, err := fmt.Fprintf(a.Out, "%s: no run was finished\n", name)
		return err
	}
	low, high, iqm := float64(s.Eval.CI95[0]), float64(s.Eval.CI95[1]), float64(*s.Eval.IQM)
	gap, stderr := "", figure.StdErr(low, high)
	if t := c.Scenario.Threshold; t != nil {
		gap = fmt.Sprintf("; on average %s below the target %s", figure.Known(statistics.OptimalityGap(c.Means(), *t), stderr), figure.Given(*t))
	}
	if n := len(c.Means()); n == 1 {
		_, err := fmt.Fprintf(a.Out, "%s, %s: mean return %s%s\n", name, figure.Count(n, "seed"), figure.Number(iqm), gap)
		return err
	}
	_, err := fmt.Fprintf(a.Out, "%s, %s: interquartile mean %s (95 %%: %s), mean %s, median %s%s\n",
		name, figure.Count(len(s.Seeds)-len(s.Failed), "seed"), figure.Known(iqm, stderr), figure.Bounds(iqm, low, high),
		figure.Known(float64(*s.Eval.Mean), stderr), figure.Known(float64(*s.Eval.Median), stderr), gap)
	return err
}
