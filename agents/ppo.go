package agents

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
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
	Normalize          Normalize       `yaml:"normalize"`
	PolicyKwargs       policy.Kwargs   `yaml:"policy_kwargs"`
}

// DefaultPPO returns the settings that Stable-Baselines3 has by default.
func DefaultPPO() PPOConfig {
	return PPOConfig{
		Setup:  Setup{Steps: 100_000, NEnvs: 1, Engine: policy.Native{}},
		NSteps: 2048, BatchSize: 64, NEpochs: 10,
		LearningRate: optim.Constant(3e-4), ClipRange: optim.Constant(0.2),
		Gamma: 0.99, GAELambda: 0.95, VFCoef: 0.5, EntCoef: 0, MaxGradNorm: 0.5,
		NormalizeAdvantage: true, Normalize: DefaultNormalize(), PolicyKwargs: policy.DefaultKwargs(),
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
		{c.TargetKL == nil || *c.TargetKL > 0, "target_kl", given(c.TargetKL), "more than 0, or null"},
	}))
}

// PPO is proximal policy optimisation with a clipped objective.
// Schulman et al. 2017, arXiv:1707.06347, algorithm 1.
type PPO struct {
	c      PPOConfig
	model  *policy.ActorCritic
	params []*tape.Param // the model's parameters
	opt    *optim.Optimizer
	src    rand.PCG
	rng    *rand.Rand
	vec    env.Vector
	normal *policy.Normalizer // of its observations; nil if they are as they are
	roll   *replay.Rollout
	stats  Stats
	log    ppoLog

	act, bounded         []float32 // [N, A] as drawn, and as the environments get them
	value                []float32 // [(T+1)·N+F] V of every observation
	logp, next, adv, ret []float32 // [T·N] columns beside the rollout
	order                []int     // of the rollout's rows in an epoch
	mb                   minibatch

	cores *parallel.Pool // while Learn runs
	learn func(half int) // learns from mb: the actor for 0, the critic for 1
	near  bool           // the policy is still near to the one that acted
	parts ppoLoss
}

// maxRollout bounds what a rollout keeps, in floats: 2 GiB.
const maxRollout = 1 << 29

// A minibatch holds M rows of a rollout.
type minibatch struct {
	obs, act              []float32 // [M, O], [M, A]
	logp, adv, ret, value []float32 // [M]
}

var _ Agent = (*PPO)(nil)

// NewPPO returns a PPO that learns in environments from mk.
func NewPPO(mk env.Maker, c PPOConfig) (*PPO, error) {
	p := &PPO{c: c}
	err := p.c.Complete()
	if err == nil {
		err = c.validate()
	}
	if err == nil {
		err = p.connect(mk)
	}
	if err != nil {
		return nil, fmt.Errorf("agents: PPO: %w", err)
	}
	p.opt.MaxNorm = c.MaxGradNorm
	rows, spec := c.NEnvs*c.NSteps, p.vec.Spec()
	o, a := spec.Obs.Size(), spec.Act.Size()
	floats := func(n int) []float32 { return make([]float32, n) }
	p.act, p.bounded = floats(c.NEnvs*a), floats(c.NEnvs*a)
	p.logp, p.next, p.adv, p.ret = floats(rows), floats(rows), floats(rows), floats(rows)
	p.order = make([]int, rows)
	m := c.BatchSize
	p.learn = func(half int) { [...]func(){p.learnActor, p.learnCritic}[half]() }
	p.mb = minibatch{floats(m * o), floats(m * a), floats(m), floats(m), floats(m), floats(m)}
	return p, nil
}

// connect makes what can fail: the environments, and the networks for them.
func (p *PPO) connect(mk env.Maker) (err error) {
	if p.vec, err = mk(p.c.NEnvs); err != nil {
		return err
	}
	if p.vec, p.normal, err = p.c.Normalize.around(p.vec, p.c.Gamma); err != nil {
		return err
	}
	if spec := p.vec.Spec(); p.c.NEnvs*p.c.NSteps > maxRollout/(spec.Obs.Size()+spec.Act.Size()) {
		return fmt.Errorf("n_envs·n_steps = %d rows of a rollout are more than %d floats", p.c.NEnvs*p.c.NSteps, maxRollout)
	}
	p.src.Seed(env.Split(p.c.Seed, 0), 0)
	p.rng = rand.New(&p.src)
	if p.model, err = policy.NewActorCritic(p.rng, p.vec.Spec(), p.c.PolicyKwargs, p.c.Engine); err != nil {
		return err
	}
	p.params = p.model.Params()
	if p.opt, err = p.c.PolicyKwargs.Optimizer(p.params); err != nil {
		return err
	}
	res, err := p.vec.Reset(env.Split(p.c.Seed, 1))
	if err == nil {
		p.roll = replay.NewRollout(p.vec.Spec(), p.c.NSteps, p.c.NEnvs, res.Obs)
	}
	return err
}

// Policy is the actor with its critic.
func (p *PPO) Policy() policy.Policy {
	if p.normal != nil {
		return policy.Normalized(p.model.Policy(), p.normal)
	}
	return p.model.Policy()
}

// Learn gathers rollouts and makes NEpochs passes over each.
func (p *PPO) Learn(until int) (Report, error) {
	p.cores = parallel.Start(p.c.cores(2))
	defer p.cores.Stop()
	p.opt.Share(p.cores)
	for p.stats.Steps() < until {
		if err := p.iterate(); err != nil {
			return p.stats.Report(p.log.figures(p)), fmt.Errorf("agents: PPO: %w", err)
		}
	}
	return p.stats.Report(p.log.figures(p)), nil
}

// iterate is one iteration of algorithm 1. Schedules are read at its start.
func (p *PPO) iterate() error {
	step := p.stats.Steps()
	p.log.begin(p.c, step)
	p.opt.Rate = float32(p.log.rate)
	if err := p.collect(); err != nil {
		return err
	}
	p.advantages()
	for range p.c.NEpochs {
		p.shuffle()
		p.log.beginEpoch()
		for i := 0; i < len(p.order); i += p.c.BatchSize {
			if near := p.update(p.order[i : i+p.c.BatchSize]); !near {
				return p.check()
			}
		}
	}
	return p.check()
}

// collect runs the policy for T steps of each environment.
func (p *PPO) collect() error {
	for t := range p.c.NSteps {
		p.model.Explore(p.rng, p.roll.Now(), p.act, p.logp[t*p.c.NEnvs:(t+1)*p.c.NEnvs])
		copy(p.bounded, p.act)
		p.model.Head.Bound(p.bounded)
		res, err := p.vec.Step(p.bounded)
		if err != nil {
			return err
		}
		p.roll.Add(p.act, res)
		p.stats.Add(res)
	}
	return nil
}

// advantages fills adv and ret. A truncated episode is bootstrapped from the
// value of the observation it was cut off at.
func (p *PPO) advantages() {
	o := p.vec.Spec().Obs.Size()
	p.value = slices.Grow(p.value[:0], cap(p.roll.Obs)/o)[:len(p.roll.Obs)/o]
	p.model.Values(p.roll.Obs, p.value)
	p.roll.Next(p.next, p.value)
	loss.GAE(p.adv, p.roll.Reward, p.value, p.next, p.roll.Done, p.roll.N, p.c.Gamma, p.c.GAELambda)
	f32.Add(p.ret, p.adv, p.value[:len(p.ret)])
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
	if p.c.NormalizeAdvantage {
		normalize(m.adv)
	}
	return p.step()
}

// step learns from the minibatch. Where the actor and the critic share no
// parameters, each learns from its own part of eq. 9, and both at once.
func (p *PPO) step() (near bool) {
	if p.model.Trunk == nil {
		p.cores.Run(2, p.learn)
	} else {
		p.learnBoth()
	}
	if !p.near {
		for _, param := range p.params {
			clear(param.Grad)
		}
		return false
	}
	p.opt.Step()
	p.log.add(p.parts, p.c.VFCoef, p.c.EntCoef)
	return true
}

// learnActor adds the gradient of the actor's part, unless the policy has gone
// too far.
func (p *PPO) learnActor() {
	p.model.Tape.Reset()
	if l := p.actorLoss(p.model.Pi(p.mb.obs)); p.near {
		l.Backward()
	}
}

// learnCritic adds the gradient of the critic's part.
func (p *PPO) learnCritic() {
	p.model.ValueTape.Reset()
	p.criticLoss(p.model.V(p.mb.obs)).Backward()
}

// learnBoth adds the gradients of both, by one pass through their trunk.
func (p *PPO) learnBoth() {
	p.model.Tape.Reset()
	pi, v := p.model.PiV(p.mb.obs)
	if l := p.actorLoss(pi); p.near {
		l.Add(p.criticLoss(v)).Backward()
	}
}

// actorLoss is -(L_clip + c₂ S), and nil if the policy has gone too far.
func (p *PPO) actorLoss(pi policy.Dist) *tape.Var {
	m, t, n := &p.mb, p.model.Tape, len(p.mb.adv)
	change := pi.LogProb(m.act).Sub(t.Const(m.logp, n))
	ratio := change.Exp()
	kl := p.log.diverged(change.Value, ratio.Value)
	if p.near = p.c.TargetKL == nil || kl <= 1.5*float64(*p.c.TargetKL); !p.near {
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

// check returns an error where learning has broken the networks.
func (p *PPO) check() error {
	if err := cmp.Or(p.model.Tape.Err(), p.model.ValueTape.Err()); err != nil {
		return err
	}
	for _, param := range p.params {
		if sum := f32.SumSquares(param.Value); sum-sum != 0 {
			return fmt.Errorf("%s is not finite after %d steps; a lower learning_rate or max_grad_norm may help", param.Name, p.stats.Steps())
		}
	}
	return nil
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

// State visits the generator, the networks and their moments, the running
// episodes, and the books.
func (p *PPO) State(s *state.State) {
	s.PCG("ppo/rng", &p.src)
	s.All(p.model, p.opt, p.vec, p.roll, &p.stats, &p.log)
}
