package agents

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// PPO is proximal policy optimisation with the clipped surrogate objective: Schulman et al.
// 2017, arXiv:1707.06347, algorithm 1.
type PPO struct {
	scheduleBound
	onPolicy
	c         PPOConfig
	roll      *replay.Rollout
	rate      float64      // learning rate in this iteration
	objective ppoObjective // eq. 9 with this iteration's coefficients
	minibatch rolloutBatch // minibatch of the current gradient step
	log       ppoLog
}

var _ Agent = (*PPO)(nil)

// NewPPO returns a PPO agent that learns in environments made by mk.
func NewPPO(mk env.Maker, c PPOConfig) (*PPO, error) {
	p := &PPO{c: c}
	if err := p.build(mk); err != nil {
		return nil, closeOnError("PPO", err, p)
	}
	p.setSchedules(&p.c.Setup, namedSchedule{"learning_rate", c.LearningRate}, namedSchedule{"clip_range", c.ClipRange})
	if c.ClipRangeVF != nil {
		p.schedules = append(p.schedules, namedSchedule{"clip_range_vf", *c.ClipRangeVF})
	}
	return p, nil
}

// build makes the environments, the networks, the optimiser and the rollout.
func (p *PPO) build(mk env.Maker) (err error) {
	c := &p.c
	if err = completeAndValidate(c); err != nil {
		return err
	}
	if err = p.initOnPolicy(mk, c.onPolicy()); err != nil {
		return err
	}
	steps, q, err := c.rollouts(p.networks.model.Spec().Memory)
	if err != nil {
		return err
	}
	p.roll, err = p.crew.newRollout(steps, q)
	return err
}

// spread lets others play the rollouts.
func (p *PPO) spread(c Collector) error { return p.crew.letPlay(c, p.networks.model) }

// Learn collects rollouts and optimises the objective for NEpochs epochs on each.
func (p *PPO) Learn(until int) (Report, error) {
	err := p.learn(until, p)
	return p.crew.stats.Report(p.log.metrics(p)), algorithmError("PPO", err)
}

// iterate runs one iteration of the paper's algorithm 1: it collects a rollout of T steps,
// computes the advantages and optimises the objective.
func (p *PPO) iterate() error {
	p.readSchedules(p.crew.stats.Steps())
	p.log.reset()
	if err := p.collect(p.roll); err != nil {
		return err
	}
	p.computeValues(p.roll)
	p.roll.Advantages(p.c.Gamma, p.c.GAELambda)
	p.optimize()
	return p.endIteration(p.roll)
}

// readSchedules sets the learning rate and the objective's coefficients to their values at the
// given step of the run.
func (p *PPO) readSchedules(step int) {
	c := &p.c
	p.rate = c.LearningRate.At(step, c.Steps)
	p.networks.opt.Rate = float32(p.rate)
	p.objective = ppoObjective{
		vfCoef: c.VFCoef, entCoef: float32(c.EntCoef.At(step, c.Steps)), clipRange: c.ClipRange.At(step, c.Steps),
		targetKL: c.TargetKL,
	}
	if c.ClipRangeVF != nil {
		p.objective.clipsValue, p.objective.clipRangeVF = true, c.ClipRangeVF.At(step, c.Steps)
	}
}

// optimize takes gradient steps on all minibatches of the rollout in each of NEpochs epochs. It
// stops early if the KL divergence exceeds its limit.
func (p *PPO) optimize() {
	for range p.c.NEpochs {
		p.log.nextEpoch()
		for index := range p.roll.Shuffled(p.rng, p.c.BatchSize) {
			if p.gradientStep(index).skipped {
				return
			}
		}
	}
}

// gradientStep takes one gradient step on eq. 9 with a minibatch: the sequences of the rollout with
// the given indices, which are the rows of the steps if the networks have no memory.
func (p *PPO) gradientStep(index []int) stepMetrics {
	b := &p.minibatch
	b.set(p.roll, index, p.c.NormalizeAdvantage)
	m := p.networks.gradientStep(b, &p.objective)
	p.log.add(m, &p.objective)
	return m
}

// A ppoObjective is the objective of eq. 9, L = L_clip - c₁ L_value + c₂ S.
type ppoObjective struct {
	vfCoef, entCoef float32  // weights c₁ of the value loss and c₂ of the entropy bonus
	clipRange       float64  // ε, the clip range of the probability ratio
	clipRangeVF     float64  // clip range of the value's change, if clipsValue is true
	clipsValue      bool     // true if the value loss clips the value's change
	targetKL        *float32 // gradient steps end if the KL divergence exceeds 1.5·targetKL; nil for no limit
}

var _ objective = (*ppoObjective)(nil)

// skips reports whether the KL divergence exceeds its limit.
func (o *ppoObjective) skips(m actorMetrics) bool {
	return o.targetKL != nil && !(m.approxKL <= 1.5*float64(*o.targetKL))
}

// actorLoss returns -(L_clip + c₂ S).
func (o *ppoObjective) actorLoss(pi dist.Dist, b *replay.Minibatch) (*tape.Var, actorMetrics) {
	logp, n := pi.LogProb(b.Act), b.Len()
	t := logp.Tape()
	logRatio := logp.Sub(t.Const(b.LogProb, n))
	ratio := logRatio.Exp()
	kl, clipped := loss.ApproximateKL(logRatio.Value, ratio.Value), clipFraction(ratio.Value, o.clipRange)
	surrogate := loss.Clipped(ratio, t.Const(b.Advantage, n), float32(o.clipRange))
	entropy := pi.Entropy().Mean()
	return surrogate.Add(entropy.Scale(o.entCoef)).Neg(), actorMetrics{surrogate.Scalar(), entropy.Scalar(), kl, clipped}
}

// criticLoss returns c₁ L_value.
func (o *ppoObjective) criticLoss(v *tape.Var, b *replay.Minibatch) (*tape.Var, float32) {
	t, n := v.Tape(), b.Len()
	ret := t.Const(b.Return, n)
	if !o.clipsValue {
		l := loss.Squared(v, ret)
		return l.Scale(o.vfCoef), l.Scalar()
	}
	l := loss.ClippedSquared(v, t.Const(b.Value, n), ret, float32(o.clipRangeVF))
	return l.Scale(o.vfCoef), l.Scalar()
}

// clipFraction returns the fraction of the probability ratios outside [1-ε, 1+ε], where ε is
// clipRange.
func clipFraction(ratio []float32, clipRange float64) (fraction float64) {
	for _, r := range ratio {
		if math.Abs(float64(r)-1) > clipRange {
			fraction++
		}
	}
	return fraction / float64(len(ratio))
}

// State saves or loads the state of training, with the number of epochs in the log.
func (p *PPO) State(s *state.State) {
	s.Section("ppo", 1)
	p.onPolicy.State(s)
	s.All(&p.log)
}
