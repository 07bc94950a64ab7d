package run_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// quick is a scenario with 32 iterations of 64 steps.
const quick = `
env: {id: CartPole-v1, n_envs: 2}
agent: {name: ppo, n_steps: 32, batch_size: 32, n_epochs: 2, policy_kwargs: {net_arch: [4]}}
steps: 2048
eval: {episodes: 5, max_steps: 20}
log_interval: 300
seed: 3
`

func parse(t testing.TB, text string, sets ...string) *scenario.Scenario {
	t.Helper()
	var changes []scenario.Change
	for _, s := range sets {
		changes = append(changes, scenario.Change{Assignment: s, Origin: s})
	}
	s, err := scenario.Parse("quick.yaml", []byte(text), changes, catalog())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// create starts a run of s in a new temporary directory.
func create(t testing.TB, s *scenario.Scenario) *run.Run {
	t.Helper()
	r, err := run.Create(s, filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// finish trains and finishes a run, and closes it.
func finish(t testing.TB, r *run.Run, o ...run.Observer) *run.Result {
	t.Helper()
	st, err := r.Train(context.Background(), o...)
	if err != nil {
		t.Fatalf("Train: %v", err)
	}
	res, err := r.Finish(context.Background(), st)
	if err != nil {
		t.Fatalf("Finish: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	return res
}

// load loads a run for reading.
func load(t testing.TB, dir string) *run.Run {
	t.Helper()
	r, err := run.Load(dir, catalog())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// open opens a run for training.
func open(t testing.TB, dir string) *run.Run {
	t.Helper()
	r, err := run.Open(dir, catalog())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func readFile(t testing.TB, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t testing.TB, text string, parts ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(parts...), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// table returns the header and the rows of a CSV file.
func table(t testing.TB, parts ...string) (header []string, rows [][]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(readFile(t, parts...))).ReadAll()
	if err != nil || len(all) == 0 {
		t.Fatalf("%v: %d rows, %v", parts, len(all), err)
	}
	return all[0], all[1:]
}

// outcome returns the contents of all files of a run, except for wall-clock times.
func outcome(t testing.TB, dir string) string {
	t.Helper()
	out := fmt.Sprintf("%x\n", readFile(t, dir, "policy.safetensors"))
	for _, name := range []string{"episodes.csv", "progress.csv"} {
		header, rows := table(t, dir, name)
		out += fmt.Sprintln(header)
		for _, row := range rows {
			for i, cell := range row {
				if !slices.Contains([]string{"t", "time/fps", "time/time_elapsed"}, header[i]) {
					out += cell + ","
				}
			}
			out += "\n"
		}
	}
	var res run.Result
	if err := json.Unmarshal([]byte(readFile(t, dir, "result.json")), &res); err != nil {
		t.Fatal(err)
	}
	res.TrainS, res.StepsPerS, res.Run = nil, nil, ""
	line, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	return out + string(line)
}

// same checks that the outcomes of two runs are equal.
func same(t testing.TB, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Errorf("%s: line %d = %.120q, want %.120q", what, i, a[i], b[i])
			return
		}
	}
	t.Errorf("%s: %d lines, want %d", what, len(a), len(b))
}

// TestCreate checks the names of new run directories.
func TestCreate(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct{ seed, dir, want string }{
		{"1", "", "runs/quick/seed-1"},
		{"1", "", "runs/quick/seed-1-2"},
		{"1", "", "runs/quick/seed-1-3"},
		{"2", "", "runs/quick/seed-2"},
		{"1", "mine", "mine"},
		{"1", "deep/down/there/", "deep/down/there/"},
		{"1", "deep/down/here", "deep/down/here"},
	} {
		r, err := run.Create(parse(t, quick, "seed="+c.seed), filepath.FromSlash(c.dir))
		if err != nil || filepath.ToSlash(r.Dir) != c.want {
			t.Fatalf("Create(seed %s, %q) = %v, %v, want %s", c.seed, c.dir, r, err, c.want)
		}
		if err := r.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if got := readFile(t, c.want, "config.yaml"); !strings.Contains(got, "seed: "+c.seed+"\n") {
			t.Errorf("%s/config.yaml = %s, want seed %s in it", c.want, got, c.seed)
		}
	}
}

// TestCreateFails checks that Create changes no file if it returns an error.
func TestCreateFails(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, "precious", dir, "file")
	for _, c := range []struct{ out, set, want string }{
		{dir, "seed=1", "is there already"},
		{filepath.Join(dir, "file"), "seed=1", "is there already"},
		{filepath.Join(dir, "file", "run"), "seed=1", "file"},
		{filepath.Join(dir, "new"), "agent.batch_size=0", "batch_size is 0, want"},
		{filepath.Join(dir, "new"), "agent.policy_kwargs.net_arch=[0]", "net_arch"},
		{filepath.Join(dir, "new"), "env.n_envs=0", "n_envs is 0, want 1"},
	} {
		if _, err := run.Create(parse(t, quick, c.set), c.out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Create(%s, %q): %v, want %q", c.set, c.out, err, c.want)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 || readFile(t, dir, "file") != "precious" {
		t.Errorf("after that %v, %v, want the one file as it was", files, err)
	}
}

// TestFiles checks the files of a finished run.
func TestFiles(t *testing.T) {
	r := create(t, parse(t, quick))
	res := finish(t, r)
	var names []string
	files, err := os.ReadDir(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		names = append(names, f.Name())
	}
	want := []string{"checkpoint", "config.yaml", "episodes.csv", "events.out.tfevents.rlrun", "policy-best.safetensors", "policy.safetensors", "progress.csv", "result.json"}
	if !slices.Equal(names, want) {
		t.Errorf("files of a run = %q, want %q", names, want)
	}
	line, err := json.Marshal(res)
	if got := readFile(t, r.Dir, "result.json"); err != nil || got != string(line)+"\n" {
		t.Errorf("result.json = %s, want %s", got, line)
	}
	if res.Event != "result" || res.Scenario != "quick" || res.Env != "CartPole-v1" || res.Agent != "ppo" || res.Seed != 3 ||
		res.Steps != 2048 || res.Run != r.Dir || !(*res.TrainS > 0) || !(*res.StepsPerS > 0) {
		t.Errorf("result = %s, want what was run", line)
	}
	if e := res.Eval; e.Episodes != 5 || e.SuccessRate == nil || !(e.Min <= e.Mean && e.Mean <= e.Max) || !(e.Std >= 0) {
		t.Errorf("eval = %+v, want 5 episodes and a success rate", e)
	}
	again, err := load(t, r.Dir).Result()
	if err != nil || *again.Threshold() != 475 || again.Steps != 2048 {
		t.Errorf("Result of the loaded run = %+v, %v, want %s", again, err, line)
	}
}

// TestProgress checks that progress.csv has one row after each multiple of log_interval, and a
// row for the last iteration.
func TestProgress(t *testing.T) {
	for _, c := range []struct {
		interval, steps string
		want            []int
	}{
		{"300", "2048", []int{320, 640, 960, 1216, 1536, 1856, 2048}},
		{"1", "130", []int{64, 128, 192}},
		{"64", "192", []int{64, 128, 192}},
		{"100000", "200", []int{256}},
	} {
		r := create(t, parse(t, quick, "log_interval="+c.interval, "steps="+c.steps))
		logged := 0
		finish(t, r, told(func(s *run.Status) {
			if s.Logged() {
				logged++
			}
		}))
		header, rows := table(t, r.Dir, "progress.csv")
		want := []string{"eval/mean_ep_length", "eval/mean_reward", "rollout/ep_len_mean", "rollout/ep_rew_mean", "time/episodes", "time/fps", "time/time_elapsed", "time/total_timesteps"}
		if len(header) < len(want)+5 || !slices.Equal(header[:len(want)], want) {
			t.Errorf("header = %q, want %q and losses", header, want)
		}
		for _, name := range []string{"train/approx_kl", "train/entropy_loss", "train/explained_variance", "train/learning_rate", "train/loss", "train/value_loss"} {
			if !slices.Contains(header, name) {
				t.Errorf("header = %q, want %s in it", header, name)
			}
		}
		var steps []int
		for _, row := range rows {
			n, err := strconv.Atoi(row[slices.Index(header, "time/total_timesteps")])
			if err != nil {
				t.Error(err)
			}
			steps = append(steps, n)
			for i, cell := range row {
				if x, err := strconv.ParseFloat(cell, 64); cell != "" && (err != nil || math.IsNaN(x) || math.IsInf(x, 0)) {
					t.Errorf("%s = %q, want a finite number or nothing", header[i], cell)
				}
			}
		}
		if !slices.Equal(steps, c.want) || logged != len(c.want) {
			t.Errorf("interval %s of %s steps: rows at %d and %d told of, want %d", c.interval, c.steps, steps, logged, c.want)
		}
	}
}

// TestEpisodes checks that episodes.csv has a row for each finished episode. In CartPole the
// return is equal to the length. The sum of all lengths is the number of training steps, without
// the steps of the running episodes.
func TestEpisodes(t *testing.T) {
	r := create(t, parse(t, quick))
	var last run.Status
	finish(t, r, told(func(s *run.Status) { last = *s }))
	header, rows := table(t, r.Dir, "episodes.csv")
	if !slices.Equal(header, []string{"r", "l", "t"}) || len(rows) != last.Episodes {
		t.Errorf("episodes.csv: header %q and %d rows, want r,l,t and %d", header, len(rows), last.Episodes)
	}
	var sum, before float64
	for _, row := range rows {
		ret, err1 := strconv.ParseFloat(row[0], 64)
		length, err2 := strconv.ParseFloat(row[1], 64)
		seconds, err3 := strconv.ParseFloat(row[2], 64)
		if err := errors.Join(err1, err2, err3); err != nil || ret != length || seconds < before {
			t.Errorf("row %q after %v s, %v, want the return to be the length, and time to go on", row, before, err)
		}
		sum, before = sum+length, seconds
	}
	if running := 2048 - sum; running < 0 || running > 2*500 {
		t.Errorf("lengths add up to %v, want 2048 less two running episodes", sum)
	}
	if end := last.Elapsed.Seconds(); before > end+0.001 {
		t.Errorf("the last episode ended after %v s of %v", before, end)
	}
}

// TestRepeat checks that a new run with the same config.yaml gives the same bytes.
func TestRepeat(t *testing.T) {
	r := create(t, parse(t, quick, "env.wrappers=[{sticky_action: 0.1}]"))
	finish(t, r)
	text := readFile(t, r.Dir, "config.yaml")
	s, err := scenario.Parse("config.yaml", []byte(text), nil, catalog())
	if err != nil {
		t.Fatal(err)
	}
	again := create(t, s)
	again.CheckpointEvery = 1
	finish(t, again)
	same(t, "config.yaml run again", outcome(t, again.Dir), outcome(t, r.Dir))
	if got := readFile(t, again.Dir, "config.yaml"); got != text {
		t.Errorf("its config.yaml = %s, want %s", got, text)
	}
	other := create(t, parse(t, quick, "seed=4"))
	finish(t, other)
	if bytes.Equal([]byte(readFile(t, other.Dir, "policy.safetensors")), []byte(readFile(t, r.Dir, "policy.safetensors"))) {
		t.Error("seeds 3 and 4 give the same policy")
	}
}
