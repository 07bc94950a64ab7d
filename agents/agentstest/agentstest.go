// Package agentstest checks that an agent keeps its contract, as testing/fstest does
// for file systems.
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

// An Agent says how to make what is checked, and what it can do.
type Agent struct {
	// New returns an agent with small settings: some hundred steps of all
	// environments to an iteration, learning after a few hundred. The steps are its
	// budget.
	New func(mk env.Maker, seed uint64, steps int) (agents.Agent, error)

	Discrete   bool    // it chooses among actions
	Continuous bool    // its actions may be numbers
	Table      bool    // observations must be Discrete
	Allocates  bool    // its iterations allocate memory, which rlrun's own do not once they are warm
	Steps      int     // in which it learns Identity and Tracking
	Gamma      float64 // discount of the values of its policy; 0 if they are not to be checked
}

// Check runs all checks, each as a subtest. With go test -short it does not wait for the
// agent to learn.
func Check(t *testing.T, a Agent) {
	for name, mk := range a.tasks() {
		t.Run("learns/"+name, func(t *testing.T) { a.learns(t, mk) })
		t.Run("repeats/"+name, func(t *testing.T) { a.repeats(t, mk) })
		t.Run("resumes/"+name, func(t *testing.T) { a.resumes(t, mk) })
		t.Run("is the same in pieces/"+name, func(t *testing.T) { a.pieces(t, mk) })
		if !a.Allocates {
			t.Run("allocates nothing/"+name, func(t *testing.T) { a.allocates(t, mk) })
		}
		t.Run("refuses NaN/"+name, func(t *testing.T) { a.refuses(t, mk) })
		t.Run("diverges/"+name, func(t *testing.T) { a.diverges(t, mk) })
	}
	if a.Gamma > 0 && a.Discrete {
		t.Run("values", a.values)
	}
	t.Run("loads no damage", a.damage)
}

// tasks are those that the agent can learn.
func (a Agent) tasks() map[string]func() env.Env {
	tasks := map[string]func() env.Env{}
	if a.Discrete {
		tasks["choices"] = func() env.Env { return NewIdentity(a.Table) }
	}
	if a.Continuous {
		tasks["numbers"] = func() env.Env { return NewTracking() }
	}
	return tasks
}

// make returns an agent for a run of a number of steps.
func (a Agent) make(t testing.TB, mk func() env.Env, seed uint64, steps int) agents.Agent {
	t.Helper()
	agent, err := a.New(env.Each(mk), seed, steps)
	if err != nil {
		t.Fatal(err)
	}
	return agent
}

// learns wants nearly the best there is, of three seeds.
func (a Agent) learns(t *testing.T, mk func() env.Env) {
	if testing.Short() {
		t.Skip("learning")
	}
	want := 0.95 * episode
	act, err := env.LayoutOf(mk().Spec().Act)
	if err != nil {
		t.Fatal(err)
	}
	if _, choices := act.Choices(); !choices {
		want = -0.05 * episode
	}
	for seed := range uint64(3) {
		agent := a.make(t, mk, seed, a.Steps)
		if _, err := agent.Learn(a.Steps); err != nil {
			t.Fatal(err)
		}
		s, err := agents.Evaluate(context.Background(), agent.Policy(), env.Each(mk), agents.Evaluation{Episodes: 50, MaxSteps: episode, Seed: 1})
		if err != nil || s.Mean < want {
			t.Errorf("seed %d: mean return %v after %d steps, want %v; error %v", seed, s.Mean, a.Steps, want, err)
		}
	}
}

// short is how many steps the other checks take: fewer with go test -short.
func short() int {
	if testing.Short() {
		return 900
	}
	return 3000
}

// repeats wants the same bytes of the same seed, and others of another.
func (a Agent) repeats(t *testing.T, mk func() env.Env) {
	run := func(seed uint64) []byte {
		agent := a.make(t, mk, seed, short())
		learn(t, agent, short())
		return save(t, agent)
	}
	one := run(1)
	if !bytes.Equal(run(1), one) {
		t.Error("seed 1 gives one state, and then another")
	}
	if bytes.Equal(run(2), one) {
		t.Error("seeds 1 and 2 give the same state")
	}
}

// resumes holds a run that was saved in the middle of episodes, and loaded into
// another agent, to the bytes of the one that went on; where environments have a
// State, and where they have none.
func (a Agent) resumes(t *testing.T, mk func() env.Env) {
	for _, bared := range []bool{false, true} {
		task := mk
		if bared {
			task = func() env.Env { return bare{mk()} }
		}
		file := filepath.Join(t.TempDir(), "agent")
		straight, resumed := a.make(t, task, 1, short()), a.make(t, task, 1, short())
		learn(t, straight, short()/2)
		if err := agents.Save(file, straight); err != nil {
			t.Fatal(err)
		}
		learn(t, resumed, short()/4) // to be forgotten
		if err := agents.Load(file, resumed); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(save(t, straight), save(t, resumed)) {
			t.Error("states differ after Load")
		}
		if want, got := learn(t, straight, short()), learn(t, resumed, short()); got != want {
			t.Errorf("resumed run: %s, uninterrupted run: %s", got, want)
		}
		if !bytes.Equal(save(t, straight), save(t, resumed)) {
			t.Error("states differ at the end")
		}
	}
}

// pieces wants the same bytes however Learn is called, and on one processor as on
// several; and no episode lost between the reports.
func (a Agent) pieces(t *testing.T, mk func() env.Env) {
	one, many, single := a.make(t, mk, 1, short()), a.make(t, mk, 1, short()), a.make(t, mk, 1, short())
	whole, err := one.Learn(short())
	if err != nil {
		t.Fatal(err)
	}
	var r agents.Report
	var ended []agents.Episode
	for r.Steps < short() {
		if r, err = many.Learn(r.Steps + 1); err != nil {
			t.Fatal(err)
		}
		ended = append(ended, r.Ended...)
	}
	if !slices.Equal(ended, whole.Ended) || len(ended) != r.Episodes || !bytes.Equal(save(t, many), save(t, one)) {
		t.Errorf("in pieces %v with %d ended, at once %v with %d", r, len(ended), whole, len(whole.Ended))
	}
	procs := runtime.GOMAXPROCS(1)
	learn(t, single, short())
	runtime.GOMAXPROCS(procs)
	if !bytes.Equal(save(t, single), save(t, one)) {
		t.Errorf("GOMAXPROCS 1 leads to another state than %d", procs)
	}
}

// allocates runs ten times ten iterations of a warm agent, so that an allocation of
// the runtime's own does not count.
func (a Agent) allocates(t *testing.T, mk func() env.Env) {
	agent := a.make(t, mk, 1, 100*short())
	r, err := agent.Learn(2 * short())
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

// refuses wants an error of a reward or observation that is not a number, with its place.
func (a Agent) refuses(t *testing.T, mk func() env.Env) {
	for _, observation := range []bool{false, true} {
		agent := a.make(t, func() env.Env { return &broken{Env: mk(), observation: observation} }, 1, 100_000)
		_, err := agent.Learn(100_000)
		var e *env.Error
		if !errors.As(err, &e) || !errors.Is(err, env.ErrNotFinite) || e.Env != mk().Spec().ID || e.Step < 1 {
			t.Errorf("NaN of an observation %v: error %v, want an *env.Error of %s", observation, err, mk().Spec().ID)
		}
	}
}

// diverges wants of rewards that no float32 can hold an error that says that what learned
// from them is broken, and does not blame the environment. An agent whose steps are
// bounded may go on, with a policy that is whole.
func (a Agent) diverges(t *testing.T, mk func() env.Env) {
	agent := a.make(t, func() env.Env { return &rich{Env: mk()} }, 1, 100_000)
	r, err := agent.Learn(100_000)
	if err == nil && isWhole(agent) {
		return
	}
	var e *env.Error
	if err == nil || errors.As(err, &e) {
		t.Fatalf("rewards of 1e200: error %v, want one that is not the environment's", err)
	}
	for _, want := range []string{"not finite after ", " steps", "learning_rate"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("rewards of 1e200: error %v, want %q in it", err, want)
		}
	}
	if r.Steps < 1 || r.Steps > 10_000 {
		t.Errorf("rewards of 1e200: an error after %d steps, want one within some iterations", r.Steps)
	}
}

// isWhole reports whether the agent's policy is finite.
func isWhole(agent agents.Agent) bool {
	return !slices.ContainsFunc(agent.Policy().Tensors(), func(p *tape.Param) bool {
		return slices.ContainsFunc(p.Value, func(v float32) bool { return v-v != 0 })
	})
}

// values wants V of a chain of two states, where leaving the first pays 1:
//
//	V(0) = 1 / (1 - γ²),  V(1) = γ / (1 - γ²)
func (a Agent) values(t *testing.T) {
	if testing.Short() {
		t.Skip("learning")
	}
	agent := a.make(t, func() env.Env { return &twoStates{number: a.Table} }, 1, a.Steps)
	learn(t, agent, a.Steps)
	p := agent.Policy()
	if !p.Spec().Values {
		t.Fatalf("%T has no values", p)
	}
	obs, got := []float32{1, 0, 0, 1}, make([]float32, 2)
	if a.Table {
		obs = []float32{0, 1}
	}
	p.Act(policy.In{Obs: obs}, policy.Out{Value: got})
	first := 1 / (1 - a.Gamma*a.Gamma)
	for i, want := range []float64{first, a.Gamma * first} {
		if math.Abs(float64(got[i])-want) > 0.03*want {
			t.Errorf("V(%d) = %v after %d steps, want %v", i, got[i], a.Steps, want)
		}
	}
}

// damage wants an error, and no panic, of a checkpoint that is cut short, longer, or
// changed.
func (a Agent) damage(t *testing.T) {
	var mk func() env.Env
	for _, task := range a.tasks() {
		mk = task
	}
	agent := a.make(t, mk, 1, short())
	learn(t, agent, short()/2)
	good, file := save(t, agent), filepath.Join(t.TempDir(), "agent")
	times := short() / 15
	for k := range times {
		bad, at := slices.Clone(good), k*len(good)/times
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
		if err := agents.Load(file, a.make(t, mk, 1, short())); err == nil {
			t.Fatalf("a checkpoint damaged at byte %d of %d is loaded", at, len(good))
		}
	}
}

// learn takes an agent to a number of steps, and returns its report.
func learn(t testing.TB, a agents.Agent, steps int) string {
	t.Helper()
	r, err := a.Learn(steps)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(r, r.Length, r.Ended)
}

// save returns everything that an agent is.
func save(t testing.TB, a state.Stater) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := state.Save(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
