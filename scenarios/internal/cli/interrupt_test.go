package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"testing"
)

// stopping is the message at the first signal.
const stopping = "rlrun: saving, then stopping; a second signal ends the program at once\n"

// TestInterrupt checks that Ctrl-C during training saves a checkpoint, and that the resumed
// run ends with the bytes of a run without interruption. Training waits for the reader of
// its output until the signal is sent, and the rest of training takes far longer than the
// delivery of a signal.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot send itself Ctrl-C")
	}
	a := inEmptyDir(t)
	long := []string{"--steps", "200000", "--set", "log_interval=2000"}
	a.must(t, append(long, "quick", "--out", "straight", "--quiet")...)
	for _, c := range []struct {
		lines int // number of progress lines before the signal
		args  []string
	}{
		{1, append(long, "quick", "--out", "run", "--json")},
		{7, []string{"resume", "run", "--json", "--checkpoint-every", "5000"}},
	} {
		status, out, err := a.interrupted(t, c.lines, c.args...)
		if status != statusInterrupted || strings.Count(err, "\n") != 2 || !strings.HasPrefix(err, stopping) || !strings.Contains(err, "rlrun resume run") {
			t.Fatalf("rlrun %q interrupted = %d, %q, want %d, a line at the signal and one that names rlrun resume run", c.args, status, err, statusInterrupted)
		}
		if lines := objects(t, out); len(lines) < c.lines || len(lines) >= 100 {
			t.Errorf("rlrun %q interrupted = %d lines, want progress and no result", c.args, len(lines))
		}
		if _, err := os.Stat("run/checkpoint/state"); err != nil {
			t.Errorf("rlrun %q interrupted left no checkpoint: %v", c.args, err)
		}
	}
	if status, _, err := a.call("eval", "run"); status != statusBadInput || !strings.Contains(err, "rlrun resume run") {
		t.Errorf("rlrun eval of an interrupted run = %d, %q, want %d and a line that names rlrun resume run", status, err, statusBadInput)
	}
	a.must(t, "resume", "run", "--quiet")
	if readFile(t, "run/policy.safetensors") != readFile(t, "straight/policy.safetensors") {
		t.Error("the policies of the interrupted run and of the run without interruption differ")
	}
	if got, want := episodes(t, "run"), episodes(t, "straight"); got != want {
		t.Errorf("episodes of the interrupted run = %s, want %s", got, want)
	}
}

// interrupted executes a command line and sends it Ctrl-C after this number of output lines.
func (a *App) interrupted(t *testing.T, lines int, args ...string) (status int, out, err string) {
	t.Helper()
	own, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var o, e bytes.Buffer
	r, w := io.Pipe()
	a.In, a.Out, a.Err = strings.NewReader(""), w, &e
	done := make(chan int)
	go func() {
		status := a.Run(args)
		w.Close()
		done <- status
	}()
	in := bufio.NewReaderSize(io.TeeReader(r, &o), 16) // a small buffer, so that training cannot run ahead
	for range lines {
		if _, err := in.ReadBytes('\n'); err != nil {
			t.Fatal(err)
		}
	}
	self, failed := os.FindProcess(os.Getpid())
	if failed == nil {
		failed = self.Signal(os.Interrupt)
	}
	if failed != nil {
		t.Fatal(failed)
	}
	<-own.Done()
	if _, err := io.Copy(io.Discard, in); err != nil {
		t.Fatal(err)
	}
	return <-done, o.String(), e.String()
}

// episodes returns the rows of the run's episodes.csv without the last column, the time.
func episodes(t *testing.T, dir string) (s string) {
	t.Helper()
	for line := range strings.Lines(readFile(t, dir+"/episodes.csv")) {
		s += line[:strings.LastIndex(line, ",")] + "\n"
	}
	return s
}
