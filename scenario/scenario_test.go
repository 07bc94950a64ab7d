package scenario_test

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/internal/settings"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/gorgonia"
	"github.com/rlrun/rlrun/scenario"
)

// echo is an environment whose observation is the last action. Each step has the reward 2. It has
// no reward threshold.
type echo struct {
	Length int `yaml:"length"` // steps of an episode
	steps  int
}

func (*echo) Spec() env.Spec {
	return env.Spec{ID: "acme/Echo-v0", Obs: env.NewBox(-1, 1, 1), Act: env.Discrete{N: 2}}
}

func (e *echo) Reset(_ uint64, obs []float32) { e.steps, obs[0] = 0, -1 }

func (e *echo) Step(act, obs []float32) env.Outcome {
	e.steps++
	obs[0] = act[0]
	return env.Outcome{Reward: 2, Terminated: e.steps == e.Length}
}

// registry has the classic environments and echo.
func registry() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	r["acme/Echo-v0"] = env.Entry(func() *echo { return &echo{Length: 5} })
	return r
}

// catalog has the environments of registry, and Gorgonia.
func catalog() scenario.Catalog {
	c := scenario.Builtin(registry())
	c.Engines["gorgonia"] = gorgonia.Engine{}
	return c
}

const minimal = "env: {id: CartPole-v1}\nagent: {name: ppo}\nsteps: 5000\n"

// read parses a file called f.yaml. sets are assignments as after the flag --set.
func read(text string, sets ...string) (*scenario.Scenario, error) {
	var changes []scenario.Change
	for _, s := range sets {
		changes = append(changes, scenario.Change{Assignment: s, Origin: "--set " + s})
	}
	return scenario.Parse("dir/f.yaml", []byte(text), changes, catalog())
}

func mustRead(t testing.TB, text string, sets ...string) *scenario.Scenario {
	t.Helper()
	s, err := read(text, sets...)
	if err != nil {
		t.Fatalf("Parse(%q, %q): %v", text, sets, err)
	}
	return s
}

func encode(t testing.TB, s *scenario.Scenario) string {
	t.Helper()
	text, err := s.Encode()
	if err != nil {
		t.Fatalf("Encode: %v", err)
	}
	return string(text)
}

// decode reads the value at a dotted path of an encoded scenario into a variable.
func decode(t testing.TB, text, path string, into any) {
	t.Helper()
	tree, err := settings.Parse("encoded", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	n, ok := tree.Root(), true
	for key := range strings.SplitSeq(path, ".") {
		if n, ok = n.At(key); !ok {
			t.Fatalf("Encode = %s, want %s in it", text, path)
		}
	}
	_, n, err = n.Take("name")
	if err == nil {
		err = n.Decode(into)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// TestMinimal checks that missing settings have the default values of scenarios, of PPO and of
// CartPole.
func TestMinimal(t *testing.T) {
	s := mustRead(t, minimal)
	got := *s
	got.Spec, got.TrainEnvs, got.EvalEnvs = env.Spec{}, nil, nil
	if s.Name != "f" || s.Env != "CartPole-v1" || s.Agent != "ppo" || s.Seed != 1 || s.Steps != 5000 ||
		!reflect.DeepEqual(s.Eval, scenario.Eval{Episodes: 100, MaxSteps: 10_000, Freq: new(500), FreqEpisodes: 10}) || s.LogInterval != 50 || s.Kernels != "" {
		t.Errorf("Parse(%q) = %+v, want the defaults", minimal, got)
	}
	if s.Threshold == nil || *s.Threshold != 475 {
		t.Errorf("Threshold = %v, want CartPole's 475", s.Threshold)
	}
	if s.Spec.ID != "CartPole-v1" || s.Spec.MaxSteps != 500 {
		t.Errorf("Spec = %+v, want CartPole-v1's", s.Spec)
	}
	text := encode(t, s)
	var c agents.PPOConfig
	decode(t, text, "agent", &c)
	want := agents.DefaultPPO()
	want.Setup = agents.Setup{}
	if err := want.Complete(); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("agent = %+v, want %+v", c, want)
	}
	var nEnvs int
	decode(t, text, "env.n_envs", &nEnvs)
	if want := agents.DefaultPPO().NEnvs; nEnvs != want {
		t.Errorf("env.n_envs = %d, want the agent's %d", nEnvs, want)
	}
	var options classic.CartPole
	decode(t, text, "env.options", &options)
	d := classic.NewCartPole()
	if options.Low != d.Low || options.High != d.High || options.Integrator != d.Integrator || options.SuttonBarto {
		t.Errorf("env.options = %+v, want CartPole's defaults", options)
	}
}

// full is a scenario in which every setting differs from its default.
const full = `
name: a name
env:
  id: CartPole-v0
  options: {sutton_barto_reward: true, kinematics_integrator: semi-implicit, low: -0.1, high: 0.2}
  wrappers: [{sticky_action: 0.25}, {scale_reward: 0.5}]
  n_envs: 3
agent:
  name: ppo
  n_steps: 16
  batch_size: 24
  n_epochs: 7
  learning_rate: 0.001
  clip_range: lin_0.3
  clip_range_vf: 0.4
  gamma: 0.9
  gae_lambda: 0.8
  vf_coef: 0.7
  ent_coef: 0.6
  max_grad_norm: 1.5
  normalize_advantage: false
  target_kl: 0.02
  policy_kwargs: {net_arch: [8, 4], activation_fn: relu, log_std_init: -1}
steps: 4000
target: 150.5
eval: {episodes: 9, max_steps: 77}
log_interval: 123
seed: 9223372036854775807
backend: native
kernels: other
`

func TestFull(t *testing.T) {
	s := mustRead(t, full)
	if s.Name != "a name" || s.Env != "CartPole-v0" || s.Seed != 1<<63-1 || s.Steps != 4000 || *s.Threshold != 150.5 ||
		!reflect.DeepEqual(s.Eval, scenario.Eval{Episodes: 9, MaxSteps: 77, Freq: new(400), FreqEpisodes: 10}) || s.LogInterval != 123 || s.Kernels != "other" {
		t.Errorf("Parse(full) = %+v, want what the file says", s)
	}
	text := encode(t, s)
	for _, want := range []string{
		"name: a name\n", "id: CartPole-v0\n", "sutton_barto_reward: true\n", "kinematics_integrator: semi-implicit\n",
		"low: -0.1\n", "high: 0.2\n", "wrappers: [{sticky_action: 0.25}, {scale_reward: 0.5}]\n", "n_envs: 3\n",
		"n_steps: 16\n", "batch_size: 24\n", "n_epochs: 7\n", "learning_rate: 0.001\n", "clip_range: lin_0.3\n",
		"clip_range_vf: 0.4\n", "gamma: 0.9\n", "gae_lambda: 0.8\n", "vf_coef: 0.7\n", "ent_coef: 0.6\n",
		"max_grad_norm: 1.5\n", "normalize_advantage: false\n", "target_kl: 0.02\n", "net_arch: [8, 4]\n",
		"activation_fn: relu\n", "log_std_init: -1\n", "steps: 4000\n", "target: 150.5\n", "episodes: 9\n", "max_steps: 77\n",
		"log_interval: 123\n", "seed: 9223372036854775807\n", "backend: native\n", "kernels: " + f32.Kernels() + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("Encode = %s, want %q in it", text, want)
		}
	}
}

// TestEncode checks that Encode writes every setting, and that its text parses to the same scenario.
func TestEncode(t *testing.T) {
	for _, text := range []string{
		minimal, full,
		"env: {id: acme/Echo-v0, options: {length: 3}}\nagent: {name: ppo}\nsteps: 1e3",
		"env: {id: CartPole, wrappers: []}\nagent: {name: ppo, learning_rate: lin_1e-3}\nsteps: 10\ntarget: null\nname: '5'",
	} {
		once := encode(t, mustRead(t, text))
		again, err := scenario.Parse("config.yaml", []byte(once), nil, catalog())
		if err != nil {
			t.Errorf("Parse(Encode(%q)): %v in %s", text, err, once)
			continue
		}
		if twice := encode(t, again); twice != once {
			t.Errorf("Encode(Parse(Encode(%q))) = %s, want %s", text, twice, once)
		}
	}
	tree, err := settings.Parse("encoded", []byte(encode(t, mustRead(t, minimal))))
	if err != nil {
		t.Fatal(err)
	}
	root := tree.Root()
	agent, _ := root.At("agent")
	kwargs, _ := agent.At("policy_kwargs")
	at, _ := root.At("env")
	options, _ := at.At("options")
	eval, _ := root.At("eval")
	for _, c := range []struct {
		what      string
		got, want []string
	}{
		{"the file", root.Keys(), []string{"name", "env", "agent", "steps", "schedule_steps", "target", "eval", "log_interval", "seed", "backend", "init", "published", "kernels"}},
		{"env", at.Keys(), []string{"id", "options", "wrappers", "n_envs", "parallel"}},
		{"env.options", options.Keys(), tags(classic.CartPole{})},
		{"eval", eval.Keys(), tags(scenario.Eval{})},
		{"agent", agent.Keys(), append([]string{"name"}, tags(agents.PPOConfig{})...)},
		{"agent.policy_kwargs", kwargs.Keys(), tags(policy.NetworkConfig{})},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("keys of %s = %q, want %q", c.what, c.got, c.want)
		}
	}
}

// tags returns the YAML keys of the fields of a struct.
func tags(v any) (keys []string) {
	for f := range reflect.TypeOf(v).Fields() {
		if tag := f.Tag.Get("yaml"); tag != "" && tag != "-" {
			keys = append(keys, tag)
		}
	}
	return keys
}

// TestName checks that the name of a scenario is the name of its file, if the file does not set a
// name.
func TestName(t *testing.T) {
	for _, c := range []struct{ file, line, want string }{
		{"cartpole-ppo.yaml", "", "cartpole-ppo"},
		{"some/dir/mine.yml", "", "mine"},
		{"a.b.yaml", "", "a.b"},
		{"x.yaml", "name: y", "y"},
		{"x.yaml", "name: '17'", "17"},
	} {
		s, err := scenario.Parse(c.file, []byte(minimal+c.line), nil, catalog())
		if err != nil || s.Name != c.want {
			t.Errorf("Parse(%q with %q) = %v, %v, want the name %q", c.file, c.line, s, err, c.want)
		}
	}
}

// TestChanges checks that of several changes of a setting the last change is used.
func TestChanges(t *testing.T) {
	s := mustRead(t, minimal,
		"steps=100", "seed=9", "steps=2e3", "eval.episodes=7", "target=3", "env.n_envs=2", "agent.gamma=0.5",
		"env.options.kinematics_integrator=semi-implicit", "env.options={low: -1}", "env.options.high=1",
		"env.wrappers=[{scale_reward: 2}]", "agent.policy_kwargs.net_arch=[3]", "env.id=CartPole")
	if s.Steps != 2000 || s.LogInterval != 20 || s.Seed != 9 || s.Eval.Episodes != 7 || s.Eval.MaxSteps != 10_000 || *s.Threshold != 3 {
		t.Errorf("Parse with changes = %+v, want them made", s)
	}
	text := encode(t, s)
	for _, want := range []string{
		"id: CartPole-v1\n", "n_envs: 2\n", "gamma: 0.5\n", "low: -1\n", "high: 1\n", "kinematics_integrator: euler\n",
		"wrappers: [{scale_reward: 2}]\n", "net_arch: [3]\n", "steps: 2000\n", "seed: 9\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("Encode = %s, want %q in it", text, want)
		}
	}
}

// TestThreshold checks that target has priority over the environment's reward threshold.
func TestThreshold(t *testing.T) {
	for _, c := range []struct {
		text string
		want *float64
	}{
		{minimal, new(475.0)},
		{minimal + "target: null", new(475.0)},
		{minimal + "target: 100", new(100.0)},
		{minimal + "target: 0", new(0.0)},
		{"env: {id: acme/Echo-v0}\nagent: {name: ppo}\nsteps: 10", nil},
		{"env: {id: acme/Echo-v0}\nagent: {name: ppo}\nsteps: 10\ntarget: -7.5", new(-7.5)},
	} {
		got := mustRead(t, c.text).Threshold
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("Threshold of %q = %v, want %v", c.text, got, c.want)
		}
	}
}

// TestAgent checks that NewAgent makes the agent that the file describes.
func TestAgent(t *testing.T) {
	s := mustRead(t, full)
	a, err := s.NewAgent()
	if err != nil {
		t.Fatal(err)
	}
	r, err := a.Learn(1)
	if err != nil || r.Steps != 3*16 {
		t.Errorf("Learn(1) of 3 environments and rollouts of 16 = %d steps, %v, want 48", r.Steps, err)
	}
	if a, err := mustRead(t, full, "agent.batch_size=0").NewAgent(); err == nil || !strings.Contains(err.Error(), "batch_size") {
		t.Errorf("NewAgent with a minibatch of 0 of 48 = %v, %v, want an error that names batch_size", a, err)
	}
	if got := scenario.BuiltinAgents().Names(); !slices.Contains(got, "ppo") || !slices.IsSorted(got) {
		t.Errorf("BuiltinAgents().Names() = %q, want ppo among them, in order", got)
	}
	for _, name := range scenario.BuiltinAgents().Names() {
		if got := scenario.BuiltinAgents()[name].Summary(); got == "" || strings.Contains(got, "\n") {
			t.Errorf("Summary of %q = %q, want half a line", name, got)
		}
	}
}

// TestBackends trains a few steps with each engine. It checks that training from the encoded
// scenario gives the same bits, and that the engines give different bits.
func TestBackends(t *testing.T) {
	trained := map[string]string{} // final state of training, as text; the value is the backend
	for _, backend := range []string{"native", "gorgonia"} {
		text := minimal + "backend: " + backend + "\n"
		for range 2 {
			s := mustRead(t, text, "agent.n_steps=64")
			a, err := s.NewAgent()
			if err == nil {
				_, err = a.Learn(64)
			}
			var b bytes.Buffer
			if err == nil {
				err = state.Save(&b, a)
			}
			if err != nil {
				t.Fatalf("%s: %v", backend, err)
			}
			trained[b.String()] += backend + " "
			text = encode(t, s)
		}
	}
	if got := slices.Sorted(maps.Values(trained)); !slices.Equal(got, []string{"gorgonia gorgonia ", "native native "}) {
		t.Errorf("agents of equal bits: %q, want those of each engine", got)
	}
}
