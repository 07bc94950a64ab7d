package agents

import (
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// DQNConfig is all of DQN's settings. Start from DefaultDQN.
type DQNConfig struct {
	Setup                `yaml:"-"`
	Replay               `yaml:",inline"`
	TargetUpdateInterval int `yaml:"target_update_interval"` // steps between moves of the target network
	Exploration          `yaml:",inline"`
	MaxGradNorm          float32       `yaml:"max_grad_norm"` // the gradient is scaled down to this norm
	Double               bool          `yaml:"double"`        // the network chooses the actions that its target values
	Dueling              bool          `yaml:"dueling"`       // Q is made of V and advantages
	PolicyKwargs         policy.Kwargs `yaml:"policy_kwargs"`
}

// DefaultDQN returns the settings that Stable-Baselines3 has by default.
func DefaultDQN() DQNConfig {
	c := DQNConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), TargetUpdateInterval: 10_000, Exploration: Exploration{1, 0.05, 0.1},
		MaxGradNorm: 10, PolicyKwargs: offPolicyKwargs(64, 64),
	}
	c.LearningRate, c.BatchSize, c.Tau, c.TrainFreq = optim.Constant(1e-4), 32, 1, 4
	return c
}

// Complete writes out the optimiser's defaults.
func (c *DQNConfig) Complete() error { return c.PolicyKwargs.Complete(1e-8) }

func (c *DQNConfig) validate() error {
	return broken(slices.Concat(c.Setup.rules(), c.Replay.rules(), c.Exploration.rules(), []rule{
		{c.TargetUpdateInterval >= 1, "target_update_interval", c.TargetUpdateInterval, "1 or more"},
		{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
	}))
}

// DQN learns Q(s, ·) of a network: Mnih et al. 2015, "Human-level control through
// deep reinforcement learning", algorithm 1; double: van Hasselt et al. 2016,
// arXiv:1509.06461; dueling: Wang et al. 2016, arXiv:1511.06581.
type DQN struct {
	offPolicy
	c         DQNConfig
	q, target *policy.QNetwork
	opt       *optim.Optimizer
	tape      *tape.Tape
	scores    []float32 // [B, actions] of the target, in the batch's Next
	next      []float32 // [B] the actions chosen there
	value     []float32 // [B]
	loss      float64   // of the latest update
	updates   int
	named     []Named
}

var _ Agent = (*DQN)(nil)

// NewDQN returns a DQN that learns in environments from mk.
func NewDQN(mk env.Maker, c DQNConfig) (*DQN, error) {
	a := &DQN{c: c}
	if err := a.begin(mk); err != nil {
		return nil, errorf("DQN", err)
	}
	a.opt.MaxNorm = c.MaxGradNorm
	a.target, a.tape = a.q.Copy(nil), tape.New()
	actions := a.vec.Spec().Act.(env.Discrete).N
	a.scores, a.next, a.value = make([]float32, actions*c.BatchSize), make([]float32, c.BatchSize), make([]float32, c.BatchSize)
	a.params, a.opts, a.tapes = a.q.Params(), []*optim.Optimizer{a.opt}, []*tape.Tape{a.tape}
	a.sharers = []nn.Sharer{a.q, a.target}
	a.followers = []follower{{a.target.Net, a.q.Net}}
	a.random, a.explore, a.update = a.any, a.greedily, a.improve
	a.bound, a.ended = func([]float32) {}, a.follow
	return a, nil
}

// begin makes what can fail.
func (a *DQN) begin(mk env.Maker) (err error) {
	if err = ready(&a.c); err != nil {
		return err
	}
	if err = a.connect(mk, &a.c.Setup, &a.c.Replay); err != nil {
		return err
	}
	if a.q, err = policy.NewQNetwork(a.rng, a.vec.Spec(), a.c.PolicyKwargs, nil, a.c.Engine, a.c.Dueling); err != nil {
		return err
	}
	a.opt, err = a.c.PolicyKwargs.Optimizer(a.q.Params())
	return err
}

// Policy is the network, which acts greedily.
func (a *DQN) Policy() policy.Policy { return a.q }

// Learn takes steps, and learns from what it remembers.
func (a *DQN) Learn(until int) (Report, error) {
	err := a.learn(until)
	return a.stats.Report(a.figures()), errorf("DQN", err)
}

// any chooses actions at random.
func (a *DQN) any(rng []rand.PCG) {
	for i := range a.act {
		a.act[i] = a.choose(rand.New(&rng[i]), i)
	}
}

// greedily chooses the best actions, and with probability ε any.
func (a *DQN) greedily(rng []rand.PCG) {
	eps := a.explorationRate()
	a.q.Act(policy.In{Obs: a.now, Mask: a.mask}, policy.Out{Act: a.act})
	for i := range a.act {
		if row := rand.New(&rng[i]); row.Float64() < eps {
			a.act[i] = a.choose(row, i)
		}
	}
}

// explorationRate returns the probability that the next action is random: 1 before
// learning starts.
func (a *DQN) explorationRate() float64 {
	if a.stats.Steps() < a.c.LearningStarts {
		return 1
	}
	return a.c.eps(a.stats.Steps(), a.c.Steps)
}

// choose returns any action that environment i allows.
func (a *DQN) choose(rng *rand.Rand, i int) float32 {
	actions := len(a.scores) / len(a.value)
	for {
		k := rng.IntN(actions)
		if a.mask == nil || a.mask[i*actions+k] {
			return float32(k)
		}
	}
}

// follow lets the target follow the network every so many steps.
func (a *DQN) follow(*env.Result) {
	steps, every := a.stats.Steps(), a.c.TargetUpdateInterval
	if steps/every > (steps-a.c.NEnvs)/every {
		a.blend()
	}
}

// improve takes a step down the error of Q(s, a) towards
//
//	y = r + γ max Q'(s', ·)             or, if it is double,
//	y = r + γ Q'(s', argmax Q(s', ·))
func (a *DQN) improve() {
	a.learnTargets()
	t, b := a.tape, a.batch
	t.Reset()
	q := a.q.Of(t, b.Obs).At(b.Act)
	f32.Sub(a.errs, q.Value, a.wanted)
	l := loss.WeightedHuber(q, t.Const(a.wanted, b.Len()), t.Const(b.Weight, b.Len()), 1)
	l.Backward()
	a.opt.Step()
	a.loss = float64(l.Scalar())
	a.updates++
}

// learnTargets sets y.
func (a *DQN) learnTargets() {
	b := a.batch
	if !a.c.Double {
		a.target.Act(policy.In{Obs: b.Next, Mask: b.Mask}, policy.Out{Value: a.value})
	} else {
		a.q.Act(policy.In{Obs: b.Next, Mask: b.Mask}, policy.Out{Act: a.next})
		a.target.Act(policy.In{Obs: b.Next}, policy.Out{Scores: a.scores})
		for i, k := range a.next {
			a.value[i] = a.scores[i*len(a.scores)/len(a.value)+int(k)]
		}
	}
	a.targets(a.value)
}

// figures returns what is logged of the latest iteration.
func (a *DQN) figures() []Named {
	a.named = append(a.named[:0], Named{"exploration_rate", a.explorationRate()}, Named{"learning_rate", a.rate},
		Named{"loss", a.loss}, Named{"n_updates", float64(a.updates)})
	return a.named
}

// State visits the networks, and what offPolicy has.
func (a *DQN) State(s *state.State) {
	s.All(a.q, a.target)
	s.Int("dqn/updates", &a.updates, state.MaxCount)
	a.offPolicy.State(s)
}
