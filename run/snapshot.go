package run

import (
	"os"
	"path"
	"path/filepath"

	"github.com/rlrun/rlrun/env/state"
)

// A Saver is an Observer that is also called after each checkpoint of Train.
type Saver interface {
	Observer

	// Saved is called after a checkpoint. During the call, training waits, and the files in the snapshot
	// do not change. Together they are enough to continue the run in another directory.
	Saved(s Snapshot)
}

// A Snapshot describes the files of a run directory after a checkpoint. Names have slashes and are
// relative to the directory. Files are in the order of their names.
type Snapshot struct {
	Whole   []string           // files that are replaced as a whole: the checkpoint's state, config.yaml, the policies
	Records []state.RecordFile // files of a replay buffer, which only grow
	Logs    []Length           // logs, which only grow
}

// A Length is the valid length of a log. Bytes after it do not belong to the checkpoint.
type Length struct {
	Name string
	Size int64 // [bytes]
}

// snapshot returns the Snapshot of the latest checkpoint.
func (r *Run) snapshot() Snapshot {
	var s Snapshot
	for _, name := range []string{path.Join(checkpoint, "state"), configFile, bestFile, policyFile} {
		if _, err := os.Stat(filepath.Join(r.Dir, filepath.FromSlash(name))); err == nil {
			s.Whole = append(s.Whole, name)
		}
	}
	for _, f := range r.checkpoints.store.Files() {
		f.Name = path.Join(checkpoint, f.Name)
		s.Records = append(s.Records, f)
	}
	for _, f := range []*logFile{&r.logs.episodes, &r.logs.events, &r.logs.learned, &r.logs.progress} {
		if f.file != nil {
			s.Logs = append(s.Logs, Length{filepath.Base(f.file.Name()), int64(f.length)})
		}
	}
	return s
}
