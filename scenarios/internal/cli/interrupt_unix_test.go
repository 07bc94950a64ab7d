//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/scenario"
)

// asCommand is an environment variable. If it is set, the test binary runs as the command
// rlrun, so that tests can send it signals.
const asCommand = "RLRUN_TEST_COMMAND"

// TestMain runs the tests, or the command rlrun if asCommand is set.
func TestMain(m *testing.M) {
	if os.Getenv(asCommand) == "" {
		os.Exit(m.Run())
	}
	a := &App{Catalog: scenario.Builtin(registry()), In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	a.Envs["acme/Stuck-v0"] = env.Entry(func() *stuck { return &stuck{still{odd{id: "acme/Stuck-v0"}}} })
	os.Exit(a.Run(os.Args[1:]))
}

// stuck is the environment still with a step that never returns.
type stuck struct{ still }

func (*stuck) Step(act, obs []float32) env.Outcome {
	os.Stdout.WriteString("stuck\n")
	select {}
}

// A process is a separate process that runs rlrun.
type process struct {
	*exec.Cmd
	out      *bufio.Reader
	pipe     io.Closer    // standard output
	messages bytes.Buffer // standard error, unless it goes to a file
}

// start starts the program and reads its first line of output. Its standard error goes to
// stderr, or to process.messages if stderr is nil.
func start(t *testing.T, stderr *os.File, program string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(program, args...)}
	p.Env = append(os.Environ(), asCommand+"=1")
	p.Stderr = &p.messages
	if stderr != nil {
		p.Stderr = stderr
	}
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	p.pipe, p.out = out, bufio.NewReader(out)
	if _, err := p.out.ReadString('\n'); err != nil {
		t.Fatalf("%q: %v, %s", args, err, p.messages.String())
	}
	return p
}

// wait waits until the process has ended, and returns its exit status.
func (p *process) wait() int {
	io.Copy(io.Discard, p.out)
	p.Wait()
	return p.ProcessState.ExitCode()
}

// TestSignals checks that every signal that ends a program, and a reader that closes standard
// output, gives a checkpoint, a line that names rlrun resume, and status 130. Without the
// signal the run would take days.
func TestSignals(t *testing.T) {
	inEmptyDir(t)
	writeFile(t, "quick.yaml", quick)
	announced := map[string]int{"INT": 1, "TERM": 1, "HUP": 1} // number of lines stopping, because a second signal may follow
	for name, interrupt := range map[string]func(p *process) error{
		"INT":  func(p *process) error { return p.Process.Signal(os.Interrupt) },
		"TERM": func(p *process) error { return p.Process.Signal(syscall.SIGTERM) },
		"HUP":  func(p *process) error { return p.Process.Signal(syscall.SIGHUP) },
		"head": func(p *process) error { return p.pipe.Close() },
	} {
		p := start(t, nil, os.Args[0], "quick.yaml", "--steps", "1e10", "--set", "log_interval=1000", "--json", "--out", name)
		if err := interrupt(p); err != nil {
			t.Fatal(err)
		}
		status, text := p.wait(), p.messages.String()
		if status != statusInterrupted || strings.Count(text, stopping) != announced[name] || strings.Count(text, "\n") != 1+announced[name] || !strings.Contains(text, "rlrun resume "+name+" continues the run") {
			t.Errorf("%s: status %d, %q, want %d and the command that continues the run", name, status, text, statusInterrupted)
		}
		if _, err := os.Stat(name + "/checkpoint/state"); err != nil {
			t.Errorf("%s: no checkpoint: %v", name, err)
		}
	}
}

// TestIgnored checks that training continues after SIGHUP if the parent process ignores SIGHUP, and after
// SIGPIPE, which writing to a lost connection raises.
func TestIgnored(t *testing.T) {
	inEmptyDir(t)
	writeFile(t, "quick.yaml", quick)
	for _, s := range []syscall.Signal{syscall.SIGHUP, syscall.SIGPIPE} {
		p := start(t, nil, "sh", "-c", `trap "" HUP; exec "$0" "$@"`, os.Args[0], "quick.yaml", "--steps", "100000", "--json", "--out", s.String())
		if err := p.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		if status := p.wait(); status != statusDone {
			t.Errorf("%v: status %d, %s, want %d", s, status, p.messages.String(), statusDone)
		}
	}
}

// TestMute checks that a reader that closes standard error gives a checkpoint and status 130. Without it
// the run would take days.
func TestMute(t *testing.T) {
	inEmptyDir(t)
	writeFile(t, "quick.yaml", quick)
	messages, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, w, os.Args[0], "quick.yaml", "--steps", "1e10", "--set", "log_interval=1000", "--json", "--out", "run")
	w.Close()
	messages.Close()
	p.Process.Signal(os.Interrupt) // the line about it cannot be written
	if status := p.wait(); status != statusInterrupted {
		t.Errorf("status %d, want %d", status, statusInterrupted)
	}
	if _, err := os.Stat("run/checkpoint/state"); err != nil {
		t.Errorf("no checkpoint: %v", err)
	}
}

// TestSecondSignal checks that a second signal ends at once a program that cannot reach its
// next checkpoint. It waits for the message of the first signal: signals without a pause
// between them can overflow the stack of Go's signal handler, which is a segmentation fault.
func TestSecondSignal(t *testing.T) {
	inEmptyDir(t)
	writeFile(t, "stuck.yaml", strings.Replace(open, "acme/Open-v0", "acme/Stuck-v0", 1))
	messages, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer messages.Close()
	p := start(t, w, os.Args[0], "stuck.yaml", "--quiet")
	w.Close()
	p.Process.Signal(os.Interrupt)
	if line, err := bufio.NewReader(messages).ReadString('\n'); line != stopping {
		t.Errorf("the first Ctrl-C: %q, %v, want %q", line, err, stopping)
	}
	p.Process.Signal(os.Interrupt)
	p.wait()
	if s, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || !s.Signaled() || s.Signal() != syscall.SIGINT {
		t.Errorf("after the second Ctrl-C: %v, want a process ended by SIGINT", p.ProcessState)
	}
}
