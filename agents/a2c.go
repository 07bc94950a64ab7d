package agents

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/replay"
)

// A2CConfig has the settings of A2C. DefaultA2C returns the defaults.
type A2CConfig struct {
	Setup              `yaml:"-"`
	NSteps             int                  `yaml:"n_steps"`             // steps of each environment in a rollout, the experience between two updates
	LearningRate       optim.Schedule       `yaml:"learning_rate"`       // learning rate of the optimiser, α
	Gamma              float32              `yaml:"gamma"`               // discount factor γ: 0 counts only the next reward, 1 counts all rewards equally
	GAELambda          float32              `yaml:"gae_lambda"`          // λ of generalised advantage estimation; 1 is the paper's n-step return
	VFCoef             float32              `yaml:"vf_coef"`             // weight of the value loss
	EntCoef            optim.Schedule       `yaml:"ent_coef"`            // weight of the entropy bonus, β: a larger weight keeps actions more random
	MaxGradNorm        float32              `yaml:"max_grad_norm"`       // largest norm of a gradient; a gradient with a larger norm is scaled down to this norm
	NormalizeAdvantage bool                 `yaml:"normalize_advantage"` // scale the advantages of each update to mean 0 and standard deviation 1
	UseRMSProp         bool                 `yaml:"use_rms_prop"`        // true: RMSProp, false: Adam; optimizer_class of policy_kwargs overrides it
	RMSPropEps         float64              `yaml:"rms_prop_eps"`        // ε of RMSProp; eps of optimizer_kwargs overrides it
	UseSDE             bool                 `yaml:"use_sde"`             // explore by noise that depends on the state (gSDE, Raffin et al. 2021)
	SDESampleFreq      int                  `yaml:"sde_sample_freq"`     // steps between two samples of the gSDE noise; -1: one sample at the start of each rollout
	Normalize          Normalize            `yaml:"normalize"`           // normalisation of observations and rewards
	Network            policy.NetworkConfig `yaml:"policy_kwargs"`       // networks and optimiser
}

// DefaultA2C returns the default settings of Stable-Baselines3.
func DefaultA2C() A2CConfig {
	k := policy.DefaultNetworkConfig()
	k.OptimizerClass = ""
	return A2CConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		NSteps: 5, LearningRate: optim.Constant(7e-4), Gamma: 0.99, GAELambda: 1, VFCoef: 0.5, MaxGradNorm: 0.5,
		UseRMSProp: true, RMSPropEps: 1e-5, SDESampleFreq: -1, Normalize: DefaultNormalize(), Network: k,
	}
}

// Complete fills in the default settings of the optimiser, which is RMSProp, or Adam if
// UseRMSProp is false.
func (c *A2CConfig) Complete() error {
	if k := &c.Network; k.OptimizerClass == "" && c.UseRMSProp {
		k.OptimizerClass = "rmsprop"
		if k.OptimizerSettings.Eps == nil {
			k.OptimizerSettings.Eps = &c.RMSPropEps
		}
	}
	return c.Network.Complete(1e-5)
}

// Discount returns the discount γ.
func (c *A2CConfig) Discount() float32 { return c.Gamma }

// validate returns an error for the first setting that is out of its range.
func (c *A2CConfig) validate() error {
	return firstViolation(append(append(c.Setup.rules(), c.Normalize.rules()...),
		rule{1 <= c.NSteps && c.NSteps <= 1<<24, "n_steps", c.NSteps, "1 … 16777216"},
		rule{c.NSteps*c.NEnvs > 1 || !c.NormalizeAdvantage, "n_steps", c.NSteps, "n_envs·n_steps of 2 or more, because advantages are normalised"},
		scheduleRule("learning_rate", c.LearningRate, math.MaxFloat32),
		rule{inUnitInterval(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{inUnitInterval(c.GAELambda), "gae_lambda", c.GAELambda, "0 … 1"},
		rule{finiteNonNegative(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		scheduleRule("ent_coef", c.EntCoef, math.MaxFloat32),
		rule{c.SDESampleFreq == -1 || c.SDESampleFreq >= 1, "sde_sample_freq", c.SDESampleFreq, "1 or more, or -1"},
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
	))
}

// onPolicy returns the settings that all agents that learn from rollouts have.
func (c *A2CConfig) onPolicy() onPolicyConfig {
	c.Network.UseSDE = c.UseSDE
	return onPolicyConfig{
		setup: &c.Setup, normalize: &c.Normalize, network: &c.Network, gamma: c.Gamma, maxGradNorm: c.MaxGradNorm,
		noiseSteps: c.SDESampleFreq, batchSize: c.NEnvs * c.NSteps,
	}
}

// rollouts returns the steps of a rollout, which is one sequence for a memory of the given number of floats.
func (c *A2CConfig) rollouts(memory int) (steps int, s sequences, err error) {
	return c.NSteps, sequences{memory: memory, length: c.NSteps}, nil
}

// A2C is the synchronous advantage actor-critic: algorithm S3 of Mnih et al. 2016,
// arXiv:1602.01783, with the steps of all environments in one batch.
type A2C struct {
	scheduleBound
	onPolicy
	c         A2CConfig
	roll      *replay.Rollout
	rate      float64        // learning rate in this iteration
	objective policyGradient // loss weights in this iteration
	log       policyGradientLog
	sequences rolloutBatch // all steps of the rollout, for networks with memory
}

var _ Agent = (*A2C)(nil)

// NewA2C returns an A2C agent that learns in environments made by mk.
func NewA2C(mk env.Maker, c A2CConfig) (*A2C, error) {
	a := &A2C{c: c}
	if err := a.build(mk); err != nil {
		return nil, closeOnError("A2C", err, a)
	}
	a.setSchedules(&a.c.Setup, namedSchedule{"learning_rate", c.LearningRate})
	return a, nil
}

// build makes the environments, the networks, the optimiser and the rollout.
func (a *A2C) build(mk env.Maker) (err error) {
	c := &a.c
	if err = completeAndValidate(c); err != nil {
		return err
	}
	if err = a.initOnPolicy(mk, c.onPolicy()); err != nil {
		return err
	}
	steps, q, _ := c.rollouts(a.networks.model.Spec().Memory)
	a.roll, err = a.crew.newRollout(steps, q)
	return err
}

// spread lets others play the rollouts.
func (a *A2C) spread(c Collector) error { return a.crew.letPlay(c, a.networks.model) }

// Learn collects rollouts and takes one gradient step with each.
func (a *A2C) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.crew.stats.Report(a.log.metrics(a.rate, a.c.EntCoef, a.objective.entCoef)), algorithmError("A2C", err)
}

// iterate collects a rollout and takes a gradient step with it. The schedules' values at the
// start of the iteration are used for the whole iteration.
func (a *A2C) iterate() error {
	step := a.crew.stats.Steps()
	a.rate = a.c.LearningRate.At(step, a.c.Steps)
	a.networks.opt.Rate = float32(a.rate)
	a.objective = policyGradient{vfCoef: a.c.VFCoef, entCoef: float32(a.c.EntCoef.At(step, a.c.Steps)), fraction: 1}
	if err := a.collect(a.roll); err != nil {
		return err
	}
	a.computeValues(a.roll)
	a.roll.Advantages(a.c.Gamma, a.c.GAELambda)
	a.gradientStep(a.roll.All())
	return a.endIteration(a.roll)
}

// gradientStep takes one gradient step on the batch b.
func (a *A2C) gradientStep(b *replay.Minibatch) {
	a.log.reset(explainedVariance(b.Value, b.Return))
	if a.c.NormalizeAdvantage {
		normalizeAdvantages(b.Advantage)
	}
	a.log.add(a.networks.gradientStep(a.sequences.whole(a.roll, b), &a.objective), 1)
}

// State saves or loads the state of training.
func (a *A2C) State(s *state.State) {
	s.Section("a2c", 1)
	a.onPolicy.State(s)
}
