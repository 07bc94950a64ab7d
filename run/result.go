package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/rlrun/rlrun/internal/infile"
)

// A Result is the result of a run. The result of rlrun evaluate has no training metrics.
type Result struct {
	Event     string   `json:"event"` // "result"
	Scenario  string   `json:"scenario"`
	Env       string   `json:"env"`
	Agent     string   `json:"agent"`
	Seed      uint64   `json:"seed"`
	Sampled   bool     `json:"sampled,omitempty"` // whether actions were sampled from the policy
	Steps     int      `json:"steps,omitempty"`
	TrainS    *float64 `json:"train_s,omitempty"`
	StepsPerS *float64 `json:"steps_per_s,omitempty"`
	Eval      EvalLine `json:"eval"`
	Regret    *Number  `json:"regret,omitempty"` // regret of the start state; nil if the environment is not tabular
	Run       string   `json:"run"`
	threshold *float64
}

// A Number is a float64 that is written as null in JSON if it is NaN or infinite.
type Number float64

// MarshalJSON returns x as JSON.
func (x Number) MarshalJSON() ([]byte, error) {
	if !x.Finite() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(x))
}

// Finite reports whether x is not infinite and not NaN.
func (x Number) Finite() bool { return x-x == 0 }

// EvalLine is the part of a Result about the evaluation of the policy.
type EvalLine struct {
	Episodes            int
	Mean, Std, Min, Max float64
	SuccessRate         *float64 // fraction of episodes whose return is at least the threshold; nil without a threshold
}

// evalJSON has the JSON fields of an EvalLine.
type evalJSON struct {
	Episodes    int      `json:"episodes"`
	Mean        *Number  `json:"mean"`
	Std         *Number  `json:"std"`
	Min         *Number  `json:"min"`
	Max         *Number  `json:"max"`
	SuccessRate *float64 `json:"success_rate"`
}

// MarshalJSON returns e as JSON. NaN and infinite numbers are written as null.
func (e EvalLine) MarshalJSON() ([]byte, error) {
	number := func(x float64) *Number { return new(Number(x)) }
	return json.Marshal(evalJSON{e.Episodes, number(e.Mean), number(e.Std), number(e.Min), number(e.Max), e.SuccessRate})
}

// UnmarshalJSON reads JSON that MarshalJSON wrote. null is read as NaN.
func (e *EvalLine) UnmarshalJSON(data []byte) error {
	var j evalJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	number := func(p *Number) float64 {
		if p == nil {
			return math.NaN()
		}
		return float64(*p)
	}
	*e = EvalLine{j.Episodes, number(j.Mean), number(j.Std), number(j.Min), number(j.Max), j.SuccessRate}
	return nil
}

// Threshold returns the mean return that counts as solved, or nil if the scenario does not have
// one.
func (r *Result) Threshold() *float64 { return r.threshold }

// Finish evaluates the trained policy, which Train has saved, and writes result.json. With this
// file, a run is finished. If the file cannot be written, Finish returns both the result and an
// error.
func (r *Run) Finish(ctx context.Context, st Status) (*Result, error) {
	res, err := r.Evaluate(ctx, r.agent.Policy(), Evaluation{Episodes: r.Scenario.Eval.Episodes, Seed: r.Scenario.Seed})
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w; the trained policy is in %s", err, filepath.Join(r.Dir, policyFile))
	}
	if err != nil {
		return nil, err
	}
	st.Elapsed = max(st.Elapsed, time.Microsecond) // a coarse clock may measure 0
	res.Steps, res.TrainS, res.StepsPerS = st.Steps, new(milliseconds(st.Elapsed)), new(math.Round(st.StepsPerSecond()))
	return res, r.writeJSON(resultFile, res)
}

// Adopt finishes an open run that was trained in another directory, and whose files have been copied
// to the run directory. The argument data is the result.json of the other directory. Adopt writes it
// with the name of the run directory, and returns it.
func (r *Run) Adopt(data []byte) (*Result, error) {
	res := &Result{threshold: r.Scenario.Threshold}
	if err := json.Unmarshal(data, res); err != nil || !res.complete() {
		return nil, errors.New("not a result line of JSON")
	}
	if err := r.foreign(res); err != nil {
		return nil, err
	}
	res.Run = r.Dir
	return res, r.writeJSON(resultFile, res)
}

// complete reports whether the result has all fields of a finished run.
func (r *Result) complete() bool {
	return r.Event == "result" && r.Scenario != "" && r.Steps > 0 && r.TrainS != nil && r.StepsPerS != nil &&
		r.Eval.Episodes > 0 && (r.threshold == nil) == (r.Eval.SuccessRate == nil)
}

// foreign returns an error if res is not a result of this run.
func (r *Run) foreign(res *Result) error {
	s := r.Scenario
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"scenario", res.Scenario, s.Name}, {"env", res.Env, s.Env}, {"agent", res.Agent, s.Agent}, {"seed", res.Seed, s.Seed},
	} {
		if c.got != c.want {
			return fmt.Errorf("it is the result of another run: its %s is %v, want %v as in %s", c.what, c.got, c.want, configFile)
		}
	}
	return nil
}

// maxResult is the maximum length of result.json [bytes].
const maxResult = 1 << 20

// Result returns the result of a finished run, or nil if the run is not finished.
func (r *Run) Result() (*Result, error) {
	name := filepath.Join(r.Dir, resultFile)
	data, err := infile.Read(name, maxResult)
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
	if err := r.foreign(res); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return res, nil
}
