package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/scenario"
)

// quick is a scenario with iterations of 8 steps. In the first iteration no pole can fall.
const quick = `
env: {id: CartPole-v1, n_envs: 2}
agent: {name: ppo, n_steps: 4, batch_size: 8, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 400
log_interval: 8
eval: {episodes: 10}
`

// open is a scenario whose environment never ends an episode and has no threshold. Each
// step gives reward 1.
const open = `
env: {id: acme/Open-v0, n_envs: 2}
agent: {name: ppo, n_steps: 4, batch_size: 8, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 16
eval: {episodes: 3, max_steps: 20}
`

// odd is an environment for tests, without a threshold. Action 2 panics. Three actions 3
// terminate an episode if there is a time limit, maxSteps. Action 4 gives an infinite reward.
type odd struct {
	id       string
	maxSteps int // time limit in steps, 0 for no limit
	threes   int // number of actions 3 in the episode
}

func (o *odd) Spec() env.Spec {
	return env.Spec{ID: o.id, Obs: env.NewBox(0, 9, 1), Act: env.Discrete{N: 5}, MaxSteps: o.maxSteps}
}

func (o *odd) Reset(_ uint64, obs []float32) { o.threes, obs[0] = 0, 0 }

func (o *odd) Step(act, obs []float32) env.Outcome {
	out := env.Outcome{Reward: 1}
	switch obs[0] = act[0]; act[0] {
	case 2:
		panic("out of track")
	case 3:
		o.threes++
		out.Terminated = o.maxSteps > 0 && o.threes == 3
	case 4:
		out.Reward *= 1e308
		out.Reward *= 10
	}
	return out
}

func (o *odd) State(s *state.State) { s.Int("odd", &o.threes, 3) }

// still is the environment odd with only the harmless actions 0 and 1.
type still struct{ odd }

func (s *still) Spec() env.Spec {
	spec := s.odd.Spec()
	spec.Act = env.Discrete{N: 2}
	return spec
}

// unsaved is the environment still with a State method that always fails.
type unsaved struct{ still }

func (u *unsaved) Spec() env.Spec {
	spec := u.still.Spec()
	spec.ID = "acme/Unsaved-v0"
	return spec
}

func (*unsaved) State(s *state.State) { s.Fail(errors.New("not to be saved")) }

// registry returns the classic and grid environments, and the environments of the tests.
func registry() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	grid.Register(r)
	r["acme/Odd-v0"] = env.Entry(func() *odd { return &odd{id: "acme/Odd-v0", maxSteps: 3} })
	r["acme/Open-v0"] = env.Entry(func() *still { return &still{odd{id: "acme/Open-v0"}} })
	return r
}

// catalog returns the built-in agents and wrappers, the environments of registry, and the
// engine Gorgonia.
func catalog() scenario.Catalog {
	c := scenario.Builtin(registry())
	c.Engines["gorgonia"] = gorgonia.Engine{}
	return c
}

// shipped returns the text of a scenario that is part of rlrun. Call it before the test
// changes its working directory.
func shipped(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// inEmptyDir changes to a new empty directory, and returns an App.
func inEmptyDir(t *testing.T) *App {
	t.Helper()
	a := &App{Catalog: catalog()}
	for name, text := range map[string]string{"quick": quick, "open": open, "cartpole-ppo": shipped(t, "cartpole-ppo")} {
		a.Scenarios[name] = []byte(text)
	}
	t.Chdir(t.TempDir())
	return a
}

// call executes one command line, and returns its exit status and outputs.
func (a *App) call(args ...string) (status int, out, err string) {
	var o, e bytes.Buffer
	a.In, a.Out, a.Err = strings.NewReader(""), &o, &e
	status = a.Run(args)
	return status, o.String(), e.String()
}

// must executes a command line that must succeed, and returns its standard output.
func (a *App) must(t testing.TB, args ...string) string {
	t.Helper()
	status, out, err := a.call(args...)
	if status != statusDone {
		t.Fatalf("rlrun %q = %d, %s", args, status, err)
	}
	return out
}

// readFile returns the content of a file.
func readFile(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// writeFile writes a file, and makes its directory.
func writeFile(t testing.TB, name, text string) {
	t.Helper()
	name = filepath.FromSlash(name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// object decodes a line that contains one JSON object and nothing else.
func object(t testing.TB, line string) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), &m); err != nil || m == nil {
		t.Fatalf("%q: %v, want a JSON object", line, err)
	}
	return m
}

// objects decodes an output that contains one JSON object on each line and nothing else.
func objects(t testing.TB, out string) (all []map[string]any) {
	t.Helper()
	if out != "" && !strings.HasSuffix(out, "\n") {
		t.Errorf("%q, want whole lines", out)
	}
	for line := range strings.Lines(out) {
		all = append(all, object(t, line))
	}
	return all
}

// TestVersion checks the line of --version.
func TestVersion(t *testing.T) {
	got := inEmptyDir(t).must(t, "--version")
	if !strings.HasPrefix(got, "rlrun ") || !strings.Contains(got, " kernels\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("rlrun --version = %q, want rlrun, its version and its kernels in one line", got)
	}
}

// TestHelp checks that each form of asking for help prints the right help.
func TestHelp(t *testing.T) {
	a := inEmptyDir(t)
	for _, c := range []struct{ args, want string }{
		{"", "rlrun SCENARIO"},
		{"help", "rlrun SCENARIO"},
		{"--help", "--checkpoint-every"},
		{"help step", "rlrun step ENV"},
		{"step --help", "rlrun step ENV"},
		{"step -h", "rlrun step ENV"},
		{"help eval", "rlrun eval RUN"},
		{"help resume", "rlrun resume RUN"},
		{"help list", "rlrun list [scenarios|envs|agents|runs [DIR]]"},
		{"help completion", "rlrun completion SHELL"},
	} {
		status, out, err := a.call(strings.Fields(c.args)...)
		if status != statusDone || !strings.Contains(out, c.want) || err != "" {
			t.Errorf("rlrun %s = %d, %q, %q, want 0 and %q", c.args, status, out, err, c.want)
		}
	}
	if got := a.must(t, "help"); got != a.must(t) {
		t.Errorf("rlrun help = %q, want the same text as rlrun without arguments", got)
	}
}

// TestCompletion checks that each shell has a completion script.
func TestCompletion(t *testing.T) {
	a := inEmptyDir(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if got := a.must(t, "completion", shell); len(got) < 500 || !strings.Contains(got, "rlrun") {
			t.Errorf("rlrun completion %s = %d bytes, want a script for rlrun", shell, len(got))
		}
	}
}

// TestComplete checks the words that completion offers.
func TestComplete(t *testing.T) {
	a := inEmptyDir(t)
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{""}, []string{"quick", "open", "cartpole-ppo", "eval", "step"}},
		{[]string{"list", ""}, []string{"scenarios", "envs", "agents", "runs"}},
		{[]string{"step", ""}, []string{"CartPole-v0", "CartPole-v1", "acme/Odd-v0"}},
		{[]string{""}, []string{"CartPole-v1", "acme/Odd-v0"}},
		{[]string{"CartPole-v1", "--agent", ""}, []string{"ppo", "sac", "qlearning"}},
		{[]string{"CartPole-v1", "--ag"}, []string{"--agent"}},
		{[]string{"bench", "learning", ""}, []string{"quick", "open"}},
		{[]string{"completion", ""}, []string{"bash", "zsh", "fish", "powershell"}},
		{[]string{"quick", "--che"}, []string{"--checkpoint-every"}},
	} {
		out := a.must(t, append([]string{"__complete"}, c.args...)...)
		var got []string
		for line := range strings.Lines(out) {
			word, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
			got = append(got, word)
		}
		for _, want := range c.want {
			if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+want+"\n") {
				t.Errorf("completions of %q = %q, want %s among them", c.args, got, want)
			}
		}
	}
}

// broken is a writer that panics.
type broken struct{}

// Write panics.
func (broken) Write([]byte) (int, error) { panic("broken") }

// TestPanic checks that a panic of the program and a panic of an environment give one line each.
func TestPanic(t *testing.T) {
	a := inEmptyDir(t)
	var e bytes.Buffer
	a.In, a.Out, a.Err = strings.NewReader(""), broken{}, &e
	if status := a.Run([]string{"list", "agents", "--json"}); status != statusFailed || e.String() != "rlrun: a mistake in the program: broken\n" {
		t.Errorf("rlrun list agents --json to a writer that panics = %d, %q, want 1 and one line", status, e.String())
	}
	a.Envs = env.Registry{"Broken-v0": func(env.Options) (env.Env, error) { panic("broken") }}
	status, out, err := a.call("list", "envs")
	if status != statusFailed || out != "" || err != "rlrun: env: Broken-v0: panic: broken\n" {
		t.Errorf("rlrun list envs = %d, %q, %q, want 1 and one line", status, out, err)
	}
}
