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
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// onPolicy is what agents are made of that learn from what their present policy
// does: networks, their optimiser, and environments to act in.
type onPolicy struct {
	horizon
	model  *policy.ActorCritic
	params []*tape.Param // the model's parameters
	opt    *optim.Optimizer
	src    rand.PCG
	rng    *rand.Rand
	vec    env.Vector
	normal *policy.Normalizer // of its observations; nil if they are as they are
	scale  *rewardScale       // of its rewards; nil if they are as they are
	stats  Stats
	before int // steps of all A3C workers before this one's rollout; 0 in other agents

	dice         *actionRand
	acted        int       // actions of each environment so far
	act, bounded []float32 // [N, A] as drawn, and as the environments get them
	noise        []float32 // [N, Spec.Noise] gSDE's; nil without
	mask         []bool    // [N, M] what can be done next; nil where everything always can

	actorLoss  func(dist.Dist) *tape.Var // of the algorithm; nil for no step
	criticLoss func(v *tape.Var) *tape.Var
	cores      *parallel.Pool // while Learn runs
	half       func(i int)    // learns from obs: the actor for 0, the critic for 1
	obs        []float32      // that is learned from
	allowed    []bool         // what could be done there
	refused    bool           // the actor's loss was nil
}

// connect makes what can fail: the environments, and the networks for them. It
// returns what the environments begin with.
func (o *onPolicy) connect(mk env.Maker, s *Setup, k *policy.Kwargs, n *Normalize, gamma float32) (first *env.Result, err error) {
	if err = o.enter(mk, s, 0); err != nil {
		return nil, err
	}
	spec := o.vec.Spec()
	if o.normal, err = n.observations(spec.Obs); err != nil {
		return nil, err
	}
	o.scale = n.rewards(s.NEnvs, gamma)
	if o.model, err = policy.NewActorCritic(o.rng, spec, *k, o.normal, s.Engine); err != nil {
		return nil, err
	}
	if size := o.model.Spec().Noise; size > 0 {
		o.noise = make([]float32, s.NEnvs*size)
	}
	o.params = o.model.Params()
	if o.opt, err = k.Optimizer(o.params); err != nil {
		return nil, err
	}
	return o.reset(s.Seed)
}

// reset begins all episodes.
func (o *onPolicy) reset(seed uint64) (*env.Result, error) {
	res, err := o.vec.Reset(env.Split(seed, 1))
	if err == nil {
		o.mask = slices.Clone(res.Mask)
	}
	return res, err
}

// enter makes the environments, which have the numbers from, from+1, … of the run, and
// the generators for what is done in them.
func (o *onPolicy) enter(mk env.Maker, s *Setup, from int) (err error) {
	if o.vec, err = mk(s.NEnvs); err != nil {
		return err
	}
	o.src.Seed(env.Split(s.Seed, 0), 0)
	o.rng = rand.New(&o.src)
	o.dice = newActionRand(s.Seed, from, s.NEnvs)
	a := s.NEnvs * o.vec.Spec().Act.Size()
	o.act, o.bounded = make([]float32, a), make([]float32, a)
	return nil
}

// Policy is the actor with its critic.
func (o *onPolicy) Policy() policy.Policy { return o.model }

// step draws actions for obs, of which it writes the log-probabilities, and steps
// the environments with them.
func (o *onPolicy) step(obs, logp []float32) (*env.Result, error) {
	o.model.Act(policy.In{Obs: obs, Mask: o.mask, Rand: o.dice.at(o.acted), Noise: o.noise},
		policy.Out{Act: o.bounded, Raw: o.act, LogProb: logp})
	o.acted++
	res, err := o.vec.Step(o.bounded)
	if err != nil {
		return nil, blame(err, o.params, o.before+o.stats.Steps(), o.stats.peak)
	}
	o.stats.Add(res)
	copy(o.mask, res.Mask)
	return res, nil
}

// learnBy says by which losses to learn. That of the actor is of π, which is on the
// model's Tape.
func (o *onPolicy) learnBy(actor func(dist.Dist) *tape.Var, critic func(v *tape.Var) *tape.Var) {
	o.actorLoss, o.criticLoss = actor, critic
	o.half = func(i int) {
		if i == 0 {
			o.learnActor()
		} else {
			o.learnCritic()
		}
	}
}

// learn has an agent iterate until so many steps have been taken, on several cores.
func (o *onPolicy) learn(until int, a iterator) error {
	o.cores = parallel.Start(o.setup.cores(2))
	defer o.cores.Stop()
	o.opt.Share(o.cores)
	return o.iterateUntil(until, &o.stats, a)
}

// descend takes a step of the optimiser down the losses for obs, where mask allowed
// actions, unless the loss of the actor is nil. Where the actor and the critic
// share no parameters, each learns from its own loss, and both at once.
func (o *onPolicy) descend(obs []float32, mask []bool) (taken bool) {
	o.differentiate(obs, mask)
	if o.refused {
		for _, param := range o.params {
			clear(param.Grad)
		}
		return false
	}
	o.opt.Step()
	return true
}

// differentiate adds the gradients of the losses for obs.
func (o *onPolicy) differentiate(obs []float32, mask []bool) {
	o.obs, o.allowed = obs, mask
	if o.model.Trunk == nil {
		o.cores.Run(2, parallel.Func(o.half))
	} else {
		o.learnBoth()
	}
}

// learnActor adds the gradient of the actor's loss.
func (o *onPolicy) learnActor() {
	o.model.Tape.Reset()
	l := o.actorLoss(o.model.Pi(o.obs, o.allowed))
	if o.refused = l == nil; !o.refused {
		l.Backward()
	}
}

// learnCritic adds the gradient of the critic's loss.
func (o *onPolicy) learnCritic() {
	o.model.ValueTape.Reset()
	o.criticLoss(o.model.V(o.obs)).Backward()
}

// learnBoth adds the gradients of both, by one pass through their trunk.
func (o *onPolicy) learnBoth() {
	o.model.Tape.Reset()
	pi, v := o.model.PiV(o.obs, o.allowed)
	l := o.actorLoss(pi)
	if o.refused = l == nil; !o.refused {
		l.Add(o.criticLoss(v)).Backward()
	}
}

// check returns an error where learning has broken the networks.
func (o *onPolicy) check() error {
	if err := cmp.Or(o.model.Tape.Err(), o.model.ValueTape.Err()); err != nil {
		return err
	}
	return checkFinite(o.params, o.stats.Steps(), o.stats.peak)
}

// State visits the generator, the networks, their optimiser, the environments and
// the books.
func (o *onPolicy) State(s *state.State) {
	s.PCG("rng", &o.src)
	s.Bools("mask", o.mask)
	s.Int("acted", &o.acted, state.MaxCount)
	s.Floats("noise", o.noise)
	s.All(o.model, o.opt, o.vec, &o.stats)
	if o.normal != nil {
		o.normal.State(s)
	}
	if o.scale != nil {
		o.scale.State(s)
	}
}

// A gatherer is onPolicy that learns from rollouts of T steps.
type gatherer struct {
	onPolicy
	roll                 *replay.Rollout
	value                []float32 // [(T+1)·N+F] V of every observation
	logp, next, adv, ret []float32 // [T·N] columns beside the rollout
	masks                []bool    // [T·N, M] what could be done; nil where everything could
	noiseFor             int       // steps that gSDE's noise stays for; below 1 it is as many as the rollout
}

// maxRollout bounds the floats of a rollout: 2 GiB, or 1 GiB where an int has 32 bits.
const maxRollout = min(1<<29, math.MaxInt/8)

// begin makes the rollout for T steps of environments that begin with first.
func (g *gatherer) begin(t int, first *env.Result) error {
	spec, n := g.vec.Spec(), g.vec.Len()
	if t > maxRollout/(spec.Obs.Size()+spec.Act.Size()+len(g.mask)/n)/n {
		return fmt.Errorf("n_envs·n_steps = %d rows of a rollout are more than %d floats", int64(n)*int64(t), maxRollout)
	}
	g.roll = replay.NewRollout(spec, t, n, first.Obs)
	for _, column := range []*[]float32{&g.logp, &g.next, &g.adv, &g.ret} {
		*column = make([]float32, n*t)
	}
	if g.mask != nil {
		g.masks = slices.Repeat(g.mask, t)
	}
	return nil
}

// collect runs the policy for T steps of each environment.
func (g *gatherer) collect() error {
	for t := range g.roll.T {
		n := g.roll.N
		if t == 0 || g.noiseFor > 0 && t%g.noiseFor == 0 {
			g.model.DrawNoise(g.dice.at(g.acted), g.noise)
		}
		copy(g.masks[t*len(g.mask):], g.mask)
		res, err := g.step(g.roll.Now(), g.logp[t*n:(t+1)*n])
		if err != nil {
			return err
		}
		g.roll.Add(g.act, res)
	}
	if g.scale != nil {
		g.scale.normalize(g.roll.Reward, g.roll.Done)
	}
	return nil
}

// observe takes the rollout's observations into account, for the next one.
func (g *gatherer) observe() {
	if g.normal != nil {
		g.normal.Observe(g.roll.Steps())
	}
}

// advantages fills adv and ret. A truncated episode is bootstrapped from the
// value of the observation it was cut off at.
func (g *gatherer) advantages(gamma, lambda float32) {
	o := g.vec.Spec().Obs.Size()
	g.value = slices.Grow(g.value[:0], cap(g.roll.Obs)/o)[:len(g.roll.Obs)/o]
	g.values(g.roll.Obs, g.value, g.roll.N*(g.roll.T+1))
	g.roll.Next(g.next, g.value)
	loss.GAE(g.adv, g.roll.Reward, g.value, g.next, g.roll.Done, g.roll.N, gamma, lambda)
	f32.Add(g.ret, g.adv, g.value[:len(g.ret)])
}

// values writes V of each row of obs to v. The rows after the first n are the last
// observations of truncated episodes, whose number differs between rollouts. They are
// valued in a batch of their own: a network allocates when a batch is larger than all before.
func (g *gatherer) values(obs, v []float32, n int) {
	o := len(obs) / len(v)
	g.model.Act(policy.In{Obs: obs[:n*o]}, policy.Out{Value: v[:n]})
	if n < len(v) {
		g.model.Act(policy.In{Obs: obs[n*o:]}, policy.Out{Value: v[n:]})
	}
}

// State visits what onPolicy's does, and the rollout.
func (g *gatherer) State(s *state.State) {
	g.onPolicy.State(s)
	g.roll.State(s)
}
