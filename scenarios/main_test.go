package scenarios_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program adds an environment to rlrun, from outside this module.
const program = `package main

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/scenarios"
)

type lift struct {
	Floors int ` + "`yaml:\"floors\"`" + `
}

func (l *lift) Spec() env.Spec {
	return env.Spec{ID: "acme/Lift-v0", Obs: env.NewBox(0, 1, 2), Act: env.Discrete{N: l.Floors}, MaxSteps: 9}
}
func (*lift) Reset(seed uint64, obs []float32)       { clear(obs) }
func (*lift) Step(act, obs []float32) (o env.Outcome) { return o }

func main() {
	envs := scenarios.Envs()
	envs["acme/Lift-v0"] = env.Entry(func() *lift { return &lift{Floors: 7} })
	scenarios.Main(envs)
}
`

// TestOwnProgram builds a module of its own that has an environment of its own, and
// asks it for its environments, and for the exit status of bad input.
func TestOwnProgram(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(mod), "module github.com/rlrun/rlrun\n", "module example.com/own\n", 1) +
		"\nrequire github.com/rlrun/rlrun v0.0.0\n\nreplace github.com/rlrun/rlrun => " + filepath.ToSlash(root) + "\n"
	for name, text := range map[string]string{"go.mod": own, "go.sum": string(sums), "main.go": program} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-mod=mod", "-o", "own.exe", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	out, err := exec.Command(filepath.Join(dir, "own.exe"), "list", "envs", "--json").Output()
	if err != nil {
		t.Fatalf("own list envs --json: %v", err)
	}
	names := map[string]bool{}
	for line := range bytes.Lines(out) {
		var l struct{ Kind, Name string }
		if err := json.Unmarshal(line, &l); err != nil || l.Kind != "env" {
			t.Errorf("line %s: %v, want an env", line, err)
		}
		names[l.Name] = true
	}
	if !names["acme/Lift-v0"] || !names["CartPole-v1"] {
		t.Errorf("own list envs --json = %s, want acme/Lift-v0 and CartPole-v1", out)
	}
	bad := exec.Command(filepath.Join(dir, "own.exe"), "cartpol-ppo")
	if out, err := bad.CombinedOutput(); bad.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "cartpole-ppo") {
		t.Errorf("own cartpol-ppo = %v, %s, want exit status 2 and the nearest scenario", err, out)
	}
}
