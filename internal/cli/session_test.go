package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// step is what rlrun step answers to its input, a line each.
func (a *App) step(t testing.TB, input string, args ...string) (lines []string) {
	t.Helper()
	var o, e bytes.Buffer
	a.In, a.Out, a.Err = strings.NewReader(input), &o, &e
	if status := a.Run(append([]string{"step"}, args...)); status != statusDone || e.Len() > 0 {
		t.Fatalf("rlrun step %q = %d, %s", args, status, e.String())
	}
	for line := range strings.Lines(o.String()) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return lines
}

// TestStepCommand wants exactly these answers. The states are set, or the
// draws given, so that all numbers are known.
func TestStepCommand(t *testing.T) {
	a := inEmptyDir(t)
	for _, c := range []struct {
		args  []string
		input string
		want  []string
	}{
		{[]string{"CartPole-v1"}, "", nil},
		{[]string{"CartPole"}, `{"state":[0.5,-1,0.0625,2]}`, []string{`{"obs":[0.5,-1,0.0625,2],"state":[0.5,-1,0.0625,2]}`}},
		{
			[]string{"CartPole-v1", "--set", "options.low=-0.5", "--set", "options={low: -1, high: 1}"},
			`{"reset":{},"draws":[0,0.5,0.75,0.25]}` + "\n" + `{"describe":true}`,
			[]string{
				`{"obs":[-1,0,0.5,-0.5],"state":[-1,0,0.5,-0.5]}`,
				`{"env":"CartPole-v1","observation_space":{"type":"box","low":[-4.800000190734863,null,-0.41887903213500977,null],` +
					`"high":[4.800000190734863,null,0.41887903213500977,null],"shape":[4]},"action_space":{"type":"discrete","n":2},` +
					`"max_episode_steps":500,"reward_threshold":475}`,
			},
		},
		{
			[]string{"CartPole-v1", "--set", "options.sutton_barto_reward=true"},
			`{"state":[3,0,0,0]}` + "\n" + `{"action":1}` + "\n\n" + `{"describe": true }`,
			[]string{`"state":[3,0,0,0]}`, `"reward":-1,"terminated":true,"truncated":false`, `{"error":"not a JSON object, want`, `{"env":"CartPole-v1"`},
		},
		{
			[]string{"Pendulum-v1"}, // a torque is clipped: 0.05 s of 3/(ml²) 2 N m from rest
			`{"state":[0,0]}` + "\n" + `{"action":[2.5]}` + "\n" + `{"action":1e39}`,
			[]string{`{"obs":[1,0,0],"state":[0,0]}`, `"state":[0.015000000000000003,0.30000000000000004]}`, `{"error":"action: [1e+39], want float32 numbers"}`},
		},
		{
			[]string{"Acrobot-v1", "--set", "options.torque_noise_max=1"}, // a draw of 1/2 is no noise
			`{"state":[0,0,0,0]}` + "\n" + `{"action":1,"draws":[0.5]}`,
			[]string{`"state":[0,0,0,0]}`, `"state":[0,0,0,0]}`},
		},
		{
			[]string{"acme/Open-v0"},
			`{"describe":true}` + "\n" + `{"reset":{}}` + "\n" + `{"state":[1]}` + "\n" + `{"action":1}` + "\n" + `{"reset":{},"draws":[0.5]}`,
			[]string{
				`{"env":"acme/Open-v0","observation_space":{"type":"box","low":[0],"high":[9],"shape":[1]},"action_space":{"type":"discrete","n":2},` +
					`"max_episode_steps":null,"reward_threshold":null}`,
				`{"obs":[0],"state":null}`, `{"error":"state: acme/Open-v0 has none that can be set"}`,
				`{"obs":[1],"reward":1,"terminated":false,"truncated":false,"state":null}`, `{"obs":[0],"state":null}`,
			},
		},
	} {
		got := a.step(t, c.input, c.args...)
		if len(got) != len(c.want) {
			t.Errorf("rlrun step %q of %q = %q, want %d lines", c.args, c.input, got, len(c.want))
			continue
		}
		for i, line := range got {
			if object(t, line); !strings.Contains(line, c.want[i]) {
				t.Errorf("rlrun step %q: line %d = %s, want %s", c.args, i, line, c.want[i])
			}
		}
	}
}

// TestBothFlags wants truncated at the time limit also where the episode
// terminates in that step.
func TestBothFlags(t *testing.T) {
	for _, c := range []struct {
		actions               string
		terminated, truncated bool
	}{{"333", true, true}, {"000", false, true}, {"00", false, false}} {
		s := newSession(&odd{id: "acme/Odd-v0", maxSteps: 3})
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

// TestPanicking goes on after an environment has panicked, once it is reset.
func TestPanicking(t *testing.T) {
	s := newSession(&odd{id: "acme/Odd-v0"})
	ask(t, s, `{"reset":{}}`)
	refused(t, s, `{"action":2}`, "acme/Odd-v0, seed 0, step 1: panic: out of track")
	refused(t, s, `{"action":1}`, "the episode has ended; reset first")
	if r := ask(t, s, `{"reset":{}}`); r.Error != "" {
		t.Errorf("a reset after a panic = %+v, want a new episode", r)
	}
	if r := ask(t, s, `{"action":1}`); r.Error != "" || *r.Reward != 1 {
		t.Errorf("a step after that = %+v, want one", r)
	}
}

// TestNotFinite wants null for what JSON has no number for, and goes on.
func TestNotFinite(t *testing.T) {
	for _, c := range []struct {
		e     env.Env
		lines []string
		want  string // in the last answer
	}{
		{mustMake(t, "CartPole-v1"), []string{`{"state":[1e300,0,0,-1e39]}`}, `{"obs":[null,0,0,null],"state":[1e+300,0,0,-1e+39]}`},
		{mustMake(t, "CartPole-v1"), []string{`{"state":[0,0,0,1e200]}`, `{"action":1}`}, `"state":[0,null,`},
		{&odd{id: "acme/Odd-v0"}, []string{`{"reset":{}}`, `{"action":4}`}, `"reward":null,"terminated":false`},
	} {
		var out bytes.Buffer
		input := strings.Join(append(c.lines, `{"reset":{}}`), "\n")
		if err := serve(newSession(c.e), strings.NewReader(input), &out); err != nil {
			t.Errorf("serve(%q): %v", input, err)
		}
		got := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if len(got) != len(c.lines)+1 || !strings.Contains(got[len(c.lines)-1], c.want) || strings.Contains(got[len(got)-1], "error") {
			t.Errorf("serve(%q) = %q, want %s, and a reset after it", input, got, c.want)
		}
	}
}

func mustMake(t testing.TB, id string) env.Env {
	t.Helper()
	e, err := registry().Make(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestLongLines refuses a line of more than 1 MiB, and goes on behind it.
func TestLongLines(t *testing.T) {
	pad := func(n int) string { // a good request of n bytes, its end of line included
		const request = `{"reset":{}}`
		return request + strings.Repeat(" ", n-len(request)-1) + "\n"
	}
	for _, c := range []struct {
		input string
		want  []bool // good
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
		if err := serve(cartPole(), strings.NewReader(c.input), &out); err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, answer := range objects(t, out.String()) {
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

// TestFlush wants each answer before the next request.
func TestFlush(t *testing.T) {
	in, requests := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error)
	go func() { done <- serve(cartPole(), in, out) }()
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

// FuzzSession wants one answer a line, each of valid JSON, and no panic.
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
		for _, e := range []env.Env{mustMake(t, "CartPole-v1"), mustMake(t, "acme/Odd-v0")} {
			var out bytes.Buffer
			if err := serve(newSession(e), strings.NewReader(input), &out); err != nil {
				t.Fatalf("serve(%q): %v", input, err)
			}
			lines := strings.Count(input, "\n")
			if input != "" && !strings.HasSuffix(input, "\n") {
				lines++
			}
			if got := objects(t, out.String()); len(got) != lines {
				t.Errorf("serve(%q) = %d answers, want %d", input, len(got), lines)
			}
		}
	})
}
