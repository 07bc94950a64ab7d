package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/rlrun/rlrun/internal/figure"
	"github.com/rlrun/rlrun/internal/statistics"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// A cell is one setting of a sweep, or the scenario as it is, with its seeds.
type cell struct {
	label    string             // its settings, KEY=VALUE, …; "" of what is no sweep
	scenario *scenario.Scenario // of the first seed
	runs     []*seedRun
}

// A seedRun is one of several runs. It has environments and an agent only while it trains.
type seedRun struct {
	source  string            // of the scenario
	changes []scenario.Change // to it
	seed    uint64
	dir     string  // "" until it is created, if the user named none
	share   float64 // of its steps that are trained
	result  *run.Result
	err     error
	done    chan struct{}
}

// A summary has the results of several runs: the last line of --seeds with --json.
type summary struct {
	Event    string   `json:"event"` // "results"
	Scenario string   `json:"scenario"`
	Sweep    string   `json:"sweep,omitempty"`
	Seeds    []uint64 `json:"seeds"`
	Failed   []uint64 `json:"failed"`
	Eval     struct {
		Mean   *run.Number    `json:"mean"` // of the runs' mean returns
		Median *run.Number    `json:"median"`
		IQM    *run.Number    `json:"iqm"`
		CI95   *[2]run.Number `json:"ci95"` // of the interquartile mean, by bootstrap
	} `json:"eval"`
}

// runMany runs all runs of all cells, as many at once as there are cores, each to
// the bytes that it would have alone. Their directories are there from the start.
func (a *App) runMany(cells []*cell, every int, f runFlags) error {
	all, err := a.createAll(cells)
	if err != nil {
		return badInput{err}
	}
	ctx, stop := a.interruptible("saving, then stopping")
	defer stop()
	show := a.newManyProgress(cells[0].scenario.Name, all, f)
	next := make(chan *seedRun)
	cores := runtime.GOMAXPROCS(0)
	atOnce := min(cores, len(all))
	for range atOnce {
		go func() {
			for r := range next {
				r.err = a.train(ctx, r, cores/atOnce, every, show)
				close(r.done)
			}
		}()
	}
	go func() {
		for _, r := range all {
			next <- r
		}
		close(next)
	}()
	failed, interrupted := 0, 0
	for _, c := range cells {
		for _, r := range c.runs {
			<-r.done
			show.clear()
			switch {
			case errors.Is(r.err, context.Canceled):
				interrupted++
				a.say("rlrun: interrupted; rlrun resume %s goes on", r.dir)
			case r.err != nil:
				failed++
				a.say("rlrun: seed %d in %s: %s", r.seed, r.dir, message(r.err))
				trace(a.Err, r.err)
			default:
				a.print(r.result, f.json) // App.Run returns the error of a failed write
			}
		}
		if interrupted == 0 {
			a.printSummary(c, f.json)
		}
	}
	if interrupted > 0 {
		return errInterrupted
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, figure.Count(len(all), "run"))
	}
	return nil
}

// runCells makes the cells and runs them.
func (a *App) runCells(name string, changes []scenario.Change, sweeps []string, seeds int, out string, f runFlags) error {
	every, err := f.checkpointEvery()
	if err != nil {
		return err
	}
	cells, err := a.cellsOf(name, changes, sweeps, seeds, out)
	if err != nil {
		return badInput{err}
	}
	a.warnRepeat(cells[0].scenario)
	return a.runMany(cells, every, f)
}

// createAll creates the runs of all cells and returns them, closed. First it makes an
// agent for each cell, so that a mistake is found before anything is written.
func (a *App) createAll(cells []*cell) (all []*seedRun, err error) {
	for _, c := range cells {
		if _, err := c.scenario.NewAgent(); err != nil {
			return nil, err
		}
		all = append(all, c.runs...)
	}
	for _, s := range all {
		own, err := a.scenario(s.source, s.changes)
		if err != nil {
			return nil, err
		}
		r, err := run.Create(own, s.dir)
		if err != nil {
			return nil, err
		}
		s.dir, s.done = r.Dir, make(chan struct{})
		if err := r.Close(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// train trains a created run to its end and evaluates it.
func (a *App) train(ctx context.Context, s *seedRun, cores, every int, show *manyProgress) (err error) {
	defer guard(&err, nil)
	r, err := run.Open(s.dir, a.Catalog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	r.Scenario.UseCores(cores)
	steps := 0
	defer guard(&err, duringTraining(r.Scenario, &steps))
	if err := r.Resume(); err != nil {
		return err
	}
	r.CheckpointEvery = every
	st, err := r.Train(ctx, run.ObserverFunc(func(_ context.Context, _ *run.Run, st *run.Status) error {
		steps = st.Steps
		show.report(s, st)
		return nil
	}))
	if err != nil {
		return err
	}
	if st.Trouble != nil {
		show.trouble(s, st.Trouble)
	}
	s.result, err = r.Finish(ctx, st)
	return err
}

// summarise sums up a cell's runs.
func (c *cell) summarise() summary {
	s := summary{Event: "results", Scenario: c.scenario.Name, Sweep: c.label, Seeds: []uint64{}, Failed: []uint64{}}
	var means []float64
	for _, r := range c.runs {
		s.Seeds = append(s.Seeds, r.seed)
		if r.err != nil {
			s.Failed = append(s.Failed, r.seed)
		} else {
			means = append(means, r.result.Eval.Mean)
		}
	}
	if len(means) > 0 {
		number := func(x float64) *run.Number { return new(run.Number(x)) }
		s.Eval.Mean, s.Eval.Median, s.Eval.IQM = number(statistics.Mean(means)), number(statistics.Median(means)), number(statistics.IQM(means))
		i := statistics.Bootstrap(1, func(x ...[]float64) float64 { return statistics.IQM(x[0]) }, means)
		s.Eval.CI95 = &[2]run.Number{run.Number(i.Low), run.Number(i.High)}
	}
	return s
}

// printSummary says what came of a cell.
func (a *App) printSummary(c *cell, asJSON bool) error {
	s := c.summarise()
	if asJSON {
		return json.NewEncoder(a.Out).Encode(s)
	}
	what := s.Scenario
	if s.Sweep != "" {
		what += ", " + s.Sweep
	}
	if s.Eval.Mean == nil {
		_, err := fmt.Fprintf(a.Out, "%s: no run was finished\n", what)
		return err
	}
	low, high, iqm := float64(s.Eval.CI95[0]), float64(s.Eval.CI95[1]), float64(*s.Eval.IQM)
	gap, stderr := "", figure.StdErr(low, high)
	if t := c.scenario.Threshold; t != nil {
		var means []float64
		for _, r := range c.runs {
			if r.err == nil {
				means = append(means, r.result.Eval.Mean)
			}
		}
		gap = fmt.Sprintf("; %s short of %s on average", figure.Known(statistics.OptimalityGap(means, *t), stderr), figure.Given(*t))
	}
	_, err := fmt.Fprintf(a.Out, "%s, %s: interquartile mean %s (95 %%: %s), mean %s, median %s%s\n",
		what, figure.Count(len(s.Seeds)-len(s.Failed), "seed"), figure.Known(iqm, stderr), figure.Bounds(iqm, low, high),
		figure.Known(float64(*s.Eval.Mean), stderr), figure.Known(float64(*s.Eval.Median), stderr), gap)
	return err
}

// cellsOf makes the cells of a scenario: its seeds, for each setting of a sweep.
func (a *App) cellsOf(name string, changes []scenario.Change, sweeps []string, seeds int, out string) ([]*cell, error) {
	settings, err := choices(sweeps)
	if err != nil {
		return nil, err
	}
	if n := maxRuns / len(settings); seeds > n {
		return nil, fmt.Errorf("--seeds %d: want 1 … %d, as no more than %d runs are made at once", seeds, n, maxRuns)
	}
	if out != "" {
		if _, err := os.Lstat(out); err == nil {
			return nil, fmt.Errorf("%s is there already, and nothing is overwritten; want a new directory", out)
		}
	}
	var cells []*cell
	for _, set := range settings {
		c := &cell{}
		var labels []string
		own := changes
		for _, assignment := range set {
			labels = append(labels, assignment)
			own = append(own[:len(own):len(own)], scenario.Change{Assignment: assignment, Origin: "--sweep " + assignment})
		}
		c.label = strings.Join(labels, ", ")
		first, err := a.scenario(name, own)
		if err != nil {
			return nil, err
		}
		c.scenario = first
		for i := range seeds {
			seed := first.Seed + uint64(i)
			with := append(own[:len(own):len(own)], scenario.Change{Assignment: fmt.Sprintf("seed=%d", seed), Origin: "--seeds"})
			if _, err := a.scenario(name, with); err != nil {
				return nil, err
			}
			dir := ""
			if base := sweepDir(out, first.Name, set); base != "" {
				dir = filepath.Join(base, fmt.Sprintf("seed-%d", seed))
			}
			c.runs = append(c.runs, &seedRun{source: name, changes: with, seed: seed, dir: dir})
		}
		cells = append(cells, c)
	}
	return cells, nil
}

// sweepDir is the directory of a cell's runs; "" where each finds its own.
func sweepDir(out, scenario string, set []string) string {
	if len(set) == 0 {
		return out
	}
	if out == "" {
		out = filepath.Join("runs", scenario, "sweep-"+started.Format("20060102-150405"))
	}
	return filepath.Join(out, strings.NewReplacer("/", "_", `\`, "_", ":", "_", "*", "_", "?", "_", `"`, "", "<", "_", ">", "_", "|", "_", " ", "").Replace(strings.Join(set, ",")))
}

// started names a sweep that is given no directory.
var started = time.Now()

// maxRuns bounds the runs of one command.
const maxRuns = 10_000

// choices is every choice of a value for each KEY=[a, b, …]: assignments of all keys.
func choices(sweeps []string) ([][]string, error) {
	all := [][]string{nil}
	for _, s := range sweeps {
		key, list, ok := strings.Cut(s, "=")
		values, err := elements(list)
		if !ok || key == "" || err != nil || len(values) == 0 {
			return nil, fmt.Errorf("--sweep %s: want KEY=[a, b, …]", s)
		}
		if len(all)*len(values) > maxRuns {
			return nil, fmt.Errorf("--sweep %s: that makes %d settings, want %d at most", s, len(all)*len(values), maxRuns)
		}
		for i, v := range values {
			if slices.Contains(values[:i], v) {
				return nil, fmt.Errorf("--sweep %s: %s is there twice", s, v)
			}
		}
		var more [][]string
		for _, cell := range all {
			for _, v := range values {
				more = append(more, append(cell[:len(cell):len(cell)], key+"="+v))
			}
		}
		all = more
	}
	return all, nil
}

// elements are those of a list in YAML's flow syntax, which is cut at the commas
// that stand in no brackets or quotes.
func elements(list string) (all []string, err error) {
	list = strings.TrimSpace(list)
	if !strings.HasPrefix(list, "[") || !strings.HasSuffix(list, "]") || len(list) < 2 {
		return nil, errors.New("no list")
	}
	depth, quote, from, body := 0, rune(0), 0, list[1:len(list)-1]
	for i, c := range body + "," {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.ContainsRune("[{", c):
			depth++
		case strings.ContainsRune("]}", c):
			depth--
		case c == ',' && depth == 0:
			if e := strings.TrimSpace(body[from:i]); e != "" {
				all = append(all, e)
			}
			from = i + 1
		}
	}
	if depth != 0 || quote != 0 {
		return nil, errors.New("brackets that do not match")
	}
	return all, nil
}
