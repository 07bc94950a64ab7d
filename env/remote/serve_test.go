package remote

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// TestTerminatedAndTruncated checks that truncated is true at the time limit, also if the episode
// terminates in this step.
func TestTerminatedAndTruncated(t *testing.T) {
	for _, c := range []struct {
		actions               string
		terminated, truncated bool
	}{{"333", true, true}, {"000", false, true}, {"00", false, false}} {
		s := newTestSession(newOddEnv())
		ask(t, s, `{"reset":{}}`)
		var r reply
		for _, action := range c.actions {
			r = ask(t, s, fmt.Sprintf(`{"action":%c}`, action))
		}
		if *r.Terminated != c.terminated || *r.Truncated != c.truncated {
			t.Errorf("after actions %s terminated %v, truncated %v, want %v and %v", c.actions, *r.Terminated, *r.Truncated, c.terminated, c.truncated)
		}
	}
}

// TestPanicking checks that a session continues after a panic of the environment and a reset.
func TestPanicking(t *testing.T) {
	s := newTestSession(newOddEnv())
	ask(t, s, `{"reset":{}}`)
	checkRefused(t, s, `{"action":2}`, "acme/Odd-v0, seed 0, step 1: panic: out of track")
	checkRefused(t, s, `{"action":1}`, "the episode has ended; reset first")
	if r := ask(t, s, `{"reset":{}}`); r.Error != "" {
		t.Errorf("a reset after a panic = %+v, want a new episode", r)
	}
	if r := ask(t, s, `{"action":1}`); r.Error != "" || *r.Reward != 1 {
		t.Errorf("a step after that = %+v, want one", r)
	}
}

// TestNotFinite checks that numbers that are not finite are null, and that the session continues.
func TestNotFinite(t *testing.T) {
	for _, c := range []struct {
		e     env.Env
		lines []string
		want  string // in the last answer
	}{
		{classic.NewCartPole(), []string{`{"state":[1e300,0,0,-1e39]}`}, `{"obs":[null,0,0,null],"state":[1e+300,0,0,-1e+39]}`},
		{classic.NewCartPole(), []string{`{"state":[0,0,0,1e200]}`, `{"action":1}`}, `"state":[0,null,`},
		{newOddEnv(), []string{`{"reset":{}}`, `{"action":4}`}, `"reward":null,"terminated":false`},
	} {
		var out bytes.Buffer
		input := strings.Join(append(c.lines, `{"reset":{}}`), "\n")
		if err := serve(strings.NewReader(input), &out, newTestSession(c.e)); err != nil {
			t.Errorf("serve(%q): %v", input, err)
		}
		got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(got) != len(c.lines)+1 || !strings.Contains(got[len(c.lines)-1], c.want) || strings.Contains(got[len(got)-1], "error") {
			t.Errorf("serve(%q) = %q, want %s, and a reset after it", input, got, c.want)
		}
	}
}

// TestLongLines checks that a line of more than 1 MiB is refused, and that the next line is
// answered.
func TestLongLines(t *testing.T) {
	pad := func(n int) string { // a valid request of n bytes, with its end of line
		const request = `{"reset":{}}`
		return request + strings.Repeat(" ", n-len(request)-1) + "\n"
	}
	for _, c := range []struct {
		input string
		want  []bool // the request is answered without an error
	}{
		{pad(maxLine), []bool{true}},
		{pad(maxLine) + pad(100), []bool{true, true}},
		{pad(maxLine+1) + pad(100), []bool{false, true}},
		{pad(5*maxLine+17) + pad(100) + pad(maxLine+1), []bool{false, true, false}},
		{strings.Repeat("x", 3*maxLine), []bool{false}}, // without an end
		{pad(100) + `{"describe":true}`, []bool{true, true}},
		{"\n\n", []bool{false, false}},
	} {
		var out bytes.Buffer
		if err := serve(strings.NewReader(c.input), &out, cartPole()); err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, answer := range parseLines(t, out.String()) {
			_, failed := answer["error"]
			got = append(got, !failed)
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("answers to %d bytes = %v, want %v", len(c.input), got, c.want)
		}
		if len(out.String()) > 10_000 {
			t.Errorf("%d bytes of answers, want them short", len(out.String()))
		}
	}
}

// TestFlush checks that each answer is written before the next request is sent.
func TestFlush(t *testing.T) {
	in, requests := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error)
	go func() { done <- serve(in, out, cartPole()) }()
	dec := json.NewDecoder(answers)
	for _, line := range []string{`{"reset":{}}`, `{"action":1}`, `nonsense`, `{"describe":true}`} {
		if _, err := io.WriteString(requests, line+"\n"); err != nil {
			t.Fatal(err)
		}
		var answer map[string]any
		if err := dec.Decode(&answer); err != nil || len(answer) == 0 {
			t.Fatalf("answer to %s = %v, %v, want one at once", line, answer, err)
		}
	}
	requests.Close()
	if err := <-done; err != nil {
		t.Errorf("serve = %v, want nil at the end of its input", err)
	}
}

// FuzzSession checks that each line has one answer of valid JSON, without a panic.
func FuzzSession(f *testing.F) {
	for _, s := range []string{
		"", "\n", "x", `{"reset":{}}`, `{"reset":{"seed":7},"draws":[0,0.5]}` + "\n" + `{"action":1}` + "\n" + `{"action":[0.0]}`,
		`{"state":[0,0,0,0]}` + "\n" + `{"action":1}` + "\n" + `{"describe":true}`, `{"state":[1e300,0,0,1e200]}` + "\n" + `{"action":1}`,
		`{"reset":{}}` + "\n" + `{"action":2}` + "\n" + `{"action":3}` + "\n" + `{"action":4}` + "\n" + `{"state":[1]}`,
		`{"reset":{"seed":9223372036854775808}}` + "\r\n" + `{"action":null}` + "\n{}", `{"draws":[1],"reset":{}}`, "\xff\n\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, input string) {
		for _, e := range []env.Env{classic.NewCartPole(), newOddEnv()} {
			var out bytes.Buffer
			if err := serve(strings.NewReader(input), &out, newTestSession(e)); err != nil {
				t.Fatalf("serve(%q): %v", input, err)
			}
			lines := strings.Count(input, "\n")
			if input != "" && !strings.HasSuffix(input, "\n") {
				lines++
			}
			if got := parseLines(t, out.String()); len(got) != lines {
				t.Errorf("serve(%q) = %d answers, want %d", input, len(got), lines)
			}
		}
	})
}

// An oddEnv panics at action 2, terminates at its time limit after three actions 3, and has an
// infinite reward for action 4.
type oddEnv struct{ threes int }

func newOddEnv() *oddEnv { return new(oddEnv) }

func (*oddEnv) Spec() env.Spec {
	return env.Spec{ID: "acme/Odd-v0", Obs: env.NewBox(0, 9, 1), Act: env.Discrete{N: 5}, MaxSteps: 3}
}

func (o *oddEnv) Reset(_ uint64, obs []float32) { o.threes, obs[0] = 0, 0 }

func (o *oddEnv) Step(act, obs []float32) env.Outcome {
	out := env.Outcome{Reward: 1}
	switch obs[0] = act[0]; act[0] {
	case 2:
		panic("out of track")
	case 3:
		o.threes++
		out.Terminated = o.threes == 3
	case 4:
		out.Reward = math.Inf(1)
	}
	return out
}

// parseLines parses an output with one JSON object in each line.
func parseLines(t testing.TB, out string) (all []map[string]any) {
	t.Helper()
	if out != "" && !strings.HasSuffix(out, "\n") {
		t.Errorf("%q, want whole lines", out)
	}
	for line := range strings.Lines(out) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil || m == nil {
			t.Fatalf("%q: %v, want a JSON object", line, err)
		}
		all = append(all, m)
	}
	return all
}
