package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/rlrun/rlrun/"

// layers lists, for each package, the packages of this module that it may import. The table in
// ARCHITECTURE.md shows the same.
var layers = map[string]string{
	"internal/nearest":                    "",
	"internal/atomicfile":                 "",
	"internal/lock":                       "",
	"internal/golden":                     "",
	"scenarios/internal/figure":           "",
	"internal/infile":                     "",
	"internal/settings":                   "internal/nearest",
	"scenario":                            "agents env env/grid env/minigrid env/pixels env/state internal/nearest internal/settings policy policy/f32 policy/nn",
	"run":                                 "agents env env/grid env/state internal/atomicfile internal/infile internal/lock internal/settings internal/tfevents policy scenario",
	"scenarios/internal/runset":           "internal/infile internal/nearest scenarios/internal/statistics run scenario",
	"scenarios/internal/episode":          "env scenarios/internal/figure render",
	"scenarios/internal/zoo":              "env internal/nearest internal/settings scenario",
	"scenarios/internal/crash":            "env policy/parallel",
	"scenarios/internal/sweep":            "internal/infile scenarios/internal/crash scenarios/internal/statistics run scenario",
	"scenarios/internal/stage":            "agents env internal/atomicfile scenarios/internal/episode scenarios/internal/figure policy policy/f32 render render/raster",
	"scenarios/internal/bench":            "agents env policy policy/f32 policy/loss policy/nn policy/optim policy/parallel policy/tape",
	"scenarios/internal/cli":              "agents env env/envtest env/grid env/remote internal/atomicfile scenarios/internal/bench scenarios/internal/crash scenarios/internal/episode scenarios/internal/figure scenarios/internal/hub scenarios/internal/hub/journal scenarios/internal/hub/link scenarios/internal/hub/server internal/infile internal/nearest scenarios/internal/plot scenarios/internal/runset internal/settings scenarios/internal/stage scenarios/internal/statistics scenarios/internal/sweep scenarios/internal/zoo policy policy/f32 policy/nn render render/raster run scenario",
	"env/state":                           "internal/infile",
	"env":                                 "env/state internal/nearest",
	"env/envtest":                         "env env/state",
	"env/remote":                          "env internal/nearest",
	"env/classic":                         "env env/state render",
	"env/grid":                            "env env/state render",
	"multibody":                           "",
	"env/memory":                          "env env/state render",
	"env/minatar":                         "env env/state render",
	"env/minigrid":                        "env env/state render",
	"env/pixels":                          "env env/state render",
	"planar":                              "",
	"env/box2d":                           "env env/state multibody planar render",
	"env/mujoco":                          "env env/state multibody render render/mechanism",
	"env/recommender":                     "env env/state render",
	"scenarios/internal/statistics":       "",
	"internal/tfevents":                   "",
	"scenarios/internal/plot":             "render render/raster scenarios/internal/figure scenarios/internal/statistics",
	"render":                              "",
	"render/mechanism":                    "multibody render",
	"render/raster":                       "render",
	"render/window":                       "render/raster",
	"policy/f32":                          "",
	"policy/parallel":                     "",
	"policy/tape":                         "policy/f32 policy/parallel",
	"policy/loss":                         "policy/f32 policy/tape",
	"policy/optim":                        "env/state policy/f32 policy/parallel policy/tape",
	"policy":                              "env env/state internal/infile policy/dist policy/f32 policy/nn policy/optim policy/parallel policy/tape",
	"policy/gorgonia":                     "policy/f32 policy/nn policy/tape",
	"policy/dist":                         "env policy/f32 policy/tape",
	"policy/nn":                           "env/state internal/nearest policy/f32 policy/parallel policy/tape",
	"replay":                              "env env/state policy/f32 policy/loss",
	"supervised":                          "env/state internal/atomicfile policy/f32 policy/tape",
	"agents/agentstest":                   "agents env env/state policy policy/tape",
	"agents":                              "env env/state internal/atomicfile internal/infile policy policy/dist policy/f32 policy/loss policy/nn policy/optim policy/parallel policy/tape replay",
	"scenarios":                           "env env/box2d env/classic env/grid env/memory env/minatar env/minigrid env/mujoco env/recommender scenarios/internal/cli policy/gorgonia policy/nn render/raster render/window scenario",
	"docs/internal/reference":             "internal/atomicfile internal/settings policy policy/nn policy/optim scenario scenarios",
	"cmd/rlrun":                           "scenarios",
	"scenarios/internal/hub":              "agents env/state internal/atomicfile internal/infile internal/lock policy/f32 run scenario scenarios/internal/crash scenarios/internal/hub/acting scenarios/internal/hub/journal scenarios/internal/hub/link scenarios/internal/hub/trajectories",
	"scenarios/internal/hub/acting":       "",
	"scenarios/internal/hub/journal":      "scenarios/internal/hub/link",
	"scenarios/internal/hub/link":         "internal/atomicfile internal/infile",
	"scenarios/internal/hub/server":       "internal/lock scenarios/internal/hub/journal scenarios/internal/hub/link",
	"scenarios/internal/hub/trajectories": "agents scenarios/internal/hub/acting scenarios/internal/hub/link",
}

// TestLayers checks that every package imports only packages that layers allows. An example
// may import every package that is not internal, as a user's program may.
func TestLayers(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range list(t, module+"...", "{{.ImportPath}} {{join .Imports \" \"}}") {
		pkg, allowed := strings.TrimPrefix(f[0], module), ""
		if !strings.HasPrefix(pkg, "examples") && pkg != "docs" { // docs contains only tests
			var ok bool
			if allowed, ok = layers[pkg]; !ok {
				t.Errorf("package %s is not in layers", pkg)
			}
			seen[pkg] = true
		}
		for _, imp := range f[1:] {
			name, ours := strings.CutPrefix(imp, module)
			public := strings.HasPrefix(pkg, "examples") && !strings.HasPrefix(name, "internal/")
			if ours && !public && !strings.Contains(" "+allowed+" ", " "+name+" ") {
				t.Errorf("%s must not import %s", pkg, name)
			}
		}
	}
	for pkg := range layers {
		if !seen[pkg] {
			t.Errorf("layers has a row of %s, which is not a package", pkg)
		}
	}
}

// TestTable checks that the table in ARCHITECTURE.md has a row for each package, and no
// other rows.
func TestTable(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		for name := range strings.SplitSeq(strings.Split(line, " | ")[0], ", ") {
			rows[strings.Trim(name, "| `")] = true
		}
		if strings.HasPrefix(line, "| `cmd/") {
			break // the last row
		}
	}
	for pkg := range layers {
		if !rows[pkg] {
			t.Errorf("ARCHITECTURE.md has no row of %s", pkg)
		}
		delete(rows, pkg)
	}
	for name := range rows {
		t.Errorf("ARCHITECTURE.md has a row of %s, which is not a package", name)
	}
}

// TestResearcher checks that the packages that research code imports do not depend on the
// window, on another engine, or on the libraries of the command.
func TestResearcher(t *testing.T) {
	heavy := []string{"github.com/hajimehoshi/", "github.com/nats-io/", "gorgonia.org/", "github.com/spf13/", "golang.org/x/term", "golang.org/x/image"}
	for _, c := range []struct {
		pkg     string
		without []string
	}{
		{"agents", append(heavy, "go.yaml.in/", "gonum.org/")},
		{"scenario", heavy},
		{"run", heavy},
	} {
		n := 0
		for _, f := range list(t, "-deps", module+c.pkg, "{{.ImportPath}}") {
			n++
			for _, h := range c.without {
				if strings.HasPrefix(f[0], h) {
					t.Errorf("%s depends on %s", c.pkg, f[0])
				}
			}
		}
		if n == 0 {
			t.Errorf("go list prints no dependencies of %s", c.pkg)
		}
	}
}

// list runs go list and returns the words of each output line. The last argument is the
// template of a line; the others are arguments of go list.
func list(t *testing.T, args ...string) (lines [][]string) {
	t.Helper()
	template := args[len(args)-1]
	cmd := exec.Command("go", append([]string{"list", "-f", template}, args[:len(args)-1]...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.Fields(line))
	}
	return lines
}
