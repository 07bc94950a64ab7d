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

// quick has iterations of 8 steps, in the first of which no pole can fall.
const quick = `
env: {id: CartPole-v1, n_envs: 2}
agent: {name: ppo, n_steps: 4, batch_size: 8, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 400
log_interval: 8
eval: {episodes: 10}
`

// open goes on for ever: a step pays 1, and no return solves it.
const open = `
env: {id: acme/Open-v0, n_envs: 2}
agent: {name: ppo, n_steps: 4, batch_size: 8, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 16
eval: {episodes: 3, max_steps: 20}
`

// odd is an environment for the tests: it has no end and no threshold, panics
// at action 2, is at its limit and its end at once after 3 actions 3 where it
// has a limit, and pays an infinite reward for action 4.
type odd struct {
	id       string
	maxSteps int
	threes   int
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

// still is odd with the actions that break nothing.
type still struct{ odd }

func (s *still) Spec() env.Spec {
	spec := s.odd.Spec()
	spec.Act = env.Discrete{N: 2}
	return spec
}

// unsaved is still without a state that can be saved.
type unsaved struct{ still }

func (u *unsaved) Spec() env.Spec {
	spec := u.still.Spec()
	spec.ID = "acme/Unsaved-v0"
	return spec
}

func (*unsaved) State(s *state.State) { s.Fail(errors.New("not to be saved")) }

func registry() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	grid.Register(r)
	r["acme/Odd-v0"] = env.Entry(func() *odd { return &odd{id: "acme/Odd-v0", maxSteps: 3} })
	r["acme/Open-v0"] = env.Entry(func() *still { return &still{odd{id: "acme/Open-v0"}} })
	return r
}

// catalog has the environments of registry, and Gorgonia.
func catalog() scenario.Catalog {
	c := scenario.Builtin(registry())
	c.Engines["gorgonia"] = gorgonia.Engine{}
	return c
}

// shipped is the text of a scenario that comes with rlrun. It is read before a
// test changes directories.
func shipped(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// inEmptyDir makes a new directory the working directory, and returns an App.
func inEmptyDir(t *testing.T) *App {
	t.Helper()
	a := &App{Catalog: catalog()}
	for name, text := range map[string]string{"quick": quick, "open": open, "cartpole-ppo": shipped(t, "cartpole-ppo")} {
		a.Scenarios[name] = []byte(text)
	}
	t.Chdir(t.TempDir())
	return a
}

// call carries out one command line.
func (a *App) call(args ...string) (status int, out, err string) {
	var o, e bytes.Buffer
	a.In, a.Out, a.Err = strings.NewReader(""), &o, &e
	status = a.Run(args)
	return status, o.String(), e.String()
}

// must carries out a command line that is good, and returns what it printed.
func (a *App) must(t testing.TB, args ...string) string {
	t.Helper()
	status, out, err := a.call(args...)
	if status != statusDone {
		t.Fatalf("rlrun %q = %d, %s", args, status, err)
	}
	return out
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

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

// object reads a line of JSON, and nothing else.
func object(t testing.TB, line string) (m map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(line), &m); err != nil || m == nil {
		t.Fatalf("%q: %v, want a JSON object", line, err)
	}
	return m
}

// objects reads output that is a JSON object a line, and nothing else.
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

func TestVersion(t *testing.T) {
	got := inEmptyDir(t).must(t, "--version")
	if !strings.HasPrefix(got, "rlrun ") || !strings.Contains(got, " kernels\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("rlrun --version = %q, want rlrun, its version and its kernels in one line", got)
	}
}

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
		t.Errorf("rlrun help = %q, want what rlrun alone prints", got)
	}
}

func TestCompletion(t *testing.T) {
	a := inEmptyDir(t)
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if got := a.must(t, "completion", shell); len(got) < 500 || !strings.Contains(got, "rlrun") {
			t.Errorf("rlrun completion %s = %d bytes, want a script for rlrun", shell, len(got))
		}
	}
}

// TestComplete offers the words that may come next.
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

// broken is a stream that panics.
type broken struct{}

func (broken) Write([]byte) (int, error) { panic("broken") }

// TestPanic wants a mistake in the program, and one in an environment, to end in one
// line as well.
func TestPanic(t *testing.T) {
	a := inEmptyDir(t)
	var e bytes.Buffer
	a.In, a.Out, a.Err = strings.NewReader(""), broken{}, &e
	if status := a.Run([]string{"list", "agents", "--json"}); status != statusFailed || e.String() != "rlrun: a mistake in the program: broken\n" {
		t.Errorf("rlrun list agents --json to a stream that panics = %d, %q, want 1 and one line", status, e.String())
	}
	a.Envs = env.Registry{"Broken-v0": func(env.Options) (env.Env, error) { panic("broken") }}
	status, out, err := a.call("list", "envs")
	if status != statusFailed || out != "" || err != "rlrun: env: Broken-v0: panic: broken\n" {
		t.Errorf("rlrun list envs = %d, %q, %q, want 1 and one line", status, out, err)
	}
}
