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

// ReinforceConfig has the settings of REINFORCE. DefaultReinforce returns the defaults.
type ReinforceConfig struct {
	Setup              `yaml:"-"`
	NEpisodes          int                  `yaml:"n_episodes"`          // smallest number of whole episodes between two updates
	LearningRate       optim.Schedule       `yaml:"learning_rate"`       // learning rate of the optimiser, α
	Gamma              float32              `yaml:"gamma"`               // discount factor γ: 0 counts only the next reward, 1 counts all rewards equally
	Baseline           bool                 `yaml:"baseline"`            // subtract a learned value of the state from each return, which makes gradients less noisy
	VFCoef             float32              `yaml:"vf_coef"`             // weight of the loss of the learned baseline
	EntCoef            optim.Schedule       `yaml:"ent_coef"`            // weight of the entropy bonus: a larger weight keeps actions more random
	MaxGradNorm        float32              `yaml:"max_grad_norm"`       // largest norm of a gradient; a gradient with a larger norm is scaled down to this norm
	NormalizeAdvantage bool                 `yaml:"normalize_advantage"` // scale the advantages of each update to mean 0 and standard deviation 1
	Normalize          Normalize            `yaml:"normalize"`           // normalisation of observations and rewards
	Network            policy.NetworkConfig `yaml:"policy_kwargs"`       // networks and optimiser
}

// DefaultReinforce returns settings for episodes of a few hundred steps.
func DefaultReinforce() ReinforceConfig {
	return ReinforceConfig{
		Setup:     Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		NEpisodes: 10, LearningRate: optim.Constant(1e-3), Gamma: 0.99, Baseline: true, VFCoef: 0.5, MaxGradNorm: 0.5,
		NormalizeAdvantage: true, Normalize: DefaultNormalize(), Network: policy.DefaultNetworkConfig(),
	}
}

// Complete fills in the optimiser's default settings.
func (c *ReinforceConfig) Complete() error { return c.Network.Complete(1e-8) }

// Discount returns the discount γ.
func (c *ReinforceConfig) Discount() float32 { return c.Gamma }

// validate returns an error for the first setting that is out of its range.
func (c *ReinforceConfig) validate() error {
	return firstViolation(append(append(c.Setup.rules(), c.Normalize.rules()...),
		rule{1 <= c.NEpisodes && c.NEpisodes <= 1<<20, "n_episodes", c.NEpisodes, "1 … 1048576"},
		scheduleRule("learning_rate", c.LearningRate, math.MaxFloat32),
		rule{inUnitInterval(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		rule{finiteNonNegative(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		scheduleRule("ent_coef", c.EntCoef, math.MaxFloat32),
		rule{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
	))
}

// Reinforce is REINFORCE: Williams 1992, "Simple statistical gradient-following algorithms for
// connectionist reinforcement learning", with a learned baseline V as in Sutton and Barto 2018,
// section 13.4. As is usual, the gradient of step t is not multiplied by γᵗ.
type Reinforce struct {
	scheduleBound
	onPolicy
	c         ReinforceConfig
	episodes  *replay.Episodes
	rate      float64        // learning rate in this iteration
	objective policyGradient // loss weights in this iteration
	log       policyGradientLog

	reward []float32 // [N] rewards of the latest step
	done   []float32 // [N] 1 where the latest step ended an episode, else 0
	peek   peek
	values laneValues // values of episodes for networks with memory
}

var _ Agent = (*Reinforce)(nil)

// NewReinforce returns a REINFORCE agent that learns in environments made by mk.
func NewReinforce(mk env.Maker, c ReinforceConfig) (*Reinforce, error) {
	a := &Reinforce{c: c}
	if err := a.build(mk); err != nil {
		return nil, closeOnError("REINFORCE", err, a)
	}
	n := c.NEnvs
	a.episodes = replay.NewEpisodes(a.crew.spec(), n, c.NEpisodes, a.crew.parts[0].play.mask != nil)
	a.reward, a.done = make([]float32, n), make([]float32, n)
	a.setSchedules(&a.c.Setup, namedSchedule{"learning_rate", c.LearningRate})
	return a, nil
}

// build makes the environments, the networks and the optimiser.
func (a *Reinforce) build(mk env.Maker) error {
	c := &a.c
	if err := completeAndValidate(c); err != nil {
		return err
	}
	return a.initOnPolicy(mk, onPolicyConfig{
		setup: &c.Setup, normalize: &c.Normalize, network: &c.Network, gamma: c.Gamma, maxGradNorm: c.MaxGradNorm,
	})
}

// Learn collects batches of episodes and takes one gradient step with each batch.
func (a *Reinforce) Learn(until int) (Report, error) {
	err := a.learn(until, a)
	return a.crew.stats.Report(a.log.metrics(a.rate, a.c.EntCoef, a.objective.entCoef)), algorithmError("REINFORCE", err)
}

// iterate collects steps until NEpisodes episodes have ended, and takes a gradient step with the
// episodes. The schedules' values at the start of the iteration are used for the whole iteration.
func (a *Reinforce) iterate() error {
	step := a.crew.stats.Steps()
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
	a.computeAdvantages()
	a.gradientStep()
	return a.check()
}

// step takes one step in each environment and adds it to the episodes.
func (a *Reinforce) step() error {
	play := &a.crew.parts[0].play
	a.episodes.Observe(play.obs, play.mask)
	res, err := play.step(a.networks.model)
	if err != nil {
		return a.stepError(err)
	}
	for i, r := range res.Reward {
		a.reward[i], a.done[i] = float32(r), 0
		if res.Done(i) {
			a.done[i] = 1
		}
	}
	if a.scale != nil {
		a.scale.normalize(a.reward, a.done)
	}
	if err := a.episodes.Add(play.raw, a.reward); err != nil {
		return err
	}
	for i := range a.done {
		if res.Done(i) {
			a.episodes.End(i, a.bootstrapValue(res, i), a.c.Gamma)
		}
	}
	return nil
}

// bootstrapValue returns the value that follows the last step of environment i's episode: V of
// the last observation if the episode was truncated and there is a baseline, else 0.
func (a *Reinforce) bootstrapValue(res *env.Result, i int) float32 {
	if !a.c.Baseline || res.Terminated[i] {
		return 0
	}
	n, memory := len(a.done), a.crew.parts[0].play.memory
	o, h := len(res.Next)/n, len(memory)/n
	return a.peek.values(a.networks.model, res.Next[i*o:(i+1)*o], nil, memory[i*h:(i+1)*h])[0]
}

// computeAdvantages writes the advantages to the episodes: the returns minus the baseline V, or
// the returns if there is no baseline.
func (a *Reinforce) computeAdvantages() {
	e := a.episodes
	v, adv := e.Values()
	a.eachMinibatch(func(from, to int, b *replay.Minibatch) { a.values.compute(a.networks.model, b, v[from:to]) })
	if copy(adv, e.Return); a.c.Baseline {
		f32.Sub(adv, adv, v)
	}
	a.log.reset(explainedVariance(v, e.Return))
	if a.c.NormalizeAdvantage && len(v) > 1 {
		normalizeAdvantages(adv)
	}
}

// eachMinibatch calls f for minibatches that together have all rows of the episodes, with the rows
// [from, to) that are in the minibatch: chunkSize rows at most, or whole episodes for networks with
// memory.
func (a *Reinforce) eachMinibatch(f func(from, to int, b *replay.Minibatch)) {
	e := a.episodes
	if a.networks.model.Spec().Memory == 0 {
		for from := 0; from < e.Len(); from += chunkSize {
			to := min(from+chunkSize, e.Len())
			f(from, to, e.Rows(from, to))
		}
		return
	}
	for first, row := 0, 0; first < e.Count; {
		end, steps := e.Group(first)
		f(row, row+steps, e.Sequences(first, end, row))
		first, row = end, row+steps
	}
}

// gradientStep takes one gradient step on all rows of the episodes. It accumulates the gradients
// of one minibatch at a time. Then it updates the normaliser with the observations.
func (a *Reinforce) gradientStep() {
	rows := a.episodes.Len()
	a.eachMinibatch(func(from, to int, b *replay.Minibatch) {
		a.objective.fraction = float32(to-from) / float32(rows)
		a.log.add(a.networks.accumulateGradients(b, &a.objective), a.objective.fraction)
	})
	a.networks.opt.Step()
	if a.normal == nil {
		return
	}
	for from := 0; from < rows; from += chunkSize {
		a.normal.Observe(a.episodes.Rows(from, min(from+chunkSize, rows)).Obs)
	}
}

// State saves or loads the state of training, with the unfinished episodes.
func (a *Reinforce) State(s *state.State) {
	s.Section("reinforce", 1)
	a.onPolicy.State(s)
	a.episodes.State(s)
}
