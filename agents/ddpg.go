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

// DDPGConfig is all of DDPG's settings. Start from DefaultDDPG.
type DDPGConfig struct {
	Setup     `yaml:"-"`
	Replay    `yaml:",inline"`
	Noise     `yaml:",inline"`
	Normalize Normalize            `yaml:"normalize"`     // normalisation of observations and rewards
	Network   policy.NetworkConfig `yaml:"policy_kwargs"` // networks and optimiser
}

// DefaultDDPG returns the settings that Stable-Baselines3 has by default, with noise
// as rl-zoo3 has it.
func DefaultDDPG() DDPGConfig {
	return DDPGConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Noise: Noise{"normal", optim.Constant(0.1)}, Normalize: DefaultNormalize(),
		Network: offPolicyNetwork(400, 300),
	}
}

// Complete writes out the optimiser's defaults.
func (c *DDPGConfig) Complete() error { return c.Network.Complete(1e-8) }

func (c *DDPGConfig) validate() error {
	return broken(slices.Concat(c.Setup.rules(), c.Replay.rules(c.NEnvs), c.Noise.rules(), c.Normalize.rules()))
}

// DDPG is the deep deterministic policy gradient: Lillicrap et al. 2016,
// arXiv:1509.02971, algorithm 1.
type DDPG struct {
	horizon
	offPolicy
	dpg
	c DDPGConfig
}

var (
	_ Agent     = (*DDPG)(nil)
	_ Bounded   = (*DDPG)(nil)
	_ algorithm = (*DDPG)(nil)
)

// NewDDPG returns a DDPG that learns in environments from mk.
func NewDDPG(mk env.Maker, c DDPGConfig) (*DDPG, error) {
	a := &DDPG{c: c}
	if err := a.build(mk); err != nil {
		return nil, abandon("DDPG", err, a)
	}
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate}, c.Noise.schedule())
	return a, nil
}

// build makes the environments, the networks and the optimisers.
func (a *DDPG) build(mk env.Maker) (err error) {
	c := &a.c
	if err = ready(c); err != nil {
		return err
	}
	if err = a.connect(mk, &c.Setup, &c.Replay, &c.Normalize); err != nil {
		return err
	}
	a.dpg, err = newDPG(&a.offPolicy, c.Noise, &c.Network, 1)
	return err
}

// Learn takes steps, and learns from what it remembers.
func (a *DDPG) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.figures(a.rate)), errorf("DDPG", err)
}

// iterate takes steps, and makes the updates for them.
func (a *DDPG) iterate() error { return a.interact(a) }

// update learns from one minibatch.
func (a *DDPG) update() {
	a.last = a.learnFrom(a.memory.sample(a.rng))
	a.memory.learned(a.last.tdError)
}

// learnFrom takes a gradient step of the critic towards its target, and of the actor up
// the critic; then the target networks follow.
func (a *DDPG) learnFrom(b *replay.Batch) (f found) {
	f.target = a.target(b)
	f.tdError, f.criticLoss = a.critics.learn(b, f.target)
	f.actorLoss = a.learnActor(b.Obs)
	a.follow(a.c.Tau)
	a.updates++
	return f
}

// target returns y = r + γ Q'(s', μ'(s')).
func (a *DDPG) target(b *replay.Batch) []float32 {
	a.actorTarget.Act(policy.In{Obs: b.Next}, policy.Out{Raw: a.next})
	a.critics.target.Min(b.Next, a.next, a.value)
	tdTargets(a.y, b, a.value)
	return a.y
}

// State visits the networks, and what offPolicy has.
func (a *DDPG) State(s *state.State) {
	s.Section("ddpg", 1)
	s.All(&a.dpg, &a.offPolicy)
}
