package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/bench"
)

// TestBenchJSON checks that each case with one of the prefixes gives a line with its name
// and a time.
func TestBenchJSON(t *testing.T) {
	a := inEmptyDir(t)
	var names []string
	for line := range strings.Lines(a.must(t, "bench", "--json", "tanh", "infer1/4")) {
		var r bench.Result
		if err := json.Unmarshal([]byte(line), &r); err != nil || !(r.NsPerOp > 0) {
			t.Errorf("%q: %v, want a name and nanoseconds", line, err)
		}
		names = append(names, r.Name)
	}
	if got := strings.Join(names, " "); got != "infer1/4-64-64-2/tanh tanh_f32" {
		t.Errorf("rlrun bench tanh infer1/4 measured %s", got)
	}
}

// TestBenchNames checks that the benchmarks have the names with which other programs are
// compared.
func TestBenchNames(t *testing.T) {
	have := strings.Join(caseNames(inEmptyDir(t).benchCases()), " ")
	for _, want := range []string{
		"train/4-64-64-2/tanh/b64", "train/4-64-64-2/tanh/b256", "train/8-64-64-4/tanh/b256",
		"train/17-256-256-6/relu/b256", "train/3-400-300-1/relu/b100", "forward/8-64-64-4/tanh/b256",
		"infer1/3-400-300-1/relu", "train/minatar/b32", "train/minatar/b256", "train/nature/b32", "train/lstm/64/T16xN16",
		"train/lstm/256/T16xN16", "train/attention/64/T16xN16", "infer1/minatar", "infer1/nature", "infer1/lstm/64", "sgemm/64", "sgemm/256", "tanh_f32", "gae/2048x8",
		"replay_gather/256x17_of_1e6", "env/CartPole-v1", "e2e/ppo_cartpole_env_step",
	} {
		if !strings.Contains(" "+have+" ", " "+want+" ") {
			t.Errorf("no benchmark %s among %s", want, have)
		}
	}
}
