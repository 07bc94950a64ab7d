package agents

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// PPOConfig is all of PPO's settings. Start from DefaultPPO.
type PPOConfig struct {
	Setup              `yaml:"-"`
	NSteps             int             `yaml:"n_steps"`             // steps of each environment in a rollout, T
	BatchSize          int             `yaml:"batch_size"`          // transitions in a minibatch, M; divides n_envs·n_steps
	NEpochs            int             `yaml:"n_epochs"`            // passes over a rollout, K
	LearningRate       optim.Schedule  `yaml:"learning_rate"`       // α
	ClipRange          optim.Schedule  `yaml:"clip_range"`          // ε
	ClipRangeVF        *optim.Schedule `yaml:"clip_range_vf"`       // of the value's change; nil does not clip it
	Gamma              float32         `yaml:"gamma"`               // discount γ
	GAELambda          float32         `yaml:"gae_lambda"`          // λ
	VFCoef             float32         `yaml:"vf_coef"`             // weight of the value loss, c₁
	EntCoef            float32         `yaml:"ent_coef"`            // weight of the entropy bonus, c₂
	MaxGradNorm        float32         `yaml:"max_grad_norm"`       // the gradient is scaled down to this norm
	NormalizeAdvantage bool            `yaml:"normalize_advantage"` // to mean 0 and deviation 1 in each minibatch
	TargetKL           *float32        `yaml:"target_kl"`           // stop an iteration's passes at 1.5 times this divergence; nil never
	UseSDE             bool            `yaml:"use_sde"`             // explore by noise that depends on the state (gSDE)
	SDESampleFreq      int             `yaml:"sde_sample_freq"`     // steps between draws of that noise; -1: once a rollout
	Normalize          Normalize       `yaml:"normalize"`
	PolicyKwargs       policy.Kwargs   `yaml:"policy_kwargs"`
}

// DefaultPPO returns the settings that Stable-Baselines3 has by default.
func DefaultPPO() PPOConfig {
	return PPOConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: nn.Native{}},
		NSteps: 2048, BatchSize: 64, NEpochs: 10,
		LearningRate: optim.Constant(3e-4), ClipRange: optim.Constant(0.2),
		Gamma: 0.99, GAELambda: 0.95, VFCoef: 0.5, EntCoef: 0, MaxGradNorm: 0.5,
		NormalizeAdvantage: true, SDESampleFreq: -1, Normalize: DefaultNormalize(), PolicyKwargs: policy.DefaultKwargs(),
	}
}

// Complete writes out the defaults that depend on other settings: Adam's ε is
// 10⁻⁵ here, as OpenAI Baselines has it.
func (c *PPOConfig) Complete() error { return c.PolicyKwargs.Complete(1e-5) }

// Discount is γ.
func (c *PPOConfig) Discount() float32 { return c.Gamma }

// validate returns what is wrong with the first setting that cannot be.
func (c *PPOConfig) validate() error {
	rows := c.NEnvs * c.NSteps
	return broken(slices.Concat(c.Setup.rules(), c.Normalize.rules(), []rule{
		{1 <= c.NSteps && c.NSteps <= 1<<24, "n_steps", c.NSteps, "1 … 16777216"},
		{c.BatchSize >= 1, "batch_size", c.BatchSize, "1 or more"},
		{c.BatchSize < 1 || rows%c.BatchSize == 0, "batch_size", c.BatchSize, fmt.Sprintf("a divisor of n_envs·n_steps = %d", rows)},
		{c.BatchSize > 1 || !c.NormalizeAdvantage, "batch_size", c.BatchSize, "2 or more to normalise advantages in"},
		{c.NEpochs >= 1, "n_epochs", c.NEpochs, "1 or more"},
		{weight(c.LearningRate.Start()), "learning_rate", c.LearningRate, "0 or more"},
		{weight(c.ClipRange.Start()), "clip_range", c.ClipRange, "0 or more"},
		{c.ClipRangeVF == nil || weight(c.ClipRangeVF.Start()), "clip_range_vf", given(c.ClipRangeVF), "0 or more, or null"},
		{unit(c.Gamma), "gamma", c.Gamma, "0 … 1"},
		{unit(c.GAELambda), "gae_lambda", c.GAELambda, "0 … 1"},
		{weight(c.VFCoef), "vf_coef", c.VFCoef, "0 or more"},
		{weight(c.EntCoef), "ent_coef", c.EntCoef, "0 or more"},
		{c.MaxGradNorm > 0, "max_grad_norm", c.MaxGradNorm, "more than 0"},
		{c.SDESampleFreq == -1 || c.SDESampleFreq >= 1, "sde_sample_freq", c.SDESampleFreq, "1 or more, or -1"},
		{c.TargetKL == nil || *c.TargetKL > 0, "target_kl", given(c.TargetKL), "more than 0, or null"},
	}))
}

// PPO is proximal policy optimisation with a clipped objective.
// Schulman et al. 2017, arXiv:1707.06347, algorithm 1.
type PPO struct {
	gatherer
	c     PPOConfig
	log   ppoLog
	order []int // of the rollout's rows in an epoch
	mb    minibatch
	parts ppoLoss // of the latest minibatch
}

// A minibatch holds M rows of a rollout.
type minibatch struct {
	obs, act              []float32 // [M, O], [M, A]
	logp, adv, ret, value []float32 // [M]
	mask                  []bool    // [M, choices] what could be done; nil where everything could
}

var _ Agent = (*PPO)(nil)

// NewPPO returns a PPO that learns in environments from mk.
func NewPPO(mk env.Maker, c PPOConfig) (*PPO, error) {
	p := &PPO{c: c}
	if err := p.begin(mk); err != nil {
		return nil, fmt.Errorf("agents: PPO: %w", err)
	}
	p.opt.MaxNorm = c.MaxGradNorm
	spec, m := p.vec.Spec(), c.BatchSize
	o, a := spec.Obs.Size(), spec.Act.Size()
	floats := func(n int) []float32 { return make([]float32, n) }
	p.order = make([]int, c.NEnvs*c.NSteps)
	p.learnBy(p.actorLoss, p.criticLoss)
	p.end(&p.c.Setup, scheduled{"learning_rate", c.LearningRate}, scheduled{"clip_range", c.ClipRange})
	if c.ClipRangeVF != nil {
		p.schedules = append(p.schedules, scheduled{"clip_range_vf", *c.ClipRangeVF})
	}
	p.mb = minibatch{floats(m * o), floats(m * a), floats(m), floats(m), floats(m), floats(m), nil}
	if p.mask != nil {
		p.mb.mask = make([]bool, m*len(p.mask)/c.NEnvs)
	}
	return p, nil
}

// begin makes what can fail.
func (p *PPO) begin(mk env.Maker) error {
	if err := ready(&p.c); err != nil {
		return err
	}
	p.c.PolicyKwargs.UseSDE, p.noiseFor = p.c.UseSDE, p.c.SDESampleFreq
	first, err := p.connect(mk, &p.c.Setup, &p.c.PolicyKwargs, &p.c.Normalize, p.c.Gamma)
	if err != nil {
		return err
	}
	return p.gatherer.begin(p.c.NSteps, first)
}

// Learn gathers rollouts and makes NEpochs passes over each.
func (p *PPO) Learn(until int) (Report, error) {
	err := p.learn(until, p)
	return p.stats.Report(p.log.figures(p)), errorf("PPO", err)
}

// iterate is one iteration of algorithm 1. Schedules are read at its start.
func (p *PPO) iterate() error {
	step := p.stats.Steps()
	p.log.begin(p.c, step)
	p.opt.Rate = float32(p.log.rate)
	if err := p.collect(); err != nil {
		return err
	}
	p.advantages(p.c.Gamma, p.c.GAELambda)
	for range p.c.NEpochs {
		p.shuffle()
		p.log.beginEpoch()
		for i := 0; i < len(p.order); i += p.c.BatchSize {
			if near := p.update(p.order[i : i+p.c.BatchSize]); !near {
				p.observe()
				return p.check()
			}
		}
	}
	p.observe()
	return p.check()
}

// shuffle puts the rollout's rows in a new order.
func (p *PPO) shuffle() {
	for i := range p.order {
		p.order[i] = i
	}
	p.rng.Shuffle(len(p.order), func(i, j int) { p.order[i], p.order[j] = p.order[j], p.order[i] })
}

// update takes one gradient step on eq. 9, L = L_clip - c₁ L_value + c₂ S, with
// the given rows. It takes none, and returns false, where the policy has gone
// too far from the one that acted.
func (p *PPO) update(rows []int) (near bool) {
	m, spec := &p.mb, p.vec.Spec()
	f32.Gather(m.obs, p.roll.Obs, spec.Obs.Size(), rows)
	f32.Gather(m.act, p.roll.Act, spec.Act.Size(), rows)
	f32.Gather(m.logp, p.logp, 1, rows)
	f32.Gather(m.adv, p.adv, 1, rows)
	f32.Gather(m.ret, p.ret, 1, rows)
	f32.Gather(m.value, p.value, 1, rows)
	k := len(m.mask) / len(rows)
	for i, row := range rows {
		copy(m.mask[i*k:(i+1)*k], p.masks[row*k:])
	}
	if p.c.NormalizeAdvantage {
		normalize(m.adv)
	}
	if near = p.descend(m.obs, m.mask); near {
		p.log.add(p.parts, p.c.VFCoef, p.c.EntCoef)
	}
	return near
}

// actorLoss is -(L_clip + c₂ S), and nil if the policy has gone too far.
func (p *PPO) actorLoss(pi dist.Dist) *tape.Var {
	m, t, n := &p.mb, p.model.Tape, len(p.mb.adv)
	change := pi.LogProb(m.act).Sub(t.Const(m.logp, n))
	ratio := change.Exp()
	kl := p.log.diverged(change.Value, ratio.Value)
	if p.c.TargetKL != nil && !(kl <= 1.5*float64(*p.c.TargetKL)) {
		return nil
	}
	clipped := loss.Clipped(ratio, t.Const(m.adv, n), float32(p.log.clip))
	entropy := pi.Entropy().Mean()
	p.parts.clipped, p.parts.entropy = clipped.Scalar(), entropy.Scalar()
	return clipped.Add(entropy.Scale(p.c.EntCoef)).Neg()
}

// criticLoss is c₁ L_value.
func (p *PPO) criticLoss(v *tape.Var) *tape.Var {
	m, t, n := &p.mb, v.Tape(), len(p.mb.adv)
	value := p.valueLoss(v, t.Const(m.value, n), t.Const(m.ret, n))
	p.parts.value = value.Scalar()
	return value.Scale(p.c.VFCoef)
}

func (p *PPO) valueLoss(v, old, ret *tape.Var) *tape.Var {
	if p.c.ClipRangeVF == nil {
		return loss.Squared(v, ret)
	}
	return loss.ClippedSquared(v, old, ret, float32(p.log.clipVF))
}

// normalize shifts and scales x to mean 0 and deviation 1, in place. The
// deviation divides by one less than the number, as PyTorch's does.
func normalize(x []float32) {
	mean := f32.Sum(x) / float64(len(x))
	var sum float64
	for _, v := range x {
		d := float64(v) - mean
		sum += float64(d * d)
	}
	std := math.Sqrt(sum / float64(len(x)-1))
	for i, v := range x {
		x[i] = float32((float64(v) - mean) / (std + 1e-8))
	}
}

// State visits all that learning depends on, and the log.
func (p *PPO) State(s *state.State) {
	p.gatherer.State(s)
	s.All(&p.log)
}
