package cli

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestListText checks that each list is a table below its title.
func TestListText(t *testing.T) {
	a := inEmptyDir(t)
	all := a.must(t, "list")
	for group, want := range map[string][]string{
		"scenarios": {"scenarios", "cartpole-ppo", "quick", "open", "ppo on CartPole-v1", "400 steps", "solved at 475", "solved at –"},
		"envs":      {"envs", "CartPole-v0", "CartPole-v1", "acme/Odd-v0", "box[4] → discrete(2)", "500 steps at most", "no limit", "solved at 195"},
		"agents":    {"agents", "ppo", "proximal policy optimisation"},
	} {
		out := a.must(t, "list", group)
		for _, w := range want {
			if !strings.Contains(out, w) {
				t.Errorf("rlrun list %s = %s, want %q in it", group, out, w)
			}
		}
		if !strings.HasPrefix(out, group+"\n") || !strings.Contains(all, out) {
			t.Errorf("rlrun list %s = %s, want a part of %s", group, out, all)
		}
	}
}

// TestListJSON checks that each line is an object with the fields of its kind.
func TestListJSON(t *testing.T) {
	a := inEmptyDir(t)
	fields := map[string][]string{
		"scenario": {"agent", "env", "kind", "name", "steps", "target"},
		"env":      {"action_space", "env", "kind", "max_episode_steps", "name", "observation_space", "reward_threshold"},
		"agent":    {"kind", "name", "summary"},
	}
	var names []string
	for _, l := range objects(t, a.must(t, "list", "--json")) {
		kind, _ := l["kind"].(string)
		names = append(names, kind+" "+l["name"].(string))
		if got := slices.Sorted(maps.Keys(l)); !slices.Equal(got, fields[kind]) {
			t.Errorf("fields of %v = %q, want %q", l, got, fields[kind])
		}
		for key, want := range map[string]map[string]any{
			"scenario quick": {"env": "CartPole-v1", "agent": "ppo", "steps": 400.0, "target": 475.0},
			"scenario open":  {"env": "acme/Open-v0", "agent": "ppo", "steps": 16.0, "target": nil},
			"env CartPole-v1": {
				"max_episode_steps": 500.0, "reward_threshold": 475.0,
			},
			"env acme/Open-v0": {"max_episode_steps": nil, "reward_threshold": nil},
		} {
			for field, value := range want {
				if key == names[len(names)-1] && l[field] != value {
					t.Errorf("%s of %s = %v, want %v", field, key, l[field], value)
				}
			}
		}
	}
	want := []string{
		"scenario cartpole-ppo", "scenario open", "scenario quick",
		"env CartPole-v0", "env CartPole-v1", "env acme/Odd-v0", "env acme/Open-v0", "agent ppo",
	}
	for _, w := range want {
		if !slices.Contains(names, w) {
			t.Errorf("rlrun list --json names %q, want %s among them", names, w)
		}
	}
	all := a.must(t, "list", "--json")
	if parts := a.must(t, "list", "scenarios", "--json") + a.must(t, "list", "--json", "envs") + a.must(t, "list", "agents", "--json"); parts != all {
		t.Errorf("rlrun list --json = %s, want its parts %s", all, parts)
	}
}

// TestListBroken checks that a broken scenario or environment gives an error, and that all
// the others are still listed.
func TestListBroken(t *testing.T) {
	a := inEmptyDir(t)
	good := maps.Clone(a.Scenarios)
	a.Scenarios = maps.Clone(good)
	a.Scenarios["bad"] = []byte("env: {")
	a.Envs = maps.Clone(a.Envs)
	a.Envs["acme/Bad-v0"], a.Envs["acme/None-v0"] = func(env.Options) (env.Env, error) { return nil, errors.New("no licence") }, nil
	status, out, err := a.call("list")
	if status == statusDone || !strings.Contains(err, "bad.yaml:") || strings.Count(err, "\n") != 1 ||
		!strings.Contains(out, "cartpole-ppo") || !strings.Contains(out, "Taxi-v4") || !strings.Contains(out, "reinforce") {
		t.Errorf("rlrun list with a broken scenario = %d, %q, %q, want all others, and an error that names bad.yaml", status, out, err)
	}
	if status, out, err := a.call("list", "envs"); status != statusFailed || err != "rlrun: env: acme/Bad-v0: no licence\n" || !strings.Contains(out, "CartPole-v1") {
		t.Errorf("rlrun list envs with two broken ones = %d, %q, %q, want the others, and the error of the first", status, out, err)
	}
	a.Scenarios = map[string][]byte{"bad": []byte("env: {")}
	if status, _, err := a.call("list", "scenarios"); status != statusBadInput || !strings.Contains(err, "bad.yaml:") || strings.Count(err, "\n") != 1 {
		t.Errorf("rlrun list of a broken scenario = %d, %q, want an error that names bad.yaml", status, err)
	}
	a.Scenarios = nil
	if got := a.must(t, "list", "scenarios", "--json"); got != "" {
		t.Errorf("rlrun list of no scenarios = %q, want nothing", got)
	}
}
