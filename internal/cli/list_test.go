package cli

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestListText wants a table for each group, under its title.
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

// TestListJSON wants an object a line, with the fields of its kind.
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

// TestListBroken wants the error of a scenario that cannot be read.
func TestListBroken(t *testing.T) {
	a := inEmptyDir(t)
	a.Scenarios = map[string][]byte{"bad": []byte("env: {")}
	if status, _, err := a.call("list", "scenarios"); status == statusDone || !strings.Contains(err, "bad.yaml:") || strings.Count(err, "\n") != 1 {
		t.Errorf("rlrun list of a broken scenario = %d, %q, want an error that names bad.yaml", status, err)
	}
	a.Scenarios = nil
	if got := a.must(t, "list", "scenarios", "--json"); got != "" {
		t.Errorf("rlrun list of no scenarios = %q, want nothing", got)
	}
}

// TestDescribe writes every kind of space.
func TestDescribe(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, c := range []struct {
		space      env.Space
		text, want string
	}{
		{env.Discrete{N: 3}, "discrete(3)", `{"type":"discrete","n":3}`},
		{env.NewBox(-1, 2, 2), "box[2]", `{"type":"box","low":[-1,-1],"high":[2,2],"shape":[2]}`},
		{env.NewBox(0, 1, 1, 2), "box[1 2]", `{"type":"box","low":[0,0],"high":[1,1],"shape":[1,2]}`},
		{env.Box{Low: []float32{-inf}, High: []float32{inf}}, "box[1]", `{"type":"box","low":[null],"high":[null],"shape":[1]}`},
		{env.MultiDiscrete{N: []int{2, 3}}, "multi_discrete[2 3]", `{"type":"multi_discrete","nvec":[2,3]}`},
		{env.MultiBinary{N: 4}, "multi_binary(4)", `{"type":"multi_binary","n":4}`},
		{env.Tuple{env.Discrete{N: 2}, env.Discrete{N: 3}}, "tuple[discrete(2) discrete(3)]", `{"type":"tuple","spaces":[{"type":"discrete","n":2},{"type":"discrete","n":3}]}`},
		{env.Dict{{Name: "a", Space: env.Discrete{N: 2}}}, "dict[discrete(2)]", `{"type":"dict","spaces":[{"type":"discrete","n":2,"name":"a"}]}`},
	} {
		d := describeSpace(c.space)
		got, err := json.Marshal(d)
		if err != nil || string(got) != c.want {
			t.Errorf("describeSpace(%v) = %s, %v, want %s", c.space, got, err, c.want)
		}
		if d.String() != c.text {
			t.Errorf("String of %v = %s, want %s", c.space, d, c.text)
		}
	}
}
