//go:build unix

package hub_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// hubURL and workDir are environment variables. If they are set, the test binary is a worker.
const hubURL, workDir = "HUB_TEST_URL", "HUB_TEST_DIR"

// TestMain runs the tests, or a worker.
func TestMain(m *testing.M) {
	if os.Getenv(hubURL) == "" {
		os.Exit(m.Run())
	}
	if err := work(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// work is a worker in a process of its own. Its gate waits for a byte, or for the end, of standard input.
func work() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	s, err := connect(ctx, os.Getenv(hubURL))
	if err != nil {
		return err
	}
	c := catalog(func() { os.Stdin.Read(make([]byte, 1)) })
	w, err := hub.NewWorker(s, c, version, "process", os.Getenv(workDir), 1, printer{})
	if err != nil {
		return err
	}
	return w.Work(ctx)
}

// printer is a Teller that prints.
type printer struct{}

func (printer) Began(_ journal.Job, steps int) { fmt.Println("began after", steps) }
func (printer) Ended(_ journal.Job, err error) { fmt.Println("ended:", err) }
func (printer) Say(text string)                { fmt.Println(text) }

// A process is a worker in a process of its own.
type process struct {
	*exec.Cmd
	gate io.Closer // opens the gate of the worker
	out  *bufio.Scanner
}

// start starts a worker. If wait is true, its gate is closed.
func start(t *testing.T, url, dir string, wait bool) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(os.Args[0])}
	p.Env = append(os.Environ(), hubURL+"="+url, workDir+"="+dir)
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if !wait {
		in.Close()
	}
	p.gate, p.out = in, bufio.NewScanner(out)
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	return p
}

// await reads what the worker prints until there is a line that contains text.
func (p *process) await(t *testing.T, text string) {
	t.Helper()
	for p.out.Scan() {
		if strings.Contains(p.out.Text(), text) {
			return
		}
	}
	t.Fatalf("the worker ended without %q", text)
}

// committed waits until the journal of a job has an entry of a kind and an owner other than before.
func committed(t *testing.T, s *journal.Store, id string, kind journal.Kind, before string) *journal.Entry {
	t.Helper()
	for {
		e, _, err := s.Last(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == kind && e.Owner != before {
			return e
		}
	}
}

// TestPaused checks that a worker that stands still while another takes its job is refused when it
// goes on, and that nothing of it reaches the run.
func TestPaused(t *testing.T) {
	url, dir := serve(t).URL(), t.TempDir()
	s := store(t, url)
	h := newHead(t, s)
	run, want := create(t, gated, 3), alone(t, gated, 3)
	id := submit(t, h, run)
	first := start(t, url, dir, true)
	old := committed(t, s, id, journal.Commit, "")
	if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	second := start(t, url, dir, true)
	second.await(t, "began after")
	if e := committed(t, s, id, journal.Commit, old.Owner); e.Steps < old.Steps {
		t.Errorf("the second worker has a checkpoint after %d steps, want %d or more", e.Steps, old.Steps)
	}
	if err := first.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	first.gate.Close()
	first.await(t, journal.ErrFenced.Error())
	second.gate.Close()
	receive(t, h, run, id)
	same(t, run, want)
}

// TestKilled checks that the run of a killed worker is continued by another, and that the killed
// worker's directory is removed.
func TestKilled(t *testing.T) {
	url, dir := serve(t).URL(), t.TempDir()
	s := store(t, url)
	h := newHead(t, s)
	run, want := create(t, gated, 3), alone(t, gated, 3)
	id := submit(t, h, run)
	first := start(t, url, dir, true)
	committed(t, s, id, journal.Commit, "")
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.Wait()
	second := start(t, url, dir, false)
	second.await(t, "began after")
	receive(t, h, run, id)
	same(t, run, want)
	if left := names(t, dir); len(left) != 1 {
		t.Errorf("directories of workers: %q, want that of the second alone", left)
	}
}
