package cli

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestListRuns checks that each run has a line: finished, interrupted and broken runs.
func TestListRuns(t *testing.T) {
	a := inEmptyDir(t)
	if got := a.must(t, "list", "runs", "--json"); got != "" {
		t.Errorf("rlrun list runs without runs = %q, want nothing", got)
	}
	if got, want := a.must(t, "list", "runs"), "runs\n  none\n"; got != want {
		t.Errorf("rlrun list runs without runs = %q, want %q", got, want)
	}
	out := objects(t, a.must(t, "quick", "--seeds", "2", "--seed", "7", "--out", "runs/set", "--json"))
	eval := out[0]["eval"]
	for _, dir := range []string{"cut", "torn", "odd"} {
		if err := os.CopyFS("runs/"+dir, os.DirFS("runs/set/seed-7")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove("runs/cut/result.json"); err != nil {
		t.Fatal(err)
	}
	writeFile(t, "runs/cut/progress.csv", "a,time/total_timesteps\n1,8\n2,16\n3,2") // the last row is being written
	writeFile(t, "runs/torn/config.yaml", "env: {")
	writeFile(t, "runs/odd/result.json", "[]")
	writeFile(t, "runs/x/config.yaml/y", "")
	writeFile(t, "runs/note.txt", "")
	lines := map[string]map[string]any{}
	for _, l := range objects(t, a.must(t, "list", "runs", "--json")) {
		lines[filepath.ToSlash(l["name"].(string))] = l
	}
	want := map[string]any{
		"kind": "run", "name": filepath.Join("runs", "set", "seed-7"), "scenario": "quick", "env": "CartPole-v1", "agent": "ppo", "seed": 7.,
		"steps": 400., "state": "finished", "eval": eval,
	}
	if got := lines["runs/set/seed-7"]; !reflect.DeepEqual(got, want) {
		t.Errorf("line of a finished run = %v, want %v", got, want)
	}
	if got := lines["runs/cut"]; got["state"] != "interrupted" || got["steps"] != 16. || got["eval"] != nil {
		t.Errorf("line of an interrupted run = %v, want 16 steps and no mean", got)
	}
	for dir, want := range map[string]string{"runs/torn": "config.yaml:2", "runs/odd": "result.json", "runs/x": "is a directory"} {
		if got := lines[dir]; got["state"] != "broken" || !strings.Contains(got["error"].(string), want) {
			t.Errorf("line of %s = %v, want broken, and %q", dir, got, want)
		}
	}
	if len(lines) != 6 {
		t.Errorf("rlrun list runs has %d lines, want 6", len(lines))
	}
	if text := a.must(t, "list", "runs", "runs/set"); strings.Count(text, "\n") != 3 || !strings.Contains(text, "ppo on CartPole-v1   seed 8   400 steps   finished   return ") {
		t.Errorf("rlrun list runs runs/set = %s, want a title and two runs", text)
	}
	for _, c := range [][]string{{"list", "runs", "nowhere"}, {"list", "runs", "runs/note.txt"}, {"list", "runs", "runs", "runs"}} {
		if status, _, err := a.call(c...); status != statusBadInput || strings.Count(err, "\n") != 1 {
			t.Errorf("rlrun %q = %d, %q, want %d and a line", c, status, err, statusBadInput)
		}
	}
}

// TestNamesAreData checks that characters of a shell pattern have no special meaning in the
// name of a directory.
func TestNamesAreData(t *testing.T) {
	a := inEmptyDir(t)
	for _, name := range []string{"a[1]", "b[x-", "{c,d}"} {
		a.must(t, "quick", "--seeds", "2", "--out", name, "--quiet")
		for _, args := range [][]string{
			{"compare", name, name, "--json"}, {"plot", name, "-o", name + ".png"}, {"list", "runs", name}, {"eval", name + "/seed-1"},
		} {
			a.must(t, args...)
		}
		if n := len(objects(t, a.must(t, "list", "runs", name, "--json"))); n != 2 {
			t.Errorf("rlrun list runs %s has %d runs, want 2", name, n)
		}
	}
	a.must(t, "quick", "--sweep", "agent.policy_kwargs.net_arch=[[4], [2]]", "--out", "s[", "--quiet")
	if n := len(objects(t, a.must(t, "list", "runs", "s[", "--json"))); n != 2 {
		t.Errorf("rlrun list runs of a sweep has %d runs, want 2", n)
	}
	a.must(t, "compare", "s[/agent.policy_kwargs.net_arch=[4]", "s[/agent.policy_kwargs.net_arch=[2]")
}

// TestSeveralRuns checks the message for a directory of several runs: it lists the runs that
// the command can use.
func TestSeveralRuns(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--seeds", "3", "--out", "many", "--quiet")
	a.must(t, "quick", "--quiet")
	if err := os.Remove("many/seed-2/policy.safetensors"); err != nil {
		t.Fatal(err)
	}
	seed := func(n string) string { return filepath.Join("many", "seed-"+n) }
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"eval", "many"}, "many is not a run directory, but contains 3 runs; want one of " + seed("1") + ", " + seed("3")},
		{[]string{"record", "many", "-o", "a.gif"}, "want one of " + seed("1") + ", " + seed("3")},
		{[]string{"watch", "many"}, "want one of " + seed("1") + ", " + seed("3")},
		{[]string{"resume", "many"}, "want one of " + seed("1") + ", " + seed("2") + ", " + seed("3")},
		{[]string{"eval", "quick"}, "contains a run; want one of " + filepath.Join("runs", "quick", "seed-1")},
		{[]string{"eval", "nowhere"}, "no run nowhere"},
	} {
		if status, _, err := a.call(c.args...); status != statusBadInput || !strings.Contains(err, c.want) || strings.Count(err, "\n") != 1 {
			t.Errorf("rlrun %q = %d, %q, want %d and %q", c.args, status, err, statusBadInput, c.want)
		}
	}
}
