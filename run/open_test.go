package run_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/run"
)

// alone returns a small, short scenario for each type of policy.
func alone() map[string]string {
	return map[string]string{
		"dqn": `
env: {id: CartPole-v1}
agent: {name: dqn, learning_starts: 200, batch_size: 16, dueling: true, policy_kwargs: {net_arch: [16]}}
steps: 1000
eval: {episodes: 1, freq: 0, max_steps: 20}
`,
		"ppo": `
env: {id: Pendulum-v1, n_envs: 2}
agent: {name: ppo, n_steps: 64, batch_size: 32, use_sde: true, normalize: {norm_obs: true}, policy_kwargs: {net_arch: {pi: [8], vf: [4, 4]}, use_expln: true}}
steps: 1024
eval: {episodes: 1, freq: 0, max_steps: 20}
`,
		"sac": `
env: {id: Pendulum-v1}
agent: {name: sac, learning_starts: 200, batch_size: 16, policy_kwargs: {net_arch: [16], norm: layer}}
steps: 600
eval: {episodes: 1, freq: 0, max_steps: 20}
`,
		"qlearning": `
env: {id: FrozenLake-v1}
agent: {name: qlearning}
steps: 2000
eval: {episodes: 1, freq: 0, max_steps: 20}
`,
	}
}

// actions returns the best actions of p in each row of obs.
func actions(p policy.Policy, obs []float32) []float32 {
	s := p.Spec()
	act := make([]float32, len(obs)/s.Obs.Size()*s.Act.Size())
	p.Act(policy.In{Obs: obs}, policy.Out{Act: act})
	return act
}

// TestOpenAlone checks that policy.Open needs only the policy file: the opened policy must have
// the same actions as the trained agent, and as rlrun eval.
func TestOpenAlone(t *testing.T) {
	const n = 10_000
	for name, text := range alone() {
		t.Run(name, func(t *testing.T) {
			s := parse(t, text)
			r := create(t, s)
			finish(t, r)
			file := filepath.Join(t.TempDir(), "policy.safetensors")
			if err := os.Rename(filepath.Join(r.Dir, "policy.safetensors"), file); err != nil {
				t.Fatal(err)
			}
			p, err := policy.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(file, filepath.Join(r.Dir, "policy.safetensors")); err != nil {
				t.Fatal(err)
			}
			evaluated, err := load(t, r.Dir).Policy(false)
			if err != nil {
				t.Fatal(err)
			}
			rng, o := rand.New(rand.NewPCG(1, 2)), s.Spec.Obs.Size()
			obs := make([]float32, n*o)
			for row := range slices.Chunk(obs, o) {
				s.Spec.Obs.Sample(rng, row)
			}
			got := actions(p, obs)
			if want := actions(r.Learned(), obs); !slices.Equal(got, want) {
				t.Error("the opened policy acts otherwise than the agent")
			}
			if want := actions(evaluated, obs); !slices.Equal(got, want) {
				t.Error("the opened policy acts otherwise than rlrun eval")
			}
			if slices.Max(got) == slices.Min(got) {
				t.Errorf("all actions are %v: nothing is shown", got[0])
			}
		})
	}
}

// TestOpenEarlier checks the run directory of an earlier version, whose policy file does not
// describe the networks. The policy must be the same as in that version. Without the run
// directory, the policy file must be an error.
func TestOpenEarlier(t *testing.T) {
	var want struct{ Obs, Act []float32 }
	text, err := os.ReadFile("testdata/earlier/acts.json")
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := load(t, "testdata/earlier").Policy(false)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range actions(p, want.Obs) {
		if math.Abs(float64(a-want.Act[i])) > 1e-5 {
			t.Errorf("action %d = %v, want %v", i, a, want.Act[i])
		}
	}
	_, err = policy.Open("testdata/earlier/policy.safetensors")
	if !errors.Is(err, policy.ErrEarlier) || !strings.Contains(err.Error(), "it is of an earlier version and does not say what its networks are: open the run directory that it is in, or train again") {
		t.Errorf("Open of the file alone: %v, want ErrEarlier", err)
	}
}

// earlierText is the scenario of the run in testdata/earlier.
const earlierText = `
env: {id: Pendulum-v1, n_envs: 2}
agent: {name: ppo, n_steps: 64, batch_size: 32, use_sde: true, normalize: {norm_obs: true, clip_obs: 2}, policy_kwargs: {net_arch: [4], activation_fn: relu}}
steps: 128
eval: {episodes: 1, freq: 0, max_steps: 20}
`

// TestInitEarlier checks that training can start with the policy of a run directory of an earlier
// version. The policy of another agent must be an error.
func TestInitEarlier(t *testing.T) {
	begun := create(t, parse(t, earlierText, "init=testdata/earlier")).Learned()
	earlier, err := load(t, "testdata/earlier").Policy(false)
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range earlier.Tensors() {
		if got := begun.Tensors()[i]; got.Name != q.Name || !slices.Equal(got.Value, q.Value) {
			t.Errorf("training begins with %s %v, want %s %v", got.Name, got.Value, q.Name, q.Value)
		}
	}
	for change, want := range map[string]string{
		"agent.policy_kwargs.activation_fn=tanh":   "its network critic is linear 4, relu, linear 1, want linear 4, tanh, linear 1",
		"agent.normalize.clip_obs=3":               "its clip_obs is 2, want 3",
		"init=testdata/earlier/policy.safetensors": "it is of an earlier version and does not say",
	} {
		_, err := run.Create(parse(t, earlierText, "init=testdata/earlier", change), filepath.Join(t.TempDir(), "new"))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: Create = %v, want %q", change, err, want)
		}
	}
}

// TestPolicyOtherSpaces checks that it is an error if the policy's observations differ from the
// environment's.
func TestPolicyOtherSpaces(t *testing.T) {
	r := create(t, parse(t, alone()["qlearning"], "steps=256"))
	finish(t, r)
	table, err := policy.NewTable(env.Spec{Obs: env.Discrete{N: 9}, Act: env.Discrete{N: 4}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := policy.Save(&file, table, policy.Meta{Env: "FrozenLake-v1", Agent: "qlearning"}); err != nil {
		t.Fatal(err)
	}
	writeFile(t, file.String(), r.Dir, "policy.safetensors")
	if _, err := load(t, r.Dir).Policy(false); err == nil || !strings.Contains(err.Error(), "its observations are discrete(9), want discrete(16)") {
		t.Errorf("Policy = %v, want an error with both observations", err)
	}
}
