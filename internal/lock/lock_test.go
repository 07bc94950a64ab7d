//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package lock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/internal/lock"
)

// TestTry: the second who opens a file does not get its lock, reads and writes it
// all the same, and gets the lock once the first has closed the file.
func TestTry(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	open := func() *os.File {
		t.Helper()
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	first, second := open(), open()
	if err := lock.Try(first); err != nil {
		t.Fatalf("Try of a file that nobody has = %v, want nil", err)
	}
	if err := lock.Try(second); !errors.Is(err, lock.ErrHeld) {
		t.Errorf("Try of a locked file = %v, want %v", err, lock.ErrHeld)
	}
	if _, err := second.WriteString("text"); err != nil {
		t.Errorf("Write to a locked file: %v, want nil", err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "text" {
		t.Errorf("ReadFile of a locked file = %q, %v, want %q", got, err, "text")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := lock.Try(second); err != nil {
		t.Errorf("Try of a file that its owner has closed = %v, want nil", err)
	}
}
