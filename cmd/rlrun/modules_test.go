package main

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestModules compares the modules that are linked into rlrun on Linux, macOS and Windows with the
// tables in ARCHITECTURE.md, which explain why rlrun needs each module. go run and go install
// fetch these modules, so with each module a new user waits longer.
func TestModules(t *testing.T) {
	linked := map[string]bool{}
	t.Setenv("CGO_ENABLED", "0")
	for _, system := range []string{"linux", "darwin", "windows"} {
		t.Setenv("GOOS", system)
		for _, f := range list(t, "-deps", module+"cmd/rlrun", "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}") {
			for _, path := range f {
				linked[path] = true
			}
		}
	}
	if len(linked) == 0 {
		t.Fatal("go list prints no dependencies of rlrun")
	}
	explained := dependencies(t)
	for _, path := range slices.Sorted(maps.Keys(linked)) {
		if !explained[path] {
			t.Errorf("rlrun needs the module %s, and no table in ARCHITECTURE.md explains it", path)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(explained)) {
		if !linked[path] {
			t.Errorf("ARCHITECTURE.md explains the module %s, which rlrun does not need", path)
		}
	}
}

// dependencies returns the modules in the tables of ARCHITECTURE.md, except the modules of tools/.
func dependencies(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## Dependencies")
	if !ok {
		t.Fatal("ARCHITECTURE.md has no section of dependencies")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	paths := map[string]bool{}
	for line := range strings.Lines(section) {
		names, _, _ := strings.Cut(line, " | ")
		if !strings.HasPrefix(names, "| `") || strings.Contains(names, "tools/go.mod") {
			continue
		}
		for name := range strings.SplitSeq(names, ", ") {
			paths[strings.Trim(name, "| `")] = true
		}
	}
	return paths
}
