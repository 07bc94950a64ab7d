package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/internal/atomicfile"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/scenario"
)

// Names of files in a run directory. The logs are in logs.go.
const (
	configFile = "config.yaml"
	policyFile = "policy.safetensors"
	bestFile   = "policy-best.safetensors"
	resultFile = "result.json"
	checkpoint = "checkpoint" // a directory
)

// ErrOwned is the error of Open if another process owns the run.
var ErrOwned = errors.New("another rlrun process is using it")

// makeDir makes the directory of a new run: dir or, if dir is "", the first directory in
// runs/NAME that does not exist.
func makeDir(s *scenario.Scenario, dir string) (string, error) {
	if dir != "" {
		if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o755); err != nil {
			return "", err
		}
		err := os.Mkdir(dir, 0o755)
		if errors.Is(err, os.ErrExist) {
			err = fmt.Errorf("%s is there already, and nothing is overwritten; want a new directory", dir)
		}
		return dir, err
	}
	parent := filepath.Join("runs", s.Name)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	base := filepath.Join(parent, fmt.Sprintf("seed-%d", s.Seed))
	for dir, n := base, 2; ; dir, n = fmt.Sprintf("%s-%d", base, n), n+1 {
		if err := os.Mkdir(dir, 0o755); !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
}

// missing is the error for a run directory that does not exist. For errors.Is it is an
// os.ErrNotExist.
type missing string

// Error returns one line that names the directory.
func (dir missing) Error() string {
	return fmt.Sprintf("no run %s: there is no such directory; rlrun list runs shows those below runs", string(dir))
}

// Is reports whether target is os.ErrNotExist.
func (missing) Is(target error) bool { return target == os.ErrNotExist }

// readConfig reads the config.yaml of the run in dir.
func readConfig(dir string) (name string, text []byte, err error) {
	info, err := os.Stat(dir)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil, missing(dir)
	}
	if err != nil {
		return "", nil, fmt.Errorf("no run %s: %w", dir, err)
	}
	if !info.IsDir() {
		return "", nil, fmt.Errorf("%s is no run directory", dir)
	}
	name = filepath.Join(dir, configFile)
	if text, err = infile.Read(name, settings.MaxSize); err != nil {
		return "", nil, fmt.Errorf("%s is no run directory: %w", dir, err)
	}
	return name, text, nil
}

// owned returns an error if the run directory was deleted or replaced after the run was opened:
// the directory then does not have the locked log. Without this check, a deleted directory would
// be made again with only some of its files, or the files would go to another run with the same
// name.
func (r *Run) owned() error {
	if r.logs.episodes.file == nil {
		return fmt.Errorf("%s is not open", r.Dir)
	}
	if !r.logs.episodes.inPlace() {
		return fmt.Errorf("%s was deleted or replaced while the run was training", r.Dir)
	}
	return nil
}

// write replaces a file of the run directory atomically.
func (r *Run) write(name string, data []byte) error {
	if err := r.owned(); err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(r.Dir, name), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// writeJSON writes v as a file with one line of JSON.
func (r *Run) writeJSON(name string, v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return r.write(name, append(line, '\n'))
}
