package cli

import (
	"encoding/csv"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
)

// writeRecorded writes the runs of testdata/cartpole-curves.csv.gz: the logs of cartpole-ppo
// with tanh and with relu, ten seeds each.
func writeRecorded(t *testing.T, a *App, file string) {
	t.Helper()
	rows, err := csv.NewReader(golden.Open(t, file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sets := map[string][]score{}
	for _, row := range rows[1:] { // set, seed, final, steps, training, evaluation
		seed, err := strconv.Atoi(row[1])
		final, err2 := strconv.ParseFloat(row[2], 64)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		set := sets["runs/"+row[0]]
		if len(set) == 0 || set[len(set)-1].seed != seed {
			set = append(set, score{seed, final, "time/total_timesteps,rollout/ep_rew_mean,eval/mean_reward\n"})
		}
		set[len(set)-1].progress += strings.Join(row[3:], ",") + "\n"
		sets["runs/"+row[0]] = set
	}
	for name, set := range sets {
		writeRuns(t, a, name, set...)
		for _, s := range set {
			if name == "runs/relu" {
				edit(t, filepath.Join(filepath.FromSlash(name), "seed-"+strconv.Itoa(s.seed), "config.yaml"), "activation_fn: tanh", "activation_fn: relu")
			}
		}
	}
}

// TestCompareCurves checks statistics of the runs with tanh and with relu on CartPole against
// a program in Python that tries all 184,756 divisions of twenty runs. The final returns do
// not differ, and the learning curves do.
func TestCompareCurves(t *testing.T) {
	file, err := filepath.Abs(filepath.Join("testdata", "cartpole-curves.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	a := inEmptyDir(t)
	writeRecorded(t, a, file)
	var c comparison
	if err := json.Unmarshal([]byte(a.must(t, "compare", "runs/tanh", "runs/relu", "--json")), &c); err != nil {
		t.Fatal(err)
	}
	if c.Curve == nil || c.Steps == nil || c.Curve.To != 60416 || c.Steps.Threshold != 475 || len(c.Differ) != 1 || c.Differ[0].Key != "agent.policy_kwargs.activation_fn" {
		t.Fatalf("compare tanh relu = %+v, want curves and steps", c)
	}
	for _, m := range []struct {
		name                      string
		got                       contrast
		tanh, relu, improvement   float64
		divisions, timesCorrected float64
		shown                     bool
	}{
		{"final", c.contrast, 500, 499.67, 0.7, 16016, 1, false},
		{"area", c.Curve.contrast, 233.9605459770115, 192.9452011494253, 0.86, 352, 3, true},
		{"steps", c.Steps.contrast, 20480, 33792, 1 - 0.165, 4064, 2, true},
	} {
		p := m.divisions / 184756
		for what, d := range map[string]float64{
			"tanh": m.got.A.IQM - m.tanh, "relu": m.got.B.IQM - m.relu, "difference": m.got.Difference - (m.tanh - m.relu),
			"improvement": m.got.Improvement - m.improvement, "p": m.got.P - p, "adjusted p": m.got.Adjusted - min(1, p*m.timesCorrected),
		} {
			if math.Abs(d) > 1e-9 {
				t.Errorf("%s: %s is off by %v", m.name, what, d)
			}
		}
		if m.got.Shown != m.shown {
			t.Errorf("%s: difference shown is %t, want %t", m.name, m.got.Shown, m.shown)
		}
	}
	if *c.Steps.A.Reached != 10 || *c.Steps.B.Reached != 8 {
		t.Errorf("the threshold was reached by %d and %d, want 10 and 8", *c.Steps.A.Reached, *c.Steps.B.Reached)
	}
	// If one run has only half of its rows, shorter curves are compared, and a note says so.
	name := filepath.Join("runs", "relu", "seed-1", "progress.csv")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	half, _, _ := strings.Cut(string(text), "\n30720,")
	writeFile(t, name, half+"\n")
	status, out, _ := a.call("compare", "runs/tanh", "runs/relu")
	if status != 0 || !strings.Contains(out, "up to 29,696 steps") ||
		!strings.Contains(out, "\nLearning curves are compared up to 29,696 steps, where the shortest ends; the longest has 60,416.\n") {
		t.Errorf("compare of a shorter run: status %d\n%s", status, out)
	}
}

// TestReadmeCompare checks that the README shows the output of rlrun compare.
func TestReadmeCompare(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	file, err2 := filepath.Abs(filepath.Join("testdata", "cartpole-curves.csv.gz"))
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	a := inEmptyDir(t)
	writeRecorded(t, a, file)
	if text := a.must(t, "compare", "runs/tanh", "runs/relu"); !strings.Contains(string(readme), "\n"+text+"```\n") {
		t.Errorf("the README does not contain\n%s", text)
	}
}
