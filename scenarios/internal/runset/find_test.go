package runset

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestByNumber checks that names are sorted by the numbers in them.
func TestByNumber(t *testing.T) {
	want := []string{"", "runs", "seed-1", "seed-1-2", "seed-1-10", "seed-2", "seed-02", "seed-10", "seed-99999999999999999999", "seed-x", "é"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, byNumber)
	if !slices.Equal(got, want) {
		t.Errorf("sorted by number: %q, want %q", got, want)
	}
}

// TestFind checks the runs found for a run directory, for a directory whose name has
// characters of a glob pattern, for a scenario and for a sweep. Runs three levels down are
// found only if there are no runs above them.
func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{
		"a[1]/seed-10", "a[1]/seed-2", "a[1]/no run", "one", "runs/pole/seed-1", "runs/pole/ten/seed-3", "runs/pole/sweep/gamma=1/seed-1",
		"runs/swept/sweep/gamma=[1, 2]/seed-1", "runs/swept/sweep/gamma=3/seed-1", "empty/x",
	} {
		if err := os.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if base := filepath.Base(dir); base != "no run" && base != "x" {
			if err := os.WriteFile(filepath.Join(filepath.FromSlash(dir), "config.yaml"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tc := range []struct {
		name   string
		dirs   []string
		nested bool
	}{
		{"one", []string{"one"}, false}, {"a[1]", []string{"a[1]/seed-2", "a[1]/seed-10"}, false},
		{"pole", []string{"runs/pole/seed-1", "runs/pole/ten/seed-3"}, false},
		{"swept", []string{"runs/swept/sweep/gamma=3/seed-1", "runs/swept/sweep/gamma=[1, 2]/seed-1"}, true},
		{"runs/pole/sweep", []string{"runs/pole/sweep/gamma=1/seed-1"}, true},
	} {
		dirs, nested, err := find(tc.name)
		for i := range dirs {
			dirs[i] = filepath.ToSlash(dirs[i])
		}
		if err != nil || !slices.Equal(dirs, tc.dirs) || nested != tc.nested {
			t.Errorf("find(%q) = %q, nested %t, %v, want %q, %t", tc.name, dirs, nested, err, tc.dirs, tc.nested)
		}
	}
	for _, name := range []string{"nowhere", "empty", ""} {
		if dirs, _, err := find(name); err == nil {
			t.Errorf("find(%q) = %q, want an error", name, dirs)
		}
	}
}
