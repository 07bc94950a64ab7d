// Package sweep creates several runs of a scenario and trains them on all cores. It is the
// work of the flags --seeds and --sweep.
//
// A Sweep consists of Cells, one for each combination of settings, and a Cell of Runs, one
// for each seed. New checks the settings, Create creates the run directories, and Train trains
// the runs. Every run gives the same bytes as if it were trained alone. Cell.Summary summarises a
// cell over its seeds, and Sweep.Ranking ranks the cells.
package sweep

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// A Source reads a scenario and applies changes to it.
type Source interface {
	Scenario(changes []scenario.Change) (*scenario.Scenario, error)
}

// A Sweep contains all runs of one command.
type Sweep struct {
	Cells   []*Cell
	Single  bool   // whether it has a single run, whose directory is out itself
	out     string // directory of the runs; "" if the user gave no directory
	source  Source
	catalog scenario.Catalog
}

// A Cell is one combination of settings, with a run for each seed. Without --sweep there is one
// cell with the unchanged settings.
type Cell struct {
	Label    string             // combination of settings, KEY=VALUE, …; "" without --sweep
	Short    string             // Label with short keys, for example gamma=0.9
	Scenario *scenario.Scenario // scenario of the first seed
	Runs     []*Run
}

// A Run is one run of a sweep. It has environments and an agent only during its training.
type Run struct {
	Seed     uint64
	Settings string      // Short of its cell
	Dir      string      // run directory; "" before Create if the user gave no directory
	Result   *run.Result // result of a finished run
	Err      error       // error of a run that failed or was interrupted
	changes  []scenario.Change
	done     chan struct{} // closed when the run has ended
}

// New returns the sweep of a scenario with changes. It has a cell for each combination of the
// values in sweeps, KEY=[a, b, …], and each cell has this number of seeds. The run directories
// are in out. If out is "", they are in runs/NAME, or with sweeps in a new directory
// runs/NAME/sweep-TIME.
func New(source Source, catalog scenario.Catalog, changes []scenario.Change, sweeps []string, seeds int, out string, now time.Time) (*Sweep, error) {
	all, err := combinations(sweeps)
	if err != nil {
		return nil, err
	}
	if n := maxRuns / len(all); seeds > n {
		return nil, fmt.Errorf("--seeds %d: want 1 … %d, because a command can make at most %d runs", seeds, n, maxRuns)
	}
	s := &Sweep{out: out, source: source, catalog: catalog}
	for _, combination := range all {
		own := changes
		for _, assignment := range combination {
			own = append(own[:len(own):len(own)], scenario.Change{Assignment: assignment, Origin: "--sweep " + assignment})
		}
		c, err := s.cell(own, seeds)
		if err != nil {
			return nil, err
		}
		c.Label, c.Short = strings.Join(combination, ", "), short(combination)
		base := cellDir(out, c.Scenario.Name, combination, now)
		if len(combination) > 0 {
			if err := s.checkDir(base, c.Label); err != nil {
				return nil, err
			}
		}
		for _, r := range c.Runs {
			if r.Settings = c.Short; base != "" {
				r.Dir = filepath.Join(base, fmt.Sprintf("seed-%d", r.Seed))
			}
		}
		s.Cells = append(s.Cells, c)
	}
	return s, nil
}

// Single returns a sweep of a single run with its directory in out itself. If out is "", the
// directory is in runs/NAME.
func Single(source Source, catalog scenario.Catalog, changes []scenario.Change, out string) (*Sweep, error) {
	s := &Sweep{Single: true, source: source, catalog: catalog}
	first, err := source.Scenario(changes)
	if err != nil {
		return nil, err
	}
	s.Cells = []*Cell{{Scenario: first, Runs: []*Run{{Seed: first.Seed, Dir: out, changes: changes}}}}
	return s, nil
}

// maxName is the largest length of the name of a directory on common systems [bytes].
const maxName = 255

// checkDir returns an error if the directory for a new cell called label has a name that is too
// long, or is the directory of another cell.
func (s *Sweep) checkDir(dir, label string) error {
	if n := len(filepath.Base(dir)); n > maxName {
		return fmt.Errorf("--sweep: the name of the directory for %.40s… has %d bytes, want %d at most", label, n, maxName)
	}
	for _, c := range s.Cells {
		if filepath.Dir(c.Runs[0].Dir) == dir {
			return fmt.Errorf("--sweep: %s and %s have the same directory, %s; want values that differ in letters or digits", c.Label, label, dir)
		}
	}
	return nil
}

// cell returns the cell of the scenario with changes, with a run for each seed.
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

// dirReplacer replaces the characters that the name of a directory cannot have on some systems.
var dirReplacer = strings.NewReplacer("/", "_", `\`, "_", ":", "_", "*", "_", "?", "_", `"`, "", "<", "_", ">", "_", "|", "_", " ", "")

// cellDir returns the directory that contains the runs of a cell. It returns "" if Create chooses
// the directory of each run.
func cellDir(out, scenario string, combination []string, now time.Time) string {
	if len(combination) == 0 {
		return out
	}
	if out == "" {
		out = filepath.Join("runs", scenario, "sweep-"+now.Format("20060102-150405"))
	}
	return filepath.Join(out, dirReplacer.Replace(strings.Join(combination, ",")))
}

// Runs returns all runs, in the order of the cells and of the seeds.
func (s *Sweep) Runs() (all []*Run) {
	for _, c := range s.Cells {
		all = append(all, c.Runs...)
	}
	return all
}
