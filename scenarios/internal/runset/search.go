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
	MaxEntries = 200_000 // number of files and directories after which a search stops
	batch      = 1_000   // number of directory entries read at once
)

// Found is the result of a search for runs.
type Found struct {
	Dirs []string // run directories, seed-2 before seed-10
	Cut  bool     // the search stopped early, or could not read a directory
	seen int      // number of files and directories seen so far
}

// IsRun reports whether dir is a run directory: whether it has a config.yaml.
func IsRun(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "config.yaml"))
	return err == nil
}

// Directory returns the directory that a name means: name itself if it is a directory,
// otherwise runs/NAME, which contains the runs of the scenario NAME.
func Directory(name string) string {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name
	}
	return filepath.Join("runs", name)
}

// Search returns the runs below root, at most levels directories deep, or root itself if
// it is a run. It follows symbolic links only to runs.
func Search(root string, levels int) Found {
	var f Found
	f.walk(root, levels)
	slices.SortFunc(f.Dirs, byNumber)
	return f
}

// walk adds the runs below dir, at most levels directories deep.
func (found *Found) walk(dir string, levels int) {
	if IsRun(dir) {
		found.Dirs = append(found.Dirs, dir)
		return
	}
	if levels == 0 {
		return
	}
	f, err := os.Open(dir) // if dir is a file, ReadDir below returns an error
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
