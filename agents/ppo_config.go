package agents

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// PPOConfig has the settings of PPO. DefaultPPO returns the defaults.
type PPOConfig struct {
	Setup              `yaml:"-"`
	NSteps             int                  `yaml:"n_steps"`             // steps of each environment in a rollout, the experience between two updates: T
	BatchSize          int                  `yaml:"batch_size"`          // transitions in a minibatch, M; the last minibatch of a rollout has the remaining transitions
	SequenceLength     int                  `yaml:"sequence_length"`     // for networks with memory: steps of a sequence, through which gradients flow back; it divides n_steps; 0: n_steps, or batch_size if that is smaller
	BurnIn             int                  `yaml:"burn_in"`             // for networks with memory: steps before a sequence that the current networks repeat before each gradient step, to bring the stored memory up to date
	NEpochs            int                  `yaml:"n_epochs"`            // passes over each rollout, K
	LearningRate       optim.Schedule       `yaml:"learning_rate"`       // learning rate of the optimiser, α
	ClipRange          optim.Schedule       `yaml:"clip_range"`          // clip range ε: probability ratios are clipped to [1 - ε, 1 + ε]
	ClipRangeVF        *optim.Schedule      `yaml:"clip_range_vf"`       // clip range of the critic's value: its largest change from the old prediction; nil: no limit
	Gamma              float32              `yaml:"gamma"`               // discount factor γ: 0 counts only the next reward, 1 counts all rewards equally
	GAELambda          float32              `yaml:"gae_lambda"`          // λ of generalised advantage estimation: 0 trusts the critic, 1 trusts the returns
	VFCoef             float32              `yaml:"vf_coef"`             // weight of the value loss, c₁
	EntCoef            optim.Schedule       `yaml:"ent_coef"`            // weight of the entropy bonus, c₂: a larger weight keeps actions more random
	MaxGradNorm        float32              `yaml:"max_grad_norm"`       // largest norm of a gradient; a gradient with a larger norm is scaled down to this norm
	NormalizeAdvantage bool                 `yaml:"normalize_advantage"` // scale the advantages of each minibatch to mean 0 and standard deviation 1
	TargetKL           *float32             `yaml:"target_kl"`           // end the passes over a rollout when approx_kl exceeds 1.5 times this number; nil: never
	UseSDE             bool                 `yaml:"use_sde"`             // explore by noise that depends on the state (gSDE, Raffin et al. 2021)
	SDESampleFreq      int                  `yaml:"sde_sample_freq"`     // steps between two samples of the gSDE noise; -1: one sample at the start of each rollout
	Normalize          Normalize            `yaml:"normalize"`           // normalisation of observations and rewards
	Network            policy.NetworkConfig `yaml:"policy_kwargs"`       // networks and optimiser
}

// DefaultPPO returns the default settings of Stable-Baselines3.
func DefaultPPO() PPOConfig {
	return PPOConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		NSteps: 2048, BatchSize: 64, NEpochs: 10,
		LearningRate: optim.Constant(3e-4), ClipRange: optim.Constant(0.2),
		Gamma: 0.99, GAELambda: 0.95, VFCoef: 0.5, MaxGradNorm: 0.5,
		NormalizeAdvantage: true, SDESampleFreq: -1, Normalize: DefaultNormalize(), Network: policy.DefaultNetworkConfig(),
	}
}

// Complete fills in the optimiser's default settings. Adam's ε is 10⁻⁵, as in OpenAI Baselines.
func (c *PPOConfig) Complete() error { return c.Network.Complete(1e-5) }

// Discount returns the discount γ.
func (c *PPOConfig) Discount() float32 { return c.Gamma }

// validate returns an error for the first setting that is out of its range.
func (c *PPOConfig) validate() error {
	return firstViolation(slices.Concat(c.Setup.rules(), c.Normalize.rules(), []rule{
		{1 <= c.NSteps && c.NSteps <= 1<<24, "n_steps", c.NSteps, "1 … 16777216"},
		{c.BatchSize >= 1, "batch_size", c.BatchSize, "1 or more"},
		{c.BatchSize > 1 || !c.NormalizeAdvantage, "batch_size", c.BatchSize, "2 or more, because advantages are normalised"},
		{c.NSteps*c.NEnvs > 1 || !c.NormalizeAdvantage, "n_steps", c.NSteps, "n_envs·n_steps of 2 or more, because advantages are normalised"},
		{c.SequenceLength >= 0, "sequence_length", c.SequenceLength, "0 or more"},
		{c.BurnIn >= 0, "burn_in", c.BurnIn, "0 or more"},
		{c.NEpochs >= 1, "n_epochs", c.NEpochs, "1 or more"},
		scheduleRule("learning_rate", c.LearningRate, math.MaxFloat32),
		scheduleRule("clip_range", c.ClipRange, math.MaxFloat32),
		c.clipRangeVF(),
		{inUnitInterval(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		{inUnitInterval(c.GAELambda), "gae_lambda", c.GAELambda, "0 … 1"},
		{finiteNonNegative(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		scheduleRule("ent_coef", c.EntCoef, math.MaxFloat32),
		{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
		{c.SDESampleFreq == -1 || c.SDESampleFreq >= 1, "sde_sample_freq", c.SDESampleFreq, "1 or more, or -1"},
		{c.TargetKL == nil || *c.TargetKL > 0, "target_kl", valueOrNil(c.TargetKL), "more than 0, or null"},
	}))
}

// onPolicy returns the settings that all agents that learn from rollouts have.
func (c *PPOConfig) onPolicy() onPolicyConfig {
	c.Network.UseSDE = c.UseSDE
	return onPolicyConfig{
		setup: &c.Setup, normalize: &c.Normalize, network: &c.Network, gamma: c.Gamma, maxGradNorm: c.MaxGradNorm,
		noiseSteps: c.SDESampleFreq, batchSize: min(c.BatchSize, c.NEnvs*c.NSteps),
	}
}

// rollouts returns the steps of a rollout, and how it keeps a memory of the given number of floats.
func (c *PPOConfig) rollouts(memory int) (steps int, s sequences, err error) {
	s, err = c.sequences(memory)
	return c.NSteps, s, err
}

// sequences returns how a rollout keeps memory, which has the given number of floats per
// environment. It is an error if sequences of the length do not fit into the rollout and into a
// minibatch.
func (c *PPOConfig) sequences(memory int) (sequences, error) {
	if memory == 0 {
		return sequences{}, nil
	}
	l := cmp.Or(c.SequenceLength, min(c.NSteps, c.BatchSize))
	return sequences{memory, l, c.BurnIn}, firstViolation([]rule{
		{c.NSteps%l == 0, "sequence_length", l, fmt.Sprintf("a divisor of n_steps %d", c.NSteps)},
		{c.BatchSize >= l, "batch_size", c.BatchSize, fmt.Sprintf("%d or more, because the networks have memory and learn from sequences of sequence_length %d steps", l, l)},
		{c.BurnIn <= l, "burn_in", c.BurnIn, fmt.Sprintf("sequence_length %d or less", l)},
	})
}

// clipRangeVF returns the rule for ClipRangeVF.
func (c *PPOConfig) clipRangeVF() rule {
	if c.ClipRangeVF == nil {
		return rule{holds: true}
	}
	return scheduleRule("clip_range_vf", *c.ClipRangeVF, math.MaxFloat32)
}
