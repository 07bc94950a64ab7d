package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/run"
)

// Limits of a search for runs.
const (
	maxEntries = 200_000 // files and directories that are looked at
	batch      = 1_000   // of them that are read at once
)

// isRun reports whether dir is a run's directory.
func isRun(dir string) bool { return hasFile(dir, "config.yaml") }

// hasFile reports whether dir has a file of that name.
func hasFile(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// A search finds runs below a directory.
type search struct {
	found []string
	seen  int  // files and directories
	cut   bool // there was more to look at
}

// findRuns returns the runs in root, down to so many levels, in the order of the
// alphabet; root itself if it is one. What cannot be read has no runs. It follows a
// symbolic link to a run, and no other.
func findRuns(root string, levels int) search {
	var s search
	s.walk(root, levels)
	slices.Sort(s.found)
	return s
}

func (s *search) walk(dir string, levels int) {
	if isRun(dir) {
		s.found = append(s.found, dir)
		return
	}
	if levels == 0 {
		return
	}
	f, err := os.Open(dir) // a directory: the entries of others cannot be read
	if err != nil {
		return
	}
	defer f.Close()
	var below []string
	for err == nil && !s.cut {
		var entries []fs.DirEntry
		entries, err = f.ReadDir(batch)
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			switch {
			case e.IsDir():
				below = append(below, path)
			case e.Type()&fs.ModeSymlink != 0 && isRun(path):
				s.found = append(s.found, path)
			}
		}
		s.seen += len(entries)
		s.cut = s.seen >= maxEntries
	}
	if !errors.Is(err, io.EOF) {
		s.cut = true
	}
	for _, path := range below {
		if !s.cut {
			s.walk(path, levels-1)
		}
	}
}

// runDirs returns the directories of the runs that a name stands for: itself, what
// is in it, or what runs of a scenario of that name have made.
func (a *App) runDirs(name string) ([]string, error) {
	const levels = 2 // seeds, and cells of a sweep
	dirs := findRuns(placeOf(name), levels).found
	if len(dirs) == 0 {
		return nil, fmt.Errorf("no runs in %s: want a run directory, a directory of runs, or a scenario with runs below runs/", name)
	}
	return dirs, nil
}

// placeOf is the directory that a name stands for: itself, or that of a scenario.
func placeOf(name string) string {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name
	}
	return filepath.Join("runs", name)
}

// loadOne reads the scenario of the one run in dir. Of a directory of several runs
// the error lists those that have a file of the name needed.
func (a *App) loadOne(dir, needed string) (*run.Run, error) {
	r, err := run.Load(dir, a.Envs)
	if err == nil || isRun(dir) || dir == "" {
		return r, err
	}
	const levels, shown = 4, 8
	place := placeOf(dir)
	dirs := findRuns(place, levels).found
	if len(dirs) == 0 {
		return nil, err
	}
	good := slices.DeleteFunc(slices.Clone(dirs), func(d string) bool { return !hasFile(d, needed) })
	count := fmt.Sprintf("%d runs", len(dirs))
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
