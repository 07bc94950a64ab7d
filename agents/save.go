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

// Save writes s, an Agent say, to the file called name. Whatever happens, that
// holds the old state or the new, whole. Nothing else remains, but for the temporary
// file of a killed program, .rlrun-….tmp beside it.
func Save(name string, s state.Stater) error {
	return atomicfile.Write(name, func(w io.Writer) error { return state.Save(w, s) })
}

// Load reads what Save wrote into s, which has the same configuration. After an
// error s must be dropped.
func Load(name string, s state.Stater) error {
	f, err := infile.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return state.Load(f, s)
}

// A Checkpoint is a directory in which a state is saved again and again: a file
// called state, and beside it files that grow by what an agent has lately put into
// its replay buffer, so that a large one is not written whole each time.
type Checkpoint struct {
	name     string
	segments *state.Segments
}

// NewCheckpoint returns the Checkpoint in dir, which may be there or not.
func NewCheckpoint(dir string) *Checkpoint {
	return &Checkpoint{filepath.Join(dir, "state"), state.NewSegments(dir)}
}

// Save writes s. Whatever happens, the directory holds the old state or the new,
// whole. It makes the directory where that is not there, but not the one above it.
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

// Load reads what Save wrote last into s, which has the same configuration. After an
// error s must be dropped. Without a state it is os.ErrNotExist.
func (c *Checkpoint) Load(s state.Stater) error {
	if _, err := os.Stat(c.name); errors.Is(err, os.ErrNotExist) {
		return err // also of what could not be saved
	}
	most, err := stateLimit(s)
	if err != nil {
		return err
	}
	f, err := infile.OpenAtMost(c.name, most)
	if err != nil {
		return err
	}
	defer f.Close()
	return c.segments.Load(f, s)
}

// stateLimit is how many bytes a state file of s can have: a multiple of what it has
// now, and what the actions of long episodes take.
func stateLimit(s state.Stater) (int64, error) {
	const actions = 16 << 30
	var now counter
	err := state.Save(&now, s)
	return 4*int64(now) + actions, err
}

// A counter counts the bytes that are written to it.
type counter int64

// Write counts p.
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
