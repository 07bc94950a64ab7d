// Package agentstest checks that an agent keeps the contract of agents.Agent, as testing/fstest
// does for file systems.
//
// A test describes its agent with an [Agent] and calls [Check], which runs each check as a
// subtest: the agent learns, repeats its bytes with the same seed, resumes, allocates nothing,
// and returns errors instead of panics. The tasks to learn are [Identity], with discrete actions,
// and [Tracking], with continuous actions. A policy with memory can learn [Recall] or
// [RecallNumber].
//
//	agentstest.Check(t, agentstest.Agent{New: newSmallAgent, Discrete: true, Steps: 40_000})
package agentstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/tape"
)

// An Agent describes the agent to check: how it is made and what it can do.
type Agent struct {
	// New returns an agent with small settings. The argument steps is the number of
	// environment steps of the run. An iteration should have at most a few hundred
	// environment steps, and learning should start after at most a few hundred.
	New func(mk env.Maker, seed uint64, steps int) (agents.Agent, error)

	Discrete   bool    // true: the agent can learn discrete actions
	Continuous bool    // true: the agent can learn continuous actions
	Memory     bool    // true: the agent's policy has memory, and the agent can learn Recall, or RecallNumber in place of Tracking if Continuous is true
	Table      bool    // true: the agent needs discrete observations
	Allocates  bool    // true: iterations allocate memory, so Check does not count allocations
	Steps      int     // environment steps in which the agent learns its tasks
	Gamma      float64 // discount γ of the policy's values; 0 skips the check of the values
}

// Check runs all checks, each as a subtest. With go test -short it skips the checks that need a
// trained agent.
func Check(t *testing.T, a Agent) {
	for name, mk := range a.tasks() {
		t.Run("learns/"+name, func(t *testing.T) { a.checkLearns(t, mk) })
		t.Run("repeats/"+name, func(t *testing.T) { a.checkRepeats(t, mk) })
		t.Run("resumes/"+name, func(t *testing.T) { a.checkResumes(t, mk) })
		t.Run("learns in pieces/"+name, func(t *testing.T) { a.checkPieces(t, mk) })
		if !a.Allocates {
			t.Run("allocates nothing/"+name, func(t *testing.T) { a.checkAllocations(t, mk) })
		}
		t.Run("refuses NaN/"+name, func(t *testing.T) { a.checkNaN(t, mk) })
		t.Run("diverges/"+name, func(t *testing.T) { a.checkDiverges(t, mk) })
	}
	if a.Gamma > 0 && a.Discrete {
		t.Run("values", a.checkValues)
	}
	t.Run("refuses damaged checkpoints", a.checkDamage)
}

// tasks returns the tasks that the agent can learn.
func (a Agent) tasks() map[string]func() env.Env {
	tasks := map[string]func() env.Env{}
	if a.Discrete {
		tasks["discrete"] = func() env.Env { return NewIdentity(a.Table) }
	}
	if a.Continuous && !a.Memory {
		tasks["continuous"] = func() env.Env { return NewTracking() }
	}
	switch {
	case a.Memory && a.Continuous:
		tasks["memory"] = func() env.Env { return NewRecallNumber() }
	case a.Memory:
		tasks["memory"] = func() env.Env { return NewRecall() }
	}
	return tasks
}

// newAgent returns an agent for a run with the given number of environment steps.
func (a Agent) newAgent(t testing.TB, mk func() env.Env, seed uint64, steps int) agents.Agent {
	t.Helper()
	agent, err := a.New(env.Each(mk), seed, steps)
	if err != nil {
		t.Fatal(err)
	}
	return agent
}

// checkLearns checks that the agent reaches nearly the best return with each of three seeds.
func (a Agent) checkLearns(t *testing.T, mk func() env.Env) {
	if testing.Short() {
		t.Skip("learning")
	}
	want := 0.95 * episodeSteps
	act, err := env.LayoutOf(mk().Spec().Act)
	if err != nil {
		t.Fatal(err)
	}
	if _, choices := act.Choices(); !choices {
		want = -0.05 * episodeSteps
	}
	for seed := range uint64(3) {
		agent := a.newAgent(t, mk, seed, a.Steps)
		if _, err := agent.Learn(a.Steps); err != nil {
			t.Fatal(err)
		}
		s, err := agents.Evaluate(context.Background(), agent.Policy(), env.Each(mk), agents.Evaluation{Episodes: 50, MaxSteps: episodeSteps, Seed: 1})
		if err != nil || s.Mean < want {
			t.Errorf("seed %d: mean return %v after %d steps, want %v; error %v", seed, s.Mean, a.Steps, want, err)
		}
	}
}

// shortRun returns the number of environment steps in checks that need no learning. It is smaller
// with go test -short.
func shortRun() int {
	if testing.Short() {
		return 900
	}
	return 3000
}

// checkRepeats checks that the same seed gives the same bytes, and that another seed gives
// different bytes.
func (a Agent) checkRepeats(t *testing.T, mk func() env.Env) {
	run := func(seed uint64) []byte {
		agent := a.newAgent(t, mk, seed, shortRun())
		mustLearn(t, agent, shortRun())
		return stateBytes(t, agent)
	}
	want := run(1)
	if !bytes.Equal(run(1), want) {
		t.Error("two runs with seed 1 end in different states")
	}
	if bytes.Equal(run(2), want) {
		t.Error("runs with seeds 1 and 2 end in the same state")
	}
}

// checkResumes saves an agent in the middle of episodes and loads the state into a second agent.
// It checks that the second agent then has the same bytes and Reports as an agent that was not
// interrupted. The environments have the method State in one half of the checks, and not in the
// other half.
func (a Agent) checkResumes(t *testing.T, mk func() env.Env) {
	for _, hidden := range []bool{false, true} {
		task := mk
		if hidden {
			task = func() env.Env { return withoutState{mk()} }
		}
		file := filepath.Join(t.TempDir(), "agent")
		straight, resumed := a.newAgent(t, task, 1, shortRun()), a.newAgent(t, task, 1, shortRun())
		mustLearn(t, straight, shortRun()/2)
		if err := agents.Save(file, straight); err != nil {
			t.Fatal(err)
		}
		mustLearn(t, resumed, shortRun()/4) // Load must overwrite this state
		if err := agents.Load(file, resumed); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(stateBytes(t, straight), stateBytes(t, resumed)) {
			t.Error("states differ after Load")
		}
		if want, got := mustLearn(t, straight, shortRun()), mustLearn(t, resumed, shortRun()); got != want {
			t.Errorf("resumed run: %s, uninterrupted run: %s", got, want)
		}
		if !bytes.Equal(stateBytes(t, straight), stateBytes(t, resumed)) {
			t.Error("states differ at the end")
		}
	}
}

// checkPieces checks that many short calls of Learn give the same bytes and episodes as one long
// call. It also checks that one processor gives the same bytes as several processors.
func (a Agent) checkPieces(t *testing.T, mk func() env.Env) {
	atOnce, inPieces, oneCore := a.newAgent(t, mk, 1, shortRun()), a.newAgent(t, mk, 1, shortRun()), a.newAgent(t, mk, 1, shortRun())
	want, err := atOnce.Learn(shortRun())
	if err != nil {
		t.Fatal(err)
	}
	var r agents.Report
	var ended []agents.Episode
	for r.Steps < shortRun() {
		if r, err = inPieces.Learn(r.Steps + 1); err != nil {
			t.Fatal(err)
		}
		ended = append(ended, r.Ended...)
	}
	if !slices.Equal(ended, want.Ended) || len(ended) != r.Episodes || !bytes.Equal(stateBytes(t, inPieces), stateBytes(t, atOnce)) {
		t.Errorf("many calls of Learn report %v with %d ended episodes, one call %v with %d, or end in another state", r, len(ended), want, len(want.Ended))
	}
	procs := runtime.GOMAXPROCS(1)
	mustLearn(t, oneCore, shortRun())
	runtime.GOMAXPROCS(procs)
	if !bytes.Equal(stateBytes(t, oneCore), stateBytes(t, atOnce)) {
		t.Errorf("GOMAXPROCS 1 ends in another state than %d", procs)
	}
}

// checkAllocations checks that ten iterations of a warm agent allocate nothing. It takes the mean
// of ten trials, rounded down, so that a rare allocation of the Go runtime does not count.
func (a Agent) checkAllocations(t *testing.T, mk func() env.Env) {
	agent := a.newAgent(t, mk, 1, 10_000*shortRun()) // more steps than the trials take: workers of A3C may each take many in an iteration
	r, err := agent.Learn(2 * shortRun())
	if n := testing.AllocsPerRun(10, func() {
		for range 10 {
			if r, err = agent.Learn(r.Steps + 1); err != nil {
				panic(err)
			}
		}
	}); err != nil || n != 0 {
		t.Errorf("ten warm iterations allocate %v times, want 0; error %v", n, err)
	}
}

// checkNaN checks that Learn returns an *env.Error if a reward or an observation is NaN. The
// error must name the environment and the step.
func (a Agent) checkNaN(t *testing.T, mk func() env.Env) {
	for _, observation := range []bool{false, true} {
		agent := a.newAgent(t, func() env.Env { return &nanEnv{Env: mk(), observation: observation} }, 1, 100_000)
		_, err := agent.Learn(100_000)
		var e *env.Error
		if !errors.As(err, &e) || !errors.Is(err, env.ErrNotFinite) || e.Env != mk().Spec().ID || e.Step < 1 {
			t.Errorf("NaN in an observation: %v; error %v, want an *env.Error of %s", observation, err, mk().Spec().ID)
		}
	}
}

// checkDiverges checks that Learn returns an error about the network or table, not about the
// environment, if rewards are too large for a float32. Learn may return no error if the policy
// stays finite, as for an agent whose gradient steps do not grow with the rewards.
func (a Agent) checkDiverges(t *testing.T, mk func() env.Env) {
	agent := a.newAgent(t, func() env.Env { return &hugeRewardEnv{Env: mk()} }, 1, 100_000)
	r, err := agent.Learn(100_000)
	if err == nil && isFinite(agent) {
		return
	}
	var e *env.Error
	if err == nil || errors.As(err, &e) {
		t.Fatalf("rewards of 1e200: error %v, want one that is not about the environment", err)
	}
	for _, want := range []string{"not finite after ", " steps", "learning_rate"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("rewards of 1e200: error %v, want %q in it", err, want)
		}
	}
	if r.Steps < 1 || r.Steps > 10_000 {
		t.Errorf("rewards of 1e200: an error after %d steps, want one within 10,000", r.Steps)
	}
}

// isFinite reports whether all numbers of the agent's policy are finite.
func isFinite(agent agents.Agent) bool {
	return !slices.ContainsFunc(agent.Policy().Tensors(), func(p *tape.Param) bool {
		return slices.ContainsFunc(p.Value, func(v float32) bool { return v-v != 0 })
	})
}

// checkValues checks the values of twoStates, where the reward is 1 in state 0 and 0 in state 1:
//
//	V(0) = 1 / (1 - γ²),  V(1) = γ / (1 - γ²)
func (a Agent) checkValues(t *testing.T) {
	if testing.Short() {
		t.Skip("learning")
	}
	agent := a.newAgent(t, func() env.Env { return &twoStates{discrete: a.Table} }, 1, a.Steps)
	mustLearn(t, agent, a.Steps)
	p := agent.Policy()
	if !p.Spec().Values {
		t.Fatalf("the policy %T has no values, want Spec().Values", p)
	}
	obs, got := []float32{1, 0, 0, 1}, make([]float32, 2)
	if a.Table {
		obs = []float32{0, 1}
	}
	p.Act(policy.In{Obs: obs, Memory: make([]float32, 2*p.Spec().Memory)}, policy.Out{Value: got})
	first := 1 / (1 - a.Gamma*a.Gamma)
	for i, want := range []float64{first, a.Gamma * first} {
		if math.Abs(float64(got[i])-want) > 0.03*want {
			t.Errorf("V(%d) = %v after %d steps, want %v", i, got[i], a.Steps, want)
		}
	}
}

// checkDamage checks that Load returns an error, and does not panic, for a checkpoint that is too
// short, too long or changed.
func (a Agent) checkDamage(t *testing.T) {
	var mk func() env.Env
	for _, task := range a.tasks() {
		mk = task
	}
	agent := a.newAgent(t, mk, 1, shortRun())
	mustLearn(t, agent, shortRun()/2)
	good, file := stateBytes(t, agent), filepath.Join(t.TempDir(), "agent")
	trials := shortRun() / 15
	for k := range trials {
		bad, at := slices.Clone(good), k*len(good)/trials
		switch k % 4 {
		case 0:
			bad[at] ^= 1 << (k % 8)
		case 1:
			bad = bad[:at]
		case 2:
			bad = append(bad, bad[:1+at]...)
		case 3:
			bad = slices.Delete(bad, at, at+1)
		}
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := agents.Load(file, a.newAgent(t, mk, 1, shortRun())); err == nil {
			t.Fatalf("Load of a checkpoint damaged at byte %d of %d: no error, want one", at, len(good))
		}
	}
}

// mustLearn calls Learn and returns the Report as text.
func mustLearn(t testing.TB, a agents.Agent, steps int) string {
	t.Helper()
	r, err := a.Learn(steps)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(r, r.Length, r.Ended)
}

// stateBytes returns the saved state of an agent.
func stateBytes(t testing.TB, a state.Stater) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := state.Save(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
