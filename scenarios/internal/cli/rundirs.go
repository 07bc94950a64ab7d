package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
	"github.com/rlrun/rlrun/scenarios/internal/runset"
)

// hasFile reports whether dir has a file of that name.
func hasFile(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// loadOne reads the scenario of the run in dir. If dir is a directory of several runs,
// the error lists the runs that have the file called needed.
func (a *App) loadOne(dir, needed string) (*run.Run, error) {
	a.subject = dir
	r, err := run.Load(dir, a.Catalog)
	if err == nil {
		a.subject = r.Scenario.String()
	}
	if err == nil || runset.IsRun(dir) || dir == "" {
		return r, err
	}
	const levels, shown = 4, 8
	place := runset.Directory(dir)
	dirs := runset.Search(place, levels).Dirs
	if len(dirs) == 0 {
		return nil, err
	}
	good := slices.DeleteFunc(slices.Clone(dirs), func(d string) bool { return !hasFile(d, needed) })
	count := figure.Count(len(dirs), "run")
	if len(dirs) == 1 {
		count = "a run"
	}
	list := strings.Join(good[:min(len(good), shown)], ", ")
	switch {
	case len(good) == 0:
		return nil, fmt.Errorf("%s has %s in it, and none of them has %s; rlrun list runs %s shows them", dir, count, needed, place)
	case len(good) > shown:
		list += fmt.Sprintf(" … (%d more: rlrun list runs %s)", len(good)-shown, place)
	}
	return nil, fmt.Errorf("%s is no run but has %s in it; want one of %s", dir, count, list)
}
