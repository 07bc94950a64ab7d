package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/run"
)

// block makes a directory with the name of a file of the run, so that the file cannot be written.
func block(t *testing.T, r *run.Run, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(r.Dir, filepath.FromSlash(name), "x"), 0o755); err != nil {
		t.Fatal(err)
	}
}

// trainAll trains a run to its end. It returns all values of Trouble, one per line.
func trainAll(t *testing.T, r *run.Run, every int) (run.Status, string) {
	t.Helper()
	var all error
	r.CheckpointEvery = every
	st, err := r.Train(context.Background(), told(func(s *run.Status) { all = errors.Join(all, s.Trouble) }))
	if err != nil {
		t.Fatalf("Train: %v", err)
	}
	if all = errors.Join(all, st.Trouble); all == nil {
		return st, ""
	}
	return st, all.Error()
}

// TestFailingCheckpoint checks that failing checkpoints are reported once during training and
// once at the end. The run must still finish with the same bytes.
func TestFailingCheckpoint(t *testing.T) {
	want, _ := straight(t)
	for what, spoil := range map[string]func(r *run.Run){
		"a directory in place of the state":     func(r *run.Run) { block(t, r, "checkpoint/state") },
		"a file in place of the directory":      func(r *run.Run) { writeFile(t, "a file", r.Dir, "checkpoint") },
		"and the best policy cannot be written": func(r *run.Run) { block(t, r, "checkpoint/state"); block(t, r, "policy-best.safetensors") },
	} {
		r := create(t, parse(t, quick))
		spoil(r)
		st, troubles := trainAll(t, r, 64)
		if n := strings.Count(troubles, "no checkpoint after"); n != 2 || !strings.Contains(troubles, "no checkpoint after the last step, 2048") {
			t.Errorf("%s: %q, want a word of the first checkpoint and one of the last", what, troubles)
		}
		if strings.Contains(what, "best") != strings.Contains(troubles, "is not saved") {
			t.Errorf("%s: %q, want a word of the best policy where that is not saved", what, troubles)
		}
		if _, err := r.Finish(context.Background(), st); err != nil {
			t.Errorf("%s: Finish: %v", what, err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		same(t, what, outcome(t, r.Dir), want)
	}
}

// TestFailingFiles checks that it is an error if the policy or the result cannot be written. The
// result must still be returned, and the checkpoint must contain the training.
func TestFailingFiles(t *testing.T) {
	want, _ := straight(t)
	for _, name := range []string{"policy.safetensors", "result.json"} {
		r := create(t, parse(t, quick))
		block(t, r, name)
		st, err := r.Train(context.Background())
		if name == "result.json" {
			var res *run.Result
			if res, err = r.Finish(context.Background(), st); res == nil || res.Steps != 2048 {
				t.Errorf("Finish without a place for its result = %+v, want a result of 2048 steps", res)
			}
		}
		var path *os.PathError
		if !errors.As(err, &path) || path.Path != filepath.Join(r.Dir, name) {
			t.Errorf("Train and Finish with a directory in place of %s: %v, want an error of that file", name, err)
		}
		if err := errors.Join(r.Close(), os.RemoveAll(filepath.Join(r.Dir, name))); err != nil {
			t.Fatal(err)
		}
		resume(t, r.Dir)
		same(t, "resumed with a place for "+name, outcome(t, r.Dir), want)
	}
}

// endlessLog is a scenario with an environment that never ends and has no method State. A
// checkpoint therefore contains all actions, at most 2²⁰.
const endlessLog = `
env: {id: acme/EndlessNumbered-v0, n_envs: 1}
agent: {name: qlearning}
steps: 1100000
eval: {episodes: 1, max_steps: 20, freq: 0}
`

// TestEndlessLog checks that training continues after there are too many actions to save. An
// interrupt must then save the policy, and the error must say this.
func TestEndlessLog(t *testing.T) {
	r := create(t, parse(t, endlessLog))
	st, troubles := trainAll(t, r, 1_060_000)
	if !strings.Contains(troubles, "are too many to save without env.Snapshotter; training continues") || !strings.Contains(troubles, "no checkpoint after the last step, 1100032") {
		t.Errorf("troubles of 1,100,000 steps of one episode: %q, want two, of 2^20 steps that are too many", troubles)
	}
	if res, err := r.Finish(context.Background(), st); err != nil || res.Eval.Mean != 20 {
		t.Errorf("Finish = %+v, %v, want a return of 20", res, err)
	}
	if res, err := load(t, r.Dir).Result(); err != nil || res == nil || res.Steps != 1_100_032 {
		t.Errorf("Result = %+v, %v, want one of 1,100,032 steps, whole iterations of 64", res, err)
	}

	r = create(t, parse(t, endlessLog))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.CheckpointEvery = 1e9
	_, err := r.Train(ctx, told(func(s *run.Status) {
		if s.Steps > 1_060_000 {
			cancel()
		}
	}))
	if err == nil || errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "without a checkpoint") || !strings.Contains(err.Error(), "is in "+filepath.Join(r.Dir, "policy.safetensors")) {
		t.Errorf("Train interrupted without a checkpoint: %v, want that there is none, and where the policy is", err)
	}
	if _, err := load(t, r.Dir).Policy(false); err != nil {
		t.Errorf("Policy after that: %v", err)
	}
}

// TestFailingEvaluation checks that a failing evaluation during training is reported, and that
// training then continues. The policy must be saved before the final evaluation fails.
func TestFailingEvaluation(t *testing.T) {
	scenario := strings.Replace(quick, "id: CartPole-v1, n_envs: 2", "id: acme/Judged-v0, n_envs: 2", 1)
	r := create(t, parse(t, scenario, "eval.freq=1024"))
	st, troubles := trainAll(t, r, 0)
	if strings.Count(troubles, "the evaluation after") != 2 || !strings.Contains(troubles, "panic: judged") {
		t.Errorf("troubles = %q, want two evaluations that failed, and how", troubles)
	}
	_, err := r.Finish(context.Background(), st)
	if e, ok := errors.AsType[*env.Error](err); !ok || !strings.HasSuffix(err.Error(), "the trained policy is in "+filepath.Join(r.Dir, "policy.safetensors")) {
		t.Errorf("Finish: %v (%v), want an error of the environment that names the policy", err, e)
	}
	if _, err := load(t, r.Dir).Policy(false); err != nil {
		t.Errorf("Policy after that: %v", err)
	}
}

// TestNotFinite checks that an infinite return is null in result.json and can be read again. The
// sum of the rewards, each 1e308, is +Inf.
func TestNotFinite(t *testing.T) {
	r := create(t, parse(t, strings.Replace(quick, "CartPole-v1", "acme/Rich-v0", 1), "steps=64", "target=1", "eval.freq=0", "env.wrappers=[{scale_reward: 0}]"))
	res := finish(t, r)
	if !math.IsInf(res.Eval.Mean, 1) || !math.IsInf(res.Eval.Max, 1) || *res.Eval.SuccessRate != 1 {
		t.Errorf("eval = %+v, want infinite returns that reach 1", res.Eval)
	}
	text := readFile(t, r.Dir, "result.json")
	if want := `"eval":{"episodes":5,"mean":null,"std":null,"min":null,"max":null,"success_rate":1}`; !strings.Contains(text, want) {
		t.Errorf("result.json = %s, want %s in it", text, want)
	}
	again, err := load(t, r.Dir).Result()
	if err != nil || !math.IsNaN(again.Eval.Mean) || *again.Eval.SuccessRate != 1 {
		t.Errorf("Result = %+v, %v, want NaN for what is null", again, err)
	}
	if line, err := json.Marshal(again); err != nil || string(line)+"\n" != text {
		t.Errorf("written again: %s, %v, want %s", line, err, text)
	}
}

// TestDeleted checks a run whose directory is deleted or replaced during training. The run must
// end with an error that says this, and must not write a file there.
func TestDeleted(t *testing.T) {
	for what, replace := range map[string]func(dir string) error{
		"deleted":  func(string) error { return nil },
		"replaced": func(dir string) error { return os.Mkdir(dir, 0o755) },
		"another run's": func(dir string) error {
			return errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "episodes.csv"), []byte("r,l,t\n"), 0o644))
		},
	} {
		for _, every := range []int{64, 0} {
			r := create(t, parse(t, quick, "eval.freq=200", "log_interval=1000"))
			r.CheckpointEvery = every
			var left []fs.DirEntry
			_, err := r.Train(context.Background(), told(func(s *run.Status) {
				if s.Trouble != nil {
					t.Errorf("%s: %v, want the end alone", what, s.Trouble)
				}
				if s.Steps != 640 {
					return
				}
				if err := errors.Join(os.RemoveAll(r.Dir), replace(r.Dir)); err != nil {
					t.Fatal(err)
				}
				left, _ = os.ReadDir(r.Dir)
			}))
			if err == nil || err.Error() != r.Dir+" was deleted or replaced while the run was training" {
				t.Errorf("%s: Train: %v, want that the directory was deleted or replaced", what, err)
			}
			if now, _ := os.ReadDir(r.Dir); len(now) != len(left) {
				t.Errorf("%s: the directory now has %v, want %v", what, now, left)
			}
		}
	}
}

// TestFailedEpisode checks that training ends with an error if an environment fails. The file
// failed-episode.jsonl must have the requests that repeat the failure.
func TestFailedEpisode(t *testing.T) {
	r := create(t, parse(t, strings.Replace(quick, "id: CartPole-v1, n_envs: 2", "id: acme/Fragile-v0, n_envs: 2, parallel: 2", 1), "eval.freq=0"))
	_, err := r.Train(context.Background())
	var e *env.Error
	if !errors.As(err, &e) || !strings.HasSuffix(err.Error(), "panic: snap; rlrun step "+filepath.Join(r.Dir, "config.yaml")+" < "+
		filepath.Join(r.Dir, "failed-episode.jsonl")+" repeats it") {
		t.Fatalf("Train: %v, want an *env.Error that names the file", err)
	}
	f, obs := new(fragile), make([]float32, 1)
	lines := strings.Split(strings.TrimSpace(readFile(t, r.Dir, "failed-episode.jsonl")), "\n")
	for i, line := range lines {
		var request struct {
			Reset  *struct{ Seed uint64 }
			Action []float32
		}
		if err := json.Unmarshal([]byte(line), &request); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			f.Reset(request.Reset.Seed, obs)
			continue
		}
		broke := func() (p any) {
			defer func() { p = recover() }()
			f.Step(request.Action, obs)
			return nil
		}()
		if (broke != nil) != (i == len(lines)-1) {
			t.Errorf("action %d of %d: %v, want the last to break it", i, len(lines)-1, broke)
		}
	}
}
