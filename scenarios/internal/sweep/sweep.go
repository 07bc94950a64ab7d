// Package sweep makes several runs of a scenario, its seeds for each choice of settings,
// and trains them on all cores, each to the bytes that it would have alone.
package sweep

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// A Source reads a scenario with changes.
type Source interface {
	Scenario(changes []scenario.Change) (*scenario.Scenario, error)
}

// A Sweep is all runs of one command.
type Sweep struct {
	Cells   []*Cell
	source  Source
	catalog scenario.Catalog
}

// A Cell is one choice of settings, or the scenario as it is, with its seeds.
type Cell struct {
	Label    string             // the chosen settings, KEY=VALUE, …; "" where there is nothing to choose
	Short    string             // the same with keys as short as tells them apart: gamma=0.9
	Scenario *scenario.Scenario // of the first seed
	Runs     []*Run
}

// A Run is one of several runs. It has environments and an agent only while it trains.
type Run struct {
	Seed     uint64
	Settings string      // its cell's Short
	Dir      string      // "" until Create, where the user named none
	Result   *run.Result // once it has ended
	Err      error       // that it ended with
	changes  []scenario.Change
	done     chan struct{}
}

// New returns the runs of a scenario with changes: some seeds, for each choice of a value for
// each KEY=[a, b, …] in sweeps. Their directories are in out, or where that is "" in
// runs/NAME, in a new directory of a sweep named after the time.
func New(source Source, catalog scenario.Catalog, changes []scenario.Change, sweeps []string, seeds int, out string, now time.Time) (*Sweep, error) {
	all, err := choices(sweeps)
	if err != nil {
		return nil, err
	}
	if n := maxRuns / len(all); seeds > n {
		return nil, fmt.Errorf("--seeds %d: want 1 … %d, as no more than %d runs are made at once", seeds, n, maxRuns)
	}
	if out != "" {
		if _, err := os.Lstat(out); err == nil {
			return nil, fmt.Errorf("%s is there already, and nothing is overwritten; want a new directory", out)
		}
	}
	s := &Sweep{source: source, catalog: catalog}
	for _, set := range all {
		own := changes
		for _, assignment := range set {
			own = append(own[:len(own):len(own)], scenario.Change{Assignment: assignment, Origin: "--sweep " + assignment})
		}
		c, err := s.cell(own, seeds)
		if err != nil {
			return nil, err
		}
		c.Label, c.Short = strings.Join(set, ", "), short(set)
		base := cellDir(out, c.Scenario.Name, set, now)
		for _, r := range c.Runs {
			if r.Settings = c.Short; base != "" {
				r.Dir = filepath.Join(base, fmt.Sprintf("seed-%d", r.Seed))
			}
		}
		s.Cells = append(s.Cells, c)
	}
	return s, nil
}

// cell returns the runs of a scenario with changes, one for each seed.
func (s *Sweep) cell(changes []scenario.Change, seeds int) (*Cell, error) {
	first, err := s.source.Scenario(changes)
	if err != nil {
		return nil, err
	}
	c := &Cell{Scenario: first}
	for i := range seeds {
		seed := first.Seed + uint64(i)
		own := append(changes[:len(changes):len(changes)], scenario.Change{Assignment: fmt.Sprintf("seed=%d", seed), Origin: "--seeds"})
		if _, err := s.source.Scenario(own); err != nil {
			return nil, err
		}
		c.Runs = append(c.Runs, &Run{Seed: seed, changes: own})
	}
	return c, nil
}

// notInDirs replaces what a directory of every system cannot have in its name.
var notInDirs = strings.NewReplacer("/", "_", `\`, "_", ":", "_", "*", "_", "?", "_", `"`, "", "<", "_", ">", "_", "|", "_", " ", "")

// cellDir returns the directory of a cell's runs; "" where each finds its own.
func cellDir(out, scenario string, set []string, now time.Time) string {
	if len(set) == 0 {
		return out
	}
	if out == "" {
		out = filepath.Join("runs", scenario, "sweep-"+now.Format("20060102-150405"))
	}
	return filepath.Join(out, notInDirs.Replace(strings.Join(set, ",")))
}

// Runs returns all runs in the order of their cells and seeds.
func (s *Sweep) Runs() (all []*Run) {
	for _, c := range s.Cells {
		all = append(all, c.Runs...)
	}
	return all
}

// Create creates the runs and closes them. First it makes a policy for each cell, so that a
// mistake is found before anything is written.
func (s *Sweep) Create() error {
	for _, c := range s.Cells {
		if _, err := c.Scenario.NewPolicy(); err != nil {
			return err
		}
	}
	for _, r := range s.Runs() {
		own, err := s.source.Scenario(r.changes)
		if err != nil {
			return err
		}
		created, err := run.Create(own, r.Dir)
		if err != nil {
			return err
		}
		r.Dir, r.done = created.Dir, make(chan struct{})
		if err := created.Close(); err != nil {
			return err
		}
	}
	return nil
}
