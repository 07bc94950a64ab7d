package sweep

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// marks is a Keeper that marks directories in memory.
type marks map[string]bool

func (m marks) Mark(dir string) error {
	m[dir] = true
	return nil
}

func (m marks) Marked(dir string) bool { return m[dir] }

// TestCreateOrFind checks that the runs of an earlier command are found if they were marked and have the same settings, and that
// nothing else is used.
func TestCreateOrFind(t *testing.T) {
	t.Chdir(t.TempDir())
	at := time.Now()
	create := func(out, steps string, k Keeper) ([]string, error) {
		s, err := New(text(strings.Replace(string(quick), "steps: 64", "steps: "+steps, 1)), catalog(), nil, nil, 2, out, at)
		if err != nil {
			t.Fatal(err)
		}
		var dirs []string
		err = s.create(k)
		for _, r := range s.Runs() {
			dirs = append(dirs, filepath.ToSlash(r.Dir))
		}
		return dirs, err
	}
	known := marks{}
	for _, c := range []struct {
		name, out, steps string
		k                Keeper
		want             string // directories, or the error
	}{
		{"new", "", "64", known, "runs/quick/seed-1 runs/quick/seed-2"},
		{"again", "", "64", known, "runs/quick/seed-1 runs/quick/seed-2"},
		{"other settings", "", "128", known, "runs/quick/seed-1-2 runs/quick/seed-2-2"},
		{"not marked", "", "64", marks{}, "runs/quick/seed-1-3 runs/quick/seed-2-3"},
		{"without a keeper", "", "64", nil, "runs/quick/seed-1-4 runs/quick/seed-2-4"},
		{"new directory", "out", "64", known, "out/seed-1 out/seed-2"},
		{"the directory again", "out", "64", known, "out/seed-1 out/seed-2"},
		{"the directory, other settings", "out", "128", known, "is there already"},
		{"the directory, not marked", "out", "64", marks{}, "is there already"},
		{"the directory, without a keeper", "out", "64", nil, "out is there already"},
		{"a directory without runs", "runs", "64", known, "runs is there already"},
	} {
		dirs, err := create(c.out, c.steps, c.k)
		if got := strings.Join(dirs, " "); err == nil && got != c.want || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	if err := os.WriteFile("out/seed-1/result.json", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if dirs, err := create("out", "64", marks{filepath.Join("out", "seed-2"): true}); err != nil {
		t.Errorf("a finished run and a marked one: %q, %v, want both", dirs, err)
	}
}

// TestSingle checks the directory of a single run.
func TestSingle(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct{ out, want string }{{"", "runs/quick/seed-1"}, {"one", "one"}} {
		s, err := Single(quick, catalog(), nil, c.out)
		if err == nil {
			err = s.CreateOrFind(marks{})
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := filepath.ToSlash(s.Runs()[0].Dir); len(s.Runs()) != 1 || got != c.want {
			t.Errorf("Single(%q) makes %q, want %q", c.out, got, c.want)
		}
	}
}
