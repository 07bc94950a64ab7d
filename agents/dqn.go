package agents

import (
	"errors"
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

// DQNConfig has the settings of DQN. DefaultDQN returns the defaults.
type DQNConfig struct {
	Setup                `yaml:"-"`
	Replay               `yaml:",inline"`
	Acting               `yaml:",inline"`
	ApeX                 `yaml:",inline"`
	TargetUpdateInterval int `yaml:"target_update_interval"` // steps, over all environments, between updates of the target network
	Exploration          `yaml:",inline"`
	MaxGradNorm          float32              `yaml:"max_grad_norm"`   // largest norm of a gradient; a gradient with a larger norm is scaled down to this norm
	Double               bool                 `yaml:"double"`          // double DQN (van Hasselt et al. 2016): the network chooses the next action, the target network evaluates it
	Dueling              bool                 `yaml:"dueling"`         // dueling network (Wang et al. 2016): Q is the sum of V and of advantages
	ValueRescaling       bool                 `yaml:"value_rescaling"` // networks with memory: learn h(Q), which grows with the root of Q, instead of clipped rewards (R2D2)
	Normalize            Normalize            `yaml:"normalize"`       // normalisation of observations and rewards
	Network              policy.NetworkConfig `yaml:"policy_kwargs"`   // networks and optimiser
}

// DefaultDQN returns the default settings of Stable-Baselines3.
func DefaultDQN() DQNConfig {
	c := DQNConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Acting: DefaultActing(), ApeX: DefaultApeX(), TargetUpdateInterval: 10_000, Exploration: DefaultExploration(1, 0.05, 0.1),
		MaxGradNorm: 10, Normalize: DefaultNormalize(), Network: offPolicyNetwork(64, 64),
	}
	c.LearningRate, c.BatchSize, c.Tau, c.TrainFreq = optim.Constant(1e-4), 32, 1, TrainFreq{Steps: 4}
	return c
}

// Complete fills in the optimiser's default settings.
func (c *DQNConfig) Complete() error { return c.Network.Complete(1e-8) }

// validate returns an error for the first setting that is out of its range.
func (c *DQNConfig) validate() error {
	return firstViolation(slices.Concat(c.Setup.rules(), c.Replay.rules(c.NEnvs), c.Acting.rules(), c.ApeX.rules(c.Actors), c.Exploration.rules(), []rule{
		{c.TargetUpdateInterval >= 1, "target_update_interval", c.TargetUpdateInterval, "1 or more"},
		{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
	}, c.Normalize.rules()))
}

// DQN is the deep Q-network, which learns Q(s, a) and explores ε-greedily: Mnih et al. 2015,
// "Human-level control through deep reinforcement learning", algorithm 1. Double DQN is from
// van Hasselt et al. 2016, arXiv:1509.06461, and dueling networks are from Wang et al. 2016,
// arXiv:1511.06581. With a network that has memory it learns from sequences, as R2D2 does:
// Kapturowski et al. 2019, "Recurrent experience replay in distributed reinforcement learning".
type DQN struct {
	scheduleBound
	offPolicy
	c         DQNConfig
	q, target *policy.QNetwork // online network and target network
	opt       *optim.Optimizer
	tape      *tape.Tape

	actions   int       // number of actions
	nextAct   []float32 // [B] scratch: double DQN's actions at the next observations
	nextQ     []float32 // [B, actions] scratch: the target network's Q'(s', ·)
	nextValue []float32 // [B] scratch: values of the next observations
	y         []float32 // [B] scratch: targets
	tdError   []float32 // [B] scratch: TD errors Q(s, a) - y

	lastUpdate updateResult // result of the latest update
	updates    int          // updates since the start of the run
	metricBuf  []Metric
}

var (
	_ Agent     = (*DQN)(nil)
	_ Bounded   = (*DQN)(nil)
	_ algorithm = (*DQN)(nil)
)

// NewDQN returns a DQN agent that learns in environments made by mk.
func NewDQN(mk env.Maker, c DQNConfig) (*DQN, error) {
	a := &DQN{c: c}
	if err := a.build(mk); err != nil {
		return nil, closeOnError("DQN", err, a)
	}
	a.setSchedules(&a.c.Setup, append(c.Exploration.schedules(), namedSchedule{"learning_rate", c.LearningRate})...)
	a.opt.MaxNorm = c.MaxGradNorm
	a.target, a.tape, a.actions = a.q.Copy(a.normal), tape.New(), a.q.Spec().Scores
	floats := func(n int) []float32 { return make([]float32, n*a.rows()) }
	a.nextAct, a.nextValue, a.y, a.tdError, a.nextQ = floats(1), floats(1), floats(1), floats(1), floats(a.actions)
	a.nets = trainedNetworks{
		params: a.q.Params(), opts: []*optim.Optimizer{a.opt}, tapes: []*tape.Tape{a.tape}, sharers: []nn.Sharer{a.q, a.target},
	}
	if c.Actors > 0 {
		a.c.Exploration = meanExploration(c.Actors)
	}
	if err := a.useActors(a, c.Acting, c.ApeX, func(i int) (distributable, error) {
		k := c
		k.Exploration = actorExploration(i, c.Actors)
		k.forActor(i, &k.Setup, &k.Acting, c.ApeX)
		return NewDQN(mk, k)
	}); err != nil {
		return nil, closeOnError("DQN", err, a)
	}
	return a, nil
}

// build makes the environments, the replay buffer, the online network and the optimiser.
func (a *DQN) build(mk env.Maker) (err error) {
	c := &a.c
	if err = completeAndValidate(c); err != nil {
		return err
	}
	if err = a.initOffPolicy(mk, &c.Setup, &c.Replay, &c.Normalize); err != nil {
		return err
	}
	if a.q, err = policy.NewQNetwork(a.rng, a.play.vec.Spec(), c.Network, a.normal, c.Engine, c.Dueling); err != nil {
		return err
	}
	if err = a.useMemory(a.q, nil); err != nil {
		return err
	}
	if c.ValueRescaling && a.memory == nil {
		return errors.New("value_rescaling is true for a network without memory, want a layer such as lstm, or false")
	}
	a.opt, err = c.Network.NewOptimizer(a.q.Params())
	return err
}

// Policy returns the online network, which acts greedily.
func (a *DQN) Policy() policy.Policy { return a.q }

// Learn takes environment steps, and learns from minibatches of the replay buffer.
func (a *DQN) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.metrics()), algorithmError("DQN", err)
}

// random samples actions uniformly from the allowed actions.
func (a *DQN) random(in policy.In, out policy.Out) {
	for i := range out.Act {
		out.Act[i] = a.sampleAllowed(rand.New(&in.Rand[i]), in.Mask, i)
	}
	copy(out.Raw, out.Act)
}

// explore writes ε-greedy actions: with probability ε an action is sampled uniformly from the
// allowed actions, otherwise it is the best allowed action.
func (a *DQN) explore(steps int, in policy.In, out policy.Out) {
	eps := a.c.eps(steps, a.c.Steps)
	a.q.Act(policy.In{Obs: in.Obs, Mask: in.Mask, Memory: in.Memory}, policy.Out{Act: out.Act})
	for i := range out.Act {
		if rng := rand.New(&in.Rand[i]); rng.Float64() < eps {
			out.Act[i] = a.sampleAllowed(rng, in.Mask, i)
		}
	}
	copy(out.Raw, out.Act)
}

// sampleAllowed samples an action for row i, uniformly from the actions that row i of mask
// allows.
func (a *DQN) sampleAllowed(rng *rand.Rand, mask []bool, i int) float32 {
	return float32(sampleAllowed(rng, a.actions, f32.Row(mask, i, a.actions)))
}

// explorationRate returns the probability ε that the next action is random. It is 1 before
// learning starts.
func (a *DQN) explorationRate() float64 {
	if a.play.stats.Steps() < a.c.LearningStarts {
		return 1
	}
	return a.c.eps(a.play.stats.Steps(), a.c.Steps)
}

// afterStep makes a soft (Polyak) update of the target network every TargetUpdateInterval
// environment steps. With the default Tau of 1, the update copies the online network.
func (a *DQN) afterStep(*env.Result) {
	steps, every := a.play.stats.Steps(), a.c.TargetUpdateInterval
	if steps/every > (steps-a.c.NEnvs)/every {
		nn.PolyakUpdate(a.target.Net, a.q.Net, a.c.Tau)
	}
}

// iterate takes the environment steps of an iteration and makes the updates that are due.
func (a *DQN) iterate() error { return a.interact(a) }

// update samples a minibatch and learns from it.
func (a *DQN) update() {
	if a.memory != nil {
		a.lastUpdate = a.learnFromSequences(a.sampleSequences())
		a.updateSequencePriorities(a.lastUpdate.tdError)
		return
	}
	a.lastUpdate = a.learnFrom(a.experience.sample(a.rng))
	a.experience.updatePriorities(a.lastUpdate.tdError)
}

// learnFrom takes a gradient step on the Huber loss of the TD errors Q(s, a) - y of a minibatch.
func (a *DQN) learnFrom(b *replay.Batch) (u updateResult) {
	u.target = a.tdTarget(b)
	t, n := a.tape, b.Len()
	t.Reset()
	q := a.q.Values(t, policy.Batch{Obs: b.Obs}).At(b.Act)
	l := loss.WeightedHuber(q, t.Const(u.target, n), t.Const(b.Weight, n), 1)
	f32.Sub(a.tdError, q.Value, u.target)
	u.tdError, u.criticLoss = a.tdError, float64(l.Scalar())
	l.Backward()
	a.opt.Step()
	a.updates++
	return u
}

// tdTarget returns the targets [B], where max and argmax are over the allowed actions at s':
//
//	y = r + γ max Q'(s', ·)             DQN
//	y = r + γ Q'(s', argmax Q(s', ·))   double DQN
func (a *DQN) tdTarget(b *replay.Batch) []float32 {
	in := policy.In{Obs: b.Next, Mask: b.Mask}
	if a.c.Double {
		a.q.Act(in, policy.Out{Act: a.nextAct})
		a.target.Act(in, policy.Out{Scores: a.nextQ})
		for i, k := range a.nextAct {
			a.nextValue[i] = a.nextQ[i*a.actions+int(k)]
		}
	} else {
		a.target.Act(in, policy.Out{Value: a.nextValue})
	}
	tdTargets(a.y, b, a.nextValue)
	return a.y
}

// metrics returns the metrics of the latest iteration.
func (a *DQN) metrics() []Metric {
	a.metricBuf = append(a.metricBuf[:0], Metric{"exploration_rate", a.explorationRate()}, Metric{"learning_rate", a.rate},
		Metric{"loss", a.lastUpdate.criticLoss}, Metric{"n_updates", float64(a.updates)})
	a.metricBuf = a.actors.append(a.metricBuf)
	return a.metricBuf
}

// State saves or loads the networks, the result and number of updates, and the state of offPolicy.
func (a *DQN) State(s *state.State) {
	s.Section("dqn", 1)
	s.All(a.q, a.target, &a.lastUpdate)
	s.Int("dqn/updates", &a.updates, state.MaxCount)
	a.offPolicy.State(s)
}
