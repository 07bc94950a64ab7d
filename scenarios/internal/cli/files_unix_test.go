//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestStrangeFiles replaces each file that a command reads by a pipe, a device, a directory and
// a file of 1 TB. It checks that the command reports this in one line, without waiting.
func TestStrangeFiles(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run", "--quiet")
	a.must(t, "record", "run", "-o", "episode.jsonl")
	writeFile(t, "s.yaml", quick)
	if err := os.CopyFS("cut", os.DirFS("run")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove("cut/result.json"); err != nil {
		t.Fatal(err)
	}
	strange := map[string]func(name string) error{
		"is a pipe":      func(name string) error { return syscall.Mkfifo(name, 0o644) },
		"is a device":    func(name string) error { return os.Symlink("/dev/zero", name) },
		"is a directory": func(name string) error { return os.Mkdir(name, 0o755) },
		"bytes": func(name string) error {
			if err := os.WriteFile(name, nil, 0o644); err != nil {
				return err
			}
			return os.Truncate(name, 1<<40)
		},
	}
	for want, put := range strange {
		for _, c := range []struct{ file, args string }{
			{"s.yaml", "s.yaml"}, {"episode.jsonl", "watch episode.jsonl"}, {"run/config.yaml", "eval run"},
			{"run/policy.safetensors", "eval run"}, {"run/policy.safetensors", "quick --out new --init run"},
			{"run/progress.csv", "plot run -o p.png"}, {"t.md", "bench learning quick -o t.md"},
			{"run/result.json", "resume run"}, {"cut/checkpoint/state", "resume cut"},
		} {
			if c.file == "episode.jsonl" && want == "is a directory" {
				continue // a directory can be a run
			}
			os.Rename(c.file, "aside") // fails for t.md, which does not exist
			if err := put(c.file); err != nil {
				t.Fatal(err)
			}
			status, _, err := a.call(strings.Fields(c.args)...)
			if status != statusBadInput || strings.Count(err, "\n") != 1 || !strings.Contains(err, want) || !strings.Contains(err, filepath.Base(c.file)) {
				t.Errorf("rlrun %s where %s %s: %d, %q, want %d and a line", c.args, c.file, want, status, err, statusBadInput)
			}
			if err := os.Remove(c.file); err != nil {
				t.Fatal(err)
			}
			os.Rename("aside", c.file)
		}
	}
}
