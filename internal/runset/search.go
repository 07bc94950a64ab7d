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
	MaxEntries = 200_000 // files and directories that are looked at
	batch      = 1_000   // of them that are read at once
)

// Found is what a search for runs has found.
type Found struct {
	Dirs []string // the runs' directories, seed-2 before seed-10
	Cut  bool     // there was more to look at
	seen int      // files and directories
}

// IsRun reports whether dir is a run's directory.
func IsRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "config.yaml"))
	return err == nil
}

// Place is the directory that a name stands for: itself, or that of a scenario.
func Place(name string) string {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name
	}
	return filepath.Join("runs", name)
}

// Search returns the runs in root, down to so many levels; root itself if it is one.
// What cannot be read has no runs. It follows a symbolic link to a run, and no other.
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
