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

// update rewrites the outputs on the pages: go test ./docs -update.
var update = flag.Bool("update", false, "write what commands print into the pages")

// recorded are the kernels with which the outputs on the pages were printed. With others
// numbers differ in their last places, and an agent with networks ends elsewhere: then its
// commands are run, and what they print is not compared.
const recorded = "avx512"

// programs are the programs that pages run: rlrun and those of examples, built when they are
// first wanted, without a window.
type programs struct {
	bin      string // directory
	ci       string // what .ci/run runs
	examples string // what the test of examples runs
	compare  bool   // outputs with those on the pages
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

// build builds a program, unless it is there.
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

// output is the flag of go build that names a file.
var output = regexp.MustCompile(`-o \S+ `)

// withoutOutput returns a command without the name of the file that it builds.
func withoutOutput(text string) string { return output.ReplaceAllString(text, "") }

// A reader does what a page says, in a directory.
type reader struct {
	*programs
	dir     string
	done    map[string]result // of what the page has typed before
	printed []command         // with the outputs as they are
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

// do runs a command, and wants success and what the page shows. A command that opens a window
// gets as far as there. What was run before, or by another test, is not run again.
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

// sh runs a command by the shell, with an input, and returns what it prints. The kernels are
// the machine's own, as the reader's are.
func (r *reader) sh(t *testing.T, line, input string) (string, error) {
	t.Helper()
	ctx := t.Context()
	if end, ok := t.Deadline(); ok { // a program that outlives the test would go on alone
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

// ownKernels returns an environment that chooses no kernels.
func ownKernels(env []string) []string {
	return slices.DeleteFunc(env, func(s string) bool { return strings.HasPrefix(s, "RLRUN_KERNEL=") })
}

// converse sends the requests of a block to rlrun step, and compares the answers.
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

// judge compares what a command did with what the page says.
func (r *reader) judge(t *testing.T, c command, text, printed string, err error) {
	t.Helper()
	failed, _ := errors.AsType[*exec.ExitError](err)
	switch {
	case window.MatchString(text):
		if failed == nil || failed.ExitCode() != 2 || !strings.Contains(printed, "without a window") {
			t.Errorf("%s:%d: %s: %v, want it to ask for a window, in\n%s", c.page, c.line, c.text, err, printed)
		}
	case strings.HasPrefix(c.output, "rlrun: ") && failed == nil: // a mistake, on purpose
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

// rewrite writes outputs into a page.
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
