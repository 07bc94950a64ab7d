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

// asCommand has the test's program be rlrun, for tests that send it signals.
const asCommand = "RLRUN_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) == "" {
		os.Exit(m.Run())
	}
	a := &App{Catalog: scenario.Builtin(registry()), In: os.Stdin, Out: os.Stdout, Err: os.Stderr}
	a.Envs["acme/Stuck-v0"] = env.Entry(func() *stuck { return &stuck{still{odd{id: "acme/Stuck-v0"}}} })
	os.Exit(a.Run(os.Args[1:]))
}

// stuck is still whose first step takes for ever.
type stuck struct{ still }

func (*stuck) Step(act, obs []float32) env.Outcome {
	os.Stdout.WriteString("stuck\n")
	select {}
}

// A process is rlrun as a process of its own.
type process struct {
	*exec.Cmd
	out  *bufio.Reader
	pipe io.Closer
	said bytes.Buffer // on standard error, unless that goes elsewhere
}

// start starts the program and reads its first line. Its standard error goes to stderr,
// or is kept where that is nil.
func start(t *testing.T, stderr *os.File, program string, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(program, args...)}
	p.Env = append(os.Environ(), asCommand+"=1")
	p.Stderr = &p.said
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
		t.Fatalf("%q: %v, %s", args, err, p.said.String())
	}
	return p
}

// end waits for the end, and returns the exit status.
func (p *process) end() int {
	io.Copy(io.Discard, p.out)
	p.Wait()
	return p.ProcessState.ExitCode()
}

// TestSignals wants a checkpoint, a line and status 130 of every signal that ends a
// program, and of a reader that goes away. The run would take days.
func TestSignals(t *testing.T) {
	inEmptyDir(t)
	writeFile(t, "quick.yaml", quick)
	announced := map[string]int{"INT": 1, "TERM": 1, "HUP": 1} // somebody is there who may signal again
	for name, end := range map[string]func(p *process) error{
		"INT":  func(p *process) error { return p.Process.Signal(os.Interrupt) },
		"TERM": func(p *process) error { return p.Process.Signal(syscall.SIGTERM) },
		"HUP":  func(p *process) error { return p.Process.Signal(syscall.SIGHUP) },
		"PIPE": func(p *process) error { return p.Process.Signal(syscall.SIGPIPE) },
		"head": func(p *process) error { return p.pipe.Close() },
	} {
		p := start(t, nil, os.Args[0], "quick.yaml", "--steps", "1e10", "--set", "log_interval=1000", "--json", "--out", name)
		if err := end(p); err != nil {
			t.Fatal(err)
		}
		said := func() string { return p.said.String() }
		if status := p.end(); status != statusInterrupted || strings.Count(said(), stopping) != announced[name] || strings.Count(said(), "\n") != 1+announced[name] || !strings.Contains(said(), "rlrun resume "+name+" goes on") {
			t.Errorf("%s: status %d, %q, want %d and how to go on", name, status, said(), statusInterrupted)
		}
		if _, err := os.Stat(name + "/checkpoint/state"); err != nil {
			t.Errorf("%s: no checkpoint: %v", name, err)
		}
	}
}

// TestNohup goes on where the terminal's end is to be ignored.
func TestNohup(t *testing.T) {
	inEmptyDir(t)
	writeFile(t, "quick.yaml", quick)
	p := start(t, nil, "sh", "-c", `trap "" HUP; exec "$0" "$@"`, os.Args[0], "quick.yaml", "--steps", "100000", "--json", "--out", "run")
	if err := p.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if status := p.end(); status != statusDone {
		t.Errorf("SIGHUP that is ignored: status %d, %s, want %d", status, p.said.String(), statusDone)
	}
}

// TestSecondSignal ends at once a program that cannot come to a checkpoint. The second
// signal follows the line that announces it: signals without pause can overflow the
// stack of Go's signal handler, which then ends by a segmentation fault.
func TestSecondSignal(t *testing.T) {
	inEmptyDir(t)
	writeFile(t, "stuck.yaml", strings.Replace(open, "acme/Open-v0", "acme/Stuck-v0", 1))
	said, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close()
	p := start(t, w, os.Args[0], "stuck.yaml", "--quiet")
	w.Close()
	p.Process.Signal(os.Interrupt)
	if line, err := bufio.NewReader(said).ReadString('\n'); line != stopping {
		t.Errorf("the first Ctrl-C: %q, %v, want %q", line, err, stopping)
	}
	p.Process.Signal(os.Interrupt)
	p.end()
	if s, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || !s.Signaled() || s.Signal() != syscall.SIGINT {
		t.Errorf("the second Ctrl-C: %v, want the end by it", p.ProcessState)
	}
}
