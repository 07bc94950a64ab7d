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

// hasFile reports whether the directory dir contains a file called name.
func hasFile(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// loadOne loads the run in dir. If dir is a directory of several runs, the error lists the
// runs that contain the file called needed.
func (a *App) loadOne(dir, needed string) (*run.Run, error) {
	a.subject = dir
	r, err := run.Load(dir, a.Catalog)
	if err == nil {
		a.subject = r.Scenario.String()
	}
	if err == nil || runset.IsRun(dir) || dir == "" {
		return r, err
	}
	const levels, maxShown = 4, 8
	root := runset.Directory(dir)
	dirs := runset.Search(root, levels).Dirs
	if len(dirs) == 0 {
		return nil, err
	}
	usable := slices.DeleteFunc(slices.Clone(dirs), func(d string) bool { return !hasFile(d, needed) })
	count := figure.Count(len(dirs), "run")
	if len(dirs) == 1 {
		count = "a run"
	}
	list := strings.Join(usable[:min(len(usable), maxShown)], ", ")
	switch {
	case len(usable) == 0:
		return nil, fmt.Errorf("%s contains %s, but no run there has the file %s; rlrun list runs %s shows the runs", dir, count, needed, root)
	case len(usable) > maxShown:
		list += fmt.Sprintf(" … (%d more: rlrun list runs %s)", len(usable)-maxShown, root)
	}
	return nil, fmt.Errorf("%s is not a run directory, but contains %s; want one of %s", dir, count, list)
}
