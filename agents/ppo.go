package agents

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// PPO is proximal policy optimisation with a clipped objective.
// Schulman et al. 2017, arXiv:1707.06347, algorithm 1.
type PPO struct {
	horizon
	onPolicy
	c    PPOConfig
	roll *replay.Rollout
	rate float64      // in this iteration
	eq9  ppoObjective // in this iteration
	log  ppoLog
}

var _ Agent = (*PPO)(nil)

// NewPPO returns a PPO that learns in environments from mk.
func NewPPO(mk env.Maker, c PPOConfig) (*PPO, error) {
	p := &PPO{c: c}
	if err := p.build(mk); err != nil {
		return nil, abandon("PPO", err, p)
	}
	p.end(&p.c.Setup, scheduled{"learning_rate", c.LearningRate}, scheduled{"clip_range", c.ClipRange})
	if c.ClipRangeVF != nil {
		p.schedules = append(p.schedules, scheduled{"clip_range_vf", *c.ClipRangeVF})
	}
	return p, nil
}

// build makes the environments, the networks and the optimisers.
func (p *PPO) build(mk env.Maker) (err error) {
	c := &p.c
	if err = ready(c); err != nil {
		return err
	}
	c.Network.UseSDE = c.UseSDE
	if err = p.connect(mk, onPolicyConfig{&c.Setup, &c.Normalize, &c.Network, c.Gamma, c.MaxGradNorm, c.SDESampleFreq}); err != nil {
		return err
	}
	p.roll, err = newRollout(&p.play, c.NSteps)
	return err
}

// Learn collects rollouts and makes NEpochs passes over each.
func (p *PPO) Learn(until int) (Report, error) {
	err := p.learn(until, p)
	return p.play.stats.Report(p.log.figures(p)), errorf("PPO", err)
}

// iterate is one iteration of algorithm 1. Schedules are read at its start.
func (p *PPO) iterate() error {
	p.schedule(p.play.stats.Steps())
	p.log.reset()
	if err := p.collect(p.roll); err != nil {
		return err
	}
	p.networks.value(p.roll)
	p.roll.Advantages(p.c.Gamma, p.c.GAELambda)
	p.improve()
	return p.finish(p.roll)
}

// schedule sets what holds from a step of the run on.
func (p *PPO) schedule(step int) {
	c := &p.c
	p.rate = c.LearningRate.At(step, c.Steps)
	p.networks.opt.Rate = float32(p.rate)
	p.eq9 = ppoObjective{
		vfCoef: c.VFCoef, entCoef: float32(c.EntCoef.At(step, c.Steps)), clip: c.ClipRange.At(step, c.Steps),
		targetKL: c.TargetKL,
	}
	if c.ClipRangeVF != nil {
		p.eq9.clipsValue, p.eq9.clipVF = true, c.ClipRangeVF.At(step, c.Steps)
	}
}

// improve makes NEpochs passes over the rollout, and stops where the policy has gone too
// far from the one that acted.
func (p *PPO) improve() {
	for range p.c.NEpochs {
		p.log.nextEpoch()
		for b := range p.roll.Minibatches(p.rng, p.c.BatchSize) {
			if p.update(b).refused {
				return
			}
		}
	}
}

// update takes one gradient step on eq. 9 with a minibatch.
func (p *PPO) update(b *replay.Minibatch) losses {
	if p.c.NormalizeAdvantage && b.Len() > 1 {
		normalize(b.Advantage)
	}
	found := p.networks.step(b, &p.eq9)
	p.log.add(found, &p.eq9)
	return found
}

// A ppoObjective is eq. 9, L = L_clip - c₁ L_value + c₂ S.
type ppoObjective struct {
	vfCoef, entCoef float32 // c₁, c₂
	clip            float64 // ε
	clipVF          float64 // of the value's change, if clipsValue
	clipsValue      bool
	targetKL        *float32 // no step is taken at more than 1.5 times this divergence; nil always takes it
}

var _ objective = (*ppoObjective)(nil)

// actorLoss is -(L_clip + c₂ S), and nil if the policy has gone too far.
func (o *ppoObjective) actorLoss(pi dist.Dist, b *replay.Minibatch) (*tape.Var, actorFigures) {
	logp, n := pi.LogProb(b.Act), b.Len()
	t := logp.Tape()
	change := logp.Sub(t.Const(b.LogProb, n))
	ratio := change.Exp()
	kl, outside := loss.ApproximateKL(change.Value, ratio.Value), outside(ratio.Value, o.clip)
	if o.targetKL != nil && !(kl <= 1.5*float64(*o.targetKL)) {
		return nil, actorFigures{kl: kl, outside: outside}
	}
	gain := loss.Clipped(ratio, t.Const(b.Advantage, n), float32(o.clip))
	entropy := pi.Entropy().Mean()
	return gain.Add(entropy.Scale(o.entCoef)).Neg(), actorFigures{gain.Scalar(), entropy.Scalar(), kl, outside}
}

// criticLoss is c₁ L_value.
func (o *ppoObjective) criticLoss(v *tape.Var, b *replay.Minibatch) (*tape.Var, float32) {
	t, n := v.Tape(), b.Len()
	ret := t.Const(b.Return, n)
	if !o.clipsValue {
		l := loss.Squared(v, ret)
		return l.Scale(o.vfCoef), l.Scalar()
	}
	l := loss.ClippedSquared(v, t.Const(b.Value, n), ret, float32(o.clipVF))
	return l.Scale(o.vfCoef), l.Scalar()
}

// outside returns the share of ratios that are further than clip from 1.
func outside(ratio []float32, clip float64) (share float64) {
	for _, r := range ratio {
		if math.Abs(float64(r)-1) > clip {
			share++
		}
	}
	return share / float64(len(ratio))
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
	s.Section("ppo", 1)
	p.onPolicy.State(s)
	s.All(&p.log)
}
