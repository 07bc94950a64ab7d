package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A score is a run that scored makes.
type score struct {
	seed     int
	mean     float64
	progress string // progress.csv; "" for none
}

// scores are the means of runs with seeds from 1.
func scores(means ...float64) (all []score) {
	for i, mean := range means {
		all = append(all, score{seed: i + 1, mean: mean})
	}
	return all
}

// scored makes directories NAME/seed-N of finished runs of quick.
func scored(t testing.TB, a *App, name string, runs ...score) {
	t.Helper()
	if _, err := os.Stat("model"); err != nil {
		a.must(t, "quick", "--quiet", "--out", "model")
	}
	config, err := os.ReadFile(filepath.Join("model", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	result, err := os.ReadFile(filepath.Join("model", "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range runs {
		var r map[string]any
		if err := json.Unmarshal(result, &r); err != nil {
			t.Fatal(err)
		}
		r["seed"], r["eval"].(map[string]any)["mean"] = s.seed, s.mean
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		dir := fmt.Sprintf("%s/seed-%d", name, s.seed)
		writeFile(t, dir+"/config.yaml", strings.Replace(string(config), "\nseed: 1\n", fmt.Sprintf("\nseed: %d\n", s.seed), 1))
		writeFile(t, dir+"/result.json", string(line))
		if s.progress != "" {
			writeFile(t, dir+"/progress.csv", s.progress)
		}
	}
}

// edited changes a file.
func edited(t testing.TB, name, old, new string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q: %v", name, old, err)
	}
	writeFile(t, name, strings.Replace(string(text), old, new, 1))
}

// TestCompare: of clearly better runs it says so; of runs that overlap that nothing
// is shown, and how many may show it; and runs of a scenario are found by its name.
func TestCompare(t *testing.T) {
	a := inEmptyDir(t)
	scored(t, a, "high", scores(90, 95, 92, 99, 91, 94, 97, 93)...)
	scored(t, a, "low", scores(10, 15, 12, 19, 11, 14, 17, 13)...)
	scored(t, a, "lower", scores(9, 15, 11, 19, 12, 13, 17, 12)...)
	scored(t, a, "runs/some", scores(50)...)
	var c comparison
	if err := json.Unmarshal([]byte(a.must(t, "compare", "high", "low", "--json")), &c); err != nil {
		t.Fatal(err)
	}
	if !c.Shown || c.Improvement != 1 || c.Difference != 80 || c.A.Runs != 8 || c.A.IQM != 93.5 || c.RunsNeeded == nil || *c.RunsNeeded != 0 ||
		c.P != 12./12870 || c.Adjusted != c.P || c.Curve != nil || !(c.CI95[0] <= c.Difference && c.Difference <= c.CI95[1]) {
		t.Errorf("compare high low = %+v", c)
	}
	if p := c.Profile; len(p.Score) != 21 || p.Score[0] != 10 || p.Score[20] != 99 || p.A[0] != 1 || p.B[0] != 7./8 || p.B[10] != 0 || p.A[10] != 1 || p.A[20] != 0 {
		t.Errorf("profile = %+v", p)
	}
	for want, args := range map[string][]string{
		": high is better (p < 0.001)\n":       {"high", "low"},
		"high is better (p < 0.001)\n":         {"low", "high"},
		"no difference shown (p = ":            {"low", "lower"},
		"and none likely to be":                {"low", "low"},
		"a single run says nothing of others":  {"some", "low"},
		"some              1 seed  50\n":       {"some", "runs/some/seed-1"},
		"corrected for 1 comparison by Holm":   {"high", "low"},
		"The sets have the same settings.\n":   {"high", "low"},
		"  C: lower  8 seeds  13 (11 to 16)\n": {"high", "low", "lower"},
	} {
		if out := a.must(t, append([]string{"compare"}, args...)...); !strings.Contains(out, want) {
			t.Errorf("compare %v prints\n%s, want %q in it", args, out, want)
		}
	}
}

// TestCompareMany compares each of three sets with each, a line for each pair. The
// p-values of the first and second, 12/12870, and of the first and third are corrected
// for three comparisons.
func TestCompareMany(t *testing.T) {
	a := inEmptyDir(t)
	scored(t, a, "high", scores(90, 95, 92, 99, 91, 94, 97, 93)...)
	scored(t, a, "low", scores(10, 15, 12, 19, 11, 14, 17, 13)...)
	scored(t, a, "lower", scores(9, 15, 11, 19, 12, 13, 17, 12)...)
	lines := objects(t, a.must(t, "compare", "high", "low", "lower", "--json"))
	if len(lines) != 3 {
		t.Fatalf("compare of three sets prints %d lines, want 3", len(lines))
	}
	for i, want := range []struct {
		a, b  string
		p     float64
		shown bool
	}{{"high", "low", 12. / 12870 * 3, true}, {"high", "lower", 12. / 12870 * 3, true}, {"low", "lower", 0.7, false}} {
		l := lines[i]
		p := l["p_adjusted"].(float64)
		if l["a"].(map[string]any)["name"] != want.a || l["b"].(map[string]any)["name"] != want.b || l["difference_shown"] != want.shown ||
			want.shown && (p < want.p-1e-12 || p > want.p+1e-12) || !want.shown && p < want.p {
			t.Errorf("line %d is %v, want %+v", i, l, want)
		}
	}
}

// TestCompareRepeats: a seed that was run three times counts once, as the last by name
// that is finished; it is said.
func TestCompareRepeats(t *testing.T) {
	a := inEmptyDir(t)
	scored(t, a, "other", scores(10, 11, 12)...)
	for i, name := range []string{"same/seed-1", "same/seed-1-2", "same/seed-1-10", "same/seed-1-11"} {
		scored(t, a, "x", score{seed: 1, mean: 50 + float64(i)})
		if err := os.MkdirAll("same", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename("x/seed-1", name); err != nil {
			t.Fatal(err)
		}
	}
	edited(t, "same/seed-1/config.yaml", "\nkernels: ", "\nkernels: other # ")
	if err := os.Remove("same/seed-1-11/result.json"); err != nil {
		t.Fatal(err)
	}
	status, out, notes := a.call("compare", "same", "other", "--json")
	l := objects(t, out)[0]["a"].(map[string]any)
	if status != 0 || l["runs"] != 1. || l["mean"] != 52. {
		t.Errorf("compare of a seed run four times = status %d, %v, want one run of 52", status, l)
	}
	if want := "same: seed 1 was run 4 times with the same settings and counts once: same/seed-1-10 counts, same/seed-1, same/seed-1-2, same/seed-1-11 not"; !strings.Contains(filepath.ToSlash(notes), want) {
		t.Errorf("notes are %q, want %q in them", notes, want)
	}
}

// TestCompareUnlike: runs of unlike settings are named in a sentence, and are sets of
// their own where that is asked for, or where a sweep made them.
func TestCompareUnlike(t *testing.T) {
	a := inEmptyDir(t)
	scored(t, a, "mixed", scores(10, 11, 12)...)
	edited(t, "mixed/seed-3/config.yaml", "\n  gamma: 0.99\n", "\n  gamma: 0.5\n")
	status, _, err := a.call("compare", "mixed", "mixed")
	want := "rlrun: mixed has runs of unlike settings: agent.gamma is 0.99 in mixed/seed-1 and 0.5 in mixed/seed-3; --split makes a set of each, or name them one by one\n"
	if status != 2 || filepath.ToSlash(err) != want {
		t.Errorf("compare of unlike runs: status %d, %q, want 2, %q", status, err, want)
	}
	out := a.must(t, "compare", "mixed", "--split")
	for _, want := range []string{"gamma=0.99  2 seeds  10.5", "gamma=0.5   1 seed   12\n", "The sets differ in agent.gamma: 0.99 | 0.5\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("compare --split prints\n%s, want %q in it", out, want)
		}
	}
	a.must(t, "quick", "--sweep", "agent.gamma=[0.5, 0.9]", "--seeds", "2", "--out", "sweep", "--quiet")
	if out := a.must(t, "compare", "sweep"); !strings.Contains(out, "gamma=0.5 less gamma=0.9: ") {
		t.Errorf("compare of a sweep prints\n%s, want its settings compared", out)
	}
	if status, _, err := a.call("compare", "sweep/agent.gamma=0.5"); status != 2 || !strings.Contains(err, "is one set of runs, want two or more") {
		t.Errorf("compare of one set: status %d, %q", status, err)
	}
	if status, _, err := a.call("compare"); status != 2 || !strings.Contains(err, "takes two or more") {
		t.Errorf("compare of nothing: status %d, %q", status, err)
	}
}

// TestCompareKey compares the learning curves that are asked for, and where wrappers
// differ, which may scale rewards in training, those of evaluations.
func TestCompareKey(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--seeds", "2", "--out", "plain", "--quiet")
	a.must(t, "quick", "--seeds", "2", "--out", "scaled", "--quiet", "--set", "env.wrappers=[{scale_reward: 0.1}]")
	for _, tc := range []struct {
		args []string
		key  string
	}{
		{[]string{"plain", "scaled"}, "eval/mean_reward"}, {[]string{"plain", "plain"}, "rollout/ep_rew_mean"},
		{[]string{"plain", "scaled", "--key", "train/loss"}, "train/loss"},
	} {
		var c comparison
		if err := json.Unmarshal([]byte(a.must(t, append([]string{"compare", "--json"}, tc.args...)...)), &c); err != nil {
			t.Fatal(err)
		}
		if c.Curve == nil || c.Curve.Key != tc.key {
			t.Errorf("compare %v has the learning curve %+v, want %s", tc.args, c.Curve, tc.key)
		}
	}
	status, _, err := a.call("compare", "plain", "scaled", "--key", "train/los")
	if want := `has no column "train/los"; the nearest is train/loss`; status != 2 || !strings.Contains(err, want) {
		t.Errorf("compare --key train/los: status %d, %q, want 2, %q", status, err, want)
	}
}

// TestCompareNotFinite refuses a run whose mean return is null in its result, which
// has no place among numbers.
func TestCompareNotFinite(t *testing.T) {
	a := inEmptyDir(t)
	scored(t, a, "one", scores(1, 2)...)
	scored(t, a, "other", scores(3, 4)...)
	edited(t, "other/seed-2/result.json", `"mean":4`, `"mean":null`)
	want := "rlrun: other: the mean return of other/seed-2 is not finite; want runs with finite returns to compare\n"
	for _, args := range [][]string{{"compare", "one", "other"}, {"compare", "one", "other", "--json"}} {
		if status, out, err := a.call(args...); status != statusBadInput || out != "" || err != want {
			t.Errorf("%q = %d, %q, %q, want status 2 and %q", args, status, out, err, want)
		}
	}
}

// TestCompareSharedRuns says which sets have runs in common, however they are named.
func TestCompareSharedRuns(t *testing.T) {
	a := inEmptyDir(t)
	scored(t, a, "high", scores(90, 95, 92)...)
	scored(t, a, "low", scores(10, 15, 12)...)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"high", "low"}, ""},
		{[]string{"low", "high", "./low/"}, "rlrun: low and ./low/ have 3 runs in common, and are no independent sets\n"},
		{[]string{"high", "high/seed-2"}, "rlrun: high and high/seed-2 have 1 run in common, and are no independent sets\n"},
	} {
		if status, _, said := a.call(append([]string{"compare"}, c.args...)...); status != statusDone || said != c.want {
			t.Errorf("compare %q = %d, %q, want %d, %q", c.args, status, said, statusDone, c.want)
		}
	}
}

// TestCompareLoss does not call a greater loss better. p is 12/12870, as in TestCompare,
// times two comparisons.
func TestCompareLoss(t *testing.T) {
	a := inEmptyDir(t)
	for name, loss := range map[string]int{"high": 90, "low": 10} {
		var runs []score
		for seed := range 8 {
			csv := fmt.Sprintf("time/total_timesteps,train/loss\n8,%d\n16,%d\n", loss+seed, loss+seed)
			runs = append(runs, score{seed + 1, 5, csv})
		}
		scored(t, a, name, runs...)
	}
	out := a.must(t, "compare", "low", "high", "--key", "train/loss")
	if !strings.Contains(out, "low is greater with probability 0 (0 to 0)") || !strings.Contains(out, "high is greater (p = 0.002)") || strings.Contains(out, "high is better") {
		t.Errorf("compare --key train/loss prints\n%s, want that high has the greater loss", out)
	}
}
