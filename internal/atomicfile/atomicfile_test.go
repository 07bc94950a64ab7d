package atomicfile_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/internal/atomicfile"
)

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// TestWrite replaces a file, fails half-way in replacing it again, and fails
// to write where a directory stands: the good content stays, and nothing else.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	for _, s := range []string{"old", "new"} {
		if err := atomicfile.Write(name, text(s)); err != nil {
			t.Fatal(err)
		}
	}
	broken := errors.New("disk full")
	half := func(w io.Writer) error {
		io.WriteString(w, "half")
		return broken
	}
	if err := atomicfile.Write(name, half); !errors.Is(err, broken) {
		t.Errorf("Write of a failing writer: %v, want %v", err, broken)
	}
	taken := filepath.Join(dir, "taken")
	if err := os.MkdirAll(filepath.Join(taken, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := atomicfile.Write(taken, text("x")); err == nil {
		t.Error("Write over a directory: no error")
	}
	if got, _ := os.ReadFile(name); string(got) != "new" {
		t.Errorf("content = %q, want %q", got, "new")
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("Write left %v, want f and taken", files)
	}
}
