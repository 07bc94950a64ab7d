// Package runset reads sets of runs from disk, which rlrun compare and rlrun plot use.
// A Set contains runs with equal settings and different seeds, one run for each seed.
//
// Read turns a name that the user typed into sets: a run directory, a directory of runs,
// or a scenario with runs below runs/. Run.Series reads a learning curve from progress.csv
// or episodes.csv. Search finds all runs below a directory.
package runset

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// A Run is a run read from its directory.
type Run struct {
	Dir      string
	Scenario *scenario.Scenario
	Result   *run.Result // nil if the run is not finished
}

// A Set contains runs with equal settings and different seeds.
type Set struct {
	Name     string // name that the user typed, or the settings in which the set differs from the other sets
	Runs     []Run  // in ascending order of their seeds
	Settings []scenario.Setting
	Repeats  []Repeat
}

// A Repeat reports several runs with the same settings and the same seed. Only one of
// them is in Set.Runs.
type Repeat struct {
	Seed   uint64   `json:"seed"`
	Used   string   `json:"used"`   // directory of the run in Set.Runs
	Unused []string `json:"unused"` // directories of the other runs
}

// Read returns the sets of runs that a name means: a run directory, a directory of runs or
// of sets of runs, or a scenario with runs in runs/NAME. Runs with different settings become
// separate sets if split is true, or if the runs are in subdirectories, as --sweep makes
// them. Otherwise different settings are an error. The sets are in descending order of the
// interquartile means of their final returns, as --sweep ranks them.
func Read(name string, split bool, catalog scenario.Catalog) ([]Set, error) {
	dirs, nested, err := find(name)
	if err != nil {
		return nil, err
	}
	var sets []Set
	for _, dir := range dirs {
		r, err := read(dir, catalog)
		if err != nil {
			return nil, err
		}
		settings, err := r.Scenario.LearningSettings()
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(sets, func(s Set) bool { return slices.Equal(s.Settings, settings) })
		if i < 0 {
			i = len(sets)
			sets = append(sets, Set{Name: name, Settings: settings})
		}
		sets[i].Runs = append(sets[i].Runs, r)
	}
	if len(sets) > 1 {
		if !split && !nested {
			return nil, differentSettings(name, sets[0], sets[1])
		}
		nameSets(sets)
	}
	for i := range sets {
		sets[i].removeRepeats()
	}
	rank(sets)
	return sets, nil
}

// rank sorts sets in descending order of the interquartile means of their final returns. Sets
// without a finished run come last.
func rank(sets []Set) {
	iqm := func(s Set) float64 { return statistics.IQM(s.MeanReturns()) } // NaN, which sorts last, without a finished run
	slices.SortStableFunc(sets, func(a, b Set) int { return cmp.Compare(iqm(b), iqm(a)) })
}

// read reads the run in dir: its scenario, and its result if it is finished.
func read(dir string, catalog scenario.Catalog) (Run, error) {
	r, err := run.Load(dir, catalog)
	if err != nil {
		return Run{}, err
	}
	res, err := r.Result()
	return Run{Dir: dir, Scenario: r.Scenario, Result: res}, err
}

// differentSettings returns the error of a directory whose runs have different settings.
// It names the first setting that differs.
func differentSettings(name string, a, b Set) error {
	d := scenario.Differences(a.Settings, b.Settings)
	more := ""
	if n := len(d) - 1; n > 0 {
		more = fmt.Sprintf(", and %d more settings differ", n)
	}
	return fmt.Errorf("%s has runs with different settings: %s is %s in %s and %s in %s%s; use --split to make a set of each group of settings, or name the runs one by one",
		name, d[0].Key, value(d[0].Values[0]), a.Runs[0].Dir, value(d[0].Values[1]), b.Runs[0].Dir, more)
}

// value returns the text of a setting's value for a message.
func value(v string) string {
	if v == "" {
		return "missing"
	}
	return v
}

// maxNameSettings is the largest number of settings in the name of a set.
const maxNameSettings = 3

// nameSets names each set by the settings in which the sets differ, for example
// "gamma=0.9". If they differ in more than maxNameSettings, each set is named by its directory.
func nameSets(sets []Set) {
	var all [][]scenario.Setting
	for _, s := range sets {
		all = append(all, s.Settings)
	}
	differ := scenario.Differences(all...)
	for i := range sets {
		if len(differ) > maxNameSettings {
			sets[i].Name = directory(sets[i].Runs)
			continue
		}
		var words []string
		for _, d := range differ {
			words = append(words, shortKey(d.Key, differ)+"="+value(d.Values[i]))
		}
		sets[i].Name = strings.Join(words, ", ")
	}
}

// shortKey returns the last part of a key, for example "gamma" for "agent.gamma". It
// returns the whole key if another key in all ends with the same part.
func shortKey(key string, all []scenario.Difference) string {
	last := func(key string) string { return key[strings.LastIndex(key, ".")+1:] }
	n := 0
	for _, d := range all {
		if last(d.Key) == last(key) {
			n++
		}
	}
	if n > 1 {
		return key
	}
	return last(key)
}

// directory returns the directory that contains several runs, or the directory of a single run.
func directory(runs []Run) string {
	if len(runs) == 1 {
		return runs[0].Dir
	}
	return filepath.Dir(runs[0].Dir)
}

// removeRepeats keeps one run for each seed, and reports the other runs in s.Repeats. It
// prefers a finished run. If several remain, it keeps the last by name, because later runs
// of a scenario have larger numbers.
func (s *Set) removeRepeats() {
	bySeed := map[uint64][]Run{}
	var seeds []uint64
	for _, r := range s.Runs {
		seed := r.Scenario.Seed
		if len(bySeed[seed]) == 0 {
			seeds = append(seeds, seed)
		}
		bySeed[seed] = append(bySeed[seed], r)
	}
	slices.Sort(seeds)
	s.Runs = nil
	for _, seed := range seeds {
		same := bySeed[seed]
		used := slices.MaxFunc(same, func(a, b Run) int {
			if (a.Result != nil) != (b.Result != nil) {
				if a.Result != nil {
					return 1
				}
				return -1
			}
			return byNumber(a.Dir, b.Dir)
		})
		s.Runs = append(s.Runs, used)
		if len(same) > 1 {
			r := Repeat{Seed: seed, Used: used.Dir}
			for _, other := range same {
				if other.Dir != used.Dir {
					r.Unused = append(r.Unused, other.Dir)
				}
			}
			s.Repeats = append(s.Repeats, r)
		}
	}
}

// Finished returns the set of the finished runs, and the directories of the runs that are
// not finished.
func (s Set) Finished() (finished Set, unfinished []string) {
	finished = s
	finished.Runs = nil
	for _, r := range s.Runs {
		if r.Result != nil {
			finished.Runs = append(finished.Runs, r)
		} else {
			unfinished = append(unfinished, r.Dir)
		}
	}
	return finished, unfinished
}

// MeanReturns returns the mean return of each finished run.
func (s Set) MeanReturns() (means []float64) {
	for _, r := range s.Runs {
		if r.Result != nil {
			means = append(means, r.Result.Eval.Mean)
		}
	}
	return means
}

// SameEnv returns an error if the runs of two sets have different environments, whose
// returns cannot be compared. The options of the environment may differ.
func SameEnv(sets []Set) error {
	first := sets[0]
	for _, s := range sets {
		if a, b := first.Runs[0].Scenario.Env, s.Runs[0].Scenario.Env; a != b {
			return fmt.Errorf("%s has runs on %s and %s has runs on %s; want runs on the same environment", first.Name, a, s.Name, b)
		}
	}
	return nil
}

// Common returns the number of runs that are in both sets. Two runs are the same if they
// have the same directory.
func (s Set) Common(t Set) (n int) {
	for _, r := range s.Runs {
		if slices.ContainsFunc(t.Runs, func(other Run) bool { return sameDir(r.Dir, other.Dir) }) {
			n++
		}
	}
	return n
}

// sameDir reports whether two paths lead to the same directory.
func sameDir(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
