package agents

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/replay"
)

// An onPolicyConfig has the settings that onPolicy takes from an agent's config.
type onPolicyConfig struct {
	setup       *Setup
	normalize   *Normalize
	network     *policy.NetworkConfig
	gamma       float32 // discount γ of the reward normaliser
	maxGradNorm float32
	noiseSteps  int // steps between two samples of gSDE's noise; below 1: one sample for each rollout
	batchSize   int // largest number of steps in a minibatch; 0: the agent collects no rollouts
}

// initOnPolicy makes the environments and the networks.
func (o *onPolicy) initOnPolicy(mk env.Maker, c onPolicyConfig) (err error) {
	seed, n := c.setup.Seed, c.setup.NEnvs
	parts := 1
	if c.batchSize > 0 {
		parts = partsOf(n, partSize)
	}
	if err = o.crew.makeCrew(mk, seed, n, parts); err != nil {
		return err
	}
	o.src.Seed(env.Split(seed, 0), 0)
	o.rng = rand.New(&o.src)
	spec := o.crew.spec()
	if o.normal, err = c.normalize.obsNormalizer(spec.Obs); err != nil {
		return err
	}
	o.scale = c.normalize.rewardScale(n, c.gamma)
	model, err := policy.NewActorCritic(o.rng, spec, *c.network, o.normal, c.setup.Engine)
	if err != nil {
		return err
	}
	if err = checkMemory(model, n); err != nil {
		return err
	}
	if o.networks, err = newActorCritic(model, c.network, c.maxGradNorm); err != nil {
		return err
	}
	o.networks.makeReplicas(parts, partsOf(c.batchSize, chunkSize))
	o.crew.prepare(&o.networks, c.noiseSteps)
	o.networks.share(parallel.New(c.setup.cores(max(2, len(o.networks.replicas)))))
	return nil
}

// maxRolloutFloats is the largest number of float32s in a rollout: 2 GiB, or 1 GiB if an int
// has 32 bits.
const maxRolloutFloats = min(1<<29, math.MaxInt/8)

// sequences says how a rollout keeps the memory of a policy: see replay.Rollout.KeepMemory.
type sequences struct {
	memory         int // floats of memory per environment; 0: a policy without memory
	length, burnIn int // steps of a sequence, and of its burn-in
}

// newRollout returns an empty Rollout for t steps of n environments whose masks have maskSize
// elements. It returns an error if the Rollout needs more than maxRolloutFloats.
func newRollout(spec env.Spec, t, n, maskSize int, s sequences) (*replay.Rollout, error) {
	row := spec.Obs.Size() + spec.Act.Size() + maskSize
	if s.memory > 0 {
		row += (s.memory + s.length - 1) / s.length
	}
	if t > maxRolloutFloats/row/n {
		return nil, fmt.Errorf("n_envs·n_steps = %d rows of a rollout need more than %d numbers, want fewer rows", int64(n)*int64(t), maxRolloutFloats)
	}
	r := replay.NewRollout(spec, t, n, maskSize > 0)
	if s.memory > 0 {
		r.KeepMemory(s.memory, s.length, s.burnIn)
	}
	return r, nil
}

// checkMemory returns an error if the model's memory for n environments needs more than
// maxRolloutFloats.
func checkMemory(model *policy.ActorCritic, n int) error {
	if h := model.Spec().Memory; h > maxRolloutFloats/n {
		return fmt.Errorf("n_envs is %d and the networks remember %d numbers for each environment, want %d numbers at most", n, h, maxRolloutFloats)
	}
	return nil
}

// withoutOptimizer returns the model as an actorCritic that computes gradients and takes no steps.
func withoutOptimizer(model *policy.ActorCritic) actorCritic {
	return actorCritic{model: model, params: model.Params(), own: gradientJob{model: model}}
}

// newActorCritic returns the model with the optimiser that k names.
func newActorCritic(model *policy.ActorCritic, k *policy.NetworkConfig, maxNorm float32) (n actorCritic, err error) {
	n = withoutOptimizer(model)
	if n.opt, err = k.NewOptimizer(n.params); err == nil {
		n.opt.MaxNorm = maxNorm
	}
	return n, err
}

// share lets gradient steps use the cores of a pool.
func (n *actorCritic) share(cores *parallel.Pool) {
	n.cores = cores
	n.opt.Share(cores)
}

// check returns an error if a tape has an error or a parameter is not finite. The message names
// the number of steps and, if it is very large, the largest absolute reward.
func (n *actorCritic) check(steps int, maxAbsReward float64) error {
	if err := cmp.Or(n.model.Tape.Err(), n.model.ValueTape.Err()); err != nil {
		return err
	}
	return checkFinite(n.params, steps, maxAbsReward)
}

// State saves or loads the networks and the optimiser.
func (n *actorCritic) State(s *state.State) {
	s.Section("actor-critic", 1)
	s.All(n.model, n.opt)
}

// stepError explains an error of an environment step: see the function stepError.
func (o *onPolicy) stepError(err error) error {
	return stepError(err, o.networks.params, o.crew.stats.Steps(), o.crew.stats.maxAbsReward)
}

// check returns an error if a tape of the networks has an error or a parameter is not finite.
func (o *onPolicy) check() error {
	return o.networks.check(o.crew.stats.Steps(), o.crew.stats.maxAbsReward)
}

// Close closes the environments.
func (o *onPolicy) Close() error { return o.crew.Close() }

// Policy returns the actor together with its critic.
func (o *onPolicy) Policy() policy.Policy { return o.networks.model }

// State saves or loads the random generator, the networks, the optimiser, the environments, the
// statistics and the normalisers.
func (o *onPolicy) State(s *state.State) {
	s.Section("on-policy", 1)
	s.PCG("rng", &o.src)
	s.All(&o.networks, &o.crew, o.normal, o.scale)
}
