// Package docs has the tests of README.md and of the pages in this directory: the programs,
// commands and outputs that they show are true.
package docs

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

//go:generate go run ./internal/reference

// TestPrograms: every program and scenario on the pages is a file of this module, or a part
// of a file, or a file that the reader is told to write.
func TestPrograms(t *testing.T) {
	for _, page := range pages(t) {
		for _, b := range blocks(t, page) {
			ok := true
			switch b.lang {
			case "go":
				ok = source(t, b, false, "../examples/*/*.go", "../examples/*/*/*.go")
			case "yaml":
				ok = b.name != "" || source(t, b, true, "../scenarios/*.yaml", "../examples/*/*.yaml", "../examples/*/*/*.yaml")
			}
			if !ok {
				t.Errorf("%s:%d: no file of examples or scenarios has this:\n%s", page, b.line, b.text)
			}
		}
	}
}

// TestTranscripts runs every command on the pages, each page in a directory of its own, and
// compares what it prints with what the page shows.
func TestTranscripts(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" { // which has no sh
		return
	}
	lookAtSources(t)
	p := newPrograms(t)
	files := map[string][]byte{} // files that the reader has, by name
	for name, path := range map[string]string{"my.yaml": "scenarios/cartpole-ppo.yaml", "ppo.yml": "scenarios/internal/zoo/testdata/ppo.yml"} {
		text, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		files[name] = text
	}
	for _, page := range pages(t) {
		t.Run(filepath.ToSlash(page), func(t *testing.T) {
			t.Parallel()
			r := &reader{programs: p, dir: t.TempDir(), done: map[string]result{}}
			write := func(name string, text []byte) {
				if err := os.WriteFile(filepath.Join(r.dir, name), text, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for name, text := range files {
				write(name, text)
			}
			for _, b := range blocks(t, page) {
				switch {
				case b.lang == "yaml" && b.name != "":
					write(b.name, []byte(b.text))
				case strings.HasPrefix(b.text, "> "):
					r.converse(t, b)
				}
				for _, c := range commands(b) {
					r.do(t, c)
				}
			}
			if *update {
				rewrite(t, page, r.printed)
			}
		})
	}
}

// lookAtSources looks at every source file of the module. The programs that the test runs are
// made of them, so go test must not take a result from before they changed.
func lookAtSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == "runs") {
			return filepath.SkipDir
		}
		if err == nil && filepath.Ext(path) != ".md" {
			_, err = os.Stat(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLinks: a program that acts by a policy links what it takes to act, and a program that
// trains links no window.
func TestLinks(t *testing.T) {
	acts := []string{"rlrun/agents", "rlrun/replay", "rlrun/run", "rlrun/scenario", "gorgonia", "ebiten", "yaml"}
	for program, without := range map[string][]string{"embed": acts, "catch/game": acts, "train": acts[2:]} {
		out, err := exec.Command("go", "list", "-deps", "../examples/"+program).Output()
		if err != nil {
			t.Fatal(err)
		}
		for name := range strings.Lines(string(out)) {
			for _, not := range without {
				if strings.Contains(name, not) {
					t.Errorf("examples/%s links %s", program, name)
				}
			}
		}
	}
}
