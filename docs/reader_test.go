package docs

import (
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// update is a flag: go test ./docs -update writes the printed outputs into the pages.
var update = flag.Bool("update", false, "write what commands print into the pages")

// recorded names the kernels that were used for the outputs on the pages. With other kernels the
// last digits of numbers differ, so an agent with networks gets another result. Then the test
// runs the commands and does not compare their output.
const recorded = "avx512"

// programs builds the programs that pages run: rlrun and the programs of examples, without a
// window. It builds a program when a page first runs it.
type programs struct {
	bin      string // directory of the built programs
	ci       string // text of the script .ci/run
	examples string // text of examples/examples_test.go
	compare  bool   // true: compare outputs with the outputs on the pages
	mu       sync.Mutex
}

func newPrograms(t *testing.T) *programs {
	t.Helper()
	p := &programs{bin: t.TempDir()}
	for file, text := range map[string]*string{".ci/run": &p.ci, "examples/examples_test.go": &p.examples} {
		data, err := os.ReadFile(filepath.Join("..", file))
		if err != nil {
			t.Fatal(err)
		}
		*text = string(data)
	}
	p.ci = withoutOutput(p.ci)
	p.build(t, "rlrun", "./cmd/rlrun")
	cmd := exec.Command(filepath.Join(p.bin, "rlrun"), "--version")
	cmd.Env = ownKernels(os.Environ())
	version, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	p.compare = strings.Contains(string(version), recorded+" kernels")
	return p
}

// build builds a program, unless it has been built already.
func (p *programs) build(t *testing.T, name, pkg string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	path := filepath.Join(p.bin, name)
	if _, err := os.Stat(path); err == nil {
		return
	}
	cmd := exec.Command("go", "build", "-tags", "headless", "-o", path, pkg)
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
}

// output matches the flag -o of go build, with its file name.
var output = regexp.MustCompile(`-o \S+ `)

// withoutOutput returns a command without the flag -o.
func withoutOutput(text string) string { return output.ReplaceAllString(text, "") }

// A reader runs the commands of a page in a directory.
type reader struct {
	*programs
	dir     string
	done    map[string]result // results of the page's earlier commands
	printed []command         // commands whose output differs from the page, with the printed output
}

// A result is what a command printed, and its error.
type result struct {
	text string
	err  error
}

var (
	example = regexp.MustCompile(`^go run \./examples/([\w/]+) ?`)
	window  = regexp.MustCompile(`^\S+ (watch|play) | --watch\b`)
	anyway  = regexp.MustCompile(`^rlrun (solve|explain) |qlearning|maze`) // commands whose output depends on no kernel
)

// do runs a command and checks that it succeeds with the output on the page. A command that opens
// a window runs until it asks for the window. A command that the page, or another test, has run
// before does not run again.
func (r *reader) do(t *testing.T, c command) {
	t.Helper()
	text := strings.Replace(c.text, "go run ./cmd/rlrun", "rlrun", 1)
	if m := example.FindStringSubmatch(text); m != nil {
		if !c.shown && strings.Contains(r.examples, `{"`+m[1]+`", "`+text[len(m[0]):]) {
			return
		}
		name := strings.ReplaceAll(m[1], "/", "-")
		r.build(t, name, "./examples/"+m[1])
		text = name + " " + text[len(m[0]):]
	} else if strings.HasPrefix(text, "go ") || strings.Contains(text, " go ") {
		if !strings.Contains(r.ci, withoutOutput(text)) {
			t.Errorf("%s:%d: %s: .ci/run does not run it", c.page, c.line, c.text)
		}
		return
	}
	res, again := r.done[text]
	if !again {
		began := time.Now()
		out, err := r.sh(t, text, "")
		res = result{out, err}
		r.done[text] = res
		t.Logf("%.1f s: %s", time.Since(began).Seconds(), c.text)
	}
	r.judge(t, c, text, res.text, res.err)
}

// sh runs a command in the shell with the given input and returns its output. It uses the default
// kernels of the machine, as for a reader.
func (r *reader) sh(t *testing.T, line, input string) (string, error) {
	t.Helper()
	ctx := t.Context()
	if end, ok := t.Deadline(); ok { // end the program before the test ends, so that it does not continue without the test
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-5*time.Second))
		defer cancel()
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", "exec "+line)
	cmd.Dir, cmd.Stdin = r.dir, strings.NewReader(input)
	cmd.Env = append(ownKernels(os.Environ()), "PATH="+r.bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// ownKernels returns the environment variables env without RLRUN_KERNEL, so that rlrun uses its
// default kernels.
func ownKernels(env []string) []string {
	return slices.DeleteFunc(env, func(s string) bool { return strings.HasPrefix(s, "RLRUN_KERNEL=") })
}

// converse sends the requests of a block to rlrun step, and compares the answers with the block.
func (r *reader) converse(t *testing.T, b block) {
	t.Helper()
	var requests, answers string
	for line := range strings.Lines(b.text) {
		request, answer, ok := strings.Cut(strings.TrimPrefix(line, "> "), " < ")
		if !ok {
			t.Fatalf("%s:%d: %q, want > a request, < and an answer", b.page, b.line, line)
		}
		requests += strings.TrimSpace(request) + "\n"
		answers += answer
	}
	printed, err := r.sh(t, "rlrun step CartPole-v1", requests)
	if err != nil || !same(answers, printed) {
		t.Errorf("%s:%d: rlrun step answers\n%s%v, and the page has\n%s", b.page, b.line, printed, err, answers)
	}
}

// judge compares the output and the error of a command with the page.
func (r *reader) judge(t *testing.T, c command, text, printed string, err error) {
	t.Helper()
	failed, _ := errors.AsType[*exec.ExitError](err)
	switch {
	case window.MatchString(text):
		if failed == nil || failed.ExitCode() != 2 || !strings.Contains(printed, "without a window") {
			t.Errorf("%s:%d: %s: %v, want it to ask for a window, in\n%s", c.page, c.line, c.text, err, printed)
		}
	case strings.HasPrefix(c.output, "rlrun: ") && failed == nil: // the page shows an error message
		t.Errorf("%s:%d: %s: %v, want an error", c.page, c.line, c.text, err)
	case !strings.HasPrefix(c.output, "rlrun: ") && err != nil:
		t.Fatalf("%s:%d: %s: %v\n%s", c.page, c.line, c.text, err, printed)
	case c.shown && (r.compare || anyway.MatchString(text) || failed != nil) && !same(c.output, printed):
		if *update {
			c.output, r.printed = printed, append(r.printed, c)
			return
		}
		t.Errorf("%s:%d: %s prints\n%s\nand the page has\n%s\nIf that is right, go test ./docs -update changes the page", c.page, c.line, c.text, printed, c.output)
	}
}

// rewrite writes the changed outputs into a page.
func rewrite(t *testing.T, page string, changed []command) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for _, c := range slices.Backward(changed) {
		if slices.Contains(lines[c.line:c.line+c.lines], gap) {
			t.Errorf("%s:%d: %s prints\n%s\nand only you know what the page leaves out", page, c.line, c.text, c.output)
			continue
		}
		lines = slices.Replace(lines, c.line, c.line+c.lines, strings.Split(strings.TrimRight(c.output, "\n"), "\n")...)
	}
	if err := os.WriteFile(page, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}
