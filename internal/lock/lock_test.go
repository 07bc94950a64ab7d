//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows

package lock_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/internal/lock"
)

// TestTry checks that only the first open file gets the lock. The second can still read and
// write the file, and gets the lock after the first is closed.
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
		t.Fatalf("Try of an unlocked file = %v, want nil", err)
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

// lockedFile is the environment variable with the name of the file that the second process
// of TestDies locks.
const lockedFile = "LOCK_TEST_FILE"

// TestDies checks that a lock ends when its process is killed. The second process is the
// program of this test.
func TestDies(t *testing.T) {
	if name := os.Getenv(lockedFile); name != "" {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err == nil {
			err = lock.Try(f)
		}
		fmt.Println("locked:", err)
		io.Copy(io.Discard, os.Stdin) // waits until the process is killed
		return
	}
	name := filepath.Join(t.TempDir(), "f")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestDies$")
	cmd.Env = append(os.Environ(), lockedFile+"="+name)
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "locked: <nil>\n" {
		t.Errorf("the second process prints %q, %v, want that it has the lock", line, err)
	}
	if err := lock.Try(f); !errors.Is(err, lock.ErrHeld) {
		t.Errorf("Try of a file that another process has locked = %v, want %v", err, lock.ErrHeld)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // returns an error, because the process was killed
	if err := lock.Try(f); err != nil {
		t.Errorf("Try after the other process was killed = %v, want nil", err)
	}
}
