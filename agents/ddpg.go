package agents

import (
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/replay"
)

// DDPGConfig has the settings of DDPG. DefaultDDPG returns the defaults.
type DDPGConfig struct {
	Setup     `yaml:"-"`
	Replay    `yaml:",inline"`
	Acting    `yaml:",inline"`
	ApeX      `yaml:",inline"`
	Noise     `yaml:",inline"`
	Normalize Normalize            `yaml:"normalize"`     // normalisation of observations and rewards
	Network   policy.NetworkConfig `yaml:"policy_kwargs"` // networks and optimiser
}

// DefaultDDPG returns the default settings of Stable-Baselines3, with the exploration noise that
// rl-zoo3 uses.
func DefaultDDPG() DDPGConfig {
	return DDPGConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Acting: DefaultActing(), ApeX: DefaultApeX(), Noise: Noise{"normal", optim.Constant(0.1)}, Normalize: DefaultNormalize(),
		Network: offPolicyNetwork(400, 300),
	}
}

// Complete fills in the optimiser's default settings.
func (c *DDPGConfig) Complete() error { return c.Network.Complete(1e-8) }

// validate returns an error for the first setting that is out of its range.
func (c *DDPGConfig) validate() error {
	return firstViolation(slices.Concat(c.Setup.rules(), c.Replay.rules(c.NEnvs), c.Acting.rules(), c.ApeX.rules(c.Actors), c.Noise.rules(), c.Normalize.rules()))
}

// DDPG is the deep deterministic policy gradient: Lillicrap et al. 2016,
// arXiv:1509.02971, algorithm 1.
type DDPG struct {
	scheduleBound
	offPolicy
	dpg
	c DDPGConfig
}

var (
	_ Agent     = (*DDPG)(nil)
	_ Bounded   = (*DDPG)(nil)
	_ algorithm = (*DDPG)(nil)
)

// NewDDPG returns a DDPG agent that learns in environments made by mk.
func NewDDPG(mk env.Maker, c DDPGConfig) (*DDPG, error) {
	a := &DDPG{c: c}
	if err := a.build(mk); err != nil {
		return nil, closeOnError("DDPG", err, a)
	}
	a.setSchedules(&a.c.Setup, namedSchedule{"learning_rate", c.LearningRate}, c.Noise.stdSchedule())
	if err := a.useActors(a, c.Acting, c.ApeX, func(i int) (distributable, error) {
		k := c
		k.forActor(i, &k.Setup, &k.Acting, c.ApeX)
		w, err := NewDDPG(mk, k)
		if err == nil {
			w.noise.scale = actorNoise(i, c.Actors)
		}
		return w, err
	}); err != nil {
		return nil, closeOnError("DDPG", err, a)
	}
	return a, nil
}

// build makes the environments, the replay buffer, the networks and the optimisers.
func (a *DDPG) build(mk env.Maker) (err error) {
	c := &a.c
	if err = completeAndValidate(c); err != nil {
		return err
	}
	if err = a.initOffPolicy(mk, &c.Setup, &c.Replay, &c.Normalize); err != nil {
		return err
	}
	a.dpg, err = newDPG(&a.offPolicy, c.Noise, &c.Network, 1)
	return err
}

// Learn takes environment steps, and learns from minibatches of the replay buffer.
func (a *DDPG) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.metrics(a.rate, a.actors)), algorithmError("DDPG", err)
}

// iterate takes the environment steps of an iteration and makes the updates that are due.
func (a *DDPG) iterate() error { return a.interact(a) }

// update samples a minibatch and learns from it.
func (a *DDPG) update() {
	if a.memory != nil {
		a.lastUpdate = a.learnFromSequences(a.sampleSequences())
		a.updateSequencePriorities(a.lastUpdate.tdError)
		return
	}
	a.lastUpdate = a.learnFrom(a.experience.sample(a.rng))
	a.experience.updatePriorities(a.lastUpdate.tdError)
}

// learnFrom takes a gradient step of the critic and a gradient step of the actor on a minibatch.
// Then it makes a soft (Polyak) update of the target networks.
func (a *DDPG) learnFrom(b *replay.Batch) (u updateResult) {
	u.target = a.target(b)
	u.tdError, u.criticLoss = a.critics.update(b, u.target)
	u.actorLoss = a.updateActor(b.Obs)
	a.updateTargets(a.c.Tau)
	a.updates++
	return u
}

// target returns the critic's targets [B]:
//
//	y = r + γ Q'(s', μ'(s'))
func (a *DDPG) target(b *replay.Batch) []float32 {
	a.actorTarget.Act(policy.In{Obs: b.Next}, policy.Out{Raw: a.nextAct})
	a.critics.target.Min(b.Next, a.nextAct, nil, a.nextValue)
	tdTargets(a.y, b, a.nextValue)
	return a.y
}

// State saves or loads the networks and the state of offPolicy.
func (a *DDPG) State(s *state.State) {
	s.Section("ddpg", 1)
	s.All(&a.dpg, &a.offPolicy)
}
