package cli

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestResultText checks that the printed result has only known digits: 100 · 0.29 is
// 28.999999999999996 in float64, and a deviation of the size of rounding errors is shown as 0.
// It also checks the singular, "1 episode".
func TestResultText(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--quiet", "--out", "run")
	for _, tc := range []struct{ eval, steps, want string }{
		{
			`"episodes":100,"mean":0.87,"std":4.440892098500626e-16,"min":0.87,"max":0.87,"success_rate":0.29`, "60416",
			"return 0.87 ± 0 (0.87 to 0.87) over 100 episodes; 29 % reach 475; regret 0\n60,416 steps in 0.13 s (459,003 a second)",
		}, {
			`"episodes":100,"mean":93.47123,"std":0.7134,"min":91.84372689421994,"max":95.10004217,"success_rate":0`, "60416",
			"return 93.47 ± 0.71 (91.84 to 95.1) over 100 episodes; 0 % reach 475; regret 0\n",
		}, {
			`"episodes":1,"mean":500,"std":0,"min":500,"max":500,"success_rate":1`, "1",
			"return 500 ± 0 (500 to 500) over 1 episode; 100 % reach 475; regret 0\n1 step in 0.13 s",
		},
	} {
		writeFile(t, "run/result.json", fmt.Sprintf(`{"event":"result","scenario":"quick","env":"CartPole-v1","agent":"ppo","seed":1,`+
			`"steps":%s,"train_s":0.13,"steps_per_s":459003,"eval":{%s},"regret":1.1102230246251565e-16,"run":"run"}`, tc.steps, tc.eval))
		if out := a.must(t, "resume", "run"); !strings.Contains(out, tc.want) {
			t.Errorf("a result of %s prints\n%s, want %q in it", tc.eval, out, tc.want)
		}
	}
}

// TestSampled checks that eval --sampled evaluates the same episodes that record --sampled
// records, and that sampled actions differ from the most likely actions.
func TestSampled(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--quiet", "--out", "run")
	a.must(t, "record", "run", "-o", "sampled.jsonl", "--episodes", "3", "--sampled", "--seed", "7")
	sum := 0.0
	for _, l := range objects(t, readFile(t, "sampled.jsonl")) {
		if r, ok := l["reward"].(float64); ok {
			sum += r
		}
	}
	args := []string{"eval", "run", "--episodes", "3", "--seed", "7", "--json"}
	sampled, greedy := objects(t, a.must(t, append(args, "--sampled")...))[0], objects(t, a.must(t, args...))[0]
	mean := func(l map[string]any) float64 { return l["eval"].(map[string]any)["mean"].(float64) }
	if got := 3 * mean(sampled); got < sum-1e-9 || got > sum+1e-9 || sampled["sampled"] != true {
		t.Errorf("eval --sampled = %v, want the sum of the recorded returns, %v", sampled, sum)
	}
	if greedy["sampled"] != nil || mean(greedy) == mean(sampled) {
		t.Errorf("eval = %v, want another return than with sampled actions, %v", greedy, mean(sampled))
	}
	if text := a.must(t, "eval", "run", "--episodes", "3", "--sampled"); !strings.Contains(text, "over 3 episodes with sampled actions; ") {
		t.Errorf("eval --sampled prints %q, want that actions are sampled", text)
	}
}

// TestEvalFile checks that a policy file alone is evaluated like its run, in the environment that
// the file names, and that a policy file in a run directory means the run.
func TestEvalFile(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--quiet", "--out", "run")
	line := func(args ...string) map[string]any {
		return objects(t, a.must(t, append(args, "--json", "--seed", "7")...))[0]
	}
	want := line("eval", "run", "--episodes", "10")
	writeFile(t, "alone.safetensors", readFile(t, "run/policy.safetensors"))
	for _, file := range []string{"alone.safetensors", "run/policy.safetensors"} {
		got := line("eval", file, "--episodes", "10")
		if !reflect.DeepEqual(got["eval"], want["eval"]) || got["env"] != "CartPole-v1" || got["agent"] != "ppo" {
			t.Errorf("eval %s = %v, want the evaluation of the run: %v", file, got, want)
		}
	}
	if got := line("eval", "alone.safetensors"); got["run"] != "alone.safetensors" || got["scenario"] != "CartPole-v1-ppo" || got["eval"].(map[string]any)["episodes"] != 100. {
		t.Errorf("eval alone.safetensors = %v, want the file as its run, and 100 episodes", got)
	}
	if one, other := line("eval", "run/policy-best.safetensors"), line("eval", "run", "--best"); !reflect.DeepEqual(one, other) {
		t.Errorf("eval run/policy-best.safetensors = %v, want the evaluation of --best: %v", one, other)
	}

	a.must(t, "quick", "--quiet", "--out", "stacked", "--set", "env.wrappers=[{frame_stack: 2}]")
	writeFile(t, "stacked.safetensors", readFile(t, "stacked/policy.safetensors"))
	delete(a.Agents, "ppo") // as if another program had trained the policy
	if got := line("eval", "alone.safetensors", "--episodes", "10"); !reflect.DeepEqual(got["eval"], want["eval"]) {
		t.Errorf("eval of a file whose agent this program lacks = %v, want %v", got, want)
	}
	a.refused(t, "stacked.safetensors: policy: its observations are ", "eval", "stacked.safetensors")
	a.refused(t, "as CartPole-v1 has by default; to evaluate a run with wrappers or options, name its directory", "eval", "stacked.safetensors")
	a.refused(t, "--best: alone.safetensors is a policy file", "eval", "alone.safetensors", "--best")
	delete(a.Envs, "CartPole-v1")
	a.refused(t, "alone.safetensors: env: no version 1 of CartPole", "eval", "alone.safetensors")
	writeFile(t, "mine.txt", "precious")
	a.refused(t, "mine.txt", "eval", "mine.txt")
}

// withMetadata returns the bytes of a policy file with another value in its metadata.
func withMetadata(t *testing.T, name, key, value string) string {
	t.Helper()
	file := []byte(readFile(t, name))
	n := binary.LittleEndian.Uint64(file)
	var header map[string]any
	if err := json.Unmarshal(file[8:8+n], &header); err != nil {
		t.Fatal(err)
	}
	header["__metadata__"].(map[string]any)[key] = value
	text, err := json.Marshal(header)
	if err != nil {
		t.Fatal(err)
	}
	return string(slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text, file[8+n:]))
}

// TestEvalNames checks the names of agent and environment in a policy file: bad names are refused,
// and an empty agent is shown as unknown.
func TestEvalNames(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--quiet", "--out", "run")
	for _, c := range []struct{ key, value, want string }{
		{"agent", "a\nb", `odd.safetensors: its agent is "a\nb", want a name without spaces, of at most 100 bytes`},
		{"agent", strings.Repeat("x", 1000), `its agent is "xxxxxxxxxxxxxxxxxxxx", want a name without spaces`},
		{"env", "", "odd.safetensors: it does not name an environment"},
		{"env", "a\nb", `"a\nb" is not an environment's id`},
	} {
		writeFile(t, "odd.safetensors", withMetadata(t, "run/policy.safetensors", c.key, c.value))
		a.refused(t, c.want, "eval", "odd.safetensors")
	}
	writeFile(t, "odd.safetensors", withMetadata(t, "run/policy.safetensors", "agent", ""))
	if got := a.must(t, "eval", "odd.safetensors", "--episodes", "2"); !strings.Contains(got, "unknown on CartPole-v1, from odd.safetensors") {
		t.Errorf("eval of a file that names no agent = %q, want unknown", got)
	}
}
