package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/run"
)

// unfinished makes an interrupted run in dir. It stops after the first iteration with at least
// this number of steps, with a checkpoint.
func (a *App) unfinished(t *testing.T, dir string, steps int) {
	t.Helper()
	s, err := a.scenario("quick", nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := run.Create(s, dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	_, err = r.Train(ctx, run.ObserverFunc(func(_ context.Context, _ *run.Run, st *run.Status) error {
		if st.Steps >= steps {
			cancel()
		}
		return nil
	}))
	if !errors.Is(err, context.Canceled) || r.Close() != nil {
		t.Fatalf("Train to %d steps: %v", steps, err)
	}
}

// refused checks that a command line is refused as bad input: status 2, no output, and one
// line that contains want.
func (a *App) refused(t *testing.T, want string, args ...string) {
	t.Helper()
	status, out, err := a.call(args...)
	if status != statusBadInput || out != "" || strings.Count(err, "\n") != 1 || !strings.Contains(err, want) {
		t.Errorf("rlrun %q = %d, %q, %q, want %d and one line with %q", args, status, out, err, statusBadInput, want)
	}
}

// TestOwned checks that a second process cannot resume or overwrite a run that is in use, and
// changes nothing. The second process can read the run.
func TestOwned(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "straight", "--quiet")
	a.unfinished(t, "run", 200)
	owner, err := run.Open("run", a.Catalog)
	if err != nil {
		t.Fatal(err)
	}
	episodes, state := readFile(t, "run/episodes.csv"), readFile(t, "run/checkpoint/state")
	const want = "run: another rlrun process is using it; wait until that process has ended"
	a.refused(t, want, "resume", "run")
	a.refused(t, want, "resume", "run", "--steps", "900")
	a.refused(t, "run is there already", "quick", "--out", "run")
	if readFile(t, "run/episodes.csv") != episodes || readFile(t, "run/checkpoint/state") != state {
		t.Error("refused commands changed the run")
	}
	a.must(t, "eval", "run", "--best")
	a.must(t, "plot", "run", "-o", "run.svg")
	a.must(t, "record", "run", "--best", "-o", "run.jsonl")
	if err := owner.Close(); err != nil {
		t.Fatal(err)
	}
	a.must(t, "resume", "run", "--quiet")
	if readFile(t, "run/policy.safetensors") != readFile(t, "straight/policy.safetensors") {
		t.Error("after refused commands the run ends with another policy")
	}
}

// TestResumeSeveral checks that resume of a directory of several runs lists the commands that
// continue the unfinished ones.
func TestResumeSeveral(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--seeds", "6", "--out", "six", "--quiet")
	run := func(n string) string { return filepath.Join("six", "seed-"+n) }
	a.refused(t, "six is not a run directory, but contains 6 runs; want one of "+run("1"), "resume", "six")
	remove := func(seeds ...string) {
		for _, n := range seeds {
			if err := os.Remove(filepath.Join(run(n), "result.json")); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove("2", "5")
	a.refused(t, "six is not a run directory, but contains 6 runs, 2 unfinished; continue with rlrun resume "+run("2")+", rlrun resume "+run("5")+"\n", "resume", "six")
	remove("1", "3", "4")
	a.refused(t, "5 unfinished; continue with rlrun resume "+run("1")+", rlrun resume "+run("2")+", rlrun resume "+run("3")+", rlrun resume "+run("4")+" … (rlrun list runs six shows all)\n", "resume", "six")
}

// TestResumeSteps checks that a finished run and an interrupted run, trained on to 800 steps,
// end with the bytes of a run with 800 steps from the start, and that config.yaml
// repeats them.
func TestResumeSteps(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "straight", "--quiet", "--steps", "800")
	want := readFile(t, "straight/policy.safetensors")
	a.must(t, "quick", "--out", "finished", "--quiet")
	a.unfinished(t, "interrupted", 200)
	for _, dir := range []string{"finished", "interrupted"} {
		status, out, err := a.call("resume", dir, "--steps", "8e2", "--json", "--quiet")
		if status != statusDone || err != "" || objects(t, out)[0]["steps"] != 800. || readFile(t, dir+"/policy.safetensors") != want {
			t.Errorf("rlrun resume %s --steps 8e2 = %d, %q, %q, want 800 steps and the policy of a run with 800 steps", dir, status, out, err)
		}
		if got := readFile(t, dir+"/config.yaml"); !strings.Contains(got, "\nsteps: 800\nschedule_steps: 400\n") {
			t.Errorf("%s/config.yaml = %s, want the new steps, and the old steps for the schedules", dir, got)
		}
		a.must(t, dir+"/config.yaml", "--out", dir+"-again", "--quiet")
		if readFile(t, dir+"-again/policy.safetensors") != want {
			t.Errorf("%s/config.yaml run again ends with another policy", dir)
		}
	}
	a.refused(t, "--steps 800: finished has trained 800 steps already; want more than that", "resume", "finished", "--steps", "800")
	a.refused(t, "--steps many", "resume", "finished", "--steps", "many")
	a.refused(t, "--stretch: --steps N is missing", "resume", "finished", "--stretch")
	if got := a.must(t, "resume", "finished", "--json"); got != readFile(t, "finished/result.json") {
		t.Errorf("rlrun resume finished = %s, want its result", got)
	}
}

// TestResumeSchedules checks the message about a learning rate that stays at 0, and the
// message that config.yaml cannot repeat a run with stretched schedules.
func TestResumeSchedules(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run", "--quiet", "--set", "agent.learning_rate=lin_1e-3")
	if err := os.CopyFS("other", os.DirFS("run")); err != nil {
		t.Fatal(err)
	}
	for _, steps := range []string{"600", "800"} { // from 600 to 800 the run is already beyond the end of its schedules
		if status, _, err := a.call("resume", "run", "--steps", steps, "--quiet"); status != statusDone || strings.Count(err, "\n") != 1 ||
			!strings.Contains(err, "run: the schedule of a setting falls to 0 over 400 steps") || !strings.Contains(err, "--stretch") {
			t.Errorf("rlrun resume run --steps %s = %d, %q, want a line that the learning rate stays at 0", steps, status, err)
		}
	}
	if status, _, err := a.call("resume", "other", "--steps", "600", "--stretch", "--quiet"); status != statusDone || err != "" {
		t.Errorf("rlrun resume other --steps 600 --stretch = %d, %q, want no message", status, err)
	}
	if got := readFile(t, "other/config.yaml"); !strings.Contains(got, "steps: 600\nschedule_steps: null\n") || !strings.Contains(got, "stretched: [400]\n") {
		t.Errorf("other/config.yaml = %s, want 600 steps, stretched after 400", got)
	}
	status, _, err := a.call("other/config.yaml", "--out", "again", "--quiet")
	if status != statusDone || strings.Count(err, "\n") != 1 || !strings.Contains(err, "schedules stretched to 600 steps during training") {
		t.Errorf("rlrun other/config.yaml = %d, %q, want a line that its schedules differ", status, err)
	}
	if got := readFile(t, "again/config.yaml"); strings.Contains(got, "stretched") {
		t.Errorf("again/config.yaml = %s, want nothing stretched", got)
	}
}

// TestResumeKernels checks the message that a run was trained with other kernels. The run
// continues.
func TestResumeKernels(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run", "--quiet")
	text := readFile(t, "run/config.yaml")
	i := strings.Index(text, "kernels: ")
	writeFile(t, "run/config.yaml", text[:i]+"kernels: other\n")
	for _, name := range []string{"run/result.json", "run/checkpoint/state"} { // the checkpoint belongs to the unchanged config.yaml
		if err := os.Remove(filepath.FromSlash(name)); err != nil {
			t.Fatal(err)
		}
	}
	status, _, err := a.call("resume", "run", "--quiet")
	if status != statusDone || strings.Count(err, "\n") != 1 || !strings.Contains(err, "run was trained with other kernels") {
		t.Errorf("rlrun resume of a run with other kernels = %d, %q, want a line about the kernels", status, err)
	}
}

// TestEvalUnfinished checks that eval of an interrupted run names rlrun resume and --best, and
// that eval of a run without a result uses its last policy and says so.
func TestEvalUnfinished(t *testing.T) {
	a := inEmptyDir(t)
	a.unfinished(t, "run", 200)
	a.refused(t, "rlrun resume run continues it, and --best takes the best policy so far", "eval", "run")
	if status, out, err := a.call("eval", "run", "--best"); status != statusDone || err != "" || out == "" {
		t.Errorf("rlrun eval run --best = %d, %q, %q, want a result", status, out, err)
	}
	a.must(t, "quick", "--out", "judged", "--quiet")
	if err := os.Remove(filepath.Join("judged", "result.json")); err != nil {
		t.Fatal(err)
	}
	if status, out, err := a.call("eval", "judged"); status != statusDone || out == "" || strings.Count(err, "\n") != 1 || !strings.Contains(err, "the run is not finished") {
		t.Errorf("rlrun eval of a run without its result = %d, %q, %q, want a result, and a line that the run is not finished", status, out, err)
	}
}

// TestTroubles checks that a checkpoint that cannot be written gives a message, in training of
// one run and of several, and that the runs are still finished.
func TestTroubles(t *testing.T) {
	a := inEmptyDir(t)
	a.Envs["acme/Unsaved-v0"] = env.Entry(func() *unsaved { return new(unsaved) })
	writeFile(t, "unsaved.yaml", strings.Replace(open, "acme/Open-v0", "acme/Unsaved-v0", 1))
	for _, args := range [][]string{{}, {"--seeds", "2"}} {
		status, out, err := a.call(append([]string{"unsaved.yaml", "--json", "--quiet", "--checkpoint-every", "8"}, args...)...)
		runs := max(1, len(args))
		if status != statusDone || !strings.Contains(out, `"event":"result"`) || strings.Count(err, "\n") != 2*runs ||
			strings.Count(err, "no checkpoint after 8 steps: not to be saved; training continues\n") != runs || strings.Count(err, "no checkpoint after the last step, 16: not to be saved\n") != runs {
			t.Errorf("rlrun unsaved.yaml %q = %d, %q, %q, want results and two lines a run", args, status, out, err)
		}
	}
}
