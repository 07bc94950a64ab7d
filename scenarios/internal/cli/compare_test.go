package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A score describes a run that writeRuns writes.
type score struct {
	seed     int
	mean     float64 // mean return
	progress string  // content of progress.csv; "" for no such file
}

// scores returns runs with these mean returns, and the seeds 1, 2, ….
func scores(means ...float64) (all []score) {
	for i, mean := range means {
		all = append(all, score{seed: i + 1, mean: mean})
	}
	return all
}

// writeRuns writes the directories NAME/seed-N of finished runs of the scenario quick.
func writeRuns(t testing.TB, a *App, name string, runs ...score) {
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

// edit replaces the first occurrence of old in a file.
func edit(t testing.TB, name, old, new string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%s has no %q: %v", name, old, err)
	}
	writeFile(t, name, strings.Replace(string(text), old, new, 1))
}

// TestCompare checks the conclusions about runs that are clearly better and about runs that
// overlap, and that a scenario's runs are found by its name.
func TestCompare(t *testing.T) {
	a := inEmptyDir(t)
	writeRuns(t, a, "high", scores(90, 95, 92, 99, 91, 94, 97, 93)...)
	writeRuns(t, a, "low", scores(10, 15, 12, 19, 11, 14, 17, 13)...)
	writeRuns(t, a, "lower", scores(9, 15, 11, 19, 12, 13, 17, 12)...)
	writeRuns(t, a, "runs/some", scores(50)...)
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
		": high is better (p < 0.001)\n":            {"high", "low"},
		"high is better (p < 0.001)\n":              {"low", "high"},
		"no difference shown (p = ":                 {"low", "lower"},
		"and more runs would probably not show one": {"low", "low"},
		"one run says nothing about other seeds":    {"some", "low"},
		"some              1 seed  50\n":            {"some", "runs/some/seed-1"},
		"corrected for 1 comparison by Holm":        {"high", "low"},
		"The sets have the same settings.\n":        {"high", "low"},
		"  C: lower  8 seeds  13 (11 to 16)\n":      {"high", "low", "lower"},
	} {
		if out := a.must(t, append([]string{"compare"}, args...)...); !strings.Contains(out, want) {
			t.Errorf("compare %v prints\n%s, want %q in it", args, out, want)
		}
	}
}

// TestCompareFewRuns checks what compare says if the numbers of runs cannot show a difference:
// 3 and 3 runs have p = 2/20 at least, and 4 and 4 runs 4/70. 5 and 5 runs can have 4/252.
// 2 and 4 runs have 1/15 at least, and 2 and 10 runs 1/66.
func TestCompareFewRuns(t *testing.T) {
	a := inEmptyDir(t)
	writeRuns(t, a, "three", scores(90, 95, 92)...)
	writeRuns(t, a, "low", scores(10, 15, 12)...)
	writeRuns(t, a, "four", scores(50, 55, 52, 51)...)
	writeRuns(t, a, "five", scores(50, 55, 52, 51, 53)...)
	writeRuns(t, a, "under", scores(10, 15, 12, 11, 13)...)
	writeRuns(t, a, "ten", scores(70, 71, 72, 73, 74, 75, 76, 77, 78, 79)...)
	writeRuns(t, a, "two", scores(1, 2)...)
	for _, tc := range []struct {
		sets  []string
		want  string
		shown bool
	}{
		{[]string{"three", "low"}, "3 runs of each set cannot show a difference; at least 5 runs of each set are needed\n", false},
		{[]string{"two", "four"}, "2 and 4 runs cannot show a difference; at least 5 runs of each set are needed\n", false},
		{[]string{"four", "two", "three", "low"}, "3 runs of each set cannot show a difference; at least 6 runs of each set are needed\n", false},
		{[]string{"five", "under"}, "five is better (p = 0.016)\n", true}, {[]string{"ten", "two"}, "ten is better (p = 0.015)\n", true},
		{[]string{"five", "five"}, "no difference shown (p = 1), and more runs would probably not show one\n", false},
	} {
		out := a.must(t, append([]string{"compare"}, tc.sets...)...)
		if !strings.Contains(out, tc.want) || tc.shown && strings.Contains(out, "cannot") {
			t.Errorf("compare %v prints\n%s, want %q in it", tc.sets, out, tc.want)
		}
	}
	out := a.must(t, "compare", "three/seed-1", "low/seed-1")
	if strings.Contains(out, " to ") || !strings.Contains(out, "three/seed-1 minus low/seed-1: 80:\n    one run says nothing about other seeds") {
		t.Errorf("compare of single runs prints\n%s, want no intervals", out)
	}
}

// TestCompareNeeded checks the estimated number of runs in the text, rounded to two digits.
func TestCompareNeeded(t *testing.T) {
	for n, want := range map[int]int{5: 5, 37: 37, 99: 99, 104: 100, 995: 1000, 115232: 120000} {
		if got := twoDigits(n); got != want {
			t.Errorf("twoDigits(%d) = %d, want %d", n, got, want)
		}
	}
	c := contrast{A: side{Runs: 9}, B: side{Runs: 9}, Adjusted: 0.2, RunsNeeded: new(115232)}
	if got, want := verdict(c, "better", "a", "b"), "no difference shown (p = 0.2); about 120,000 runs of each set would probably show a difference"; got != want {
		t.Errorf("verdict = %q, want %q", got, want)
	}
	c.smallest, c.fewestRuns = 1, -1
	if got, want := verdict(c, "better", "a", "b"), "9 runs of each set cannot show a difference; there are too many comparisons; compare fewer sets"; got != want {
		t.Errorf("verdict = %q, want %q", got, want)
	}
}

// TestCompareEnvironments checks that compare and plot refuse different environments, accept
// different options, and that compare names different numbers of training steps.
func TestCompareEnvironments(t *testing.T) {
	a := inEmptyDir(t)
	writeRuns(t, a, "pole", scores(90, 95)...)
	writeRuns(t, a, "long", scores(10, 15)...)
	writeRuns(t, a, "optional", scores(10, 15)...)
	writeFile(t, "open.yaml", open)
	a.must(t, "open.yaml", "--seeds", "2", "--out", "other", "--quiet")
	for _, seed := range []string{"1", "2"} {
		edit(t, "optional/seed-"+seed+"/config.yaml", "sutton_barto_reward: false", "sutton_barto_reward: true")
		edit(t, "long/seed-"+seed+"/config.yaml", "\nsteps: 400\n", "\nsteps: 12000\n")
	}
	want := "rlrun: pole has runs on CartPole-v1 and other has runs on acme/Open-v0; want runs on the same environment\n"
	for _, args := range [][]string{{"compare", "pole", "other"}, {"compare", "pole", "pole", "other", "--json"}, {"plot", "pole", "other", "-o", "x.png"}} {
		if status, out, err := a.call(args...); status != statusBadInput || out != "" || err != want {
			t.Errorf("%q = %d, %q, %q, want status 2 and %q", args, status, out, err, want)
		}
	}
	if out := a.must(t, "compare", "pole", "optional"); !strings.Contains(out, "The sets differ in env.options.sutton_barto_reward: false | true\n\nfinal return\n") {
		t.Errorf("compare of different options prints\n%s", out)
	}
	if out := a.must(t, "compare", "pole", "long"); !strings.Contains(out, "\nfinal return (the sets trained different numbers of steps: 400 | 12,000)\n") {
		t.Errorf("compare of different steps prints\n%s", out)
	}
}

// TestCompareMany checks that each pair of three sets has a line. The p-values of the first
// and second set, 12/12870, and of the first and third set are multiplied by 3, for three
// comparisons.
func TestCompareMany(t *testing.T) {
	a := inEmptyDir(t)
	writeRuns(t, a, "high", scores(90, 95, 92, 99, 91, 94, 97, 93)...)
	writeRuns(t, a, "low", scores(10, 15, 12, 19, 11, 14, 17, 13)...)
	writeRuns(t, a, "lower", scores(9, 15, 11, 19, 12, 13, 17, 12)...)
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

// TestCompareRepeats checks that a seed that was run four times counts once, as the last
// finished run by name, and that a note names the runs.
func TestCompareRepeats(t *testing.T) {
	a := inEmptyDir(t)
	writeRuns(t, a, "other", scores(10, 11, 12)...)
	for i, name := range []string{"same/seed-1", "same/seed-1-2", "same/seed-1-10", "same/seed-1-11"} {
		writeRuns(t, a, "x", score{seed: 1, mean: 50 + float64(i)})
		if err := os.MkdirAll("same", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename("x/seed-1", name); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, "same/seed-1/config.yaml", "\nkernels: ", "\nkernels: other # ")
	if err := os.Remove("same/seed-1-11/result.json"); err != nil {
		t.Fatal(err)
	}
	status, out, notes := a.call("compare", "same", "other", "--json")
	l := objects(t, out)[0]["a"].(map[string]any)
	if status != 0 || l["runs"] != 1. || l["mean"] != 52. {
		t.Errorf("compare of a seed run four times = status %d, %v, want one run of 52", status, l)
	}
	if want := "same: seed 1 was run 4 times with the same settings and counts once: same/seed-1-10 is used, and not same/seed-1, same/seed-1-2, same/seed-1-11"; !strings.Contains(filepath.ToSlash(notes), want) {
		t.Errorf("notes are %q, want %q in them", notes, want)
	}
}

// TestCompareDifferentSettings checks the message about runs with different settings in one
// directory. With --split, or in the directory of a sweep, they are separate sets.
func TestCompareDifferentSettings(t *testing.T) {
	a := inEmptyDir(t)
	writeRuns(t, a, "mixed", scores(10, 11, 12)...)
	edit(t, "mixed/seed-3/config.yaml", "\n  gamma: 0.99\n", "\n  gamma: 0.5\n")
	status, _, err := a.call("compare", "mixed", "mixed")
	want := "rlrun: mixed has runs with different settings: agent.gamma is 0.99 in mixed/seed-1 and 0.5 in mixed/seed-3; use --split to make a set of each group of settings, or name the runs one by one\n"
	if status != 2 || filepath.ToSlash(err) != want {
		t.Errorf("compare of runs with different settings: status %d, %q, want 2, %q", status, err, want)
	}
	out := a.must(t, "compare", "mixed", "--split")
	for _, want := range []string{
		"gamma=0.5   1 seed   12\n  gamma=0.99  2 seeds  10.5", "The sets differ in agent.gamma: 0.5 | 0.99\n", // the ranking
		"gamma=0.5 minus gamma=0.99: 1.5:\n    one run says nothing about other seeds; at least 5 runs of each set are needed\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("compare --split prints\n%s, want %q in it", out, want)
		}
	}
	a.must(t, "quick", "--sweep", "agent.gamma=[0.5, 0.9]", "--seeds", "2", "--out", "sweep", "--quiet")
	if out := a.must(t, "compare", "sweep"); !strings.Contains(out, "gamma=0.9 minus gamma=0.5: ") && !strings.Contains(out, "gamma=0.5 minus gamma=0.9: ") {
		t.Errorf("compare of a sweep prints\n%s, want its settings compared", out)
	}
	if status, _, err := a.call("compare", "sweep/agent.gamma=0.5"); status != 2 || !strings.Contains(err, "is only one set of runs; want two or more") {
		t.Errorf("compare of one set: status %d, %q", status, err)
	}
	if status, _, err := a.call("compare"); status != 2 || !strings.Contains(err, "needs two or more") {
		t.Errorf("compare without arguments: status %d, %q", status, err)
	}
}

// TestCompareKey checks which learning curves are compared: those of --key, or if the
// wrappers differ, which may scale rewards in training, those of evaluations.
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

// TestCompareNotFinite checks that a run whose mean return is not finite (null in its result)
// is refused.
func TestCompareNotFinite(t *testing.T) {
	a := inEmptyDir(t)
	writeRuns(t, a, "one", scores(1, 2)...)
	writeRuns(t, a, "other", scores(3, 4)...)
	edit(t, "other/seed-2/result.json", `"mean":4`, `"mean":null`)
	want := "rlrun: other: the mean return of other/seed-2 is not finite; want runs with finite returns to compare\n"
	for _, args := range [][]string{{"compare", "one", "other"}, {"compare", "one", "other", "--json"}} {
		if status, out, err := a.call(args...); status != statusBadInput || out != "" || err != want {
			t.Errorf("%q = %d, %q, %q, want status 2 and %q", args, status, out, err, want)
		}
	}
}

// TestCompareSharedRuns checks the note about sets that share runs, also under different names
// of the same directory.
func TestCompareSharedRuns(t *testing.T) {
	a := inEmptyDir(t)
	writeRuns(t, a, "high", scores(90, 95, 92)...)
	writeRuns(t, a, "low", scores(10, 15, 12)...)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"high", "low"}, ""},
		{[]string{"low", "high", "./low/"}, "rlrun: low and ./low/ have 3 runs in common, so these sets are not independent\n"},
		{[]string{"high", "high/seed-2"}, "rlrun: high and high/seed-2 have 1 run in common, so these sets are not independent\n"},
	} {
		if status, _, notes := a.call(append([]string{"compare"}, c.args...)...); status != statusDone || notes != c.want {
			t.Errorf("compare %q = %d, %q, want %d, %q", c.args, status, notes, statusDone, c.want)
		}
	}
}

// TestCompareLoss checks that a larger loss is not called better. p is 12/12870, as in
// TestCompare, times two comparisons.
func TestCompareLoss(t *testing.T) {
	a := inEmptyDir(t)
	for name, loss := range map[string]int{"high": 90, "low": 10} {
		var runs []score
		for seed := range 8 {
			csv := fmt.Sprintf("time/total_timesteps,train/loss\n8,%d\n16,%d\n", loss+seed, loss+seed)
			runs = append(runs, score{seed + 1, 5, csv})
		}
		writeRuns(t, a, name, runs...)
	}
	out := a.must(t, "compare", "low", "high", "--key", "train/loss")
	if !strings.Contains(out, "low is larger with probability 0 (0 to 0)") || !strings.Contains(out, "high is larger (p = 0.002)") || strings.Contains(out, "high is better") {
		t.Errorf("compare --key train/loss prints\n%s, want that high has the larger loss", out)
	}
}
