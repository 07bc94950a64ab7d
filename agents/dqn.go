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
	"github.com/rlrun/rlrun/replay"
)

// DQNConfig is all of DQN's settings. Start from DefaultDQN.
type DQNConfig struct {
	Setup                `yaml:"-"`
	Replay               `yaml:",inline"`
	TargetUpdateInterval int `yaml:"target_update_interval"` // steps, over all environments, between updates of the target network
	Exploration          `yaml:",inline"`
	MaxGradNorm          float32              `yaml:"max_grad_norm"` // largest norm of a gradient; a longer gradient is scaled down to it
	Double               bool                 `yaml:"double"`        // double DQN (van Hasselt et al. 2016): the network chooses the next action, the target network values it
	Dueling              bool                 `yaml:"dueling"`       // dueling network (Wang et al. 2016): Q is the sum of V and of advantages
	Normalize            Normalize            `yaml:"normalize"`     // normalisation of observations and rewards
	Network              policy.NetworkConfig `yaml:"policy_kwargs"` // networks and optimiser
}

// DefaultDQN returns the settings that Stable-Baselines3 has by default.
func DefaultDQN() DQNConfig {
	c := DQNConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), TargetUpdateInterval: 10_000, Exploration: DefaultExploration(1, 0.05, 0.1),
		MaxGradNorm: 10, Normalize: DefaultNormalize(), Network: offPolicyNetwork(64, 64),
	}
	c.LearningRate, c.BatchSize, c.Tau, c.TrainFreq = optim.Constant(1e-4), 32, 1, TrainFreq{Steps: 4}
	return c
}

// Complete writes out the optimiser's defaults.
func (c *DQNConfig) Complete() error { return c.Network.Complete(1e-8) }

func (c *DQNConfig) validate() error {
	return broken(slices.Concat(c.Setup.rules(), c.Replay.rules(c.NEnvs), c.Exploration.rules(), []rule{
		{c.TargetUpdateInterval >= 1, "target_update_interval", c.TargetUpdateInterval, "1 or more"},
		{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
	}, c.Normalize.rules()))
}

// DQN learns Q(s, ·) of a network: Mnih et al. 2015, "Human-level control through
// deep reinforcement learning", algorithm 1; double: van Hasselt et al. 2016,
// arXiv:1509.06461; dueling: Wang et al. 2016, arXiv:1511.06581.
type DQN struct {
	horizon
	offPolicy
	c         DQNConfig
	q, target *policy.QNetwork
	opt       *optim.Optimizer
	tape      *tape.Tape

	actions                 int
	next, value, y, tdError []float32 // scratch: [B] actions chosen in the batch's Next, their values, targets, TD errors
	scores                  []float32 // scratch: [B, actions] of the target network, in the batch's Next

	last    found // in the latest update
	updates int
	metrics []Metric
}

var (
	_ Agent     = (*DQN)(nil)
	_ Bounded   = (*DQN)(nil)
	_ algorithm = (*DQN)(nil)
)

// NewDQN returns a DQN that learns in environments from mk.
func NewDQN(mk env.Maker, c DQNConfig) (*DQN, error) {
	a := &DQN{c: c}
	if err := a.build(mk); err != nil {
		return nil, abandon("DQN", err, a)
	}
	a.end(&a.c.Setup, append(c.Exploration.schedules(), scheduled{"learning_rate", c.LearningRate})...)
	a.opt.MaxNorm = c.MaxGradNorm
	a.target, a.tape, a.actions = a.q.Copy(a.normal), tape.New(), a.q.Spec().Scores
	floats := func(n int) []float32 { return make([]float32, n*c.BatchSize) }
	a.next, a.value, a.y, a.tdError, a.scores = floats(1), floats(1), floats(1), floats(1), floats(a.actions)
	a.nets = trained{
		params: a.q.Params(), opts: []*optim.Optimizer{a.opt}, tapes: []*tape.Tape{a.tape}, sharers: []nn.Sharer{a.q, a.target},
	}
	return a, nil
}

// build makes the environments, the networks and the optimisers.
func (a *DQN) build(mk env.Maker) (err error) {
	c := &a.c
	if err = ready(c); err != nil {
		return err
	}
	if err = a.connect(mk, &c.Setup, &c.Replay, &c.Normalize); err != nil {
		return err
	}
	if a.q, err = policy.NewQNetwork(a.rng, a.play.vec.Spec(), c.Network, a.normal, c.Engine, c.Dueling); err != nil {
		return err
	}
	a.opt, err = c.Network.NewOptimizer(a.q.Params())
	return err
}

// Policy returns the network, which acts greedily.
func (a *DQN) Policy() policy.Policy { return a.q }

// Learn takes steps, and learns from what it remembers.
func (a *DQN) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.figures()), errorf("DQN", err)
}

// random writes any actions that are allowed.
func (a *DQN) random(in policy.In, out policy.Out) {
	for i := range out.Act {
		out.Act[i] = a.anyAction(rand.New(&in.Rand[i]), in.Mask, i)
	}
	copy(out.Raw, out.Act)
}

// explore writes the best actions, and with probability ε any.
func (a *DQN) explore(steps int, in policy.In, out policy.Out) {
	eps := a.c.eps(steps, a.c.Steps)
	a.q.Act(policy.In{Obs: in.Obs, Mask: in.Mask}, policy.Out{Act: out.Act})
	for i := range out.Act {
		if rng := rand.New(&in.Rand[i]); rng.Float64() < eps {
			out.Act[i] = a.anyAction(rng, in.Mask, i)
		}
	}
	copy(out.Raw, out.Act)
}

// anyAction returns any action that row i of a mask allows.
func (a *DQN) anyAction(rng *rand.Rand, mask []bool, i int) float32 {
	return float32(anyAllowed(rng, a.actions, f32.Row(mask, i, a.actions)))
}

// explorationRate returns the probability that the next action is random: 1 before
// learning starts.
func (a *DQN) explorationRate() float64 {
	if a.play.stats.Steps() < a.c.LearningStarts {
		return 1
	}
	return a.c.eps(a.play.stats.Steps(), a.c.Steps)
}

// stepped lets the target network follow every target_update_interval steps.
func (a *DQN) stepped(*env.Result) {
	steps, every := a.play.stats.Steps(), a.c.TargetUpdateInterval
	if steps/every > (steps-a.c.NEnvs)/every {
		nn.PolyakUpdate(a.target.Net, a.q.Net, a.c.Tau)
	}
}

// iterate takes steps, and makes the updates for them.
func (a *DQN) iterate() error { return a.interact(a) }

// update learns from one minibatch.
func (a *DQN) update() {
	a.last = a.learnFrom(a.memory.sample(a.rng))
	a.memory.learned(a.last.tdError)
}

// learnFrom takes a gradient step on the Huber loss of Q(s, a) - y.
func (a *DQN) learnFrom(b *replay.Batch) (f found) {
	f.target = a.tdTarget(b)
	t, n := a.tape, b.Len()
	t.Reset()
	q := a.q.Values(t, b.Obs).At(b.Act)
	l := loss.WeightedHuber(q, t.Const(f.target, n), t.Const(b.Weight, n), 1)
	f32.Sub(a.tdError, q.Value, f.target)
	f.tdError, f.criticLoss = a.tdError, float64(l.Scalar())
	l.Backward()
	a.opt.Step()
	a.updates++
	return f
}

// tdTarget returns, over the actions that are allowed in s',
//
//	y = r + γ max Q'(s', ·)             or, if it is double,
//	y = r + γ Q'(s', argmax Q(s', ·))
func (a *DQN) tdTarget(b *replay.Batch) []float32 {
	in := policy.In{Obs: b.Next, Mask: b.Mask}
	if a.c.Double {
		a.q.Act(in, policy.Out{Act: a.next})
		a.target.Act(in, policy.Out{Scores: a.scores})
		for i, k := range a.next {
			a.value[i] = a.scores[i*a.actions+int(k)]
		}
	} else {
		a.target.Act(in, policy.Out{Value: a.value})
	}
	tdTargets(a.y, b, a.value)
	return a.y
}

// figures returns what is logged of the latest iteration.
func (a *DQN) figures() []Metric {
	a.metrics = append(a.metrics[:0], Metric{"exploration_rate", a.explorationRate()}, Metric{"learning_rate", a.rate},
		Metric{"loss", a.last.criticLoss}, Metric{"n_updates", float64(a.updates)})
	return a.metrics
}

// State visits the networks, and what offPolicy has.
func (a *DQN) State(s *state.State) {
	s.Section("dqn", 1)
	s.All(a.q, a.target, &a.last)
	s.Int("dqn/updates", &a.updates, state.MaxCount)
	a.offPolicy.State(s)
}
