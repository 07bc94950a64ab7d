package run

import (
	"bufio"
	"os"
	"path/filepath"
	"testing"
)

// TestLogFails checks that a log that cannot be written gives one error, not an error for each of
// a hundred thousand rows.
func TestLogFails(t *testing.T) {
	name := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name) // open only for reading
	if err != nil {
		t.Fatal(err)
	}
	f := logFile{file: file, buf: bufio.NewWriter(file)}
	for range 100_000 {
		f.row("1", "2", "3")
	}
	if err := f.flush(); err == nil || len(err.Error()) > len(name)+100 {
		t.Errorf("flush of 100000 rows = %.200q (%d bytes), want one sentence", err, len(err.Error()))
	}
	f.close()
}
