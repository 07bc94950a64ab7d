package cli

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlot checks plots of several seeds, of one run and of another metric, the messages for
// bad flags, and that no file is overwritten.
func TestPlot(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--seeds", "3", "--out", "three", "--quiet")
	a.must(t, "quick", "--out", "one", "--quiet")
	for _, args := range [][]string{
		{"plot", "three", "one", "-o", "a.svg", "--line", "random=22", "--title", "A title"},
		{"plot", "three", "-o", "b.svg", "--x", "episodes", "--theme", "dark"}, {"plot", "one", "-o", "c.png", "--x", "seconds"},
		{"plot", "one", "-o", "d.svg", "--key", "train/value_loss"},
	} {
		a.must(t, args...)
	}
	svg, err := os.ReadFile("a.svg")
	for _, want := range []string{"three (3 seeds)", "one", "solved at 475", "random", "A title", "mean return of training episodes", "environment steps"} {
		if err != nil || !strings.Contains(string(svg), want) {
			t.Errorf("a.svg has no %q, %v", want, err)
		}
	}
	a.must(t, "plot", "one", "-o", "evaluations.svg", "--key", "eval/mean_reward")
	if svg, err := os.ReadFile("evaluations.svg"); err != nil || !strings.Contains(string(svg), "mean return of evaluations") || !strings.Contains(string(svg), "solved at 475") {
		t.Errorf("evaluations.svg does not show evaluations with their threshold: %v", err)
	}
	if svg, err := os.ReadFile("d.svg"); err != nil || !strings.Contains(string(svg), "value loss") || strings.Contains(string(svg), "solved") {
		t.Errorf("d.svg does not show the value loss: %v", err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"plot"}, "has none"}, {[]string{"plot", "one", "-o", "c.png"}, "c.png is there already"},
		{[]string{"plot", "one", "-o", "c.gif"}, "ends in .png or .svg"}, {[]string{"plot", "nowhere"}, "no runs in nowhere"},
		{[]string{"plot", "one", "-o", "e.png", "--key", "train/los"}, `has no column "train/los"; the nearest is train/loss`},
		{[]string{"plot", "one", "-o", "e.png", "--x", "hours"}, "--x hours: want steps, episodes or seconds"},
		{[]string{"plot", "one", "-o", "e.png", "--theme", "blue"}, "--theme blue: want light or dark"},
		{[]string{"plot", "one", "-o", "e.png", "--line", "x=y"}, "--line x=y: want NAME=VALUE"},
	} {
		status, _, err := a.call(c.args...)
		if status != 2 || !strings.Contains(err, c.want) || strings.Count(err, "\n") != 1 {
			t.Errorf("%v: status %d, %q, want %q in it", c.args, status, err, c.want)
		}
	}
	if _, err := os.Stat("e.png"); err == nil {
		t.Error("bad input left a picture")
	}
}

// TestPlotSets checks that plot draws a curve for each setting of a sweep, counts a repeated
// seed once, notes that a curve ends early, and refuses runs with different settings as
// one curve.
func TestPlotSets(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--sweep", "agent.gamma=[0.5, 0.9]", "--seeds", "2", "--out", "sweep", "--quiet")
	a.must(t, "plot", "sweep", "-o", "sweep.svg")
	a.must(t, "quick", "--seeds", "2", "--out", "set", "--quiet")
	a.must(t, "quick", "--out", "set/again", "--quiet", "--set", "log_interval=80")
	text, err := os.ReadFile("set/seed-2/progress.csv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	writeFile(t, "set/seed-2/progress.csv", strings.Join(lines[:len(lines)/2], ""))
	status, _, notes := a.call("plot", "set", "-o", "set.svg")
	for _, want := range []string{
		"set: seed 1 was run 2 times with the same settings and counts once: set/seed-1 is used, and not set/again",
		"set: drawn up to ", " steps, where the shortest run ends; the longest has 400\n",
	} {
		if status != 0 || !strings.Contains(filepath.ToSlash(notes), want) {
			t.Errorf("plot set: status %d, %q, want %q in it", status, notes, want)
		}
	}
	for file, want := range map[string][]string{"sweep.svg": {"gamma=0.5 (2 seeds)", "gamma=0.9 (2 seeds)"}, "set.svg": {"set (2 seeds)"}} {
		svg, err := os.ReadFile(file)
		for _, w := range want {
			if err != nil || !strings.Contains(string(svg), w) {
				t.Errorf("%s has no %q, %v", file, w, err)
			}
		}
	}
	edit(t, "set/seed-2/config.yaml", "\nsteps: 400\n", "\nsteps: 500\n")
	status, _, notes = a.call("plot", "set", "-o", "no.svg")
	if status != 2 || !strings.Contains(notes, "set has runs with different settings: steps is 400 in ") || strings.Count(notes, "\n") != 1 {
		t.Errorf("plot of runs with different settings: status %d, %q, want status 2 and a sentence", status, notes)
	}
	a.must(t, "plot", "set", "--split", "-o", "split.svg")
}

// TestExplain checks that every column of progress.csv has an explanation, by its whole
// name and by its name without the prefix (train/, rollout/, …).
func TestExplain(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run", "--quiet")
	f, err := os.Open("run/progress.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	header, err := csv.NewReader(f).Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range append(header, "rollout/env_goals") {
		_, bare, _ := strings.Cut(key, "/")
		if long := a.must(t, "explain", key); long != a.must(t, "explain", bare) || !strings.Contains(long, "\nHealthy: ") {
			t.Errorf("explain %s prints %q", key, long)
		}
	}
	if status, _, err := a.call("explain", "approx_kll"); status != 2 || !strings.Contains(err, "nearest is") {
		t.Errorf("explain of an unknown metric: status %d, %q, want status 2 and the nearest metric", status, err)
	}
}
