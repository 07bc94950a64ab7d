package agents

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/replay"
)

// ReinforceConfig is all of REINFORCE's settings. Start from DefaultReinforce.
type ReinforceConfig struct {
	Setup              `yaml:"-"`
	NEpisodes          int                  `yaml:"n_episodes"`          // least number of whole episodes between two updates
	LearningRate       optim.Schedule       `yaml:"learning_rate"`       // learning rate of the optimiser, α
	Gamma              float32              `yaml:"gamma"`               // discount factor γ: 0 counts the next reward alone, 1 counts all rewards alike
	Baseline           bool                 `yaml:"baseline"`            // subtract a learned value of the state from each return, which makes gradients less noisy
	VFCoef             float32              `yaml:"vf_coef"`             // weight of the loss of that value
	EntCoef            optim.Schedule       `yaml:"ent_coef"`            // weight of the entropy bonus: more of it keeps actions more random
	MaxGradNorm        float32              `yaml:"max_grad_norm"`       // largest norm of a gradient; a longer gradient is scaled down to it
	NormalizeAdvantage bool                 `yaml:"normalize_advantage"` // scale the advantages of each update to mean 0 and standard deviation 1
	Normalize          Normalize            `yaml:"normalize"`           // normalisation of observations and rewards
	Network            policy.NetworkConfig `yaml:"policy_kwargs"`       // networks and optimiser
}

// DefaultReinforce returns settings that suit episodes of some hundred steps.
func DefaultReinforce() ReinforceConfig {
	return ReinforceConfig{
		Setup:     Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		NEpisodes: 10, LearningRate: optim.Constant(1e-3), Gamma: 0.99, Baseline: true, VFCoef: 0.5, MaxGradNorm: 0.5,
		NormalizeAdvantage: true, Normalize: DefaultNormalize(), Network: policy.DefaultNetworkConfig(),
	}
}

// Complete writes out the optimiser's defaults.
func (c *ReinforceConfig) Complete() error { return c.Network.Complete(1e-8) }

// Discount is γ.
func (c *ReinforceConfig) Discount() float32 { return c.Gamma }

// validate returns what is wrong with the first setting that cannot be.
func (c *ReinforceConfig) validate() error {
	return broken(append(append(c.Setup.rules(), c.Normalize.rules()...),
		rule{1 <= c.NEpisodes && c.NEpisodes <= 1<<20, "n_episodes", c.NEpisodes, "1 … 1048576"},
		course("learning_rate", c.LearningRate, math.MaxFloat32),
		rule{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{weight(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		course("ent_coef", c.EntCoef, math.MaxFloat32),
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
	))
}

// Reinforce is REINFORCE: Williams 1992, "Simple statistical gradient-following
// algorithms for connectionist reinforcement learning"; with a learned baseline
// as in Sutton and Barto 2018, section 13.4. The discount of the step itself, γᵗ, is
// left out, as is usual.
type Reinforce struct {
	horizon
	onPolicy
	c         ReinforceConfig
	episodes  *replay.Episodes
	rate      float64        // in this iteration
	objective policyGradient // in this iteration
	log       policyGradientLog

	reward, over []float32  // [N] of the latest step; 1 where it ended an episode
	last         [1]float32 // V of a last observation
}

var _ Agent = (*Reinforce)(nil)

// NewReinforce returns a Reinforce that learns in environments from mk.
func NewReinforce(mk env.Maker, c ReinforceConfig) (*Reinforce, error) {
	a := &Reinforce{c: c}
	if err := a.build(mk); err != nil {
		return nil, abandon("REINFORCE", err, a)
	}
	n := c.NEnvs
	a.episodes = replay.NewEpisodes(a.play.vec.Spec(), n, c.NEpisodes, a.play.mask != nil)
	a.reward, a.over = make([]float32, n), make([]float32, n)
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate})
	return a, nil
}

// build makes the environments, the networks and the optimisers.
func (a *Reinforce) build(mk env.Maker) error {
	c := &a.c
	if err := ready(c); err != nil {
		return err
	}
	return a.connect(mk, onPolicyConfig{&c.Setup, &c.Normalize, &c.Network, c.Gamma, c.MaxGradNorm, 0})
}

// Learn plays episodes and takes a step with each batch of them.
func (a *Reinforce) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.play.stats.Report(a.log.figures(a.rate, a.c.EntCoef, a.objective.entCoef)), errorf("REINFORCE", err)
}

// iterate plays until enough episodes have ended, and learns from those. Schedules are
// read at its start.
func (a *Reinforce) iterate() error {
	step := a.play.stats.Steps()
	a.rate = a.c.LearningRate.At(step, a.c.Steps)
	a.networks.opt.Rate = float32(a.rate)
	a.objective = policyGradient{vfCoef: a.c.VFCoef, entCoef: float32(a.c.EntCoef.At(step, a.c.Steps))}
	if !a.c.Baseline {
		a.objective.vfCoef = 0
	}
	a.episodes.Clear()
	for a.episodes.Count < a.c.NEpisodes {
		if err := a.step(); err != nil {
			return err
		}
	}
	a.advantages()
	a.improve()
	return a.check()
}

// step takes one step in each environment.
func (a *Reinforce) step() error {
	a.episodes.Show(a.play.obs, a.play.mask)
	res, err := a.play.step(a.networks.model)
	if err != nil {
		return a.blame(err)
	}
	for i, r := range res.Reward {
		a.reward[i], a.over[i] = float32(r), 0
		if res.Done(i) {
			a.over[i] = 1
		}
	}
	if a.scale != nil {
		a.scale.normalize(a.reward, a.over)
	}
	if err := a.episodes.Add(a.play.raw, a.reward); err != nil {
		return err
	}
	for i := range a.over {
		if res.Done(i) {
			a.episodes.End(i, a.after(res, i), a.c.Gamma)
		}
	}
	return nil
}

// after returns what comes after the last step of environment i's episode: V of the last
// observation where the episode was cut off and there is a baseline.
func (a *Reinforce) after(res *env.Result, i int) float32 {
	if !a.c.Baseline || res.Terminated[i] {
		return 0
	}
	o := len(res.Next) / len(a.over)
	a.networks.model.Act(policy.In{Obs: res.Next[i*o : (i+1)*o]}, policy.Out{Value: a.last[:]})
	return a.last[0]
}

// advantages are the returns, less V if that is the baseline.
func (a *Reinforce) advantages() {
	e := a.episodes
	v, adv := e.Values()
	for from := 0; from < len(v); from += rowsAtOnce {
		to := min(from+rowsAtOnce, len(v))
		a.networks.model.Act(policy.In{Obs: e.Rows(from, to).Obs}, policy.Out{Value: v[from:to]})
	}
	if copy(adv, e.Return); a.c.Baseline {
		f32.Sub(adv, adv, v)
	}
	a.log.reset(explainedVariance(v, e.Return))
	if a.c.NormalizeAdvantage && len(v) > 1 {
		normalize(adv)
	}
}

// rowsAtOnce bounds what the tapes hold at a time.
const rowsAtOnce = 512

// improve takes a step along the gradient of all rows, which is gathered in pieces, and
// then takes the observations into account for the next batch.
func (a *Reinforce) improve() {
	rows := a.episodes.Len()
	for from := 0; from < rows; from += rowsAtOnce {
		to := min(from+rowsAtOnce, rows)
		a.objective.share = float32(to-from) / float32(rows)
		found := a.networks.differentiate(a.episodes.Rows(from, to), &a.objective)
		a.log.add(found, a.objective.share)
	}
	a.networks.opt.Step()
	if a.normal == nil {
		return
	}
	for from := 0; from < rows; from += rowsAtOnce {
		a.normal.Observe(a.episodes.Rows(from, min(from+rowsAtOnce, rows)).Obs)
	}
}

// State visits all that learning depends on, and the running episodes.
func (a *Reinforce) State(s *state.State) {
	s.Section("reinforce", 1)
	a.onPolicy.State(s)
	a.episodes.State(s)
}
