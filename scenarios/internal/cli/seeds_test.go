package cli

import (
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestSeeds checks that each of several runs has the same bytes as the run alone, and that the
// output has a line for each run in the order of the seeds, and a summary.
func TestSeeds(t *testing.T) {
	a := inEmptyDir(t)
	lines := objects(t, a.must(t, "quick", "--seeds", "3", "--seed", "5", "--out", "many", "--json"))
	if len(lines) != 4 {
		t.Fatalf("%d lines, want 4", len(lines))
	}
	for i, seed := range []string{"5", "6", "7"} {
		if lines[i]["seed"] != float64(5+i) || lines[i]["run"] != filepath.Join("many", "seed-"+seed) {
			t.Errorf("line %d is %v, want seed %s", i, lines[i], seed)
		}
		a.must(t, "quick", "--seed", seed, "--out", "alone-"+seed)
		for _, file := range []string{"policy.safetensors", "policy-best.safetensors", "config.yaml"} {
			one, err := os.ReadFile(filepath.Join("many", "seed-"+seed, file))
			other, err2 := os.ReadFile(filepath.Join("alone-"+seed, file))
			if err != nil || err2 != nil || string(one) != string(other) {
				t.Errorf("seed %s: %s differs from the file of the run alone: %v, %v", seed, file, err, err2)
			}
		}
	}
	all := lines[3]
	if all["event"] != "results" || all["scenario"] != "quick" || !reflect.DeepEqual(all["seeds"], []any{5., 6., 7.}) ||
		!reflect.DeepEqual(all["failed"], []any{}) {
		t.Errorf("the last line is %v", all)
	}
	e := all["eval"].(map[string]any)
	mean := 0.0
	for _, l := range lines[:3] {
		mean += l["eval"].(map[string]any)["mean"].(float64) / 3
	}
	ci := e["ci95"].([]any)
	if d := e["mean"].(float64) - mean; d*d > 1e-18 || !(ci[0].(float64) <= e["iqm"].(float64) && e["iqm"].(float64) <= ci[1].(float64)) {
		t.Errorf("eval of all is %v, want the mean %v and an interval about the interquartile mean", e, mean)
	}
	if text := a.must(t, "quick", "--seeds", "1", "--quiet"); !strings.Contains(text, "quick, 1 seed: mean return ") || strings.Contains(text, "95 %") {
		t.Errorf("one of several runs prints %q", text)
	}
}

// TestSeedsFail checks that a failing run does not end the other runs.
func TestSeedsFail(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "odd.yaml", strings.Replace(strings.Replace(open, "acme/Open-v0", "acme/Odd-v0", 1), "steps: 16", "steps: 64", 1))
	status, out, err := a.call("odd.yaml", "--seeds", "2", "--json")
	lines := objects(t, out)
	last := lines[len(lines)-1]
	if status != 1 || last["event"] != "results" || len(last["failed"].([]any)) != 2 || last["eval"].(map[string]any)["mean"] != nil ||
		!strings.Contains(err, "2 of 2 runs failed") || !strings.Contains(err, "out of track") {
		t.Errorf("runs that fail: status %d, %v, error %q", status, last, err)
	}
}

// TestSweep checks that a sweep of two settings has runs for every combination of values.
func TestSweep(t *testing.T) {
	a := inEmptyDir(t)
	out := objects(t, a.must(t, "quick", "--sweep", "agent.gamma=[0.5, 0.9]", "--sweep", "agent.policy_kwargs.net_arch=[[4], [2, 2]]",
		"--seeds", "2", "--out", "sweep", "--json"))
	var labels []string
	for _, line := range out {
		if line["event"] == "results" {
			labels = append(labels, line["sweep"].(string))
		}
	}
	want := []string{
		"agent.gamma=0.5, agent.policy_kwargs.net_arch=[4]", "agent.gamma=0.5, agent.policy_kwargs.net_arch=[2, 2]",
		"agent.gamma=0.9, agent.policy_kwargs.net_arch=[4]", "agent.gamma=0.9, agent.policy_kwargs.net_arch=[2, 2]",
	}
	if len(out) != 12 || !reflect.DeepEqual(labels, want) {
		t.Errorf("%d lines, cells %q, want 12 and %q", len(out), labels, want)
	}
	config, err := os.ReadFile(filepath.Join("sweep", "agent.gamma=0.9,agent.policy_kwargs.net_arch=[2,2]", "seed-2", "config.yaml"))
	if err != nil || !strings.Contains(string(config), "gamma: 0.9\n") || !strings.Contains(string(config), "net_arch: [2, 2]") {
		t.Errorf("a cell's config is %s, %v", config, err)
	}
}

// TestSweepRanks checks that the line of each run names its settings, and that the output ends
// with a ranking of the settings.
func TestSweepRanks(t *testing.T) {
	a := inEmptyDir(t)
	out := a.must(t, "quick", "--sweep", "steps=[64, 2048, 128]", "--seeds", "2", "--out", "sweep")
	for _, want := range []string{"quick, steps=2048, seed 2: return ", "quick, steps=64, 2 seeds: interquartile mean ", "rlrun compare sweep shows how certain this ranking is"} {
		if !strings.Contains(out, want) {
			t.Errorf("a sweep prints %q, want %q in it", out, want)
		}
	}
	_, table, _ := strings.Cut(out, "rank ")
	best := -1.
	lines := strings.Split(table, "\n")[1:4]
	iqm := func(line string) float64 {
		f := strings.Fields(line)
		x, err := strconv.ParseFloat(f[2], 64)
		if err != nil || !strings.HasPrefix(f[1], "steps=") {
			t.Fatalf("a row of the ranking is %q, want a rank, steps=… and a number", line)
		}
		return x
	}
	for i, line := range lines {
		if x := iqm(line); i > 0 && x > best {
			t.Errorf("the ranking is %q, want the best first", lines)
		}
		best = iqm(line)
	}
	_, compared, _ := strings.Cut(a.must(t, "compare", "sweep"), "final return")
	previous := 0
	for _, line := range lines { // compare has the order of the ranking
		place := strings.Index(compared, ": "+strings.Fields(line)[1]+" ")
		if place <= previous {
			t.Errorf("compare of the sweep prints %q, want the order of %q", compared, lines)
		}
		previous = place
	}
	if single := a.must(t, "quick", "--sweep", "steps=[64, 128]", "--out", "single"); strings.Contains(single, "95 %") {
		t.Errorf("a sweep with one seed prints %q, want no intervals", single)
	}
	if one := a.must(t, "quick", "--seeds", "2", "--out", "one"); strings.Contains(one, "rank") {
		t.Errorf("runs with the same settings print %q, want no ranking", one)
	}
}

// rich is the environment still with a time limit of 40 steps and a reward of 1e308 for each step.
type rich struct{ still }

func (r *rich) Spec() env.Spec {
	spec := r.still.Spec()
	spec.ID, spec.MaxSteps = "acme/Rich-v0", 40
	return spec
}

func (*rich) Step(act, obs []float32) env.Outcome {
	obs[0] = act[0]
	return env.Outcome{Reward: 1e308}
}

// TestSeedsNotFinite checks that an infinite return is null in JSON, in the lines of the runs and
// in the summary, and Inf in text.
func TestSeedsNotFinite(t *testing.T) {
	a := inEmptyDir(t)
	a.Envs["acme/Rich-v0"] = env.Entry(func() *rich { return new(rich) })
	writeFile(t, "rich.yaml", strings.Replace(open, "{id: acme/Open-v0, n_envs: 2}", "{id: acme/Rich-v0, n_envs: 2, wrappers: [{scale_reward: 0}]}", 1))
	lines := objects(t, a.must(t, "rich.yaml", "--seeds", "2", "--json", "--quiet"))
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3", len(lines))
	}
	for _, line := range lines {
		if e := line["eval"].(map[string]any); e["mean"] != nil || line["event"] == "results" && e["iqm"] != nil {
			t.Errorf("%v, want null for infinite numbers", line)
		}
	}
	for _, args := range [][]string{{"--seeds", "2"}, {}} {
		if out := a.must(t, append([]string{"rich.yaml", "--quiet"}, args...)...); !strings.Contains(out, "Inf") {
			t.Errorf("rlrun rich.yaml %q = %q, want that the return is infinite", args, out)
		}
	}
}
