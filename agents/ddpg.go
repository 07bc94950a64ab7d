package agents

import (
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
)

// DDPGConfig is all of DDPG's settings. Start from DefaultDDPG.
type DDPGConfig struct {
	Setup        `yaml:"-"`
	Replay       `yaml:",inline"`
	Noise        `yaml:",inline"`
	PolicyKwargs policy.Kwargs `yaml:"policy_kwargs"`
}

// DefaultDDPG returns the settings that Stable-Baselines3 has by default, with noise
// as rl-zoo3 has it.
func DefaultDDPG() DDPGConfig {
	return DDPGConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		Replay: DefaultReplay(), Noise: Noise{"normal", 0.1}, PolicyKwargs: offPolicyKwargs(400, 300),
	}
}

// offPolicyKwargs are networks of rectified hidden layers.
func offPolicyKwargs(hidden ...int) policy.Kwargs {
	k := policy.DefaultKwargs()
	k.NetArch, k.ActivationFn, k.DefaultInit = policy.Layers(hidden...), "relu", "pytorch"
	return k
}

// Complete writes out the optimiser's defaults.
func (c *DDPGConfig) Complete() error { return c.PolicyKwargs.Complete(1e-8) }

func (c *DDPGConfig) validate() error {
	return broken(slices.Concat(c.Setup.rules(), c.Replay.rules(), c.Noise.rules()))
}

// DDPG is the deep deterministic policy gradient: Lillicrap et al. 2016,
// arXiv:1509.02971, algorithm 1.
type DDPG struct {
	dpg
	c DDPGConfig
}

var _ Agent = (*DDPG)(nil)

// NewDDPG returns a DDPG that learns in environments from mk.
func NewDDPG(mk env.Maker, c DDPGConfig) (*DDPG, error) {
	a := &DDPG{c: c}
	if err := a.begin(mk); err != nil {
		return nil, errorf("DDPG", err)
	}
	a.update = a.improve
	return a, nil
}

// begin makes what can fail.
func (a *DDPG) begin(mk env.Maker) error {
	if err := ready(&a.c); err != nil {
		return err
	}
	return a.build(mk, &a.c.Setup, &a.c.Replay, a.c.Noise, &a.c.PolicyKwargs, 1)
}

// Learn takes steps, and learns from what it remembers.
func (a *DDPG) Learn(until int) (Report, error) {
	err := a.learn(until)
	return a.stats.Report(a.figures()), errorf("DDPG", err)
}

// improve learns from a minibatch, towards y = r + γ Q'(s', μ'(s')).
func (a *DDPG) improve() {
	a.actorTarget.Act(policy.In{Obs: a.batch.Next}, policy.Out{Raw: a.next})
	a.critics.target.Least(a.batch.Next, a.next, a.value)
	a.targets(a.value)
	a.critics.learn()
	a.learnActor()
	a.blend()
	a.updates++
}
