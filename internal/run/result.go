package run

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// A Result is what came of a run, or of an evaluation of its policy, which has
// no fields of training.
type Result struct {
	Event     string   `json:"event"` // "result"
	Scenario  string   `json:"scenario"`
	Env       string   `json:"env"`
	Agent     string   `json:"agent"`
	Seed      uint64   `json:"seed"`
	Steps     int      `json:"steps,omitempty"`
	TrainS    *float64 `json:"train_s,omitempty"`
	StepsPerS *float64 `json:"steps_per_s,omitempty"`
	Eval      EvalLine `json:"eval"`
	Run       string   `json:"run"`
	threshold *float64
}

// EvalLine is the part of a Result that judges the policy.
type EvalLine struct {
	Episodes    int      `json:"episodes"`
	Mean        float64  `json:"mean"`
	Std         float64  `json:"std"`
	Min         float64  `json:"min"`
	Max         float64  `json:"max"`
	SuccessRate *float64 `json:"success_rate"` // null where the scenario has no threshold
}

// Threshold is the return that counts as solved; nil where there is none.
func (r *Result) Threshold() *float64 { return r.threshold }

// evalBranch is the child of a run's seed that evaluation descends from. An
// agent's are 0 and 1.
const evalBranch = 2

// Finish evaluates the trained policy, saves it, and writes the result: when
// that is there, the run is finished.
func (r *Run) Finish(ctx context.Context, st Status) (*Result, error) {
	p, ok := r.agent.Policy().(policy.Saver)
	if !ok {
		return nil, fmt.Errorf("the policy of %s cannot be saved", r.Scenario.Agent)
	}
	res, err := r.Evaluate(ctx, p, r.Scenario.Eval.Episodes, r.Scenario.Seed)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	meta := policy.Meta{Env: r.Scenario.Env, Agent: r.Scenario.Agent}
	if err := policy.Save(&b, p, meta); err != nil {
		return nil, err
	}
	if err := r.write(policyFile, b.Bytes()); err != nil {
		return nil, err
	}
	res.Steps, res.TrainS, res.StepsPerS = st.Steps, new(milliseconds(st.Elapsed)), new(math.Round(st.StepsPerSecond()))
	return res, r.writeJSON(resultFile, res)
}

// Policy returns the saved policy of a loaded run.
func (r *Run) Policy() (policy.Policy, error) {
	a, err := r.Scenario.NewAgent()
	if err != nil {
		return nil, err
	}
	p, ok := a.Policy().(policy.Saver)
	if !ok {
		return nil, fmt.Errorf("the policy of %s cannot be loaded", r.Scenario.Agent)
	}
	name := filepath.Join(r.Dir, policyFile)
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s is not there: the run is not finished; rlrun resume %s goes on with it", name, r.Dir)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := policy.Load(f, p); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// Evaluate judges p on episodes that training never sees, and that descend
// from seed.
func (r *Run) Evaluate(ctx context.Context, p policy.Policy, episodes int, seed uint64) (*Result, error) {
	s, limit := r.Scenario, r.Scenario.Spec.MaxSteps
	if limit == 0 {
		limit = s.Eval.MaxSteps
	}
	score, err := agents.Evaluate(ctx, p, s.Judge, episodes, limit, env.Split(seed, evalBranch))
	if err != nil {
		return nil, err
	}
	line := EvalLine{Episodes: episodes, Mean: score.Mean, Std: score.Std, Min: score.Min, Max: score.Max}
	if s.Threshold != nil {
		line.SuccessRate = new(score.Reached(*s.Threshold))
	}
	return &Result{
		Event: "result", Scenario: s.Name, Env: s.Env, Agent: s.Agent, Seed: seed,
		Eval: line, Run: r.Dir, threshold: s.Threshold,
	}, nil
}

// complete reports whether all is there that a finished run's result has.
func (r *Result) complete() bool {
	return r.Event == "result" && r.Scenario != "" && r.Steps > 0 && r.TrainS != nil && r.StepsPerS != nil &&
		r.Eval.Episodes > 0 && (r.threshold == nil) == (r.Eval.SuccessRate == nil)
}

// Result returns the result of a run that is finished, and nil where it is not.
func (r *Run) Result() (*Result, error) {
	name := filepath.Join(r.Dir, resultFile)
	data, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	res := &Result{threshold: r.Scenario.Threshold}
	if err := json.Unmarshal(data, res); err != nil || !res.complete() {
		return nil, fmt.Errorf("%s: not a result line of JSON", name)
	}
	return res, nil
}
