package cli

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The keys of the JSON object of a result, and of its field eval.
var (
	resultKeys = []string{"agent", "env", "eval", "event", "run", "scenario", "seed", "steps", "steps_per_s", "train_s"}
	evalKeys   = []string{"episodes", "max", "mean", "min", "std", "success_rate"}
)

// keys returns the sorted keys of a JSON object.
func keys(m any) []string {
	fields, _ := m.(map[string]any)
	return slices.Sorted(maps.Keys(fields))
}

// TestTrainJSON checks that --json prints the progress and then the result, one JSON object a line.
func TestTrainJSON(t *testing.T) {
	a := inEmptyDir(t)
	status, out, err := a.call("quick", "--json", "--seed", "7")
	if status != statusDone || err != "" {
		t.Fatalf("rlrun quick --json = %d, %s", status, err)
	}
	lines := objects(t, out)
	last := lines[len(lines)-1]
	if got := keys(last); last["event"] != "result" || !slices.Equal(got, resultKeys) {
		t.Errorf("the last line has %q, want %q", got, resultKeys)
	}
	if got := keys(last["eval"]); !slices.Equal(got, evalKeys) {
		t.Errorf("eval has %q, want %q", got, evalKeys)
	}
	for key, want := range map[string]any{
		"scenario": "quick", "env": "CartPole-v1", "agent": "ppo", "seed": 7.0, "steps": 400.0, "run": filepath.Join("runs", "quick", "seed-7"),
	} {
		if last[key] != want {
			t.Errorf("%s = %v, want %v", key, last[key], want)
		}
	}
	if got := readFile(t, "runs/quick/seed-7/result.json"); !strings.HasSuffix(out, "\n"+got) {
		t.Errorf("result.json = %s, want the last line of %s", got, out)
	}
	checkProgress(t, lines[:len(lines)-1])
}

// checkProgress checks the lines of progress of 50 iterations of 8 steps. In the first iteration
// no episode can end.
func checkProgress(t *testing.T, lines []map[string]any) {
	t.Helper()
	if len(lines) != 50 {
		t.Fatalf("%d lines of progress, want 50", len(lines))
	}
	for i, l := range lines {
		for _, key := range []string{"event", "steps", "episodes", "return_mean", "steps_per_s", "loss", "value_loss", "entropy_loss", "approx_kl"} {
			if _, ok := l[key]; !ok {
				t.Errorf("line %d of progress = %v, want %s in it", i, l, key)
			}
		}
		if _, isNumber := l["return_mean"].(float64); isNumber != (l["episodes"] != 0.0) {
			t.Errorf("line %d of progress: return_mean = %v after %v episodes", i, l["return_mean"], l["episodes"])
		}
		if l["event"] != "progress" || l["steps"] != float64(8*(i+1)) {
			t.Errorf("line %d of progress = %v, want progress at %d steps", i, l, 8*(i+1))
		}
	}
	if lines[0]["return_mean"] != nil || lines[49]["return_mean"] == nil {
		t.Errorf("return_mean = %v at first and %v at last, want null and a number", lines[0]["return_mean"], lines[49]["return_mean"])
	}
}

// TestQuiet checks that --quiet prints only the result.
func TestQuiet(t *testing.T) {
	a := inEmptyDir(t)
	if got := objects(t, a.must(t, "quick", "--json", "--quiet")); len(got) != 1 || got[0]["event"] != "result" {
		t.Errorf("rlrun quick --json --quiet = %v, want the result alone", got)
	}
	a.Interactive = true
	if status, out, err := a.call("quick", "--quiet"); status != statusDone || strings.Count(out, "\n") != 2 || err != "" {
		t.Errorf("rlrun quick --quiet on a terminal = %d, %q, %q, want two lines and no progress", status, out, err)
	}
}

// TestTrainText checks the two lines of a result in text.
func TestTrainText(t *testing.T) {
	a := inEmptyDir(t)
	for _, c := range []struct {
		args []string
		want []string // parts of the two lines, in order
	}{
		{[]string{"quick", "--steps", "1e3"}, []string{"quick, seed 1: return ", " over 10 episodes; ", "reach 475", "1,000 steps in ", filepath.Join("runs", "quick", "seed-1")}},
		{[]string{"quick", "--steps", "9"}, []string{"quick, seed 1: return ", "16 steps in ", filepath.Join("runs", "quick", "seed-1-2")}},
		{[]string{"open", "--seed", "9223372036854775807", "--out", "x"}, []string{"open, seed 9223372036854775807: return 20 ", " over 3 episodes", "16 steps in ", " x\n"}},
	} {
		status, out, err := a.call(c.args...)
		if status != statusDone || strings.Count(out, "\n") != 2 || err != "" {
			t.Errorf("rlrun %q = %d, %q, %q, want two lines", c.args, status, out, err)
		}
		rest := out
		for _, want := range c.want {
			_, after, ok := strings.Cut(rest, want)
			if !ok {
				t.Errorf("rlrun %q = %q, want %q in it, in order", c.args, out, want)
				continue
			}
			rest = after
		}
		if c.args[0] == "open" && strings.Contains(out, "reach") {
			t.Errorf("rlrun %q = %q, want no threshold", c.args, out)
		}
	}
}

// TestTerminal checks that the progress line is shown on a terminal and removed at the end.
func TestTerminal(t *testing.T) {
	a := inEmptyDir(t)
	a.Interactive = true
	status, out, err := a.call("quick", "--out", "x")
	if status != statusDone || strings.Count(out, "\n") != 2 {
		t.Errorf("rlrun quick on a terminal = %d, %q, want two lines", status, out)
	}
	if !strings.HasPrefix(err, "quick: ppo on CartPole-v1, seed 1, in x; Ctrl-C saves and stops\n\r\x1b[Kquick ") || !strings.HasSuffix(err, "\r\x1b[K") || strings.Count(err, "\n") != 1 {
		t.Errorf("rlrun quick on a terminal shows %q, want a progress line that is shown and cleared", err)
	}
}

// TestFlags checks that the flags change the settings that they name.
func TestFlags(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "deep/down", "--quiet", "--seed", "5", "--seed", "6", "--steps", "8", "--episodes", "3", "--backend", "native",
		"--set", "agent.gamma=0.5", "--set", "agent.policy_kwargs={net_arch: [3, 2]}", "--set", "env.options.kinematics_integrator=semi-implicit",
		"--set", "name=other", "--set", "steps=1e6", "--checkpoint-every", "4")
	got := readFile(t, "deep/down/config.yaml")
	for _, want := range []string{
		"name: other\n", "seed: 6\n", "steps: 8\n", "episodes: 3\n", "gamma: 0.5\n", "net_arch: [3, 2]\n",
		"kinematics_integrator: semi-implicit\n", "backend: native\n", "n_envs: 2\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("config.yaml = %s, want %q in it", got, want)
		}
	}
}

// TestRepeat checks that the same seed gives the same bytes, from a scenario's name, from a file
// and from a run's config.yaml, and that another seed gives other bytes.
func TestRepeat(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "one", "--seed", "3")
	a.must(t, "one/config.yaml", "--out", "two")
	a.must(t, "quick", "--out", "three", "--seed", "4")
	writeFile(t, "quick.yaml", quick)
	a.must(t, "./quick.yaml", "--out", "four", "--seed", "3")
	one := readFile(t, "one/policy.safetensors")
	if readFile(t, "two/policy.safetensors") != one || readFile(t, "four/policy.safetensors") != one {
		t.Error("config.yaml and quick.yaml give other policies than the scenario quick")
	}
	if readFile(t, "three/policy.safetensors") == one {
		t.Error("seeds 3 and 4 give the same policy")
	}
	if got, want := readFile(t, "two/config.yaml"), readFile(t, "one/config.yaml"); got != want {
		t.Errorf("config.yaml of the repeated run = %s, want %s", got, want)
	}
}

// TestKernels checks the warning about a file whose run had other kernels.
func TestKernels(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "other.yaml", quick+"kernels: other\n")
	status, out, err := a.call("./other.yaml")
	if status != statusDone || strings.Count(out, "\n") != 2 || !strings.Contains(err, "other kernels") || strings.Count(err, "\n") != 1 {
		t.Errorf("rlrun other.yaml = %d, %q, %q, want two lines, and a warning in one line", status, out, err)
	}
}

// TestShipped checks that a scenario of rlrun runs by its name.
func TestShipped(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "cartpole-ppo", "--steps", "1", "--episodes", "1", "--out", "x")
	if _, err := os.Stat("x/result.json"); err != nil {
		t.Errorf("rlrun cartpole-ppo --steps 1: %v, want a result", err)
	}
}

// TestResumeFinished checks that rlrun resume prints the result of a finished run again, and
// changes no file.
func TestResumeFinished(t *testing.T) {
	a := inEmptyDir(t)
	text := a.must(t, "quick", "--out", "run")
	want := readFile(t, "run/result.json")
	policy := readFile(t, "run/policy.safetensors")
	if got := a.must(t, "resume", "run", "--json"); got != want {
		t.Errorf("rlrun resume run --json = %s, want %s", got, want)
	}
	if got := a.must(t, "resume", "run"); got != text {
		t.Errorf("rlrun resume run = %s, want %s", got, text)
	}
	if readFile(t, "run/policy.safetensors") != policy || readFile(t, "run/result.json") != want {
		t.Error("rlrun resume run changed the run")
	}
}

// TestResumeUnfinished checks that rlrun resume trains a run without a result again.
func TestResumeUnfinished(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run", "--quiet")
	policy := readFile(t, "run/policy.safetensors")
	for _, name := range []string{"run/checkpoint/state", "run/policy.safetensors", "run/result.json"} {
		if err := os.Remove(filepath.FromSlash(name)); err != nil {
			t.Fatal(err)
		}
	}
	lines := objects(t, a.must(t, "resume", "run", "--json", "--checkpoint-every", "100"))
	if len(lines) != 51 || lines[50]["event"] != "result" || readFile(t, "run/policy.safetensors") != policy {
		t.Errorf("rlrun resume run = %d lines, want 50 of progress, the result, and the same policy", len(lines))
	}
}

// TestEval checks that rlrun eval repeats the run's own evaluation with the run's seed, and that
// its output has no fields of training.
func TestEval(t *testing.T) {
	a := inEmptyDir(t)
	own := objects(t, a.must(t, "quick", "--out", "run", "--seed", "3", "--json", "--quiet"))[0]
	out := a.must(t, "eval", "run", "--json")
	got := objects(t, out)
	if len(got) != 1 || !slices.Equal(keys(got[0]), []string{"agent", "env", "eval", "event", "run", "scenario", "seed"}) {
		t.Fatalf("rlrun eval run --json = %s, want the result without fields of training", out)
	}
	if !maps.Equal(got[0]["eval"].(map[string]any), own["eval"].(map[string]any)) || got[0]["seed"] != 3.0 || got[0]["event"] != "result" {
		t.Errorf("rlrun eval run = %v, want the run's own %v", got[0], own)
	}
	if again := a.must(t, "eval", "run", "--json", "--seed", "3", "--episodes", "10"); again != out {
		t.Errorf("rlrun eval run --seed 3 --episodes 10 = %s, want %s", again, out)
	}
	other := objects(t, a.must(t, "eval", "run", "--json", "--seed", "9223372036854775807", "--episodes", "50"))[0]
	if e := other["eval"].(map[string]any); e["episodes"] != 50.0 || e["mean"] == own["eval"].(map[string]any)["mean"] {
		t.Errorf("rlrun eval run with another seed = %v, want 50 other episodes than %v", e, own["eval"])
	}
	if text := a.must(t, "eval", "run", "--seed", "4"); strings.Count(text, "\n") != 2 || !strings.HasPrefix(text, "quick, seed 4: return ") || !strings.Contains(text, "ppo on CartPole-v1, from run\n") {
		t.Errorf("rlrun eval run = %q, want two lines", text)
	}
	if files, err := os.ReadDir("run"); err != nil || len(files) != 8 {
		t.Errorf("after rlrun eval the run has the files %v, %v, want the same eight files", files, err)
	}
}

// TestFailedRun checks that a run whose environment breaks gives status 1 and no result.
func TestFailedRun(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "odd.yaml", strings.Replace(quick, "CartPole-v1", "acme/Odd-v0", 1))
	status, out, err := a.call("./odd.yaml", "--out", "run")
	if status != statusFailed || out != "" || strings.Count(err, "\n") != 1 || !strings.HasPrefix(err, "rlrun: ") || !strings.Contains(err, "acme/Odd-v0") {
		t.Errorf("rlrun odd.yaml = %d, %q, %q, want 1 and a line that names the environment", status, out, err)
	}
	if _, err := os.Stat("run/result.json"); err == nil {
		t.Error("the failed run has a result")
	}
}
