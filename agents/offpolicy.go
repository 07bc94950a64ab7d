package agents

import (
	"errors"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/parallel"
)

// offPolicy is the part that DQN, DDPG, TD3 and SAC have in common: it acts in environments, adds
// the transitions to the replay buffer, and makes updates as often as the setting train_freq
// says.
type offPolicy struct {
	setup        *Setup
	replayConfig *Replay
	src          rand.PCG   // source of rng
	rng          *rand.Rand // random generator for weights, minibatches and noise in updates
	play         player
	experience   experience
	normal       *policy.Normalizer // normaliser of observations; nil if they are not normalised
	scale        *rewardScale       // normaliser of rewards; nil if they are not normalised
	nets         trainedNetworks
	memory       *memory        // memory of the networks, and sequences to learn from; nil for networks without memory
	actors       *apexActors    // actors that act in place of the agent; nil: the agent itself acts
	cores        *parallel.Pool // cores that Learn uses
	rate         float64        // learning rate in this iteration

	act []float32 // [N, A] actions as the environments get them
	raw []float32 // [N, A] actions as the replay buffer keeps them: continuous actions are in [-1, 1]

	stepsSinceUpdate    int // steps of each environment since the last updates
	episodesSinceUpdate int // finished episodes of all environments since the last updates
}

// An algorithm has the parts that differ between the off-policy agents: how they act and how
// they learn.
type algorithm interface {
	// random writes random actions to out.Act and out.Raw, before learning starts. It does not
	// change in.Memory.
	random(in policy.In, out policy.Out)

	// explore writes the policy's actions with exploration to out.Act and out.Raw. The
	// argument steps is the number of environment steps of the run so far. A policy with memory
	// remembers the observations in in.Memory.
	explore(steps int, in policy.In, out policy.Out)

	afterStep(res *env.Result) // runs after each step with its Result
	update()                   // samples a minibatch and learns from it
}

// initOffPolicy makes the environments, the normalisers and the replay buffer.
func (o *offPolicy) initOffPolicy(mk env.Maker, s *Setup, r *Replay, n *Normalize) (err error) {
	o.setup, o.replayConfig, o.cores = s, r, parallel.New(s.cores(2))
	first, err := o.play.makeEnvs(mk, s.Seed, s.firstEnv, s.NEnvs)
	if err != nil {
		return err
	}
	o.src.Seed(env.Split(s.Seed, 0), 0)
	o.rng = rand.New(&o.src)
	spec := o.play.vec.Spec()
	if o.normal, err = n.obsNormalizer(spec.Obs); err != nil {
		return err
	}
	o.scale = n.rewardScale(s.NEnvs, r.Gamma)
	if o.experience, err = newExperience(r, spec, first, o.scale); err != nil {
		return err
	}
	a := s.NEnvs * spec.Act.Size()
	o.act, o.raw = make([]float32, a), make([]float32, a)
	return nil
}

// learn runs iterations of the agent a until its number of environment steps is at least the
// argument until. It uses two cores or fewer.
func (o *offPolicy) learn(until int, a iterator) error {
	o.nets.share(o.cores)
	o.cores.Start()
	defer o.cores.Stop()
	if o.actors != nil {
		return o.actors.learn(until, &o.play.stats, a)
	}
	return iterateUntil(until, &o.play.stats, a)
}

// offPolicyIterationSteps is the smallest number of environment steps in an iteration, counted
// over all environments. An iteration takes some milliseconds.
const offPolicyIterationSteps = 64

// interact runs one iteration: it takes steps, and makes updates when they are due. It returns
// an error if the parameters are not finite afterwards.
func (o *offPolicy) interact(a algorithm) error {
	o.readSchedules()
	if o.actors != nil {
		return o.learnFromActors()
	}
	for taken := 0; taken < offPolicyIterationSteps; taken += o.setup.NEnvs {
		if err := o.step(a); err != nil {
			return err
		}
		o.updateIfDue(a)
	}
	return o.nets.check(&o.play.stats)
}

// readSchedules sets the learning rate, and β of prioritised replay, for an iteration.
func (o *offPolicy) readSchedules() {
	step := o.play.stats.Steps()
	o.rate = o.replayConfig.LearningRate.At(step, o.setup.Steps)
	o.nets.setLearningRate(o.rate)
	if p := o.experience.prioritized; p != nil {
		progress := min(1, float64(step)/float64(o.setup.Steps))
		p.Beta = o.replayConfig.PriorityBeta + (1-o.replayConfig.PriorityBeta)*progress
	}
}

// step takes one step in each environment and adds it to the replay buffer.
func (o *offPolicy) step(a algorithm) error {
	if o.normal != nil {
		o.normal.Observe(o.play.obs)
	}
	res, err := o.takeStep(a)
	if err != nil {
		return err
	}
	o.experience.buffer.Add(o.raw, res)
	o.recordStep(res)
	a.afterStep(res)
	return nil
}

// takeStep takes one step in each environment, with random actions before learning starts.
func (o *offPolicy) takeStep(a algorithm) (*env.Result, error) {
	steps := o.play.stats.Steps()
	in := policy.In{Obs: o.play.obs, Mask: o.play.mask, Rand: o.play.actionRngs.forAction(o.play.actionCount)}
	out := policy.Out{Act: o.act, Raw: o.raw}
	o.memory.input(&in, o.play.first)
	if steps < o.replayConfig.LearningStarts {
		o.memory.ignore(in)
		a.random(in, out)
	} else {
		a.explore(steps, in, out)
	}
	o.memory.acted(o.play.obs, o.raw)
	res, err := o.play.vec.Step(o.act)
	if err != nil {
		return nil, stepError(err, o.nets.params, steps, o.play.stats.maxAbsReward)
	}
	return res, nil
}

// recordStep adds a step to the statistics, the reward normaliser and the counts since the last
// updates.
func (o *offPolicy) recordStep(res *env.Result) {
	o.play.record(res)
	if o.scale != nil {
		o.scale.observe(res)
	}
	o.stepsSinceUpdate++
	for i := range res.Reward {
		if res.Done(i) {
			o.episodesSinceUpdate++
		}
	}
}

// updateIfDue makes updates if train_freq says that they are due. Before learning starts it
// makes none.
func (o *offPolicy) updateIfDue(a algorithm) {
	if !o.replayConfig.TrainFreq.Due(o.stepsSinceUpdate, o.episodesSinceUpdate) {
		return
	}
	updates := o.replayConfig.GradientSteps
	if updates < 0 {
		updates = o.stepsSinceUpdate * o.setup.NEnvs
	}
	o.stepsSinceUpdate, o.episodesSinceUpdate = 0, 0
	if o.play.stats.Steps() <= o.replayConfig.LearningStarts || !o.canLearn() {
		return
	}
	for range updates {
		a.update()
	}
	if o.actors != nil {
		o.actors.updates += updates
	}
}

// Close closes the environments.
func (o *offPolicy) Close() error { return errors.Join(o.play.Close(), o.actors.Close()) }

// State saves or loads the random generator, the optimisers, the replay buffer, the environments,
// the statistics and the normalisers.
func (o *offPolicy) State(s *state.State) {
	s.Section("off-policy", 1)
	s.PCG("rng", &o.src)
	s.Int("offpolicy/steps", &o.stepsSinceUpdate, state.MaxCount)
	s.Int("offpolicy/episodes", &o.episodesSinceUpdate, state.MaxCount)
	s.All(&o.nets, o.experience.buffer, &o.play, o.normal, o.scale)
	if o.memory != nil {
		o.memory.State(s)
	}
	if o.actors != nil {
		o.actors.State(s)
	}
}
