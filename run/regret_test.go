package run_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/run"
)

// world returns a scenario with an empty map of n rows and n columns, and one-hot observations.
// The goal is below the start and to the right.
func world(n int) string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = strings.Repeat(".", n)
	}
	rows[0], rows[n-1] = "S"+rows[0][1:], rows[n-1][1:]+"G"
	return fmt.Sprintf(`
env: {id: GridWorld-v0, n_envs: 1, options: {observation: one_hot, map: ["%s"]}}
agent: {name: ppo, n_steps: 8, batch_size: 8, n_epochs: 1, gamma: 1, policy_kwargs: {net_arch: [1]}}
steps: 8
eval: {episodes: 1, max_steps: 1, freq: 0}
`, strings.Join(rows, `", "`))
}

// A walker is a policy that goes right to the last column, and then down.
type walker struct {
	n      int    // number of rows and of columns
	states int    // number of states, counted over all batches with more than one state
	most   int    // largest number of floats in a batch of observations
	asked  func() // called for each batch of several states
}

func (w *walker) Act(in policy.In, out policy.Out) {
	obs, act := in.Obs, out.Act
	if rows := len(act); rows > 1 {
		w.states, w.most = w.states+rows, max(w.most, len(obs))
		if w.asked != nil {
			w.asked()
		}
	}
	o := w.n * w.n
	for i := range act {
		const right, down = 1, 2
		for s, x := range obs[i*o : (i+1)*o] {
			if x == 1 {
				act[i] = right
				if s%w.n == w.n-1 {
					act[i] = down
				}
			}
		}
	}
}

func (w *walker) Spec() policy.Spec      { return spec(w.n) }
func (w *walker) Tensors() []*tape.Param { return nil }
func (w *walker) Clone() policy.Policy   { return w }

// spec returns the Spec of a policy for a world of n rows and n columns.
func spec(n int) policy.Spec { return policy.Spec{Obs: env.NewBox(0, 1, n*n), Act: env.Discrete{N: 4}} }

// TestRegretBatches checks that the regret uses small batches for 10,000 states with 10,000
// floats each. Every shortest path is optimal, so the regret is 0.
func TestRegretBatches(t *testing.T) {
	const n = 100
	r := create(t, parse(t, world(n)))
	w := &walker{n: n}
	res, err := r.Evaluate(context.Background(), w, run.Evaluation{Episodes: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if res.Regret == nil || *res.Regret > 1e-9 || w.states != n*n || w.most > 1<<23 {
		t.Errorf("regret = %v of %d states, %d floats at once, want 0 of 10000, 2^23 at most", *res.Regret, w.states, w.most)
	}
}

// stuck is a policy that walks against the upper wall forever.
type stuck struct{}

func (stuck) Act(_ policy.In, out policy.Out) { clear(out.Act) }
func (stuck) Spec() policy.Spec               { return spec(3) }
func (stuck) Tensors() []*tape.Param          { return nil }
func (stuck) Clone() policy.Policy            { return stuck{} }

// TestRegretUnknown checks that the regret is null if all states together have more than 2³³
// floats, and if the policy never ends an episode.
func TestRegretUnknown(t *testing.T) {
	for _, c := range []struct {
		rows   int
		policy policy.Policy
	}{{310, &walker{n: 310, asked: func() { t.Error("a policy is asked for 310² states, want none") }}}, {3, stuck{}}} {
		res, err := create(t, parse(t, world(c.rows))).Evaluate(context.Background(), c.policy, run.Evaluation{Episodes: 1, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if line, err := json.Marshal(res); err != nil || !strings.Contains(string(line), `"regret":null,`) {
			t.Errorf("%d rows: result %s, %v, want a regret of null", c.rows, line, err)
		}
	}
}

// TestRegretInterrupted checks that a cancelled context, as after Ctrl-C, ends the computation of
// a regret.
func TestRegretInterrupted(t *testing.T) {
	r := create(t, parse(t, world(3)))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if res, err := r.Evaluate(ctx, &walker{n: 3, asked: cancel}, run.Evaluation{Episodes: 1, Seed: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("Evaluate cancelled in its regret = %+v, %v, want %v", res, err, context.Canceled)
	}
}

// TestRegretMasked checks that the regret uses masks. With Taxi's masks, a policy never gets the
// reward -10 of an illegal pick-up. So its value is at least -1 / (1 - γ) = -100. Its regret is
// at most 100 plus 6.33, the optimal value at γ = 0.99. Without masks, untrained networks have
// regrets of hundreds.
func TestRegretMasked(t *testing.T) {
	const text = `
env: {id: Taxi-v4, n_envs: 1}
agent: {name: ppo, n_steps: 8, batch_size: 8, n_epochs: 1, gamma: 0.99, policy_kwargs: {net_arch: [8]}}
steps: 8
eval: {episodes: 1, freq: 0}
`
	for seed := range 5 {
		r := create(t, parse(t, text, fmt.Sprint("seed=", seed)))
		res := finish(t, r)
		if res.Regret == nil || !res.Regret.Finite() || *res.Regret > 106.4 {
			t.Errorf("seed %d: regret %v, want 106.4 at most", seed, *res.Regret)
		}
		if _, best := run.Knowledge(r.Scenario, r.Learned()); len(best) != 500 {
			t.Errorf("seed %d: %d actions are known, want one in each of 500 states", seed, len(best))
		}
	}
}
