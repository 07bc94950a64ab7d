package runset

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// find returns the directories of the runs that a name means: the run directory of that
// name, or the runs in the directory of that name or in runs/NAME. It returns nested = true
// if all runs are in subdirectories of that directory, as for a sweep or for sets of runs.
func find(name string) (dirs []string, nested bool, err error) {
	root := Directory(name)
	dirs = Search(root, 2).Dirs // NAME/seed-N, or NAME/CELL/seed-N of a sweep or of sets of runs
	if len(dirs) == 0 {
		dirs = Search(root, 3).Dirs // NAME/SWEEP/CELL/seed-N
	}
	if name == "" || len(dirs) == 0 {
		return nil, false, fmt.Errorf("no runs in %s; want a run directory, a directory of runs, or a scenario with runs below runs/", name)
	}
	direct := func(dir string) bool { return dir == root || filepath.Dir(dir) == filepath.Clean(root) }
	return dirs, !slices.ContainsFunc(dirs, direct), nil
}

// byNumber compares two names. Numbers in them are compared by their values, so seed-2
// comes before seed-10.
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

// digits returns the number of decimal digits at the start of s.
func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
