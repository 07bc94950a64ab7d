package agents

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
)

// Save writes the state of s, for example an Agent, to the file called name. The write is atomic:
// after an error or a crash the file has the whole old state or the whole new state. A program
// that is killed may leave a temporary file .rlrun-….tmp in the same directory.
func Save(name string, s state.Stater) error {
	return atomicfile.Write(name, func(w io.Writer) error { return state.Save(w, s) })
}

// Load sets the state of s from the file called name, which Save wrote. The settings of s must be
// the same as the settings of the saved value. After an error s must not be used.
func Load(name string, s state.Stater) error {
	f, err := infile.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return state.Load(f, s)
}

// A Checkpoint is a directory in which a state is saved repeatedly. It has a file called state,
// and files to which each Save appends the newest transitions of a replay buffer, so that Save
// does not write a large buffer as a whole each time.
type Checkpoint struct {
	name     string
	segments *state.Segments
}

// NewCheckpoint returns the Checkpoint in the directory dir, which need not exist yet.
func NewCheckpoint(dir string) *Checkpoint {
	return &Checkpoint{filepath.Join(dir, "state"), state.NewSegments(dir)}
}

// Save writes the state of s. The write is atomic: after an error or a crash the directory has
// the whole old state or the whole new state. Save makes the directory if it does not exist, but
// not its parent.
func (c *Checkpoint) Save(s state.Stater) error {
	dir := filepath.Dir(c.name)
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := atomicfile.Write(c.name, func(w io.Writer) error { return c.segments.Save(w, s) }); err != nil {
		return err
	}
	c.segments.Tidy()
	atomicfile.Tidy(dir)
	return nil
}

// Load sets the state of s to the state that Save wrote last. The settings of s must be the same
// as the settings of the saved value. After an error s must not be used. If there is no state,
// the error is os.ErrNotExist.
func (c *Checkpoint) Load(s state.Stater) error {
	if _, err := os.Stat(c.name); errors.Is(err, os.ErrNotExist) {
		return err // checked before stateLimit, because stateLimit returns an error for an s that cannot be saved
	}
	limit, err := stateLimit(s)
	if err != nil {
		return err
	}
	f, err := infile.OpenAtMost(c.name, limit)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.segments.Load(f, s)
}

// Files returns the files with transitions that the latest Save or Load used: see state.Segments.Files.
func (c *Checkpoint) Files() []state.RecordFile { return c.segments.Files() }

// stateLimit returns the largest size of a state file of s, in bytes: four times the current size
// of the state, plus 16 GiB for the actions of long episodes.
func stateLimit(s state.Stater) (int64, error) {
	const actionBytes = 16 << 30
	var size byteCounter
	err := state.Save(&size, s)
	return 4*int64(size) + actionBytes, err
}

// A byteCounter is an io.Writer that counts the bytes written to it.
type byteCounter int64

// Write adds the length of p.
func (c *byteCounter) Write(p []byte) (int, error) {
	*c += byteCounter(len(p))
	return len(p), nil
}
