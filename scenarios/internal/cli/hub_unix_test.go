//go:build unix

package cli

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// serve starts a hub in a process of its own, and returns its URL.
func serve(t *testing.T, args ...string) (p *process, url string) {
	t.Helper()
	p = &process{Cmd: exec.Command(os.Args[0], append([]string{"hub", "--listen", "127.0.0.1:-1", "--store", "store", "--json"}, args...)...)}
	p.Env, p.Stderr = append(os.Environ(), asCommand+"=1"), &p.messages
	out, err := p.StdoutPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill(); p.Wait() })
	p.out = bufio.NewReader(out)
	line, err := p.out.ReadString('\n')
	var ready struct{ Event, URL string }
	if json.Unmarshal([]byte(line), &ready) != nil || err != nil || ready.Event != "ready" {
		t.Fatalf("the hub prints %q, %v, want that it is ready; %s", line, err, p.messages.String())
	}
	return p, ready.URL
}

// TestHub checks that the runs of --seeds with --hub have the same output and bytes as without, that
// the command can be detached and given again, and that the worker and the hub end with status 0 when
// they are told to end.
func TestHub(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "quick.yaml", quick)
	h, url := serve(t)
	head := start(t, nil, "sh", "-c", `echo; exec "$0" "$@"`, os.Args[0], "quick.yaml", "--seeds", "2", "--out", "spread", "--hub", url)
	for !there("spread/seed-2/hub.json") { // until the runs are created
	}
	head.Process.Signal(os.Interrupt)
	if status := head.wait(); status != statusInterrupted || !strings.Contains(head.messages.String(), "the same command continues here") {
		t.Errorf("Ctrl-C at the head: status %d, %q, want %d and that the same command continues", status, head.messages.String(), statusInterrupted)
	}
	w := start(t, nil, os.Args[0], "work", "--hub", url, "--cores", "1", "--dir", "work", "--json")
	go io.Copy(io.Discard, w.out)
	got := a.must(t, "quick.yaml", "--seeds", "2", "--out", "spread", "--hub", url)
	if again := a.must(t, "quick.yaml", "--seeds", "2", "--out", "spread", "--hub", url); again != got {
		t.Errorf("the same command after the runs are finished prints %q, want %q", again, got)
	}
	a.must(t, "quick.yaml", "--seeds", "2", "--out", "alone")
	for _, file := range []string{"seed-1/policy.safetensors", "seed-2/policy.safetensors", "seed-1/config.yaml", "seed-2/policy-best.safetensors"} {
		if readFile(t, "spread/"+file) != readFile(t, "alone/"+file) {
			t.Errorf("%s differs from the file without a hub", file)
		}
	}
	if there("spread/seed-1/hub.json") {
		t.Error("a finished run has a hub.json, want none")
	}
	if jobs := objects(t, a.must(t, "hub", "jobs", "--hub", url, "--json")); len(jobs) != 2 || jobs[0]["state"] != "finished" {
		t.Errorf("hub jobs = %v, want two finished ones", jobs)
	}
	a.checkActing(t, url)
	a.must(t, "hub", "remove", "--ended", "--hub", url)
	if text := a.must(t, "hub", "jobs", "--hub", url); text != "" {
		t.Errorf("hub jobs after remove --ended = %q, want none", text)
	}
	if text := a.must(t, "hub", "workers", "--hub", url); !strings.Contains(text, "0 runs on 1 core") {
		t.Errorf("hub workers = %q, want one without a run", text)
	}
	for name, p := range map[string]*process{"work": w, "hub": h} {
		p.Process.Signal(syscall.SIGTERM)
		if p.Wait(); p.ProcessState.ExitCode() != statusDone {
			t.Errorf("%s after SIGTERM: status %d, %s, want %d", name, p.ProcessState.ExitCode(), p.messages.String(), statusDone)
		}
	}
	for _, dir := range []string{"spread", "one"} {
		if status, _, err := a.call("quick.yaml", "--seeds", "2", "--out", dir); status != statusBadInput || !strings.Contains(err, "nothing is overwritten") {
			t.Errorf("--out %s without a hub: status %d, %q, want that nothing is overwritten", dir, status, err)
		}
	}
}

// checkActing checks that a single run with --hub has the bytes of the run without, whose acting the worker
// does, and that the same command prints its result again.
func (a *App) checkActing(t *testing.T, url string) {
	t.Helper()
	one := func() (line, messages string) {
		status, line, messages := a.call("quick.yaml", "--seed", "2", "--out", "one", "--hub", url, "--json", "--quiet")
		if status != statusDone {
			t.Fatalf("a single run: status %d, %s", status, messages)
		}
		return line, messages
	}
	first, messages := one()
	if again, _ := one(); again != first || object(t, first)["run"] != "one" || !strings.Contains(messages, "workers act for this run: 1") {
		t.Errorf("a single run prints %q, and then %q, %q; want its result, and that one worker acts", first, again, messages)
	}
	for _, file := range []string{"policy.safetensors", "policy-best.safetensors", "config.yaml"} {
		if readFile(t, "one/"+file) != readFile(t, "alone/seed-2/"+file) {
			t.Errorf("%s differs from the file without a hub", file)
		}
	}
	if there("one/hub.json") {
		t.Error("a finished run has a hub.json, want none")
	}
}

// there reports whether a file exists.
func there(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
