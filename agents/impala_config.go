package agents

import (
	"math"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// IMPALAConfig has the settings of IMPALA. DefaultIMPALA returns the defaults. NEnvs is the number
// of environments of each actor.
type IMPALAConfig struct {
	Setup        `yaml:"-"`
	NSteps       int `yaml:"n_steps"` // steps of each environment in a trajectory
	Acting       `yaml:",inline"`
	BatchSize    int                  `yaml:"batch_size"`    // trajectories in an update
	MaxLag       int                  `yaml:"max_lag"`       // updates between the start of a trajectory and its use; older trajectories are dropped
	LearningRate optim.Schedule       `yaml:"learning_rate"` // learning rate of the optimiser, α
	Gamma        float32              `yaml:"gamma"`         // discount factor γ: 0 counts only the next reward, 1 counts all rewards equally
	VTraceLambda float32              `yaml:"vtrace_lambda"` // λ of V-trace: a smaller value counts later TD errors less; 1 is the paper's
	RhoBar       float32              `yaml:"rho_bar"`       // ρ̄: largest importance weight of a TD error and of the policy gradient
	CBar         float32              `yaml:"c_bar"`         // c̄: largest importance weight by which later TD errors count; rho_bar or less
	VFCoef       float32              `yaml:"vf_coef"`       // weight of the value loss
	EntCoef      optim.Schedule       `yaml:"ent_coef"`      // weight of the entropy bonus: a larger weight keeps actions more random
	MaxGradNorm  float32              `yaml:"max_grad_norm"` // largest norm of a gradient; a gradient with a larger norm is scaled down to this norm
	Normalize    Normalize            `yaml:"normalize"`     // normalisation of observations and rewards
	Network      policy.NetworkConfig `yaml:"policy_kwargs"` // networks and optimiser
}

// DefaultIMPALA returns settings with four actors and the paper's clips ρ̄ = c̄ = 1. Adam takes the
// place of the paper's RMSProp, which optimizer_class of policy_kwargs brings back.
func DefaultIMPALA() IMPALAConfig {
	return IMPALAConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 4, Engine: nn.Native{}},
		NSteps: 32, Acting: Acting{Actors: 4, QueueDepth: 8}, BatchSize: 4, MaxLag: 20, LearningRate: optim.Constant(1e-3), Gamma: 0.99,
		VTraceLambda: 1, RhoBar: 1, CBar: 1, VFCoef: 0.5, EntCoef: optim.Constant(0.01), MaxGradNorm: 0.5,
		Normalize: DefaultNormalize(), Network: policy.DefaultNetworkConfig(),
	}
}

// Complete fills in the optimiser's default settings.
func (c *IMPALAConfig) Complete() error { return c.Network.Complete(1e-5) }

// Discount returns the discount γ.
func (c *IMPALAConfig) Discount() float32 { return c.Gamma }

// vtrace returns the settings of V-trace.
func (c *IMPALAConfig) vtrace() loss.VTrace {
	return loss.VTrace{Gamma: c.Gamma, Lambda: c.VTraceLambda, RhoBar: c.RhoBar, CBar: c.CBar, PGRhoBar: c.RhoBar}
}

// validate returns an error for the first setting that is out of its range.
func (c *IMPALAConfig) validate() error {
	return firstViolation(append(append(append(c.Setup.rules(), c.Normalize.rules()...), c.Acting.rules()...),
		rule{c.Actors >= 1, "actors", c.Actors, "1 … 4096"},
		rule{1 <= c.NSteps && c.NSteps <= 1<<20, "n_steps", c.NSteps, "1 … 1048576"},
		rule{1 <= c.BatchSize && c.BatchSize <= 1<<12, "batch_size", c.BatchSize, "1 … 4096"},
		rule{0 <= c.MaxLag && c.MaxLag <= 1<<20, "max_lag", c.MaxLag, "0 … 1048576"},
		scheduleRule("learning_rate", c.LearningRate, math.MaxFloat32),
		rule{inUnitInterval(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{inUnitInterval(c.VTraceLambda), "vtrace_lambda", c.VTraceLambda, "0 … 1"},
		rule{c.RhoBar > 0 && finiteNonNegative(c.RhoBar), "rho_bar", c.RhoBar, "more than 0"},
		rule{c.CBar > 0 && c.CBar <= c.RhoBar, "c_bar", c.CBar, "more than 0, and rho_bar or less"},
		rule{finiteNonNegative(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		scheduleRule("ent_coef", c.EntCoef, math.MaxFloat32),
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
		rule{c.Network.Norm != "batch", "norm", c.Network.Norm, "layer or none: actors cannot share the running averages of batch norm"},
	))
}
