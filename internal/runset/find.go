package runset

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// found are the directories of the runs that a name stands for.
type found struct {
	dirs   []string
	nested bool // none of them is directly in the named directory: a sweep, or sets of runs
}

// find returns the runs that a name stands for: the run directory of that name, what is
// in the directory of that name, or what is in runs/NAME.
func find(name string) (found, error) {
	if isRun(name) {
		return found{dirs: []string{name}}, nil
	}
	in := name
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		in = filepath.Join("runs", name)
	}
	direct, others := runsIn(in)
	f := found{dirs: direct, nested: len(direct) == 0}
	// Below are sets of runs, and cells of a sweep; below those the cells of sweeps.
	for depth := 2; depth == 2 || depth == 3 && len(f.dirs) == 0; depth++ {
		var below []string
		for _, dir := range others {
			inner, more := runsIn(dir)
			f.dirs, below = append(f.dirs, inner...), append(below, more...)
		}
		others = below
	}
	if name == "" || len(f.dirs) == 0 {
		return f, fmt.Errorf("no runs in %s: want a run directory, a directory of runs, or a scenario with runs below runs/", name)
	}
	return f, nil
}

// isRun reports whether a directory is a run's.
func isRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "config.yaml"))
	return err == nil
}

// runsIn returns the runs that are directly in a directory, and the other directories
// there. It has none of what cannot be read.
func runsIn(dir string) (runs, others []string) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		switch path := filepath.Join(dir, e.Name()); {
		case isRun(path):
			runs = append(runs, path)
		case e.IsDir() || e.Type()&os.ModeSymlink != 0:
			others = append(others, path)
		}
	}
	slices.SortFunc(runs, byNumber)
	slices.SortFunc(others, byNumber)
	return runs, others
}

// byNumber compares two names in which numbers count by their size: seed-2 comes
// before seed-10.
func byNumber(a, b string) int {
	for a != "" && b != "" {
		i, j := digits(a), digits(b)
		if i > 0 && j > 0 {
			m, n := strings.TrimLeft(a[:i], "0"), strings.TrimLeft(b[:j], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n), cmp.Compare(i, j)); c != 0 {
				return c
			}
			a, b = a[i:], b[j:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is how many digits a text begins with.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
