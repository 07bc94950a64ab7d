package cli

import (
	"bytes"
	"strings"
	"testing"
)

// step runs rlrun step with this input, and returns the lines of its answers.
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

// TestStepCommand checks the exact answers. The input sets the states or gives the random
// numbers, so all answers are known.
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
			[]string{"Pendulum-v1"}, // the torque 2.5 is clipped to 2 N m, which acts for 0.05 s: the angular velocity is 0.05·3/(ml²)·2 [rad/s]
			`{"state":[0,0]}` + "\n" + `{"action":[2.5]}` + "\n" + `{"action":1e39}`,
			[]string{`{"obs":[1,0,0],"state":[0,0]}`, `"state":[0.015000000000000003,0.30000000000000004]}`, `{"error":"action: [1e+39], want float32 numbers"}`},
		},
		{
			[]string{"Acrobot-v1", "--set", "options.torque_noise_max=1"}, // the random number 1/2 means no noise
			`{"state":[0,0,0,0]}` + "\n" + `{"action":1,"draws":[0.5]}`,
			[]string{`"state":[0,0,0,0]}`, `"state":[0,0,0,0]}`},
		},
		{
			[]string{"acme/Open-v0"},
			`{"describe":true}` + "\n" + `{"reset":{}}` + "\n" + `{"state":[1]}` + "\n" + `{"action":1}` + "\n" + `{"reset":{},"draws":[0.5]}`,
			[]string{
				`{"env":"acme/Open-v0","observation_space":{"type":"box","low":[0],"high":[9],"shape":[1]},"action_space":{"type":"discrete","n":2},` +
					`"max_episode_steps":null,"reward_threshold":null}`,
				`{"obs":[0],"state":null}`, `{"error":"state: acme/Open-v0 has no state that can be set"}`,
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

// TestSpacesInWords checks that messages describe unsuitable spaces in the field's words, and not by
// the Go type.
func TestSpacesInWords(t *testing.T) {
	a := inEmptyDir(t)
	for _, c := range []struct{ scenario, want string }{
		{"env: {id: Pendulum-v1}\nagent: {name: dqn}\nsteps: 100\n", "a Box of 1 number, want a choice (Discrete), since each action has a Q-value; the wrapper discretize_action"},
		{"env: {id: CartPole-v1}\nagent: {name: sac}\nsteps: 100\n", "a choice of 2 (Discrete), want a Box of numbers"},
		{"env: {id: CartPole-v1}\nagent: {name: qlearning}\nsteps: 100\n", "and not a Box of 4 numbers"},
		{"env: {id: FrozenLake-v1}\nagent: {name: linear_sarsa}\nsteps: 100\n", "not a choice of 16 (Discrete) and a choice of 4 (Discrete)"},
		{"env: {id: Taxi-v4}\nagent: {name: ppo, normalize: {norm_obs: true}}\nsteps: 100\n", "a choice of 500 (Discrete), want numbers (Box) among them"},
		{"env: {id: Taxi-v4, wrappers: [{frame_stack: 2}]}\nagent: {name: ppo}\nsteps: 100\n", "these are a choice of 500 (Discrete)"},
	} {
		writeFile(t, "my.yaml", c.scenario)
		status, _, text := a.call("my.yaml", "--quiet")
		if status != statusBadInput || !strings.Contains(text, c.want) || strings.Contains(text, "env.Box") || strings.Contains(text, "env.Discrete") || strings.Count(text, "\n") != 1 {
			t.Errorf("%q: status %d, %q, want 2 and %q in a line", c.scenario, status, text, c.want)
		}
	}
}
