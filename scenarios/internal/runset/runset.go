// Package runset reads sets of runs, to be compared or drawn: runs of the same settings
// that differ by their seeds alone, each seed once.
package runset

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// A Run is what is known of a run from its directory.
type Run struct {
	Dir      string
	Scenario *scenario.Scenario
	Result   *run.Result // nil of a run that is not finished
}

// A Set is runs of the same settings, each with a seed of its own.
type Set struct {
	Name     string // what the user typed, or the settings in which the set differs from others
	Runs     []Run  // in the order of their seeds
	Settings []scenario.Setting
	Repeats  []Repeat
}

// A Repeat is a seed that was run more than once with the same settings. It counts once.
type Repeat struct {
	Seed   uint64   `json:"seed"`
	Used   string   `json:"used"`   // the directory
	Unused []string `json:"unused"` // the others
}

// Read returns the sets of runs that a name stands for: a run directory, a directory
// of runs or of sets of runs, or a scenario with runs in runs/NAME. Runs of different
// settings are separate sets if split is true, or if the directory has directories of
// runs, as --sweep makes them. Otherwise they are an error.
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
		of, err := r.Scenario.LearningSettings()
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(sets, func(s Set) bool { return slices.Equal(s.Settings, of) })
		if at < 0 {
			at = len(sets)
			sets = append(sets, Set{Name: name, Settings: of})
		}
		sets[at].Runs = append(sets[at].Runs, r)
	}
	if len(sets) > 1 {
		if !split && !nested {
			return nil, unlike(name, sets[0], sets[1])
		}
		label(name, sets)
	}
	for i := range sets {
		sets[i].once()
	}
	return sets, nil
}

// read reads a run's scenario, and its result if it is finished.
func read(dir string, catalog scenario.Catalog) (Run, error) {
	r, err := run.Load(dir, catalog)
	if err != nil {
		return Run{}, err
	}
	res, err := r.Result()
	return Run{Dir: dir, Scenario: r.Scenario, Result: res}, err
}

// unlike returns the error of a name that stands for runs of different settings.
func unlike(name string, a, b Set) error {
	d := scenario.Differences(a.Settings, b.Settings)
	more := ""
	if n := len(d) - 1; n > 0 {
		more = fmt.Sprintf(", and %d more of their settings differ", n)
	}
	return fmt.Errorf("%s has runs of unlike settings: %s is %s in %s and %s in %s%s; --split makes a set of each, or name them one by one",
		name, d[0].Key, value(d[0].Values[0]), a.Runs[0].Dir, value(d[0].Values[1]), b.Runs[0].Dir, more)
}

// value is a setting's value in a sentence.
func value(v string) string {
	if v == "" {
		return "not there"
	}
	return v
}

// longestLabel is how many settings name a set.
const longestLabel = 3

// label names several sets by the settings in which they differ, or by their directories
// if they differ in many settings.
func label(name string, sets []Set) {
	var all [][]scenario.Setting
	for _, s := range sets {
		all = append(all, s.Settings)
	}
	differ := scenario.Differences(all...)
	for i := range sets {
		if len(differ) > longestLabel {
			sets[i].Name = common(sets[i].Runs)
			continue
		}
		var words []string
		for _, d := range differ {
			words = append(words, short(d.Key, differ)+"="+value(d.Values[i]))
		}
		sets[i].Name = strings.Join(words, ", ")
	}
}

// short returns the last part of a key, or the whole key if another ends with the same part.
func short(key string, all []scenario.Difference) string {
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

// common returns the directory that several runs are in, or the directory of a single run.
func common(runs []Run) string {
	if len(runs) == 1 {
		return runs[0].Dir
	}
	return filepath.Dir(runs[0].Dir)
}

// once keeps one run of each seed: a finished one if there is one. Of several it keeps the
// last by name, since later runs of a scenario have greater numbers.
func (s *Set) once() {
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

// Finished returns the set without the runs that are not finished, and their
// directories.
func (s Set) Finished() (Set, []string) {
	var unfinished []string
	done := s
	done.Runs = nil
	for _, r := range s.Runs {
		if r.Result != nil {
			done.Runs = append(done.Runs, r)
		} else {
			unfinished = append(unfinished, r.Dir)
		}
	}
	return done, unfinished
}

// Common returns how many runs, by their directories, are in both sets.
func (s Set) Common(t Set) (n int) {
	for _, r := range s.Runs {
		if slices.ContainsFunc(t.Runs, func(other Run) bool { return sameDir(r.Dir, other.Dir) }) {
			n++
		}
	}
	return n
}

// sameDir reports whether two names are of one directory.
func sameDir(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
