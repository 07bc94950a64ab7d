package infile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRead checks that Read accepts a file of exactly the limit, refuses a file that is one
// byte longer, and refuses a sparse file of 1 TB without reading it.
func TestRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(name, []byte("12345678"), 0o644); err != nil {
		t.Fatal(err)
	}
	if data, err := Read(name, 8); err != nil || string(data) != "12345678" {
		t.Errorf("Read(8 bytes, 8) = %q, %v, want 12345678", data, err)
	}
	if data, err := Read(name, 7); err == nil || !strings.Contains(err.Error(), "has 8 bytes, want 7 at most") {
		t.Errorf("Read(8 bytes, 7) = %q, %v, want an error with both numbers", data, err)
	}
	const tera = 1 << 40
	if err := os.Truncate(name, tera); err != nil {
		t.Logf("no sparse file of %d bytes here: %v", int64(tera), err)
		return
	}
	n := testing.AllocsPerRun(10, func() {
		if data, err := Read(name, 1<<20); err == nil {
			t.Fatalf("Read(%d bytes, %d) = %d bytes, want an error", int64(tera), 1<<20, len(data))
		}
	})
	if n > 20 {
		t.Errorf("Read(%d bytes, %d) allocates %v times, want 20 at most, for the message", int64(tera), 1<<20, n)
	}
}

// Example tries to read a directory.
func Example() {
	_, err := Read(os.TempDir(), 1<<20)
	_, what, _ := strings.Cut(err.Error(), " is ")
	os.Stdout.WriteString(what)
	// Output: a directory, want a regular file
}
