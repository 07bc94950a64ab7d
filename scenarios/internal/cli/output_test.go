package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestVisible checks the escapes of control characters, for text written in pieces of
// different lengths.
func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain\ttext\n": "plain\ttext\n", "äöü ━ 你好 ← e\u0301": "äöü ━ 你好 ← e\u0301", "": "",
		"\x1b]0;title\a": `\u001b]0;title\u0007`, "a\rb\x00\x7f": `a\u000db\u0000\u007f`,
		"\u009b31m": `\u009b31m`, "\x9b31m": `\x9b31m`, "cut \xe2\x94": "cut ", "\u202egnp.exe": `\u202egnp.exe`, "\uFFFD": "\uFFFD",
		"\xe2\x28\xa1": `\xe2(\xa1`,
	} {
		for piece := 1; piece <= 4; piece++ {
			var b bytes.Buffer
			o := newOutput(&b)
			for rest := []byte(text); len(rest) > 0; rest = rest[min(piece, len(rest)):] {
				if n, err := o.Write(rest[:min(piece, len(rest))]); err != nil || n != min(piece, len(rest)) {
					t.Fatalf("Write(%q) = %d, %v", rest, n, err)
				}
			}
			if b.String() != want {
				t.Errorf("%q in pieces of %d = %q, want %q", text, piece, b.String(), want)
			}
		}
	}
}

// TestVisibleJSON checks that escaped JSON decodes to the same string.
func TestVisibleJSON(t *testing.T) {
	const name = "a\x1b\x7f\u009b31m\u202e\u2028é\"\\"
	var b bytes.Buffer
	if err := json.NewEncoder(newOutput(&b)).Encode(name); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := json.Unmarshal(b.Bytes(), &got); err != nil || got != name || bytes.ContainsAny(b.Bytes(), "\x7f\u009b\u202e") {
		t.Errorf("%q through an output is %s, which decodes to %q, %v", name, b.Bytes(), got, err)
	}
}

// TestFullOutput checks that several runs are trained to their end although nothing can be printed.
func TestFullOutput(t *testing.T) {
	a := inEmptyDir(t)
	var e bytes.Buffer
	a.In, a.Out, a.Err = strings.NewReader(""), failing{syscall.ENOSPC}, &e
	if status := a.Run([]string{"quick", "--seeds", "3", "--out", "many", "--json"}); status != statusFailed {
		t.Errorf("rlrun quick --seeds 3 to a full disk = %d, %q, want %d", status, e.String(), statusFailed)
	}
	for _, seed := range []string{"1", "2", "3"} {
		if _, err := os.Stat("many/seed-" + seed + "/result.json"); err != nil {
			t.Errorf("a run whose result cannot be printed has no result.json: %v", err)
		}
	}
}

// TestMessage checks that joined errors become one line without repetitions, of limited length.
func TestMessage(t *testing.T) {
	full := errors.New("no space left")
	for want, err := range map[string]error{
		"no space left": errors.Join(full, full, full), "no space left; other": errors.Join(full, errors.New("other"), full),
		"a; b": errors.New("a\r\nb\n"), strings.Repeat("é", maxMessage) + "…": errors.New(strings.Repeat("é", 1e5)),
	} {
		if got := message(err); got != want {
			t.Errorf("message(%.60q) = %.90q, want %.90q", err, got, want)
		}
	}
}

// A failing writer returns err from every Write.
type failing struct{ err error }

// Write returns the error.
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// TestFailingOutput checks that every command that prints gives status 1 and one line if
// standard output is a full disk or a closed pipe.
func TestFailingOutput(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--seeds", "2", "--out", "many", "--quiet")
	for _, args := range []string{
		"list", "list --json", "list runs", "list runs many --json", "eval many/seed-1", "eval many/seed-1 --json", "resume many/seed-1",
		"step CartPole-v1", "solve FrozenLake-v1", "solve FrozenLake-v1 --json", "explain fps", "check CartPole-v1", "check CartPole-v1 --json",
		"compare many/seed-1 many/seed-2", "compare many/seed-1 many/seed-2 --json", "help", "help step", "step --help", "--version",
		"completion bash", "completion zsh", "completion fish", "completion powershell", "bench --json tanh",
		"quick", "quick --json", "quick --seeds 2", "quick --seeds 2 --json", "bench learning quick --seeds 1",
	} {
		for _, want := range []error{syscall.ENOSPC, io.ErrClosedPipe} {
			var e bytes.Buffer
			a.In, a.Out, a.Err = strings.NewReader("{}\n"), failing{want}, &e
			status := a.Run(strings.Fields(args))
			if wrong := "rlrun: writing to standard output: " + want.Error() + "\n"; status != statusFailed || e.String() != wrong {
				if want == io.ErrClosedPipe && status == statusInterrupted { // a closed pipe interrupts training
					continue
				}
				t.Errorf("rlrun %s to %v = %d, %q, want %d and %q", args, want, status, e.String(), statusFailed, wrong)
			}
		}
	}
}

// TestEscapes checks that messages and tables contain no control characters of the user's arguments.
func TestEscapes(t *testing.T) {
	a := inEmptyDir(t)
	const name = "a\x1b[31mb"
	for _, args := range [][]string{
		{"eval", name}, {name}, {"quick", "--set", name + "=1"}, {"quick", "--set", "published=1", "--out", name + "/\n/run"}, {"explain", name},
		{"list", "runs", name}, {"step", "acme/Odd-v0", "--set", name}, {"quick", "--" + name}, {"compare", name, name}, {"./" + name + ".yaml", "--steps", "8"},
	} {
		_, out, err := a.call(args...)
		if strings.ContainsAny(out+err, "\x1b\r") {
			t.Errorf("rlrun %q prints %q, %q, want no control characters", args, out, err)
		}
	}
}
