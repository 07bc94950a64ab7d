package run_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/run"
)

// evaluate evaluates the saved policy of a run.
func evaluate(t *testing.T, r *run.Run, episodes int, seed uint64) run.EvalLine {
	t.Helper()
	p, err := r.Policy(false)
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Evaluate(context.Background(), p, run.Evaluation{Episodes: episodes, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	if res.Event != "result" || res.Scenario != "quick" || res.Agent != "ppo" || res.Seed != seed || res.Run != r.Dir ||
		res.Steps != 0 || res.TrainS != nil || res.StepsPerS != nil || res.Eval.Episodes != episodes {
		t.Errorf("Evaluate(%d, %d) = %+v, want the run's names and no fields of training", episodes, seed, res)
	}
	return res.Eval
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEvaluate checks that the same seed gives the same evaluation, and that the run's seed gives
// the evaluation that is in result.json.
func TestEvaluate(t *testing.T) {
	r := create(t, parse(t, quick))
	own := finish(t, r).Eval
	r = load(t, r.Dir)
	if got := jsonOf(t, evaluate(t, r, 5, 3)); got != jsonOf(t, own) {
		t.Errorf("Evaluate(5, 3) = %s, want the run's %s", got, jsonOf(t, own))
	}
	one := jsonOf(t, evaluate(t, r, 20, 8))
	if again := jsonOf(t, evaluate(t, r, 20, 8)); again != one {
		t.Errorf("Evaluate(20, 8) = %s and then %s", one, again)
	}
	if other := jsonOf(t, evaluate(t, r, 20, 9)); other == one {
		t.Errorf("Evaluate of seeds 8 and 9 = %s, want them to differ", one)
	}
}

// TestMaxSteps checks that eval.max_steps ends episodes only in environments without a time
// limit. CartPole has a time limit, and the pole cannot fall in one step.
func TestMaxSteps(t *testing.T) {
	for _, c := range []struct {
		env  string
		most bool // whether every episode has exactly one step
	}{{"{id: CartPole-v1, n_envs: 2}", false}, {"{id: acme/Endless-v0, n_envs: 2}", true}} {
		r := create(t, parse(t, quick, "steps=64", "eval.max_steps=1", "env="+c.env))
		if e := finish(t, r).Eval; e.Max <= 1 != c.most {
			t.Errorf("%s: eval with max_steps 1 = %s, want one step only where the environment has no limit", c.env, jsonOf(t, e))
		}
	}
}

// TestSuccessRate checks that the success rate is null without a threshold. The return of the
// endless environment is 0 or 20, because all 20 actions are equal, 0 or 1.
func TestSuccessRate(t *testing.T) {
	for _, c := range []struct {
		set  string
		want func(e run.EvalLine) bool
	}{
		{"target=null", func(e run.EvalLine) bool { return e.SuccessRate == nil }},
		{"target=-1", func(e run.EvalLine) bool { return *e.SuccessRate == 1 }},
		{"target=20.5", func(e run.EvalLine) bool { return *e.SuccessRate == 0 }},
	} {
		r := create(t, parse(t, quick, "env={id: acme/Endless-v0, n_envs: 2}", c.set))
		e := finish(t, r).Eval
		if !c.want(e) || e.Mean != 0 && e.Mean != 20 || e.Std != 0 {
			t.Errorf("%s: eval = %s, want a return of 0 or 20 and another success rate", c.set, jsonOf(t, e))
		}
		if got := readFile(t, r.Dir, "result.json"); strings.Contains(got, `"success_rate":null`) != (c.set == "target=null") {
			t.Errorf("%s: result.json = %s", c.set, got)
		}
	}
}

// TestUnscaledEvaluation checks that training has scaled rewards, and that evaluations have the
// environment's rewards.
func TestUnscaledEvaluation(t *testing.T) {
	r := create(t, parse(t, quick, "env.wrappers=[{scale_reward: -100}]", "steps=128"))
	e := finish(t, r).Eval
	if !(e.Min >= 1 && e.Max <= 500) {
		t.Errorf("eval = %+v, want unscaled returns, 1 … 500", e)
	}
	_, rows := table(t, r.Dir, "episodes.csv")
	for _, row := range rows {
		if !strings.HasPrefix(row[0], "-") || !strings.HasSuffix(row[0], "00") {
			t.Errorf("episodes.csv: return %s, want it scaled by -100", row[0])
		}
	}
}

// TestPolicyFaults checks that an error about an invalid policy file names the file.
func TestPolicyFaults(t *testing.T) {
	r := create(t, parse(t, quick, "steps=64"))
	_, err := load(t, r.Dir).Policy(false)
	if err == nil || !strings.Contains(err.Error(), "policy.safetensors is not there: the run is not finished; rlrun resume "+r.Dir) {
		t.Errorf("Policy of an unfinished run: %v, want that it is not finished", err)
	}
	finish(t, r)
	whole := readFile(t, r.Dir, "policy.safetensors")
	for name, text := range map[string]string{
		"empty": "", "was cut short": whole[:100], "another": "not tensors", "longer": whole + "x", "header": "\xff\xff\xff\xff\xff\xff\xff\xff{}",
	} {
		writeFile(t, text, r.Dir, "policy.safetensors")
		if _, err := load(t, r.Dir).Policy(false); err == nil || !strings.Contains(err.Error(), "policy.safetensors") || strings.Contains(err.Error(), "\n") {
			t.Errorf("Policy of a file that is %s: %v, want one line that names it", name, err)
		}
	}
}

// TestForeignPolicy checks that the policy file of another environment or agent is an error.
func TestForeignPolicy(t *testing.T) {
	own := create(t, parse(t, quick, "steps=64"))
	finish(t, own)
	for change, want := range map[string]string{
		"env.id=CartPole-v0": `a policy for the environment "CartPole-v0", want one for CartPole-v1`,
		"agent={name: a2c, n_steps: 32, policy_kwargs: {net_arch: [4]}}": `a policy of the agent "a2c", want one of ppo`,
	} {
		other := create(t, parse(t, quick, "steps=64", change))
		finish(t, other)
		writeFile(t, readFile(t, other.Dir, "policy.safetensors"), own.Dir, "policy.safetensors")
		if _, err := load(t, own.Dir).Policy(false); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "policy.safetensors") {
			t.Errorf("%s: Policy = %v, want an error with %s", change, err, want)
		}
	}
}

// TestResultFaults checks that an error about an invalid result file names the file.
func TestResultFaults(t *testing.T) {
	r := create(t, parse(t, quick, "steps=64"))
	finish(t, r)
	whole := readFile(t, r.Dir, "result.json")
	for _, text := range []string{
		"", "{", "null", "[]", "5", "{}", `{"event":"progress"}`, whole[:len(whole)/2], whole + whole,
		`{"event":"result"}`, `{"event":"result","eval":{"success_rate":null}}`, strings.Replace(whole, `"train_s"`, `"train"`, 1),
		strings.Replace(whole, `"steps_per_s"`, `"steps_per"`, 1), strings.Replace(whole, `"success_rate"`, `"success"`, 1),
		strings.Replace(whole, `"quick"`, `"slow"`, 1), strings.Replace(whole, `"CartPole-v1"`, `"Pendulum-v1"`, 1),
		strings.Replace(whole, `"ppo"`, `"dqn"`, 1), strings.Replace(whole, `"seed":3`, `"seed":4`, 1),
	} {
		writeFile(t, text, r.Dir, "result.json")
		res, err := load(t, r.Dir).Result()
		if err == nil || !strings.Contains(err.Error(), "result.json") || strings.Contains(err.Error(), "\n") {
			t.Errorf("Result of %q = %+v, %v, want one line that names result.json", text, res, err)
		}
	}
}
