// Package docs tests README.md and the pages in this directory. It checks that the programs,
// commands and outputs on the pages are the same as in reality.
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

// TestPrograms checks that every program, robot and scenario on the pages is a file of this module, a
// part of such a file, or a file that the page tells the reader to write.
func TestPrograms(t *testing.T) {
	for _, page := range pages(t) {
		for _, b := range blocks(t, page) {
			ok := true
			switch b.lang {
			case "go":
				ok = source(t, b, false, "../examples/*/*.go", "../examples/*/*/*.go")
			case "xml":
				ok = source(t, b, true, "../examples/*/*.xml")
			case "yaml":
				ok = b.name != "" || source(t, b, true, "../scenarios/*.yaml", "../examples/*/*.yaml", "../examples/*/*/*.yaml")
			}
			if !ok {
				t.Errorf("%s:%d: no file of examples or scenarios has this:\n%s", page, b.line, b.text)
			}
		}
	}
}

// TestTranscripts runs every command on the pages and compares the output with the page. Each
// page has its own directory.
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

// lookAtSources calls os.Stat for every source file of the module. The test builds programs from
// these files, so go test must not use a cached result after a file has changed.
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

// TestLinks checks that programs that only act with a policy, or learn from data, do not link the
// packages of agents, and that a program that trains an agent does not link the window.
func TestLinks(t *testing.T) {
	acts := []string{"rlrun/agents", "rlrun/replay", "rlrun/run", "rlrun/scenario", "gorgonia", "ebiten", "yaml"}
	for program, without := range map[string][]string{"embed": acts, "catch/game": acts, "train": acts[2:], "digits": acts, "purchases": acts} {
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
