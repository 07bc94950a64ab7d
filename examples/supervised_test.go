package examples

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// build builds an example and returns the path of the program.
func build(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name+".exe")
	if out, err := exec.Command("go", "build", "-o", path, "./"+name).CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%s", name, err, out)
	}
	return path
}

// TestSupervised checks the test accuracy of each network of digits and purchases after a short
// training, and that a second training prints the same bytes. An untrained network has an accuracy
// of about 0.1 for digits. It has 0.6 for purchases if it always predicts none.
func TestSupervised(t *testing.T) {
	if testing.Short() {
		return
	}
	digits, purchases := build(t, "digits"), build(t, "purchases")
	for _, tc := range []struct {
		program, args string
		min           float64 // smallest accuracy
	}{
		{digits, "-images 600 -epochs 6 -net mlp -optimizer adagrad -weight-decay 0.001", 0.4},
		{digits, "-images 600 -epochs 6 -net cnn -optimizer sgd", 0.55},
		{digits, "-images 600 -epochs 3 -net resnet -optimizer adamw -weight-decay 0.1", 0.4},
		{digits, "-images 600 -epochs 2 -net densenet", 0.55},
		{purchases, "-visits 1000 -epochs 8 -net rnn", 0.68},
		{purchases, "-visits 1000 -epochs 8 -net lstm", 0.7},
		{purchases, "-visits 1000 -epochs 8 -net gru -optimizer rmsprop", 0.7},
		{purchases, "-visits 1000 -epochs 5 -net transformer -dropout 0", 0.65},
	} {
		t.Run(tc.args, func(t *testing.T) {
			run := func() []byte {
				out, err := exec.Command(tc.program, strings.Fields(tc.args)...).Output()
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			out := run()
			all := regexp.MustCompile(`(?m)^accuracy (.*)$`).FindSubmatch(out)
			if all == nil {
				t.Fatalf("no accuracy in\n%s", out)
			}
			if got, err := strconv.ParseFloat(string(all[1]), 64); err != nil || got < tc.min {
				t.Errorf("accuracy %v, %v, want %v or more, in\n%s", got, err, tc.min, out)
			}
			if again := run(); !bytes.Equal(again, out) {
				t.Errorf("a second training printed\n%s\nwant\n%s", again, out)
			}
		})
	}
}

// TestSupervisedErrors checks that bad flags end the programs with exit status 2 and one sentence
// that has the bad value, and that -write does not change a file that exists.
func TestSupervisedErrors(t *testing.T) {
	if testing.Short() {
		return
	}
	file := filepath.Join(t.TempDir(), "data.csv")
	for name, start := range map[string]string{"digits": "-images 100 -epochs 1 -write", "purchases": "-visits 100 -epochs 1 -write"} {
		program := build(t, name)
		for args, want := range map[string]string{
			"-net nature": `"nature"`, "-optimizer adma": `"adma"`, "-dropout 1": "1, want", "-dropout NaN": "NaN", "-weight-decay -1": "-1",
			"-epochs 0": "-epochs 0", "-patience 0": "-patience 0", "-write " + filepath.Join(file, "x"): "x",
		} {
			out, err := exec.Command(program, strings.Fields(args)...).CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.HasPrefix(string(out), name+": ") || bytes.Count(out, []byte("\n")) != 1 || !strings.Contains(string(out), want) {
				t.Errorf("%s %s: %v, %s, want exit status 2 and a sentence with %s", name, args, err, out, want)
			}
		}
		os.Remove(file)
		args := append(strings.Fields(start), file)
		if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		text, err := os.ReadFile(file)
		if err != nil || bytes.Count(text, []byte("\n")) != 101 {
			t.Errorf("%s wrote %d lines, %v, want a line for each of 100 examples and the names of the columns", name, bytes.Count(text, []byte("\n")), err)
		}
		if out, err := exec.Command(program, args...).CombinedOutput(); err == nil || !strings.Contains(string(out), "exists") {
			t.Errorf("%s wrote to a file that exists: %v\n%s", name, err, out)
		}
	}
}
