// Package examples tests the example programs that the README shows or names.
package examples

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPrograms runs each program and checks the return that it prints last. It also checks that the
// program has at most maxLines lines and, if the README shows it, that both are the same.
func TestPrograms(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		dir       string
		args      string
		maxLines  int
		minReturn float64
		inReadme  bool // the README shows the program
	}{
		{"train", "", 20, 150, true},
		{"catch/train", "catch-ppo --quiet --out RUN", 30, 9.9, false},
		{"catch/game", "", 50, 0, false},
		{"corridor", "", 40, 0.92, true},
		{"crossentropy", "cartpole-crossentropy --quiet --out RUN", 150, 475, false},
		{"skip", "cartpole-skip --quiet --out RUN", 70, 475, false},
		{"observer", "RUN", 110, 475, false},
		{"gorgonia", "", 60, 80, false},
		{"embed", "", 60, 475, false},
		{"crane", "", 60, 0, false},
		{"catapult", "", 60, 0, false},
		{"thrower/train", "thrower-ppo --quiet --out RUN", 30, 0.75, false},
		{"robot", "", 60, 190, false},
		{"digits", "-images 200 -epochs 1", 140, 0, false},
		{"purchases", "-visits 200 -epochs 1", 140, 0, false},
	} {
		t.Run(tc.dir, func(t *testing.T) {
			source, err := os.ReadFile(tc.dir + "/main.go")
			if err != nil {
				t.Fatal(err)
			}
			if n := bytes.Count(source, []byte("\n")); n > tc.maxLines {
				t.Errorf("%s/main.go has %d lines, want at most %d", tc.dir, n, tc.maxLines)
			}
			if tc.inReadme && !bytes.Contains(readme, fmt.Appendf(nil, "```go\n%s```", source)) {
				t.Errorf("the README does not have the text of %s/main.go, want a Go block with it", tc.dir)
			}
			if testing.Short() {
				return
			}
			args := strings.Fields("run ./" + tc.dir + " " + tc.args)
			if n := len(args) - 1; args[n] == "RUN" {
				args[n] = filepath.Join(t.TempDir(), "run")
			}
			out, err := exec.Command("go", args...).CombinedOutput()
			if err != nil {
				t.Fatalf("go %q: %v\n%s", args, err, out)
			}
			if got := lastReturn(string(out)); got < tc.minReturn {
				t.Errorf("the last return is %v, want %v or more, in\n%s", got, tc.minReturn, out)
			}
		})
	}
}

// lastReturn returns the number after the last word "return" in text, or 0 if there is none.
func lastReturn(text string) float64 {
	m := regexp.MustCompile(`return +(-?[0-9.]+[0-9])`).FindAllStringSubmatch(strings.TrimSpace(text), -1)
	if m == nil {
		return 0
	}
	x, _ := strconv.ParseFloat(m[len(m)-1][1], 64) // the expression matches only numbers
	return x
}
