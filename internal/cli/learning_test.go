package cli

import (
	"os"
	"strings"
	"testing"
)

// TestBenchLearning writes a row for each scenario, marks what falls short, replaces
// its own table, and nobody else's file.
func TestBenchLearning(t *testing.T) {
	a := inEmptyDir(t)
	for _, seeds := range []string{"1", "2"} {
		a.must(t, "bench", "learning", "quick", "--seeds", seeds, "-o", "r.md")
		text, err := os.ReadFile("r.md")
		if err != nil || !strings.HasPrefix(string(text), "# Results\n") || !strings.Contains(string(text), "--seeds "+seeds) ||
			!strings.Contains(string(text), "| quick | CartPole-v1 | 400 | ") || !strings.Contains(string(text), "| 475 | 0 of "+seeds+" **short** | – | – | – |") {
			t.Errorf("table of %s seeds is\n%s, %v", seeds, text, err)
		}
	}
	writeFile(t, "mine.md", "# My results\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"bench", "learning", "quick", "-o", "mine.md"}, "mine.md is there already, and no table"},
		{[]string{"bench", "learning", "quik", "-o", "s.md"}, "the nearest is quick"},
		{[]string{"bench", "learning", "quick", "--seeds", "none", "-o", "s.md"}, "--seeds none"},
	} {
		if status, _, err := a.call(c.args...); status != 2 || !strings.Contains(err, c.want) {
			t.Errorf("%v: status %d, %q, want %q", c.args, status, err, c.want)
		}
	}
}

// TestInit: a run may begin with another's policy, which is the same to the byte if
// nothing is learned; and says so where it cannot.
func TestInit(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "first", "--quiet")
	a.must(t, "quick", "--out", "second", "--quiet", "--init", "first", "--set", "agent.learning_rate=0", "--cpuprofile", "cpu.out")
	one, err := os.ReadFile("first/policy.safetensors")
	other, err2 := os.ReadFile("second/policy.safetensors")
	if err != nil || err2 != nil || string(one) != string(other) {
		t.Errorf("a run that begins with a policy and learns nothing ends with another: %v, %v", err, err2)
	}
	if info, err := os.Stat("cpu.out"); err != nil || info.Size() == 0 {
		t.Errorf("--cpuprofile: %v", err)
	}
	for want, args := range map[string][]string{
		"init: nowhere is not there": {"--init", "nowhere"}, "want F32 of shape [3 4]": {"--init", "first", "--set", "agent.policy_kwargs.net_arch=[3]"},
		"--cpuprofile: open cpu.out": {"--cpuprofile", "cpu.out"},
	} {
		if status, _, err := a.call(append([]string{"quick", "--out", "third"}, args...)...); status != 2 || !strings.Contains(err, want) {
			t.Errorf("%v: status %d, %q, want %q", args, status, err, want)
		}
	}
	if _, err := os.Stat("third"); err == nil {
		t.Error("bad input left a run")
	}
}
