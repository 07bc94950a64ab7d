package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// scored makes directories of finished runs with the given mean returns.
func scored(t testing.TB, a *App, name string, means ...float64) {
	t.Helper()
	a.must(t, "quick", "--quiet", "--out", "model")
	for i, mean := range means {
		dir := filepath.Join(name, fmt.Sprintf("seed-%d", i+1))
		config, err := os.ReadFile(filepath.Join("model", "config.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		result, err := os.ReadFile(filepath.Join("model", "result.json"))
		if err != nil {
			t.Fatal(err)
		}
		var r map[string]any
		if err := json.Unmarshal(result, &r); err != nil {
			t.Fatal(err)
		}
		r["eval"].(map[string]any)["mean"] = mean
		if result, err = json.Marshal(r); err != nil {
			t.Fatal(err)
		}
		writeFile(t, dir+"/config.yaml", string(config))
		writeFile(t, dir+"/result.json", string(result))
	}
	if err := os.RemoveAll("model"); err != nil {
		t.Fatal(err)
	}
}

// TestCompare: of clearly better runs it says so; of runs that overlap that nothing
// is shown, and how many may show it; and runs of a scenario are found by its name.
func TestCompare(t *testing.T) {
	a := inEmptyDir(t)
	scored(t, a, "high", 90, 95, 92, 99, 91, 94, 97, 93)
	scored(t, a, "low", 10, 15, 12, 19, 11, 14, 17, 13)
	scored(t, a, "lower", 9, 15, 11, 19, 12, 13, 17, 12)
	scored(t, a, "runs/some", 50)
	var c comparison
	if err := json.Unmarshal([]byte(a.must(t, "compare", "high", "low", "--json")), &c); err != nil {
		t.Fatal(err)
	}
	if !c.Shown || c.Improvement != 1 || c.Difference < 75 || c.A.Runs != 8 || c.A.IQM != 93.5 || c.MoreRuns == nil || *c.MoreRuns != 0 ||
		!(c.CI95[0] <= c.Difference && c.Difference <= c.CI95[1]) {
		t.Errorf("compare high low = %+v", c)
	}
	if p := c.Profile; len(p.Score) != 21 || p.Score[0] != 10 || p.Score[20] != 99 || p.A[0] != 1 || p.B[0] != 7./8 || p.B[10] != 0 || p.A[10] != 1 || p.A[20] != 0 {
		t.Errorf("profile = %+v", p)
	}
	for want, args := range map[string][]string{
		"high is better\n":                         {"high", "low"},
		"\nhigh is better":                         {"low", "high"},
		"no difference shown; some":                {"low", "lower"},
		"no difference shown, and none":            {"low", "low"},
		"a single run says nothing of others":      {"some", "low"},
		"some: interquartile mean 50 (95 %: 50 to": {"some", "runs/some/seed-1"},
	} {
		if out := a.must(t, append([]string{"compare"}, args...)...); !strings.Contains(out, want) {
			t.Errorf("compare %v prints\n%s, want %q in it", args, out, want)
		}
	}
}
