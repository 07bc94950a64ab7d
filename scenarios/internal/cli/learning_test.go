package cli

import (
	"os"
	"strings"
	"testing"
)

// TestBenchLearning checks the printed table: a row for each scenario, with a mark if the
// interquartile mean is below the threshold. Without --out it writes no file.
func TestBenchLearning(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "scenarios/RESULTS.md", "mine\n")
	text := a.must(t, "bench", "learning", "quick", "open", "--seeds", "1")
	for _, want := range []string{resultsHead, "\n| quick | CartPole-v1 | 400 | ", "| 475 | 0 of 1 **short** | – | – | – | 1 | ", "\n| open | acme/Open-v0 | 16 | "} {
		if !strings.Contains(text, want) {
			t.Errorf("rlrun bench learning quick open prints\n%s, want %q in it", text, want)
		}
	}
	if got := readFile(t, "scenarios/RESULTS.md"); got != "mine\n" {
		t.Errorf("scenarios/RESULTS.md = %q, want it unchanged", got)
	}
	if files, _ := os.ReadDir("."); len(files) != 1 {
		t.Errorf("rlrun bench learning leaves the files %v, want no new ones", files)
	}
}

// TestBenchLearningUpdates checks that --out replaces the rows of the trained scenarios in an
// existing table, and keeps the bytes of the other rows.
func TestBenchLearningUpdates(t *testing.T) {
	a := inEmptyDir(t)
	const before, after = "| aaa | x | 1 | 2 | by hand | 1 to 10 | 64 cores, avx512 |", "| zzz | y | by hand, too |"
	old := "| quick | CartPole-v1 | old | 1 to 10 | 64 cores, avx512 |"
	writeFile(t, "r.md", resultsHead+before+"\n"+old+"\n"+after+"\n")
	if out := a.must(t, "bench", "learning", "quick", "open", "--seeds", "2", "-o", "r.md"); out != "" {
		t.Errorf("rlrun bench learning -o prints %q, want nothing", out)
	}
	rows, err := readRows("r.md")
	if err != nil || len(rows) != 4 || rows[0] != before || rows[3] != after {
		t.Fatalf("rows = %q, %v, want four rows, the first and the last unchanged", rows, err)
	}
	if rowName(rows[1]) != "open" || rowName(rows[2]) != "quick" || !strings.HasSuffix(rows[2], " | 1 to 2 | "+madeWith()+" |") {
		t.Errorf("rows = %q, want open and quick made with 2 seeds by this machine", rows[1:3])
	}
	a.must(t, "bench", "learning", "quick", "--seeds", "1", "-o", "new.md")
	if rows, err := readRows("new.md"); err != nil || len(rows) != 1 {
		t.Errorf("rows of a new file = %q, %v, want one", rows, err)
	}
}

// TestBenchLearningFails checks that a failing scenario does not prevent the row of another.
func TestBenchLearningFails(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // directory of the failed runs, which are kept
	a := inEmptyDir(t)
	writeFile(t, "odd.yaml", strings.Replace(strings.Replace(open, "acme/Open-v0", "acme/Odd-v0", 1), "steps: 16", "steps: 64", 1))
	status, out, err := a.call("bench", "learning", "odd.yaml", "quick", "--seeds", "1")
	if status != statusFailed || !strings.Contains(out, "\n| quick | ") || !strings.Contains(err, "rlrun: 1 of 2 scenarios failed\n") || !strings.Contains(err, "acme/Odd-v0") {
		t.Errorf("a scenario that fails: status %d, %s, %s, want status 1, the row of quick, and the error", status, out, err)
	}
}

// TestBenchLearningBad checks that bad arguments are refused before training begins.
func TestBenchLearningBad(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "mine.md", "# My results\n")
	writeFile(t, "other.md", "# Results\n\n| scenario | mean |\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"quick", "-o", "mine.md"}, "mine.md is not a table of results"},
		{[]string{"quick", "-o", "other.md"}, "other.md is a table of results with another heading"},
		{[]string{"quick", "-o", "no/r.md"}, "there is no folder no"},
		{[]string{"quick", "-o", "."}, ". is a directory"},
		{[]string{"quick", "quik", "-o", "s.md"}, "the nearest is quick"},
		{[]string{"quick", "--seeds", "none", "-o", "s.md"}, "--seeds none"},
	} {
		if status, out, err := a.call(append([]string{"bench", "learning"}, c.args...)...); status != statusBadInput || out != "" || !strings.Contains(err, c.want) {
			t.Errorf("bench learning %q: status %d, %q, %q, want %q", c.args, status, out, err, c.want)
		}
	}
}

// TestInit checks that a run can start with the policy of another run: with learning rate 0
// it ends with the same bytes. It also checks the message for a policy that does not fit.
func TestInit(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "first", "--quiet")
	a.must(t, "quick", "--out", "second", "--quiet", "--init", "first", "--set", "agent.learning_rate=0", "--cpuprofile", "cpu.out")
	one, err := os.ReadFile("first/policy.safetensors")
	other, err2 := os.ReadFile("second/policy.safetensors")
	if err != nil || err2 != nil || string(one) != string(other) {
		t.Errorf("a run with --init and learning rate 0 ends with another policy: %v, %v", err, err2)
	}
	if info, err := os.Stat("cpu.out"); err != nil || info.Size() == 0 {
		t.Errorf("--cpuprofile: %v", err)
	}
	for want, args := range map[string][]string{
		"init: nowhere is not there": {"--init", "nowhere"}, "its network actor is linear 4, tanh, linear 2, want linear 3, tanh, linear 2": {"--init", "first", "--set", "agent.policy_kwargs.net_arch=[3]"},
		"--cpuprofile: cpu.out is there already": {"--cpuprofile", "cpu.out"}, "--cpuprofile: there is no folder no": {"--cpuprofile", "no/cpu.out"},
	} {
		if status, _, err := a.call(append([]string{"quick", "--out", "third"}, args...)...); status != 2 || !strings.Contains(err, want) {
			t.Errorf("%v: status %d, %q, want %q", args, status, err, want)
		}
	}
	if _, err := os.Stat("third"); err == nil {
		t.Error("bad input left a run")
	}
}
