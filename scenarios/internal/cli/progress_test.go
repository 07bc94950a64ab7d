package cli

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/run"
)

// TestCut checks that a line is cut so that the last column of the terminal stays free.
func TestCut(t *testing.T) {
	for _, c := range []struct {
		line  string
		width int
		want  string
	}{
		{"abc", 0, "abc"}, {"abc", -1, "abc"}, {"abc", 4, "abc"}, {"abc", 3, "ab"}, {"abc", 2, "a"}, {"abc", 1, ""},
		{"━━─ é", 6, "━━─ é"}, {"━━─ é", 5, "━━─ "}, {"━━─ é", 3, "━━"}, {"", 1, ""}, {"", 5, ""},
	} {
		if got := cut(c.line, c.width); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.line, c.width, got, c.want)
		}
	}
}

// status returns the status after this number of steps of 1000, trained in 2 s, with a mean
// return of 12.345678.
func status(steps, episodes int) *run.Status {
	return &run.Status{
		Report: agents.Report{Steps: steps, Episodes: episodes, Return: 12.345678, Losses: []agents.Metric{
			{Name: "loss", Value: 0.5}, {Name: "explained_variance", Value: math.NaN()}, {Name: `a "b"`, Value: math.Inf(1)},
		}},
		Total: 1000, Elapsed: 2 * time.Second,
	}
}

// TestProgressLine checks the bar, the speed and the remaining time of the progress line.
func TestProgressLine(t *testing.T) {
	bar := func(full int) string { return strings.Repeat("━", full) + strings.Repeat("─", 24-full) }
	for _, c := range []struct {
		steps, episodes int
		left            time.Duration
		want            string
	}{
		{0, 0, 0, "quick " + bar(0) + "   0 %  0 steps  0/s  0s left"},
		{8, 0, 61500 * time.Millisecond, "quick " + bar(0) + "   0 %  8 steps  4/s  1m2s left"},
		{500, 3, 2400 * time.Millisecond, "quick " + bar(12) + "  50 %  500 steps  250/s  return 12.35  2s left"},
		{999, 3, time.Hour, "quick " + bar(23) + "  99 %  999 steps  499/s  return 12.35  1h0m0s left"},
		{1000, 3, 0, "quick " + bar(24) + " 100 %  1,000 steps  500/s  return 12.35  0s left"},
		{1200, 3, 0, "quick " + bar(24) + " 100 %  1,200 steps  600/s  return 12.35  0s left"},
	} {
		if got := progressLine("quick", status(c.steps, c.episodes), c.left); got != c.want {
			t.Errorf("progressLine after %d steps = %q, want %q", c.steps, got, c.want)
		}
	}
}

// TestProgressJSON checks the JSON object of an iteration, with null for NaN and infinite metrics.
func TestProgressJSON(t *testing.T) {
	for _, c := range []struct {
		st   *run.Status
		want string
	}{
		{status(8, 0), `{"event":"progress","steps":8,"episodes":0,"return_mean":null,"steps_per_s":4,"loss":0.5,"explained_variance":null,"a \"b\"":null}`},
		{status(999, 2), `{"event":"progress","steps":999,"episodes":2,"return_mean":12.345678,"steps_per_s":500,"loss":0.5,"explained_variance":null,"a \"b\"":null}`},
		{&run.Status{Report: agents.Report{Steps: 1}}, `{"event":"progress","steps":1,"episodes":0,"return_mean":null,"steps_per_s":null}`},
	} {
		got := progressJSON(c.st)
		if object(t, got); got != c.want {
			t.Errorf("progressJSON(%+v) = %s, want %s", c.st, got, c.want)
		}
	}
}

// TestLeft checks that the remaining time is estimated from the steps since the first report.
// Steps that were trained before a resume say nothing about the speed.
func TestLeft(t *testing.T) {
	since := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	p := progress{start: 400, since: since}
	for _, c := range []struct {
		steps int
		after time.Duration
		want  time.Duration
	}{
		{400, time.Second, 0},
		{500, time.Second, 5 * time.Second},
		{700, 3 * time.Second, 3 * time.Second},
		{1000, 9 * time.Second, 0},
	} {
		if got := p.left(status(c.steps, 1), since.Add(c.after)); got != c.want {
			t.Errorf("left after %d steps in %v, from 400 of 1000 = %v, want %v", c.steps, c.after, got, c.want)
		}
	}
}

// TestProgressTable checks that metrics are printed in groups, and that metrics without a
// value are left out.
func TestProgressTable(t *testing.T) {
	a := inEmptyDir(t)
	_, _, text := a.call("quick", "--table", "--out", "run")
	tables := strings.Split(text, strings.Repeat("-", 45)+"\n")
	last := tables[len(tables)-2]
	for _, want := range []string{
		"| rollout/                   |              |\n", "|    ep_rew_mean             | ", "| time/                      |              |\n",
		"|    total_timesteps         | 400          |\n", "|    approx_kl               | ",
	} {
		if !strings.Contains(last, want) {
			t.Errorf("the last table is\n%s, want %q in it", last, want)
		}
	}
	if strings.Contains(tables[1], "ep_rew_mean") {
		t.Errorf("the first table has the return of no episode:\n%s", tables[1])
	}
}
