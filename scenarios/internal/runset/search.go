package runset

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Limits of a search for runs.
const (
	MaxEntries = 200_000 // files and directories in all
	batch      = 1_000   // files and directories that are read at once
)

// Found is what a search for runs has found.
type Found struct {
	Dirs []string // the runs' directories, seed-2 before seed-10
	Cut  bool     // the search ended early, or could not read a directory
	seen int      // files and directories
}

// IsRun reports whether dir is a run's directory.
func IsRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "config.yaml"))
	return err == nil
}

// Place returns the directory that a name stands for: itself, or runs/NAME of a scenario.
func Place(name string) string {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name
	}
	return filepath.Join("runs", name)
}

// Search returns the runs in root, down to so many levels, or root itself if it is a run.
// It follows symbolic links to runs, and no others.
func Search(root string, levels int) Found {
	var f Found
	f.walk(root, levels)
	slices.SortFunc(f.Dirs, byNumber)
	return f
}

// walk adds the runs in dir.
func (found *Found) walk(dir string, levels int) {
	if IsRun(dir) {
		found.Dirs = append(found.Dirs, dir)
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
	for err == nil && !found.Cut {
		var entries []fs.DirEntry
		entries, err = f.ReadDir(batch)
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			switch {
			case e.IsDir():
				below = append(below, path)
			case e.Type()&fs.ModeSymlink != 0 && IsRun(path):
				found.Dirs = append(found.Dirs, path)
			}
		}
		found.seen += len(entries)
		found.Cut = found.seen >= MaxEntries
	}
	if !errors.Is(err, io.EOF) {
		found.Cut = true
	}
	for _, path := range below {
		if !found.Cut {
			found.walk(path, levels-1)
		}
	}
}
