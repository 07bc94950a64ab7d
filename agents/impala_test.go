package agents_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// smallIMPALA returns settings with four actors that play asynchronously.
func smallIMPALA() agents.IMPALAConfig {
	c := agents.DefaultIMPALA()
	c.Actors, c.NEnvs, c.NSteps, c.BatchSize, c.QueueDepth, c.Seed = 4, 2, 8, 3, 4, 7
	c.LearningRate, c.Network.NetArch = optim.Constant(3e-3), policy.Layers(16)
	return c
}

// learnInPieces lets an agent learn in several calls until the given number of steps, and returns
// what it has learned from as the content of a file.
func learnInPieces(t *testing.T, a agents.Recorder, steps int) string {
	t.Helper()
	text := agents.LearnedHeader + "\n"
	for r := agents.Must(a.Learn(0)); r.Steps < steps; {
		r = agents.Must(a.Learn(r.Steps + 1))
		for _, l := range a.Learned() {
			text += l.String() + "\n"
		}
	}
	return text
}

// savedPolicy returns the policy of an agent as a file.
func savedPolicy(t *testing.T, a agents.Agent) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := policy.Save(&b, a.Policy(), policy.Meta{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// writeLog writes text to a new file and returns its name.
func writeLog(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "learned.csv")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// checkReplay checks that an asynchronous run that mk makes, repeated from the log of what it has learned from,
// ends with the same bytes, if it was saved and loaded in between. It returns the repeated run.
func checkReplay(t *testing.T, mk func(log string) agents.Recorder, steps int) agents.Recorder {
	t.Helper()
	first, second := mk(""), mk("")
	text := learnInPieces(t, first, steps/2)
	var saved bytes.Buffer
	if err := state.Save(&saved, first); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&saved, second); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(learnInPieces(t, second, steps), "\n")
	repeated := mk(writeLog(t, text+rest))
	if got := learnInPieces(t, repeated, steps); got != text+rest {
		t.Error("the repeated run has learned from other trajectories")
	}
	if !bytes.Equal(savedPolicy(t, repeated), savedPolicy(t, second)) {
		t.Error("the repeated run has another policy")
	}
	if bytes.Equal(savedPolicy(t, repeated), savedPolicy(t, first)) {
		t.Error("the run has learned nothing in its second half")
	}
	return repeated
}

// TestIMPALAReplay checks that an asynchronous run of four actors, repeated from the log of what it
// has learned from, ends with the same bytes; also if it was saved and loaded in between.
func TestIMPALAReplay(t *testing.T) {
	const steps = 6000
	c := smallIMPALA()
	c.Normalize.Obs, c.Normalize.Reward, c.MaxLag = true, true, 1 // some trajectories are dropped
	repeated := checkReplay(t, func(log string) agents.Recorder {
		c.ReplayLog = log
		return agents.Must(agents.NewIMPALA(env.Each(classic.NewCartPole), c))
	}, steps)
	_, err := repeated.Learn(10 * steps)
	if err == nil || !strings.Contains(err.Error(), "replay_log ends after") {
		t.Errorf("Learn beyond the log: error %v, want one that says so", err)
	}
}

// TestIMPALALearns checks that IMPALA reaches nearly the best return of mimic, 10, with actors that
// do not wait for the learner.
func TestIMPALALearns(t *testing.T) {
	skipIfShort(t)
	mk := env.Each(newMimic)
	c := smallIMPALA()
	c.Steps, c.LearningRate = 60_000, optim.Linear(5e-3)
	a := agents.Must(agents.NewIMPALA(mk, c))
	r := agents.Must(a.Learn(c.Steps))
	s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
	if err != nil || s.Min != 10 {
		t.Errorf("returns %v, want 10 each; error %v", s.Returns, err)
	}
	if m := metrics(r); m["trajectories"] < 900 || m["lag_max"] > float64(c.MaxLag) || m["lag_p99"] < m["lag_p50"] {
		t.Errorf("metrics %v, want 900 trajectories or more, and lags within max_lag %d", m, c.MaxLag)
	}
}

// metrics returns the metrics of a Report by their names.
func metrics(r agents.Report) map[string]float64 {
	m := map[string]float64{}
	for _, l := range r.Losses {
		m[l.Name] = l.Value
	}
	return m
}

// TestIMPALAWaits checks that actors wait when the learner is slower: a queue of one trajectory
// refuses most, and nothing is lost or comes twice.
func TestIMPALAWaits(t *testing.T) {
	c := smallIMPALA()
	c.QueueDepth, c.MaxLag = 1, 1000
	c.Network.NetArch = policy.Layers(256, 256)
	a := agents.Must(agents.NewIMPALA(env.Each(newMimic), c))
	next := map[int]int{}
	var r agents.Report
	for r.Steps < 10_000 {
		r = agents.Must(a.Learn(r.Steps + 1))
		for _, l := range a.Learned() {
			if l.Number != next[l.Actor] {
				t.Fatalf("%+v, want trajectory %d of this actor", l, next[l.Actor])
			}
			next[l.Actor]++
		}
	}
	if m := metrics(r); m["trajectories_refused"] == 0 || m["trajectories_dropped"]+m["trajectories_doubled"] != 0 {
		t.Errorf("metrics %v, want refusals and nothing dropped", m)
	}
}

// TestIMPALAErrors checks that Learn returns the error of an actor while other actors play.
func TestIMPALAErrors(t *testing.T) {
	mk := env.Each(func() *faulty { return &faulty{CartPole: classic.NewCartPole()} })
	if _, err := agents.Must(agents.NewIMPALA(mk, smallIMPALA())).Learn(100_000); err == nil || !strings.Contains(err.Error(), "out of track") {
		t.Errorf("Learn in environments that panic: error %v, want the environment's", err)
	}
}

// TestIMPALAConfig checks the error messages for settings that are out of their range, and for a
// replay_log that cannot be used.
func TestIMPALAConfig(t *testing.T) {
	log := func(rows ...string) string {
		return writeLog(t, strings.Join(append([]string{agents.LearnedHeader}, rows...), "\n"))
	}
	for want, change := range map[string]func(c *agents.IMPALAConfig){
		"actors is 0":        func(c *agents.IMPALAConfig) { c.Actors = 0 },
		"n_steps is 0":       func(c *agents.IMPALAConfig) { c.NSteps = 0 },
		"n_envs is 0":        func(c *agents.IMPALAConfig) { c.NEnvs = 0 },
		"batch_size is 0":    func(c *agents.IMPALAConfig) { c.BatchSize = 0 },
		"queue_depth is 0":   func(c *agents.IMPALAConfig) { c.QueueDepth = 0 },
		"max_lag is -1":      func(c *agents.IMPALAConfig) { c.MaxLag = -1 },
		"gamma is 2":         func(c *agents.IMPALAConfig) { c.Gamma = 2 },
		"vtrace_lambda is 2": func(c *agents.IMPALAConfig) { c.VTraceLambda = 2 },
		"rho_bar is 0":       func(c *agents.IMPALAConfig) { c.RhoBar = 0 },
		"c_bar is 2":         func(c *agents.IMPALAConfig) { c.CBar = 2 },
		"vf_coef is -1":      func(c *agents.IMPALAConfig) { c.VFCoef = -1 },
		"max_grad_norm is 0": func(c *agents.IMPALAConfig) { c.MaxGradNorm = 0 },
		"norm is batch":      func(c *agents.IMPALAConfig) { c.Network.Norm = "batch" },
		"is not there":       func(c *agents.IMPALAConfig) { c.ReplayLog = filepath.Join(t.TempDir(), "none") },
		"it is empty":        func(c *agents.IMPALAConfig) { c.ReplayLog = writeLog(t, "") },
		"line 1 is":          func(c *agents.IMPALAConfig) { c.ReplayLog = writeLog(t, "r,l,t\n") },
		"line 2 has 3":       func(c *agents.IMPALAConfig) { c.ReplayLog = log("1,2,3") },
		"want whole numbers": func(c *agents.IMPALAConfig) { c.ReplayLog = log("1,2,3,x") },
		"of actor 4":         func(c *agents.IMPALAConfig) { c.ReplayLog = log("1,4,0,0") },
		"trajectory 1":       func(c *agents.IMPALAConfig) { c.ReplayLog = log("1,0,1,0") },
		"line 3 has version": func(c *agents.IMPALAConfig) { c.ReplayLog = log("1,0,0,3", "2,0,1,2") },
		"rows of a rollout":  func(c *agents.IMPALAConfig) { c.NSteps, c.NEnvs = 1<<20, 1<<10 },
	} {
		c := smallIMPALA()
		change(&c)
		if a, err := agents.NewIMPALA(env.Each(newMimic), c); a != nil || err == nil || !strings.HasPrefix(err.Error(), "agents: IMPALA: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
