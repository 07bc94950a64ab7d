package cli

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
)

// TestPlot draws runs of seeds, a run, and another figure, and overwrites nothing.
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
	for _, want := range []string{"three (3 seeds)", "one", "solved at 475", "random", "A title", "mean return", "environment steps"} {
		if err != nil || !strings.Contains(string(svg), want) {
			t.Errorf("a.svg has no %q, %v", want, err)
		}
	}
	if svg, err := os.ReadFile("d.svg"); err != nil || !strings.Contains(string(svg), "value loss") || strings.Contains(string(svg), "solved") {
		t.Errorf("d.svg is not of the value loss: %v", err)
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

// TestExplain: every column of progress.csv has an explanation, by its whole name or
// without what stands in front.
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
	for _, key := range header {
		_, bare, _ := strings.Cut(key, "/")
		if long := a.must(t, "explain", key); long != a.must(t, "explain", bare) || !strings.Contains(long, "\nHealthy: ") {
			t.Errorf("explain %s prints %q", key, long)
		}
	}
	if status, _, err := a.call("explain", "approx_kll"); status != 2 || !strings.Contains(err, "nearest is") {
		t.Errorf("explain of nothing: status %d, %q", status, err)
	}
}
