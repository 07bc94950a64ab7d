package agents_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// makers returns a Maker for each way to save an episode, and for each kind of space.
func makers() map[string]env.Maker {
	return map[string]env.Maker{
		"snapshot": env.Each(classic.NewCartPole),
		"wrapped":  env.Each(func() env.Env { return env.NewStickyAction(classic.NewCartPole(), 0.25) }),
		"log":      env.Each(func() env.Env { return withoutState{classic.NewCartPole()} }),
		"box":      env.Each(newTracking),
		"discrete": env.Each(newNumbered),
	}
}

// quickConfig returns PPO settings that learn small tasks in fewer steps than the defaults.
func quickConfig() agents.PPOConfig {
	c := agents.DefaultPPO()
	c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs = 8, 128, 256, 4
	c.LearningRate, c.EntCoef = optim.Linear(2.5e-3), optim.Constant(0.01)
	return c
}

// smallPPOConfig returns PPO settings with iterations of 128 steps and a small network.
func smallPPOConfig() agents.PPOConfig {
	c := quickConfig()
	c.NSteps, c.BatchSize = 16, 64
	c.Network.NetArch = policy.Layers(16)
	c.Beyond = true // tests may learn beyond Setup.Steps
	return c
}

// newPPO returns a PPO with smallPPOConfig.
func newPPO(mk env.Maker) agents.Agent { return agents.Must(agents.NewPPO(mk, smallPPOConfig())) }

// ppoVariants returns constructors of PPO with different networks and normalisers.
func ppoVariants() map[string]func(mk env.Maker) agents.Agent {
	return map[string]func(env.Maker) agents.Agent{"PPO": newPPO, "PPO with all": newPPOWithAllOptions, "PPO normalised": newPPONormalized}
}

// newPPOWithAllOptions returns a PPO with every option of networks and optimisers.
func newPPOWithAllOptions(mk env.Maker) agents.Agent {
	c := smallPPOConfig()
	c.Normalize.Reward = true
	c.Network = policy.NetworkConfig{
		NetArch: policy.Layers(16, 8), ActivationFn: "gelu", InitFn: "kaiming_normal", Norm: "batch", Dropout: 0.1, ShareTrunk: true,
		OptimizerClass: "rmsprop", OptimizerSettings: optim.Settings{Momentum: new(0.5), WeightDecay: new(1e-4)}, L1Penalty: 1e-4,
	}
	return agents.Must(agents.NewPPO(mk, c))
}

// newA2C returns an A2C with iterations of 128 steps.
func newA2C(mk env.Maker) agents.Agent {
	c := agents.DefaultA2C()
	c.NEnvs, c.NSteps, c.Network.NetArch = 8, 16, policy.Layers(16)
	return agents.Must(agents.NewA2C(mk, c))
}

// newA3C returns an A3C with iterations of 512 steps.
func newA3C(mk env.Maker) agents.Agent {
	c := agents.DefaultA3C()
	c.NEnvs, c.NSteps, c.Network.NetArch, c.Network.Dropout = 4, 8, policy.Layers(16), 0.1
	return agents.Must(agents.NewA3C(mk, c))
}

// newReinforce returns a Reinforce with iterations of 8 episodes or more.
func newReinforce(mk env.Maker) agents.Agent {
	c := agents.DefaultReinforce()
	c.NEnvs, c.NEpisodes, c.Network.NetArch = 8, 8, policy.Layers(16)
	return agents.Must(agents.NewReinforce(mk, c))
}

// newPPONormalized returns a PPO that normalises rewards and, where possible, observations. Its
// minibatches have 48, 48 and 32 rows.
func newPPONormalized(mk env.Maker) agents.Agent {
	c := smallPPOConfig()
	_, isBox := agents.Must(mk(1)).Spec().Obs.(env.Box)
	c.Normalize.Obs, c.Normalize.Reward, c.BatchSize = isBox, true, 48
	return agents.Must(agents.NewPPO(mk, c))
}

// train trains a to the given number of steps and returns all Reports as text.
func train(t *testing.T, a agents.Agent, steps int) (s string) {
	t.Helper()
	for r, err := range agents.Train(context.Background(), a, steps, 500) {
		if err != nil {
			t.Fatal(err)
		}
		s += fmt.Sprintln(r, r.Length, r.Ended)
	}
	return s
}

// stateBytes returns the saved state of a.
func stateBytes(t testing.TB, a state.Stater) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := state.Save(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestResume checks that a resumed agent has the same bytes and Reports as an agent that was never
// interrupted.
func TestResume(t *testing.T) {
	for kind, newAgent := range ppoVariants() {
		for name, mk := range makers() {
			t.Run(kind+"/"+name, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "agent")
				straight, resumed := newAgent(mk), newAgent(mk)
				train(t, straight, 2000)
				if err := agents.Save(file, straight); err != nil {
					t.Fatal(err)
				}
				train(t, resumed, 700) // Load must overwrite this state
				if err := agents.Load(file, resumed); err != nil {
					t.Fatal(err)
				}
				if files, _ := os.ReadDir(filepath.Dir(file)); len(files) != 1 {
					t.Errorf("Save left %v", files)
				}
				if !bytes.Equal(stateBytes(t, straight), stateBytes(t, resumed)) {
					t.Error("states differ after Load")
				}
				want, got := train(t, straight, 5000), train(t, resumed, 5000)
				if got != want {
					t.Errorf("resumed run:\n%suninterrupted run:\n%s", got, want)
				}
				if !bytes.Equal(stateBytes(t, straight), stateBytes(t, resumed)) {
					t.Error("states differ after the runs")
				}
			})
		}
	}
}

// TestSeed checks that the same seed gives the same bytes, and that another seed gives different
// bytes.
func TestSeed(t *testing.T) {
	run := func(seed uint64) []byte {
		c := smallPPOConfig()
		c.Seed = seed
		a := agents.Must(agents.NewPPO(makers()["snapshot"], c))
		train(t, a, 1000)
		return stateBytes(t, a)
	}
	want := run(1)
	if !bytes.Equal(run(1), want) {
		t.Error("two runs with seed 1 end in different states")
	}
	if bytes.Equal(run(2), want) {
		t.Error("runs with seeds 1 and 2 end in the same state")
	}
}

// TestLearnInPieces checks that many short calls of Learn give the same bytes and episodes as one
// long call, and that one processor gives the same bytes as several processors.
func TestLearnInPieces(t *testing.T) {
	for kind, newAgent := range ppoVariants() {
		for name, mk := range makers() {
			if testing.Short() && kind == "PPO normalised" {
				continue
			}
			atOnce, inPieces, oneCore := newAgent(mk), newAgent(mk), newAgent(mk)
			want := agents.Must(atOnce.Learn(5000))
			var got agents.Report
			var ended []agents.Episode
			for got.Steps < 5000 {
				got = agents.Must(inPieces.Learn(got.Steps + 1))
				ended = append(ended, got.Ended...)
			}
			if got.String() != want.String() || !slices.Equal(ended, want.Ended) || len(ended) != got.Episodes {
				t.Errorf("%s/%s: many calls of Learn report %v and %d ended episodes, one call %v and %d", kind, name, got, len(ended), want, len(want.Ended))
			}
			if !bytes.Equal(stateBytes(t, inPieces), stateBytes(t, atOnce)) {
				t.Errorf("%s/%s: many calls of Learn end in another state than one call", kind, name)
			}
			procs := runtime.GOMAXPROCS(1)
			agents.Must(oneCore.Learn(5000))
			runtime.GOMAXPROCS(procs)
			if !bytes.Equal(stateBytes(t, oneCore), stateBytes(t, atOnce)) {
				t.Errorf("%s/%s: GOMAXPROCS 1 ends in another state than %d", kind, name, procs)
			}
		}
	}
}

// TestErrors checks that Learn returns an *env.Error, with the environment and the step, for an
// environment that panics or returns NaN.
func TestErrors(t *testing.T) {
	for kind, newAgent := range ppoVariants() {
		for _, nan := range []bool{false, true} {
			mk := env.Each(func() *faulty { return &faulty{CartPole: classic.NewCartPole(), nan: nan} })
			r, err := newAgent(mk).Learn(10_000)
			var e *env.Error
			if !errors.As(err, &e) || e.Env != "CartPole-v1" || e.Step < 1 {
				t.Fatalf("%s, NaN %v: Learn = %v, error %v, want an *env.Error of a CartPole-v1", kind, nan, r, err)
			}
			var p *env.PanicError
			if errors.As(err, &p) == nan || errors.Is(err, env.ErrNotFinite) != nan {
				t.Errorf("%s, NaN %v: error %v", kind, nan, err)
			}
		}
	}
}

// TestReport checks that a Report has the means over the last 100 episodes, or over all episodes
// if there are fewer.
func TestReport(t *testing.T) {
	for _, steps := range []int{128, 5120} {
		r := agents.Must(newPPO(env.Each(newMimic)).Learn(steps))
		if r.Steps != steps || r.Episodes != len(r.Ended) || r.Episodes < steps/10-8 {
			t.Errorf("Learn(%d): %d steps and %d episodes, %d ended", steps, r.Steps, r.Episodes, len(r.Ended))
		}
		want, n := 0.0, min(100, len(r.Ended))
		for _, e := range r.Ended[len(r.Ended)-n:] {
			want += e.Return / float64(n)
		}
		if math.Abs(r.Return-want) > 1e-9 || math.Abs(r.Length-10) > 1e-9 {
			t.Errorf("Learn(%d): Return, Length = %v, %v, want %v, 10", steps, r.Return, r.Length, want)
		}
	}
	if r := agents.Must(newPPO(env.Each(newMimic)).Learn(0)); r.Steps != 0 || r.Return != 0 || len(r.Losses) == 0 {
		t.Errorf("Learn(0) = %v, want only the names of the losses", r)
	}
}

// allocations returns the number of allocations in a call of f, after a first call that is not
// counted. It stops the garbage collector, whose goroutines and finalisers allocate too.
func allocations(f func()) float64 {
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	return testing.AllocsPerRun(1, f)
}

// TestAllocs checks that a thousand iterations of a warm agent allocate nothing. With -short there
// are fewer iterations.
func TestAllocs(t *testing.T) {
	iterations := 1000
	if testing.Short() {
		iterations = 10
	}
	for kind, newAgent := range ppoVariants() {
		for name, mk := range makers() {
			if testing.Short() && name != "snapshot" && name != "log" {
				continue
			}
			a := newAgent(mk)
			r := agents.Must(a.Learn(20_000))
			if n := allocations(func() {
				for range iterations {
					r = agents.Must(a.Learn(r.Steps + 1))
				}
			}); n != 0 {
				t.Errorf("%s/%s: %d warm iterations allocate %v times, want 0", kind, name, iterations, n)
			}
		}
	}
}

// A timeLimitedEnv is an environment whose episodes end only at the time limit of 1000 steps.
type timeLimitedEnv struct{}

func (timeLimitedEnv) Spec() env.Spec {
	return env.Spec{ID: "Calm-v0", Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 2}, MaxSteps: 1000}
}
func (timeLimitedEnv) Reset(_ uint64, obs []float32)     { obs[0] = 0.5 }
func (timeLimitedEnv) Step(_, obs []float32) env.Outcome { obs[0] = 0.5; return env.Outcome{} }

// TestTimeLimitAllocs checks that the first truncated episodes allocate nothing when they come
// long after an agent is warm: at step 1000, in iteration 63 of 16 steps.
func TestTimeLimitAllocs(t *testing.T) {
	for name, newAgent := range map[string]func(env.Maker) agents.Agent{"PPO": newPPO, "PPO normalised": newPPONormalized, "A2C": newA2C} {
		a := newAgent(env.Each(func() env.Env { return timeLimitedEnv{} }))
		r := agents.Must(a.Learn(58 * 128))
		n := allocations(func() {
			for range 4 {
				r = agents.Must(a.Learn(r.Steps + 1))
			}
		})
		if n != 0 || r.Steps != 66*128 || len(r.Ended) != 0 || r.Episodes != 8 {
			t.Errorf("%s: iterations to %d steps and %d episodes allocate %v times, want %d steps, 8 episodes and 0 allocations", name, r.Steps, r.Episodes, n, 66*128) // 66 iterations
		}
	}
}

// TestMust checks that Must returns its value, and panics with its error.
func TestMust(t *testing.T) {
	defer func() {
		if got := recover(); got != context.Canceled {
			t.Errorf("Must panicked with %v, want its error", got)
		}
	}()
	if got := agents.Must(7, nil); got != 7 {
		t.Errorf("Must(7, nil) = %v", got)
	}
	agents.Must(7, context.Canceled)
}
