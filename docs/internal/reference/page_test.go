package main

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios"
)

// newPage returns the page of this module.
func newPage(t *testing.T) (root, text string) {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	if text, err = Page(root); err != nil {
		t.Fatal(err)
	}
	return root, text
}

// TestPage checks that docs/settings.md is the page that Page returns.
func TestPage(t *testing.T) {
	root, want := newPage(t)
	got, err := os.ReadFile(filepath.Join(root, "docs", "settings.md"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) == want {
		return
	}
	is, wants := strings.Split(string(got), "\n"), strings.Split(want, "\n")
	for i := range min(len(is), len(wants)) {
		if is[i] != wants[i] {
			t.Errorf("line %d of docs/settings.md = %q, want %q", i+1, is[i], wants[i])
			break
		}
	}
	t.Error("docs/settings.md is not what the code says: go generate ./docs writes it anew")
}

// set returns the error of a scenario after a change.
func set(t *testing.T, text, assignment string) error {
	t.Helper()
	catalog, err := scenarios.Catalog(scenarios.Envs())
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Parse("f.yaml", []byte(text), []scenario.Change{{Assignment: assignment, Origin: assignment}}, catalog)
	if err == nil {
		_, err = s.NewAgent()
	}
	return err
}

// file returns a scenario with an environment and an agent.
func file(env, agent string) string {
	return "env: {id: " + env + "}\nagent: {name: " + agent + "}\nsteps: 10\n"
}

// TestChoices checks settings with several named values: the page must have every name that is in
// the error message for a wrong name.
func TestChoices(t *testing.T) {
	_, page := newPage(t)
	for _, c := range []struct{ key, env, agent string }{
		{"backend", "CartPole-v1", "ppo"},
		{"agent.policy_kwargs.activation_fn", "CartPole-v1", "ppo"},
		{"agent.policy_kwargs.init_fn", "CartPole-v1", "ppo"},
		{"agent.policy_kwargs.norm", "CartPole-v1", "ppo"},
		{"agent.policy_kwargs.optimizer_class", "CartPole-v1", "ppo"},
		{"agent.policy_kwargs.layers", "CartPole-v1", "ppo"},
		{"agent.learning_rate.shape", "CartPole-v1", "ppo"},
		{"agent.noise_type", "Pendulum-v1", "td3"},
		{"env.wrappers.padding", "CartPole-v1", "ppo"},
		{"env.options.kinematics_integrator", "CartPole-v1", "ppo"},
		{"env.options.book_or_nips", "Acrobot-v1", "dqn"},
		{"env.options.map_name", "FrozenLake-v1", "qlearning"},
		{"env.options.observation", "FrozenLake-v1", "qlearning"},
	} {
		key, value := c.key, "nonesuch"
		switch { // how the key is written
		case strings.HasSuffix(key, "layers"):
			value = "[nonesuch]"
		case strings.HasSuffix(key, "shape"):
			key, value = "agent.learning_rate", "{start: 1, shape: nonesuch}"
		case strings.HasSuffix(key, "padding"):
			key, value = "env.wrappers", "[{frame_stack: {n: 2, padding: nonesuch}}]"
		}
		err := set(t, file(c.env, c.agent), key+"="+value)
		if err == nil {
			t.Errorf("%s=%s is taken, want an error", key, value)
			continue
		}
		_, list, ok := strings.Cut(err.Error(), "want ")
		list, _, _ = strings.Cut(list, "; the nearest is ")
		words := regexp.MustCompile(`[\w-]+`).FindAllString(strings.TrimPrefix(list, "one of "), -1)
		if !ok || len(words) < 2 {
			t.Errorf("%s=%s: %v, want an error that names the words", key, value, err)
		}
		meaning := regexp.MustCompile("(?m)^\\| `" + c.key[strings.LastIndex(c.key, ".")+1:] + "` .*$").FindString(page)
		if strings.HasSuffix(c.key, "layers") {
			_, meaning, _ = strings.Cut(page, "### layers")
		}
		for _, w := range words {
			if w != "or" && !regexp.MustCompile(`\b`+w+`\b`).MatchString(meaning) {
				t.Errorf("docs/settings.md does not name %s of %s, in %q; its comment in the code should", w, c.key, meaning)
			}
		}
	}
}

// TestRequired checks that leaving out a required setting is an error.
func TestRequired(t *testing.T) {
	for key, text := range map[string]string{
		"scenario.file.env":         "agent: {name: ppo}\nsteps: 10\n",
		"scenario.file.agent":       "env: {id: CartPole-v1}\nsteps: 10\n",
		"scenario.file.steps":       "env: {id: CartPole-v1}\nagent: {name: ppo}\n",
		"scenario.envFile.id":       "env: {n_envs: 1}\nagent: {name: ppo}\nsteps: 10\n",
		"scenario.stack.n":          "env: {id: CartPole-v1, wrappers: [{frame_stack: {padding: zero}}]}\nagent: {name: ppo}\nsteps: 10\n",
		"scenario.bins.bins":        "env: {id: MountainCar-v0, wrappers: [{discretize_observation: {}}]}\nagent: {name: ppo}\nsteps: 10\n",
		"scenario.tiles.tiles":      "env: {id: MountainCar-v0, wrappers: [{tile_coding: {}}]}\nagent: {name: ppo}\nsteps: 10\n",
		"optim.curve.start":         file("CartPole-v1", "ppo, learning_rate: {shape: lin}"),
		"optim.curve.shape":         file("CartPole-v1", "ppo, learning_rate: {start: 1}"),
		"policy.netArchMapping.pi":  file("CartPole-v1", "ppo, policy_kwargs: {net_arch: {vf: [4]}}"),
		"no setting, and no error.": "",
	} {
		if text == "" {
			text = file("CartPole-v1", "ppo")
		}
		if err := set(t, text, "seed=1"); (err != nil) != required[key] {
			t.Errorf("a file without %s: %v, want an error: %v", key, err, required[key])
		}
	}
}

// TestRefuses checks that a setting without a comment is an error, and also a setting whose type
// the function kind cannot describe.
func TestRefuses(t *testing.T) {
	for _, comment := range []string{"", "two\nlines"} {
		if text, err := newSource(".").meaning(reflect.TypeFor[int](), comment); err == nil {
			t.Errorf("the meaning of the comment %q = %q, want an error", comment, text)
		}
	}
	for _, of := range []reflect.Type{reflect.TypeFor[complex64](), reflect.TypeFor[func()]()} {
		if words, err := kind(of, "key"); err == nil {
			t.Errorf("kind(%v) = %q, want an error", of, words)
		}
	}
}
