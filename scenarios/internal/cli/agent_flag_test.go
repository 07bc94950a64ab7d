package cli

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestAgentFlag checks runs of an agent's default settings on an environment, also with a
// namespace and with options, and that config.yaml repeats each run.
func TestAgentFlag(t *testing.T) {
	a := inEmptyDir(t)
	for _, c := range []struct {
		args []string
		dir  string
	}{
		{[]string{"CartPole-v1", "--agent", "reinforce", "--steps", "500"}, "CartPole-v1-reinforce"},
		{[]string{"CartPole", "--agent", "a2c", "--steps", "500"}, "CartPole-v1-a2c"},
		{[]string{"acme/Open-v0", "--agent", "a2c", "--steps", "100", "--set", "eval.max_steps=20"}, "acme-Open-v0-a2c"},
		{[]string{"FrozenLake-v1", "--agent", "sarsa", "--steps", "500", "--set", "env.options.is_slippery=false"}, "FrozenLake-v1-sarsa"},
	} {
		out := objects(t, a.must(t, append(c.args, "--json")...))
		last := out[len(out)-1]
		dir := filepath.Join("runs", c.dir, "seed-1")
		if last["scenario"] != c.dir || last["run"] != dir {
			t.Errorf("rlrun %q = %v, want %s", c.args, last, dir)
		}
		a.must(t, filepath.Join(dir, "config.yaml"), "--out", "again-"+c.dir, "--quiet")
		if readFile(t, filepath.Join(dir, "policy.safetensors")) != readFile(t, "again-"+c.dir+"/policy.safetensors") {
			t.Errorf("rlrun %s/config.yaml saves another policy, want the same bytes", dir)
		}
	}
	if n := len(objects(t, a.must(t, "CartPole-v1", "--agent", "a2c", "--steps", "100", "--seeds", "2", "--out", "two", "--json"))); n < 3 {
		t.Errorf("rlrun CartPole-v1 --agent a2c --seeds 2 prints %d lines, want two results and a summary", n)
	}
}

// TestAgentFlagBad checks that a mistake gets one line that says what would be right.
func TestAgentFlagBad(t *testing.T) {
	a := inEmptyDir(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"CartPole-v1"}, "CartPole-v1 is an environment; rlrun CartPole-v1 --agent NAME trains an agent in it: a2c, "},
		{[]string{"acme/Open-v0"}, "acme/Open-v0 is an environment"},
		{[]string{"CartPole-v1", "--agent", "ppoo"}, `--agent ppoo: no agent "ppoo"; the nearest is ppo; rlrun list agents shows all`},
		{[]string{"CartPole-v1", "--agent", ""}, `no agent ""`},
		{[]string{"CartPol-v1", "--agent", "ppo"}, `no environment or scenario "CartPol-v1"; the nearest is CartPole-v1; rlrun list shows all`},
		{[]string{"CartPole-v1", "--agent", "sac", "--steps", "100"}, "want"},
		{[]string{"CartPole-v1", "--agent", "ppo", "--set", "agent.gama=1"}, "unknown key; the nearest is gamma"},
		{[]string{"quick", "--agent", "sac"}, "--agent sac: agent.name: sac has no n_epochs, which quick sets for ppo; rlrun CartPole-v1 --agent sac runs sac"},
		{[]string{"quick", "--set", "agent.name=sac"}, "sac has no n_epochs, which quick sets for ppo"},
		{[]string{"open", "--agent", "a2c"}, "rlrun acme/Open-v0 --agent a2c runs a2c with its own settings"},
		{[]string{"quick", "--set", "env.id=CartPol"}, "rlrun list envs shows all"},
		{[]string{"step", "CartPol"}, "rlrun list envs shows all"},
		{[]string{"solve", "GridWord"}, "rlrun list envs shows all"},
		{[]string{"check", "Nothing"}, "rlrun list envs shows all"},
		{[]string{"play", "Nothing"}, "rlrun list envs shows all"},
		{[]string{"CartPole-v1", "--agent", "ppo", "--set", "agent.name=a2c"}, "--set agent.name=a2c: --agent ppo names another agent"},
		{[]string{"CartPole-v1", "--agent", "ppo", "--sweep", "agent.name=[ppo, a2c]"}, "--sweep agent.name=a2c: --agent ppo names another agent"},
		{[]string{"none.yaml", "--agent", "ppo"}, "none.yaml is not there"},
	} {
		status, out, err := a.call(c.args...)
		if status != statusBadInput || out != "" || !strings.Contains(err, c.want) || strings.Count(err, "\n") != 1 {
			t.Errorf("rlrun %q = %d, %q, %q, want %d and %q", c.args, status, out, err, statusBadInput, c.want)
		}
	}
}
