package cli

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// TestSolve checks the optimum of the default GridWorld in JSON and on its map. The goal
// gives 1, and each of the 13 steps before costs 0.01.
func TestSolve(t *testing.T) {
	a := inEmptyDir(t)
	var s solution
	if err := json.Unmarshal([]byte(a.must(t, "solve", "GridWorld-v0", "--gamma", "1", "--json")), &s); err != nil {
		t.Fatal(err)
	}
	if s.Env != "GridWorld-v0" || s.Gamma != 1 || s.States != 64 || s.Actions != 4 || len(s.V) != 64 || len(s.Q) != 64 ||
		len(s.Optimal) != 64 || math.Abs(s.StartValue-0.87) > 1e-9 || s.Method == "" || s.Iterations < 1 {
		t.Errorf("solve --json = %+v, want GridWorld's solution", s)
	}
	text := a.must(t, "solve", "GridWorld-v0", "--gamma", "1")
	for _, want := range []string{"the start state has value 0.87 with gamma 1", "#######", "→", "G\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("solve prints\n%s, want %q in it", text, want)
		}
	}
	if text := a.must(t, "solve", "GridWorld-v0", "--set", "options.map=[SDG, K..]"); !strings.Contains(text, "with the key:") {
		t.Errorf("solve of a world with a key prints\n%s", text)
	}
	if text := a.must(t, "solve", "GridWorld-v0", "--set", "options.map=\"S.\\n.G\""); !strings.Contains(text, "4 states") {
		t.Errorf("solve of a map given as lines prints\n%s", text)
	}
	if text := a.must(t, "solve", "Taxi-v4", "--set", "options.fickle_passenger=true"); !strings.Contains(text, "500 states") {
		t.Errorf("solve of a fickle Taxi prints\n%s", text)
	}
}

// TestRegret checks that a run of a tabular environment reports its regret, and that a run
// whose wrappers change the observations does not.
func TestRegret(t *testing.T) {
	a := inEmptyDir(t)
	const world = "env: {id: GridWorld-v0, n_envs: 8, options: {map: [S.G]}}\n" +
		"agent: {name: ppo, n_steps: 32, batch_size: 64, gamma: 0.9, learning_rate: 0.003}\nsteps: 6000\n"
	for _, c := range []struct {
		set  string
		want string
	}{
		{"env.wrappers=[]", `"regret":0,`}, {"env.wrappers=[{scale_reward: 0.5}]", `"regret":0,`}, {"env.wrappers=[{max_steps: 50}]", `"regret":0,`},
		{"env.wrappers=[{clip_reward: [-1, 0.5]}, {max_steps: 50}, {scale_reward: 2}]", `"regret":0,`},
		{"env.wrappers=[{flatten_observation: true}]", ""}, {"env.wrappers=[{max_steps: 50}, {sticky_action: 0.1}]", ""},
		{"agent.learning_rate=0", `"regret":`},
	} {
		writeFile(t, "world.yaml", world)
		out := a.must(t, "world.yaml", "--json", "--quiet", "--set", c.set)
		if c.want == "" && strings.Contains(out, "regret") || !strings.Contains(out, c.want) {
			t.Errorf("%s: result %s, want %q in it", c.set, out, c.want)
		}
		if c.set == "agent.learning_rate=0" && strings.Contains(out, `"regret":0,`) {
			t.Errorf("the regret of an untrained policy is 0, want more: %s", out)
		}
	}
}

// TestShippedRegret checks the scenario cliffwalking-qlearning, which has a wrapper with a time
// limit, a discount factor of 1, and states that its policy never visits. It learns the
// shortest path, 13 steps.
func TestShippedRegret(t *testing.T) {
	text := shipped(t, "cliffwalking-qlearning")
	a := inEmptyDir(t)
	writeFile(t, "cliff.yaml", text)
	if out := a.must(t, "cliff.yaml", "--json", "--quiet"); !strings.Contains(out, `"mean":-13,`) || !strings.Contains(out, `"regret":0,`) {
		t.Errorf("the result is %s, want a return of -13 and no regret", out)
	}
}
