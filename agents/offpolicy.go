package agents

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/parallel"
)

// offPolicy is the loop that DQN, DDPG, TD3 and SAC have in common: it acts in environments,
// keeps the transitions, and calls for updates when they are due.
type offPolicy struct {
	setup  *Setup
	r      *Replay
	src    rand.PCG
	rng    *rand.Rand // of minibatches, and of noise in updates
	play   player
	memory memory
	normal *policy.Normalizer // of the observations; nil: not normalised
	scale  *rewardScale       // of the rewards; nil: not scaled
	nets   trained            // what updates change
	rate   float64            // of learning, in this iteration

	act, raw []float32 // [N, A] actions as the environments get them, and as they are remembered

	steps, episodes int // of each environment, and of all, since the last updates
}

// An algorithm is an agent's own part beside offPolicy: how it acts, and how it learns.
type algorithm interface {
	// random writes the actions before learning starts, as Act and as Raw; explore writes
	// the actions afterwards, for a step of the run.
	random(in policy.In, out policy.Out)
	explore(steps int, in policy.In, out policy.Out)

	stepped(res *env.Result) // is told each step's Result
	update()                 // learns from one minibatch
}

// connect makes the environments and the memory.
func (o *offPolicy) connect(mk env.Maker, s *Setup, r *Replay, n *Normalize) (err error) {
	o.setup, o.r = s, r
	first, err := o.play.makeEnvs(mk, s.Seed, 0, s.NEnvs)
	if err != nil {
		return err
	}
	o.src.Seed(env.Split(s.Seed, 0), 0)
	o.rng = rand.New(&o.src)
	spec := o.play.vec.Spec()
	if o.normal, err = n.observations(spec.Obs); err != nil {
		return err
	}
	o.scale = n.rewards(s.NEnvs, r.Gamma)
	if o.memory, err = newMemory(r, spec, first, o.scale); err != nil {
		return err
	}
	a := s.NEnvs * spec.Act.Size()
	o.act, o.raw = make([]float32, a), make([]float32, a)
	return nil
}

// learn runs iterations of an agent until a number of steps has been taken, on two cores.
func (o *offPolicy) learn(until int, a iterator) error {
	cores := parallel.Start(o.setup.cores(2))
	defer cores.Stop()
	o.nets.share(cores)
	return iterateUntil(until, &o.play.stats, a)
}

// offPolicyIteration is the least number of steps of an iteration, over all environments:
// some milliseconds.
const offPolicyIteration = 64

// interact takes the steps of an iteration, and makes the updates when they are due.
func (o *offPolicy) interact(a algorithm) error {
	o.schedule()
	for taken := 0; taken < offPolicyIteration; taken += o.setup.NEnvs {
		if err := o.step(a); err != nil {
			return err
		}
		o.learnIfDue(a)
	}
	return o.nets.check(&o.play.stats)
}

// schedule reads the schedules at the start of an iteration.
func (o *offPolicy) schedule() {
	step := o.play.stats.Steps()
	o.rate = o.r.LearningRate.At(step, o.setup.Steps)
	o.nets.setRate(o.rate)
	if p := o.memory.prioritized; p != nil {
		done := min(1, float64(step)/float64(o.setup.Steps))
		p.Beta = o.r.PriorityBeta + (1-o.r.PriorityBeta)*done
	}
}

// step takes one step of each environment, and remembers it.
func (o *offPolicy) step(a algorithm) error {
	if o.normal != nil {
		o.normal.Observe(o.play.obs)
	}
	steps := o.play.stats.Steps()
	in := policy.In{Obs: o.play.obs, Mask: o.play.mask, Rand: o.play.dice.at(o.play.acted)}
	out := policy.Out{Act: o.act, Raw: o.raw}
	if steps < o.r.LearningStarts {
		a.random(in, out)
	} else {
		a.explore(steps, in, out)
	}
	res, err := o.play.vec.Step(o.act)
	if err != nil {
		return blame(err, o.nets.params, steps, o.play.stats.peak)
	}
	o.memory.buffer.Add(o.raw, res)
	o.count(res)
	a.stepped(res)
	return nil
}

// count keeps the books of a step.
func (o *offPolicy) count(res *env.Result) {
	o.play.see(res)
	if o.scale != nil {
		o.scale.observe(res)
	}
	o.steps++
	for i := range res.Reward {
		if res.Done(i) {
			o.episodes++
		}
	}
}

// learnIfDue makes the updates for the steps since the last ones.
func (o *offPolicy) learnIfDue(a algorithm) {
	if !o.r.TrainFreq.Due(o.steps, o.episodes) {
		return
	}
	updates := o.r.GradientSteps
	if updates < 0 {
		updates = o.steps * o.setup.NEnvs
	}
	o.steps, o.episodes = 0, 0
	if o.play.stats.Steps() <= o.r.LearningStarts {
		return
	}
	for range updates {
		a.update()
	}
}

// Close closes the environments.
func (o *offPolicy) Close() error { return o.play.Close() }

// State visits the generator, the optimisers, the memory, the environments and the books.
func (o *offPolicy) State(s *state.State) {
	s.Section("off-policy", 1)
	s.PCG("rng", &o.src)
	s.Int("offpolicy/steps", &o.steps, state.MaxCount)
	s.Int("offpolicy/episodes", &o.episodes, state.MaxCount)
	s.All(&o.nets, o.memory.buffer, &o.play, o.normal, o.scale)
}
