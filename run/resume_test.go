package run_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/run"
)

// straight returns the result of outcome for an uninterrupted run, and the directory of the run.
func straight(t testing.TB, sets ...string) (text, dir string) {
	t.Helper()
	r := create(t, parse(t, quick, sets...))
	finish(t, r)
	return outcome(t, r.Dir), r.Dir
}

// resume opens a run, resumes it and finishes it.
func resume(t testing.TB, dir string, own ...run.Observer) {
	t.Helper()
	resumeEvery(t, 0, dir, own...)
}

// resumeEvery does the same as resume, with checkpoints after the given number of steps.
func resumeEvery(t testing.TB, every int, dir string, own ...run.Observer) {
	t.Helper()
	r := open(t, dir)
	r.CheckpointEvery = every
	if err := r.Resume(); err != nil {
		t.Fatalf("Resume: %v", err)
	}
	finish(t, r, own...)
}

// told returns an observer that calls f.
func told(f func(st *run.Status)) run.Observer {
	return run.ObserverFunc(func(_ context.Context, _ *run.Run, st *run.Status) error {
		f(st)
		return nil
	})
}

// interrupt trains at least the given number of steps, and then cancels the context as Ctrl-C
// does.
func interrupt(t testing.TB, r *run.Run, steps int, own ...run.Observer) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if steps == 0 {
		cancel()
	}
	st, err := r.Train(ctx, append(own, told(func(s *run.Status) {
		if s.Steps >= steps {
			cancel()
		}
	}))...)
	if !errors.Is(err, context.Canceled) || st.Steps < steps || st.Steps >= steps+64 {
		t.Fatalf("Train cancelled at %d steps = %d, %v, want %v", steps, st.Steps, err, context.Canceled)
	}
	if err := r.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	if res, err := load(t, r.Dir).Result(); res != nil || err != nil {
		t.Fatalf("Result of an interrupted run = %v, %v, want none", res, err)
	}
}

// TestInterrupt checks that runs that are interrupted at several steps and resumed have the same
// bytes as an uninterrupted run.
func TestInterrupt(t *testing.T) {
	for name, sets := range map[string][]string{
		"plain":   nil,
		"wrapped": {"env.wrappers=[{sticky_action: 0.25}, {scale_reward: 0.1}]"},
		"endless": {"env={id: acme/Endless-v0, n_envs: 2}"},
		"log all": {"log_interval=1"},
	} {
		want, _ := straight(t, sets...)
		for _, every := range []int{0, 1, 200, 100_000} {
			for _, moments := range [][]int{{0}, {1}, {700}, {1900}, {64, 128, 512, 1100}, {0, 0, 0}} {
				if testing.Short() && (every != 200 || len(moments) == 1) {
					continue
				}
				t.Run(fmt.Sprintf("%s/every %d/at %d", name, every, moments), func(t *testing.T) {
					r := create(t, parse(t, quick, sets...))
					r.CheckpointEvery = every
					interrupt(t, r, moments[0])
					for _, at := range moments[1:] {
						r = open(t, r.Dir)
						r.CheckpointEvery = every
						if err := r.Resume(); err != nil {
							t.Fatal(err)
						}
						interrupt(t, r, at)
					}
					resumeEvery(t, every, r.Dir)
					same(t, "resumed", outcome(t, r.Dir), want)
				})
			}
		}
	}
}

// killed trains a run. It returns a copy of the run directory, made at the first Report of at
// least the given number of steps, as if the process was killed at this time.
func killed(t testing.TB, steps, every int) string {
	t.Helper()
	r := create(t, parse(t, quick))
	dir := filepath.Join(t.TempDir(), "killed")
	copied := false
	r.CheckpointEvery = every
	finish(t, r, told(func(s *run.Status) {
		if s.Steps < steps || copied {
			return
		}
		copied = true
		if err := os.CopyFS(dir, os.DirFS(r.Dir)); err != nil {
			t.Error(err)
		}
	}))
	if !copied {
		t.Fatalf("no Report of %d steps", steps)
	}
	return dir
}

func appendTo(t testing.TB, text string, parts ...string) {
	t.Helper()
	writeFile(t, readFile(t, parts...)+text, parts...)
}

// TestKill checks that a killed run can be resumed. Its logs have more rows than at the
// checkpoint, or a part of a row, or junk, and there are temporary files.
func TestKill(t *testing.T) {
	want, _ := straight(t)
	for _, c := range []struct {
		steps, every int // steps at the kill; steps between checkpoints
		junk         string
	}{
		{128, 64, ""}, {128, 64, "1,1,1\n2,2,2\n"}, {1000, 300, "99,"}, {1000, 300, "\x00\xff\n\n\n,,,"},
		{2048, 64, "x\n"}, {2048, 2048, strings.Repeat("1,2,3\n", 10_000)},
		{64, 64, ""}, {64, 64, "junk\n"}, {1500, 100_000, "junk"}, // before the first checkpoint
	} {
		t.Run(fmt.Sprintf("at %d/every %d/%.9q", c.steps, c.every, c.junk), func(t *testing.T) {
			dir := killed(t, c.steps, c.every)
			_, err := os.Stat(filepath.Join(dir, "checkpoint", "state"))
			if has := err == nil; has != (c.steps > c.every) {
				t.Fatalf("a checkpoint at %d steps: %v, want %v", c.steps, has, c.steps > c.every)
			}
			appendTo(t, c.junk, dir, "episodes.csv")
			appendTo(t, c.junk, dir, "progress.csv")
			for _, half := range []string{"policy.safetensors.tmp", "result.json.tmp"} {
				writeFile(t, "half", dir, half)
			}
			resumeEvery(t, 500, dir)
			same(t, "killed and resumed", outcome(t, dir), want)
		})
	}
}

// TestKillAfterTraining resumes a run in which only the final evaluation is missing.
func TestKillAfterTraining(t *testing.T) {
	want, _ := straight(t)
	r := create(t, parse(t, quick))
	if _, err := r.Train(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	resume(t, r.Dir)
	same(t, "resumed after training", outcome(t, r.Dir), want)
}

// TestInterruptEvaluation checks that no result is written if the final evaluation is cancelled.
func TestInterruptEvaluation(t *testing.T) {
	want, _ := straight(t)
	r := create(t, parse(t, quick))
	st, err := r.Train(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if res, err := r.Finish(ctx, st); !errors.Is(err, context.Canceled) {
		t.Errorf("Finish of a cancelled context = %v, %v, want %v", res, err, context.Canceled)
	}
	if res, err := r.Result(); res != nil || err != nil {
		t.Errorf("Result after that = %v, %v, want none", res, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	resume(t, r.Dir)
	same(t, "resumed after training", outcome(t, r.Dir), want)
}

// TestResumeFaults checks that an error about a damaged run directory names the file.
func TestResumeFaults(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		want  []string
	}{
		"episodes was cut short": {func(t *testing.T, dir string) { cut(t, 10, dir, "episodes.csv") }, []string{"episodes.csv", "cut short"}},
		"progress was cut short": {func(t *testing.T, dir string) { cut(t, 0, dir, "progress.csv") }, []string{"progress.csv", "cut short"}},
		"episodes gone": {func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, "episodes.csv")); err != nil {
				t.Fatal(err)
			}
		}, []string{"episodes.csv", "cut short"}},
		"checkpoint empty":         {func(t *testing.T, dir string) { cut(t, 0, dir, "checkpoint", "state") }, []string{"state", "cut short"}},
		"checkpoint was cut short": {func(t *testing.T, dir string) { cut(t, 999, dir, "checkpoint", "state") }, []string{"state", "cut short"}},
		"checkpoint longer":        {func(t *testing.T, dir string) { appendTo(t, "x", dir, "checkpoint", "state") }, []string{"state"}},
		"checkpoint damaged": {func(t *testing.T, dir string) {
			b := []byte(readFile(t, dir, "checkpoint", "state"))
			b[len(b)/2] ^= 1
			writeFile(t, string(b), dir, "checkpoint", "state")
		}, []string{"state", "damaged"}},
		"checkpoint of an earlier version": {func(t *testing.T, dir string) {
			b := []byte(readFile(t, dir, "checkpoint", "state"))
			b[8] = 1 // the version of the container
			writeFile(t, string(b), dir, "checkpoint", "state")
		}, []string{"state", "was written by an earlier version of rlrun; train again, or use that version"}},
		"checkpoint of something else": {func(t *testing.T, dir string) { writeFile(t, quick, dir, "checkpoint", "state") }, []string{"state", "not a saved state"}},
		"config changed":               {func(t *testing.T, dir string) { appendTo(t, "# mine\n", dir, "config.yaml") }, []string{"state", "config.yaml"}},
		"seed changed": {func(t *testing.T, dir string) {
			writeFile(t, strings.Replace(readFile(t, dir, "config.yaml"), "seed: 3", "seed: 4", 1), dir, "config.yaml")
		}, []string{"state", "config.yaml"}},
		"another network": {func(t *testing.T, dir string) {
			writeFile(t, strings.Replace(readFile(t, dir, "config.yaml"), "net_arch: [4]", "net_arch: [5]", 1), dir, "config.yaml")
		}, []string{"state", "config.yaml"}},
		"checkpoint a folder": {func(t *testing.T, dir string) {
			if err := os.Rename(filepath.Join(dir, "checkpoint"), filepath.Join(dir, "state")); err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Join(dir, "checkpoint", "state"), 0o755); err != nil {
				t.Fatal(err)
			}
		}, []string{"state"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := killed(t, 1000, 300)
			c.spoil(t, dir)
			r := open(t, dir)
			err := r.Resume()
			for _, want := range append(c.want, dir) {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("Resume: %v, want %q", err, want)
				}
			}
		})
	}
}

// cut truncates a file to n bytes.
func cut(t testing.TB, n int, parts ...string) {
	t.Helper()
	writeFile(t, readFile(t, parts...)[:n], parts...)
}

// TestLoadFaults checks that loading a path that is not a run is an error that names the path.
func TestLoadFaults(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, quick, dir, "file.yaml")
	for name, text := range map[string]string{
		"broken": "env: {", "nothing": "", "unknown": "env: {id: Nope-v1}\nagent: {name: ppo}\nsteps: 1\n",
	} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		writeFile(t, text, dir, name, "config.yaml")
	}
	if err := os.MkdirAll(filepath.Join(dir, "folder", "config.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"nowhere":   "no run",
		"file.yaml": "is no run directory",
		"empty":     "is no run directory",
		"folder":    "is no run directory",
		"broken":    "config.yaml:2: not YAML",
		"nothing":   "config.yaml:1:1: the file is empty",
		"unknown":   `no environment "Nope-v1"`,
	} {
		r, err := run.Load(filepath.Join(dir, name), catalog())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Load(%s) = %v, %v, want %q in one line", name, r, err, want)
		}
	}
}
