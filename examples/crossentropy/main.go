// Crossentropy adds an algorithm to rlrun: the cross-entropy method with a network. It plays some
// episodes, keeps the best episodes, and makes their actions more likely. Rubinstein 1999, "The
// cross-entropy method for combinatorial and continuous optimization".
package main

import (
	"cmp"
	"embed"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios"
)

// Config is an agents.Config: the settings of the agent in a YAML file.
type Config struct {
	agents.Setup
	Episodes     int                  `yaml:"episodes"`      // episodes of an iteration
	Elite        int                  `yaml:"elite"`         // number of best episodes of an iteration, which the policy imitates
	NEpochs      int                  `yaml:"n_epochs"`      // gradient steps of an iteration
	LearningRate float32              `yaml:"learning_rate"` // learning rate α
	Network      policy.NetworkConfig `yaml:"policy_kwargs"` // network and optimiser
}

func DefaultConfig() Config {
	return Config{agents.Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}}, 20, 5, 4, 3e-3, policy.DefaultNetworkConfig()}
}

func (c *Config) Complete() error { return c.Network.Complete(1e-8) }

func (c *Config) Discount() float32 { return 1 }

// CrossEntropy is an agents.Agent.
type CrossEntropy struct {
	Config
	vec           env.Vector
	model         *policy.ActorCritic // the critic is not used
	opt           *optim.Optimizer
	rngs          []rand.PCG // random generator of the next action
	obs, act, raw []float32  // next observation; its action as the environment gets it; the same action as sampled
	mask          []bool     // allowed next actions; nil if the environment has no masks
	memory        []float32  // memory of the networks
	stats         agents.Stats
	loss          [1]agents.Metric
}

func NewCrossEntropy(mk env.Maker, c Config) (*CrossEntropy, error) {
	if c.NEnvs != 1 || c.Elite < 1 || c.Episodes < c.Elite {
		return nil, fmt.Errorf("crossentropy: n_envs is %d and elite is %d of %d episodes, want n_envs 1 and elite 1 … episodes", c.NEnvs, c.Elite, c.Episodes)
	}
	vec, err := mk(1)
	if err != nil {
		return nil, err
	}
	first, err := vec.Reset(env.Split(c.Seed, 1))
	if err != nil {
		return nil, err
	}
	a, n := &CrossEntropy{Config: c, vec: vec, rngs: make([]rand.PCG, 1), loss: [1]agents.Metric{{Name: "loss"}}}, vec.Spec().Act.Size()
	a.obs, a.mask, a.act, a.raw = slices.Clone(first.Obs), slices.Clone(first.Mask), make([]float32, n), make([]float32, n)
	rng := rand.New(rand.NewPCG(env.Split(c.Seed, 0), 0))
	if a.model, err = policy.NewActorCritic(rng, vec.Spec(), c.Network, nil, c.Engine); err != nil {
		return nil, err
	}
	a.memory = make([]float32, a.model.Spec().Memory)
	if a.opt, err = c.Network.NewOptimizer(a.model.Params()); err == nil {
		a.opt.Rate = c.LearningRate
	}
	return a, err
}

func (a *CrossEntropy) Policy() policy.Policy { return a.model }

// Learn runs iterations. Each iteration plays episodes and imitates the best episodes.
func (a *CrossEntropy) Learn(until int) (agents.Report, error) {
	for a.stats.Steps() < until {
		episodes := make([]episode, a.Episodes)
		for i := range episodes {
			if err := a.play(&episodes[i]); err != nil {
				return a.stats.Report(a.loss[:]), err
			}
		}
		slices.SortStableFunc(episodes, func(x, y episode) int { return cmp.Compare(y.ret, x.ret) })
		a.imitate(episodes[:a.Elite])
	}
	return a.stats.Report(a.loss[:]), nil
}

// An episode has the observations, masks and actions of its steps, and its return.
type episode struct {
	obs, act    []float32
	mask, first []bool // first is true for the first step
	ret         float64
}

func (a *CrossEntropy) play(e *episode) error {
	for done := false; !done; {
		policy.SeedRows(a.rngs, []uint64{env.Split(env.Split(a.Seed, 4), 0)}, uint64(a.stats.Steps()))
		a.model.Act(policy.In{Obs: a.obs, Mask: a.mask, First: []bool{len(e.first) == 0}, Memory: a.memory, Rand: a.rngs}, policy.Out{Act: a.act, Raw: a.raw})
		e.obs, e.mask, e.act, e.first = append(e.obs, a.obs...), append(e.mask, a.mask...), append(e.act, a.raw...), append(e.first, len(e.first) == 0)
		res, err := a.vec.Step(a.act)
		if err != nil {
			return err
		}
		a.stats.Add(res)
		copy(a.obs, res.Obs)
		copy(a.mask, res.Mask)
		e.ret, done = res.Return[0], res.Done(0)
	}
	return nil
}

func (a *CrossEntropy) imitate(best []episode) {
	var all episode
	for _, e := range best {
		all.obs, all.mask, all.act, all.first = append(all.obs, e.obs...), append(all.mask, e.mask...), append(all.act, e.act...), append(all.first, e.first...)
	}
	batch := policy.Batch{Obs: all.obs, Mask: all.mask, First: all.first, Steps: len(all.first)} // the episodes as one sequence
	for range a.NEpochs {
		a.model.Tape.Reset()
		loss := a.model.Pi(batch).LogProb(all.act).Mean().Neg() // E[-log π(a|s)]
		loss.Backward()
		a.opt.Step()
		a.loss[0].Value = float64(loss.Scalar())
	}
}

// State saves and loads the state of training. The settings give everything else.
func (a *CrossEntropy) State(s *state.State) {
	s.Floats("obs", a.obs)
	s.Bools("mask", a.mask)
	s.All(a.model, a.opt, a.vec, &a.stats)
	s.Double("loss", &a.loss[0].Value)
}

//go:embed cartpole-crossentropy.yaml
var files embed.FS

func main() {
	agent := scenario.NewAgent("the cross-entropy method, Rubinstein 1999", DefaultConfig, NewCrossEntropy)
	scenarios.Main(scenarios.Envs(), scenarios.With{Agents: scenario.Agents{"crossentropy": agent}, Scenarios: files})
}
