package agents_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestA3CLearns checks that A3C reaches the best return of mimic, 10, ordered and not ordered.
func TestA3CLearns(t *testing.T) {
	skipIfShort(t)
	mk := env.Each(newMimic)
	for _, ordered := range []bool{true, false} {
		for seed := range uint64(3) {
			c := agents.DefaultA3C()
			c.Steps, c.Seed, c.Ordered, c.LearningRate = 60_000, seed, ordered, optim.Linear(3e-3)
			a := agents.Must(agents.NewA3C(mk, c))
			agents.Must(a.Learn(c.Steps))
			s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
			if err != nil || s.Min != 10 {
				t.Errorf("ordered %v, seed %d: returns %v, want 10 each; error %v", ordered, seed, s.Returns, err)
			}
		}
	}
}

// TestA3CWorkers checks that without an order each worker makes the same number of updates, that
// no episode is lost, and that a warm iteration allocates nothing.
func TestA3CWorkers(t *testing.T) {
	c := agents.DefaultA3C()
	c.NEnvs, c.NSteps, c.Ordered, c.Network.NetArch = 4, 8, false, policy.Layers(16)
	a := agents.Must(agents.NewA3C(env.Each(newMimic), c))
	r := agents.Must(a.Learn(20_000))
	if r.Steps != 20_480 || r.Episodes != 2048 || len(r.Ended) != r.Episodes || math.Abs(r.Length-10) > 1e-9 {
		t.Errorf("Learn(20000) = %v with %d ended, want 20480 steps in 2048 episodes of 10", r, len(r.Ended))
	}
	if n := testing.AllocsPerRun(100, func() { r = agents.Must(a.Learn(r.Steps + 1)) }); n != 0 {
		t.Errorf("a warm iteration allocates %v times, want 0", n) // the mean over 100 iterations, so a goroutine that the runtime starts now and then does not count
	}
}

// TestA3CErrors checks that Learn returns the error of a worker while other workers run.
func TestA3CErrors(t *testing.T) {
	c := agents.DefaultA3C()
	c.Ordered = false
	mk := env.Each(func() *faulty { return &faulty{CartPole: classic.NewCartPole()} })
	if _, err := agents.Must(agents.NewA3C(mk, c)).Learn(100_000); err == nil || !strings.Contains(err.Error(), "out of track") {
		t.Errorf("Learn in environments that panic: error %v, want the environment's", err)
	}
}

// TestA3CConfig checks the error messages for settings that are out of their range.
func TestA3CConfig(t *testing.T) {
	for want, change := range map[string]func(c *agents.A3CConfig){
		"n_steps is 0":       func(c *agents.A3CConfig) { c.NSteps = 0 },
		"n_envs is 0":        func(c *agents.A3CConfig) { c.NEnvs = 0 },
		"learning_rate is":   func(c *agents.A3CConfig) { c.LearningRate = optim.Constant(-1) },
		"gamma is 2":         func(c *agents.A3CConfig) { c.Gamma = 2 },
		"gae_lambda is -1":   func(c *agents.A3CConfig) { c.GAELambda = -1 },
		"vf_coef is -1":      func(c *agents.A3CConfig) { c.VFCoef = -1 },
		"ent_coef is -1":     func(c *agents.A3CConfig) { c.EntCoef = optim.Constant(-1) },
		"max_grad_norm is 0": func(c *agents.A3CConfig) { c.MaxGradNorm = 0 },
		"norm is batch":      func(c *agents.A3CConfig) { c.Network.Norm = "batch" },
		"rows of a rollout":  func(c *agents.A3CConfig) { c.NSteps, c.Network.NetArch = 1<<24, policy.Layers(1); c.NEnvs = 1 },
	} {
		c := agents.DefaultA3C()
		change(&c)
		mk := env.Each(func() env.Env { return wideObs{newMimic()} })
		if a, err := agents.NewA3C(mk, c); a != nil || err == nil || !strings.HasPrefix(err.Error(), "agents: A3C: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// wideObs is mimic with observations so large that a rollout of 2²⁴ steps needs too much memory.
type wideObs struct{ *mimic }

func (w wideObs) Spec() env.Spec {
	s := w.mimic.Spec()
	s.Obs = env.NewBox(0, 1, 40)
	return s
}

// BenchmarkA3C measures A3C on CartPole with 1 to 8 workers, ordered and not ordered.
func BenchmarkA3C(b *testing.B) {
	for _, workers := range []int{1, 2, 4, 8} {
		for _, ordered := range []bool{true, false} {
			b.Run(fmt.Sprintf("%d/ordered=%v", workers, ordered), func(b *testing.B) {
				c := agents.DefaultA3C()
				c.NEnvs, c.Ordered = workers, ordered
				a := agents.Must(agents.NewA3C(env.Each(classic.NewCartPole), c))
				steps := agents.Must(a.Learn(1)).Steps
				first := steps
				b.ReportAllocs()
				for b.Loop() {
					steps = agents.Must(a.Learn(steps + 1)).Steps
				}
				b.ReportMetric(float64(steps-first)/b.Elapsed().Seconds(), "steps/s")
			})
		}
	}
}
