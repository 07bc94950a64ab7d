package agents

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// A2CConfig is all of A2C's settings. Start from DefaultA2C.
type A2CConfig struct {
	Setup              `yaml:"-"`
	NSteps             int            `yaml:"n_steps"`             // steps of each environment between updates
	LearningRate       optim.Schedule `yaml:"learning_rate"`       // α
	Gamma              float32        `yaml:"gamma"`               // discount γ
	GAELambda          float32        `yaml:"gae_lambda"`          // λ; 1 is the paper's n-step return
	VFCoef             float32        `yaml:"vf_coef"`             // weight of the value loss
	EntCoef            float32        `yaml:"ent_coef"`            // weight of the entropy bonus, β
	MaxGradNorm        float32        `yaml:"max_grad_norm"`       // the gradient is scaled down to this norm
	NormalizeAdvantage bool           `yaml:"normalize_advantage"` // to mean 0 and deviation 1 in each update
	UseRMSProp         bool           `yaml:"use_rms_prop"`        // where policy_kwargs name no optimiser; or else Adam
	RMSPropEps         float64        `yaml:"rms_prop_eps"`        // its ε
	UseSDE             bool           `yaml:"use_sde"`             // explore by noise that depends on the state (gSDE)
	SDESampleFreq      int            `yaml:"sde_sample_freq"`     // steps between draws of that noise; -1: once a rollout
	Normalize          Normalize      `yaml:"normalize"`
	PolicyKwargs       policy.Kwargs  `yaml:"policy_kwargs"`
}

// DefaultA2C returns the settings that Stable-Baselines3 has by default.
func DefaultA2C() A2CConfig {
	k := policy.DefaultKwargs()
	k.OptimizerClass = ""
	return A2CConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		NSteps: 5, LearningRate: optim.Constant(7e-4), Gamma: 0.99, GAELambda: 1, VFCoef: 0.5, EntCoef: 0, MaxGradNorm: 0.5,
		UseRMSProp: true, RMSPropEps: 1e-5, SDESampleFreq: -1, Normalize: DefaultNormalize(), PolicyKwargs: k,
	}
}

// Complete writes out the optimiser's defaults.
func (c *A2CConfig) Complete() error {
	if k := &c.PolicyKwargs; k.OptimizerClass == "" && c.UseRMSProp {
		k.OptimizerClass = "rmsprop"
		if k.OptimizerKwargs.Eps == nil {
			k.OptimizerKwargs.Eps = &c.RMSPropEps
		}
	}
	return c.PolicyKwargs.Complete(1e-5)
}

// Discount is γ.
func (c *A2CConfig) Discount() float32 { return c.Gamma }

// validate returns what is wrong with the first setting that cannot be.
func (c *A2CConfig) validate() error {
	return broken(append(append(c.Setup.rules(), c.Normalize.rules()...),
		rule{1 <= c.NSteps && c.NSteps <= 1<<24, "n_steps", c.NSteps, "1 … 16777216"},
		rule{c.NSteps*c.NEnvs > 1 || !c.NormalizeAdvantage, "n_steps", c.NSteps, "2 rows or more to normalise advantages in"},
		rule{weight(c.LearningRate.Start()), "learning_rate", c.LearningRate, "0 or more"},
		rule{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{unit(c.GAELambda), "gae_lambda", c.GAELambda, "0 … 1"},
		rule{weight(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		rule{weight(c.EntCoef), "ent_coef", c.EntCoef, "0 or more"},
		rule{c.SDESampleFreq == -1 || c.SDESampleFreq >= 1, "sde_sample_freq", c.SDESampleFreq, "1 or more, or -1"},
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
	))
}

// A2C is the advantage actor-critic: Mnih et al. 2016, arXiv:1602.01783, algorithm
// S3, with all workers' steps in one batch.
type A2C struct {
	actorCritic
	c    A2CConfig
	rate float64 // in this iteration
}

var _ Agent = (*A2C)(nil)

// NewA2C returns an A2C that learns in environments from mk.
func NewA2C(mk env.Maker, c A2CConfig) (*A2C, error) {
	a := &A2C{c: c}
	if err := a.begin(mk); err != nil {
		return nil, fmt.Errorf("agents: A2C: %w", err)
	}
	a.opt.MaxNorm = c.MaxGradNorm
	a.weigh(c.VFCoef, c.EntCoef)
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate})
	return a, nil
}

// begin makes what can fail.
func (a *A2C) begin(mk env.Maker) error {
	if err := ready(&a.c); err != nil {
		return err
	}
	a.c.PolicyKwargs.UseSDE, a.noiseFor = a.c.UseSDE, a.c.SDESampleFreq
	first, err := a.connect(mk, &a.c.Setup, &a.c.PolicyKwargs, &a.c.Normalize, a.c.Gamma)
	if err != nil {
		return err
	}
	return a.gatherer.begin(a.c.NSteps, first)
}

// Learn gathers rollouts and takes a step with each.
func (a *A2C) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.stats.Report(a.log.figures(a.rate)), errorf("A2C", err)
}

// iterate gathers T steps and learns from them.
func (a *A2C) iterate() error {
	a.rate = a.c.LearningRate.At(a.stats.Steps(), a.c.Steps)
	a.opt.Rate = float32(a.rate)
	if err := a.collect(); err != nil {
		return err
	}
	a.advantages(a.c.Gamma, a.c.GAELambda)
	if a.c.NormalizeAdvantage {
		normalize(a.adv)
	}
	a.descend(a.roll.Steps(), a.masks)
	a.observe()
	return a.check()
}
