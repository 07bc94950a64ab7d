package scenario_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/scenario"
)

// TestFaults checks that each error is one line with the file, the key and the valid values.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "f.yaml:1:1: the file is empty, want a mapping, key: value"},
		{"[1]", "want a mapping"},
		{"env: {id: CartPole-v1\n", "f.yaml:2: not YAML"},
		{minimal + "stepps: 1", "f.yaml:4:1: stepps: unknown key; the nearest is steps"},
		{minimal + "steps: 1", "f.yaml:4:1: steps: a second time"},
		{minimal + `"a\nb": 1`, `f.yaml:4:1: "a\nb": unknown key`},
		{minimal + "eval: {a\n\n b: 1}", `eval."a\nb": unknown key`},
		{"agent: {name: ppo}\nsteps: 10", "env.id is missing, want one of Acrobot-v1, CartPole-v0, CartPole-v1"},
		{"env: {idd: CartPole-v1}\nagent: {name: ppo}\nsteps: 10", "env.idd: unknown key; the nearest is id"},
		{"env: {id: CartPole-v7}\nagent: {name: ppo}\nsteps: 10", "no version 7 of CartPole; there is CartPole-v0, CartPole-v1"},
		{"env: {id: CartPol-v1}\nagent: {name: ppo}\nsteps: 10", `no environment "CartPol-v1"; the nearest is CartPole-v1`},
		{"env: {id: a b}\nagent: {name: ppo}\nsteps: 10", `"a b" is not an environment's id`},
		{"env: {id: CartPole-v1, options: {lou: 1}}\nagent: {name: ppo}\nsteps: 10", "env.options.lou: unknown key; the nearest is low"},
		{"env: {id: CartPole-v1, options: {low: x}}\nagent: {name: ppo}\nsteps: 10", `env.options.low: "x", want a number`},
		{"env: {id: CartPole-v1, options: {low: 1}}\nagent: {name: ppo}\nsteps: 10", "low 1 and high 0.05, want"},
		{"env: {id: CartPole-v1, options: {kinematics_integrator: rk4}}\nagent: {name: ppo}\nsteps: 10", "want euler or semi-implicit"},
		{"env: {id: CartPole-v1, options: 5}\nagent: {name: ppo}\nsteps: 10", "env.options: want a mapping"},
		{"env: {id: CartPole-v1, n_envs: two}\nagent: {name: ppo}\nsteps: 10", `env.n_envs: "two", want a whole number`},
		{"env: {id: CartPole-v1}\nsteps: 10", "agent.name is missing, want one of a2c, "},
		{"env: {id: CartPole-v1}\nagent: ppo\nsteps: 10", "agent"},
		{"env: {id: CartPole-v1}\nagent: {name: pppo}\nsteps: 10", `agent.name: no agent "pppo"; the nearest is ppo`},
		{"env: {id: CartPole-v1}\nagent: {name: 5}\nsteps: 10", `agent.name: "5", want text`},
		{"env: {id: CartPole-v1}\nagent: {name: ppo, gama: 1}\nsteps: 10", "f.yaml:2:20: agent.gama: unknown key; the nearest is gamma"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo, gamma: 1, gamma: 1}\nsteps: 10", "agent.gamma: a second time"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo, name: ppo}\nsteps: 10", "agent.name: a second time"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo, gamma: null}\nsteps: 10", "agent.gamma: no value, want a number"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo, learning_rate: fast}\nsteps: 10", `agent.learning_rate: "fast", want a number, or lin_`},
		{"env: {id: CartPole-v1}\nagent: {name: ppo, policy_kwargs: {net_arc: []}}\nsteps: 10", "net_arc: unknown key; the nearest is net_arch"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo, net_arch: []}\nsteps: 10", "f.yaml:2:20: agent.net_arch: unknown key; it is agent.policy_kwargs.net_arch"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo, norm_obs: true}\nsteps: 10", "agent.norm_obs: unknown key; it is agent.normalize.norm_obs"},
		{"env: {id: CartPole-v1, low: 0}\nagent: {name: ppo}\nsteps: 10", "env.low: unknown key; it is env.options.low"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo}\noptions: {low: 0}", "options: unknown key; it is env.options"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo}\nparameters: {n_envs: 3}", "parameters: unknown key; n_envs is env.n_envs"},
		{"env: {id: Nowhere-v1}\nagent: {name: nobody}\ngamma: 1", "f.yaml:3:1: gamma: unknown key"},
		{"env: {id: CartPole-v1}\nagent: {name: ppo}", "steps is missing, want 1 or more"},
		{minimal + "backend: cuda", `no backend "cuda", want gorgonia or native`},
		{minimal + "seed: -1", "seed: \"-1\", want a whole number, 0 or more"},
		{minimal + "seed: 9223372036854775808", "seed: \"9223372036854775808\", want a whole number"},
		{strings.Replace(minimal, "5000", strconv.Itoa(math.MaxInt), 1), fmt.Sprintf("f.yaml:3:8: steps: %d, want no more than %d", math.MaxInt, state.MaxCount)},
		{minimal + "eval: {episodes: 0}", "eval.episodes: 0, want 1 or more"},
		{minimal + "eval: {max_steps: -3}", "eval.max_steps: -3, want 1 or more"},
		{minimal + "log_interval: 0", "log_interval: 0, want 1 or more"},
		{minimal + "target: high", `target: "high", want a number`},
		{minimal + "name: ''", `name is "", want a name that a directory can have`},
		{minimal + "name: ..", `name is "..", want`},
		{minimal + "name: a/b", `name is "a/b", want`},
		{minimal + "name: 'a:b'", `name is "a:b", want`},
		{minimal + `name: "a\nb"`, `name is "a\nb", want`},
		{minimal + `name: "a\rb"`, `name is "a\rb", want`},
	} {
		_, err := read(c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "dir/f.yaml") || strings.ContainsAny(err.Error(), "\n\r") {
			t.Errorf("Parse(%q): %v, want f.yaml and %q in one line", c.text, err, c.want)
		}
	}
	if _, err := scenario.Parse(".yaml", []byte(minimal), nil, catalog()); err == nil || !strings.Contains(err.Error(), `name is ""`) {
		t.Errorf("Parse of a file called .yaml: %v, want an error that names its name", err)
	}
}

// TestChangeFaults checks that an error about a Change has the words that the user typed, or the
// file and the key.
func TestChangeFaults(t *testing.T) {
	for _, c := range []struct {
		sets []string
		want string
	}{
		{[]string{"agent.gama=1"}, "--set agent.gama=1: agent.gama: unknown key; the nearest is gamma"},
		{[]string{"agent.gamma=1", "agent.gamma=x"}, `--set agent.gamma=x: agent.gamma: "x", want a number`},
		{[]string{"agent.gamma=x", "steps=y"}, `--set steps=y: steps: "y", want a whole number`},
		{[]string{"env.options.lo=1"}, "--set env.options.lo=1: env.options.lo: unknown key; the nearest is low"},
		{[]string{"env.options.kinematics_integrator=rk4"}, "--set env.options.kinematics_integrator=rk4: env.options.kinematics_integrator: integrator \"rk4\", want euler or semi-implicit"},
		{[]string{"env.wrappers=[{stiky_action: 1}]"}, `no wrapper "stiky_action"; the nearest is sticky_action`},
		{[]string{"agent.name=pppo"}, `--set agent.name=pppo: agent.name: no agent "pppo"; the nearest is ppo`},
		{[]string{"steps=0"}, "--set steps=0: steps: 0, want 1 or more"},
		{[]string{"learning_rate=0.1"}, "--set learning_rate=0.1: learning_rate: unknown key; it is agent.learning_rate"},
		{[]string{"agent.n_envs=4"}, "agent.n_envs: unknown key; it is env.n_envs"},
		{[]string{"agent.steps=4"}, "agent.steps: unknown key; it is steps"},
		{[]string{"steps"}, "--set steps: want KEY=VALUE"},
		{[]string{"steps="}, "--set steps=: "},
		{[]string{"steps.more=1"}, "--set steps.more=1: steps has no settings in it"},
		{[]string{"foo=1"}, "--set foo=1: foo: unknown key"},
	} {
		_, err := read(minimal, c.sets...)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Parse with %q: %v, want %q in one line", c.sets, err, c.want)
		}
	}
}

// FuzzParse checks that Parse never panics. If a text parses, Encode must write a scenario that
// is equal.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		minimal, full, "", "{}", "env: {id: acme/Echo-v0, options: {length: 3}}\nagent: {name: ppo}\nsteps: 1e3",
		minimal + "name: 'yes'", minimal + "name: '#'", minimal + "name: ~",
		"env: {id: CartPole, wrappers: [&a {scale_reward: 0x1p3}, {sticky_action: !!float 1} # all\n]}\nagent: {name: ppo}\nsteps: 10",
		"env:\n  id: CartPole-v1\n  wrappers: # none\n  - scale_reward: 2 # two\nagent: &x\n  name: ppo # it\nsteps: 10",
		"env: {id: CartPole-v1, wrappers: [*a]}\nagent: {name: ppo, name: ppo}\nsteps: 10",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := read(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("Parse(%q): %v, want one line", text, err)
			}
			return
		}
		once := encode(t, s)
		again, err := scenario.Parse("config.yaml", []byte(once), nil, catalog())
		if err != nil {
			t.Fatalf("Parse(Encode(%q)): %v in %s", text, err, once)
		}
		if twice := encode(t, again); twice != once {
			t.Errorf("Encode(Parse(Encode(%q))) = %s, want %s", text, twice, once)
		}
	})
}
