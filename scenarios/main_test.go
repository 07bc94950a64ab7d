package scenarios_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is a program outside this module that adds an environment, an agent, a wrapper and
// a scenario to rlrun.
const program = `package main

import (
	"errors"
	"testing/fstest"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/scenario"
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

// fog is a wrapper that multiplies observations by 1 - density.
type fog struct {
	env.Env
	density float32
}

func newFog(e env.Env, density float32) (*fog, error) {
	if density < 0 {
		return nil, errors.New("a density below 0")
	}
	return &fog{e, density}, nil
}

func (f *fog) Step(act, obs []float32) env.Outcome {
	out := f.Env.Step(act, obs)
	for i := range obs {
		obs[i] *= 1 - f.density
	}
	return out
}

// settings are the settings of PPO and one more.
type settings struct {
	agents.PPOConfig ` + "`yaml:\",inline\"`" + `
	Naps int ` + "`yaml:\"naps\"`" + `
}

func defaults() settings { return settings{agents.DefaultPPO(), 3} }

func newLazy(mk env.Maker, s settings) (*agents.PPO, error) {
	if s.Naps > 9 {
		return nil, errors.New("lazy: it never wakes")
	}
	return agents.NewPPO(mk, s.PPOConfig)
}

const liftLazy = "env: {id: acme/Lift-v0, wrappers: [{fog: 0.5}]}\nagent: {name: lazy, naps: 2, n_steps: 16, batch_size: 16}\nsteps: 64\n"

func main() {
	envs := scenarios.Envs()
	envs["acme/Lift-v0"] = env.Entry(func() *lift { return &lift{Floors: 7} })
	scenarios.Main(envs, scenarios.With{
		Agents:    scenario.Agents{"lazy": scenario.NewAgent("proximal policy optimisation that naps", defaults, newLazy)},
		Wrappers:  scenario.Wrappers{"fog": scenario.NewWrapper(0.1, newFog)},
		Scenarios: fstest.MapFS{"lift-lazy.yaml": {Data: []byte(liftLazy)}},
	})
}
`

// build builds program in a separate module, and returns the path of the binary.
func build(t *testing.T) (binary string) {
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
	cmd := exec.Command("go", "build", "-mod=mod", "-o", "own.exe", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return filepath.Join(dir, "own.exe")
}

// TestOwnProgram checks that the program's own environment, agent, wrapper and scenario are
// listed, completed, trained, resumed and evaluated like those of rlrun.
func TestOwnProgram(t *testing.T) {
	own := build(t)
	dir := t.TempDir()
	for _, c := range []struct {
		args   string
		status int
		want   []string // parts of its output
	}{
		{"list envs --json", 0, []string{`"acme/Lift-v0"`, `"CartPole-v1"`}},
		{"list agents --json", 0, []string{`{"kind":"agent","name":"lazy","summary":"proximal policy optimisation that naps"}`, `"name":"ppo"`}},
		{"list scenarios --json", 0, []string{`{"kind":"scenario","name":"lift-lazy","env":"acme/Lift-v0","agent":"lazy","steps":64,"target":null}`, `"cartpole-ppo"`}},
		{"__complete --agent la", 0, []string{"lazy\n"}},
		{"__complete lift", 0, []string{"lift-lazy\n"}},
		{"cartpol-ppo", 2, []string{"cartpole-ppo"}},
		{"lift-lasy", 2, []string{"the nearest is lift-lazy"}},
		{"acme/Lift --agent lasy", 2, []string{`no agent "lasy"; the nearest is lazy`}},
		{"lift-lazy --set agent.nap=1", 2, []string{"agent.nap: unknown key; the nearest is naps"}},
		{"lift-lazy --set agent.naps=10", 2, []string{"lazy: it never wakes"}},
		{"lift-lazy --set env.wrappers=[{fogg:&0.5}]", 2, []string{`no wrapper "fogg"; the nearest is fog`}},
		{"lift-lazy --set env.wrappers=[{fog:&-1}]", 2, []string{"env.wrappers[0].fog: a density below 0"}},
		{"lift-lazy --json", 0, []string{`"event":"result","scenario":"lift-lazy","env":"acme/Lift-v0","agent":"lazy"`}},
		{"acme/Lift --agent lazy --steps 64 --out held --quiet --json", 0, []string{`"agent":"lazy","seed":1`}},
		{"resume held --steps 4096 --json", 0, []string{`"steps":4096`}},
		{"eval held --json", 0, []string{`"event":"result"`}},
	} {
		var args []string
		for word := range strings.FieldsSeq(c.args) {
			args = append(args, strings.ReplaceAll(word, "&", " "))
		}
		cmd := exec.Command(own, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != c.status {
			t.Errorf("own %s: %v, %s, want exit status %d", c.args, err, out, c.status)
		}
		for _, want := range c.want {
			if !strings.Contains(string(out), want) {
				t.Errorf("own %s = %s, want %q in it", c.args, out, want)
			}
		}
	}
	config, err := os.ReadFile(filepath.Join(dir, "runs", "lift-lazy", "seed-1", "config.yaml"))
	if err != nil || !strings.Contains(string(config), "naps: 2\n") || !strings.Contains(string(config), "gamma: 0.99\n") {
		t.Errorf("config.yaml = %s, %v, want naps: 2 and PPO's defaults", config, err)
	}
}
