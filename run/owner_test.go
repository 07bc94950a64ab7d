package run_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/run"
)

// TestOwner checks that an open run can be loaded but not opened again. The second Open must
// return an error and change no file. After Close, Open must work again.
func TestOwner(t *testing.T) {
	r := create(t, parse(t, quick))
	r.CheckpointEvery = 64
	finish(t, r, told(func(s *run.Status) {
		if s.Steps != 640 {
			return
		}
		before := readFile(t, r.Dir, "episodes.csv")
		if other, err := run.Open(r.Dir, catalog()); !errors.Is(err, run.ErrOwned) || !strings.HasPrefix(err.Error(), r.Dir) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Open of a run at work = %v, %v, want %v in a line that names it", other, err, run.ErrOwned)
		}
		if got := readFile(t, r.Dir, "episodes.csv"); got != before {
			t.Errorf("Open of a run at work made %q of its episodes.csv, want %q", got, before)
		}
		if res, err := load(t, r.Dir).Result(); res != nil || err != nil {
			t.Errorf("Result of a run at work = %v, %v, want none", res, err)
		}
		if _, err := load(t, r.Dir).Policy(true); err != nil {
			t.Errorf("the best policy of a run at work: %v", err)
		}
	}))
	want, _ := straight(t)
	same(t, "a run that another wanted to open", outcome(t, r.Dir), want)
	open(t, r.Dir)
	if _, err := run.Open(filepath.Dir(r.Dir), catalog()); err == nil || errors.Is(err, run.ErrOwned) {
		t.Errorf("Open of a directory that is no run: %v, want that it is none", err)
	}
	if files, _ := os.ReadDir(filepath.Dir(r.Dir)); len(files) != 1 {
		t.Errorf("Open of a directory that is no run left %v in it, want the run alone", files)
	}
}

// TestLinkedLogs checks that it is an error if a log is a symbolic link. The file that the link
// points to must keep its content.
func TestLinkedLogs(t *testing.T) {
	for _, name := range []string{"episodes.csv", "progress.csv", "events.out.tfevents.rlrun"} {
		dir := killed(t, 1000, 300)
		diary := filepath.Join(t.TempDir(), "diary")
		writeFile(t, "precious", diary)
		log := filepath.Join(dir, name)
		if err := errors.Join(os.Remove(log), os.Symlink(diary, log)); err != nil {
			t.Fatal(err)
		}
		if _, err := run.Open(dir, catalog()); err == nil || !strings.HasPrefix(err.Error(), log+" is a link") {
			t.Errorf("Open with a link for %s: %v, want that it is a link", name, err)
		}
		if got := readFile(t, diary); got != "precious" {
			t.Errorf("what %s points to = %q, want it as it was", name, got)
		}
	}
}

// TestTemporaries checks that temporary files of killed programs are removed, and files of the user
// stay.
func TestTemporaries(t *testing.T) {
	want, straightDir := straight(t)
	dir := killed(t, 1000, 300)
	const left = ".rlrun-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp"
	writeFile(t, "half", dir, left)
	writeFile(t, "half", dir, "checkpoint", left)
	diary := filepath.Join(dir, "policy.safetensors.tmp")
	writeFile(t, "precious", diary)
	resumeEvery(t, 500, dir)
	same(t, "resumed among temporary files", outcome(t, dir), want)
	if got := readFile(t, diary); got != "precious" {
		t.Errorf("policy.safetensors.tmp = %q, want it as it was", got)
	}
	if err := os.Remove(diary); err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"", "checkpoint"} {
		if got, want := names(t, dir, d), names(t, straightDir, d); !slices.Equal(got, want) {
			t.Errorf("files of the run in %q = %q, want %q", d, got, want)
		}
	}
}

// names returns the names of the files in a directory.
func names(t *testing.T, parts ...string) (all []string) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		all = append(all, f.Name())
	}
	return all
}

// TestInit checks a run that started with the policy of another run. It must not need the other
// run any more, even if it is killed early. A new run with its config.yaml must need the other
// run.
func TestInit(t *testing.T) {
	first := create(t, parse(t, quick, "seed=8"))
	finish(t, first)
	sets := []string{"init=" + filepath.ToSlash(first.Dir), "agent.learning_rate=1e-3"}
	want, straightDir := straight(t, sets...)
	plain, _ := straight(t, sets[1])
	if want == plain {
		t.Fatal("a run that begins with a policy is like one that does not")
	}
	early, late := create(t, parse(t, quick, sets...)), create(t, parse(t, quick, sets...))
	interrupt(t, late, 700)
	if err := errors.Join(early.Close(), os.RemoveAll(first.Dir)); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{early.Dir, late.Dir} {
		resume(t, dir)
		same(t, "resumed without what it began with", outcome(t, dir), want)
	}
	again := load(t, straightDir).Scenario
	_, err := run.Create(again, filepath.Join(t.TempDir(), "again"))
	if err == nil || !strings.Contains(err.Error(), "policy.safetensors is not there, the policy that training begins with") && !strings.Contains(err.Error(), first.Dir+" is not there") {
		t.Errorf("Create of its config.yaml: %v, want that the first run is not there", err)
	}
	lost := create(t, parse(t, quick, "init="+filepath.ToSlash(straightDir)))
	if err := errors.Join(lost.Close(), os.RemoveAll(filepath.Join(lost.Dir, "checkpoint"))); err != nil {
		t.Fatal(err)
	}
	if err := open(t, lost.Dir).Resume(); err == nil || !strings.Contains(err.Error(), "state is not there") {
		t.Errorf("Resume without the checkpoint that has the first policy: %v, want that it is not there", err)
	}
}

// TestInterruptedPolicy checks the error for an interrupted run, which has no final policy. The
// message must mention the best policy, if there is one.
func TestInterruptedPolicy(t *testing.T) {
	for freq, want := range map[string]bool{"eval.freq=0": false, "eval.freq=300": true} {
		r := create(t, parse(t, quick, freq))
		interrupt(t, r, 700)
		if _, err := load(t, r.Dir).Policy(false); err == nil || strings.Contains(err.Error(), "--best") != want {
			t.Errorf("%s: Policy of an interrupted run: %v, want --best in it: %v", freq, err, want)
		}
		st, err := r.Train(context.Background())
		if err == nil {
			t.Errorf("Train of a closed run = %d steps, want an error", st.Steps)
		}
	}
}
