//go:build unix

package infile

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestNotRegular checks that Open and Read return an error without waiting for everything that is
// not a regular file, for example a pipe without a writer, and a symbolic link to it.
func TestNotRegular(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe.yaml"), filepath.Join(dir, "link.yaml")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(pipe, link); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		pipe: "pipe.yaml is a pipe, want a regular file", link: "link.yaml is a pipe, want a regular file",
		dir: "is a directory, want a regular file", "/dev/zero": "/dev/zero is a device, want a regular file",
		filepath.Join(dir, "none"): "none is not there",
	} {
		if f, err := Open(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s) = %v, %v, want an error with %q", name, f, err, want)
		}
		if data, err := Read(name, 1<<62); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%s) = %d bytes, %v, want an error with %q", name, len(data), err, want)
		}
	}
}
