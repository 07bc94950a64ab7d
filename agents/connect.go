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

// An onPolicyConfig is what onPolicy needs of an agent's settings.
type onPolicyConfig struct {
	setup       *Setup
	normalize   *Normalize
	network     *policy.NetworkConfig
	gamma       float32
	maxGradNorm float32
	noiseSteps  int
}

// connect makes the environments and the networks.
func (o *onPolicy) connect(mk env.Maker, c onPolicyConfig) (err error) {
	seed, n := c.setup.Seed, c.setup.NEnvs
	if _, err = o.play.makeEnvs(mk, seed, 0, n); err != nil {
		return err
	}
	o.maxCores, o.play.noiseSteps = c.setup.cores(2), c.noiseSteps
	o.src.Seed(env.Split(seed, 0), 0)
	o.rng = rand.New(&o.src)
	spec := o.play.vec.Spec()
	if o.normal, err = c.normalize.observations(spec.Obs); err != nil {
		return err
	}
	o.scale = c.normalize.rewards(n, c.gamma)
	model, err := policy.NewActorCritic(o.rng, spec, *c.network, o.normal, c.setup.Engine)
	if err != nil {
		return err
	}
	if o.networks, err = newActorCritic(model, c.network, c.maxGradNorm); err != nil {
		return err
	}
	o.play.follow(model)
	return nil
}

// maxRollout bounds the floats of a rollout: 2 GiB, or 1 GiB where an int has 32 bits.
const maxRollout = min(1<<29, math.MaxInt/8)

// newRollout returns a Rollout of t steps of the collector's environments.
func newRollout(c *collector, t int) (*replay.Rollout, error) {
	spec, n := c.vec.Spec(), c.vec.Len()
	if t > maxRollout/(spec.Obs.Size()+spec.Act.Size()+len(c.mask)/n)/n {
		return nil, fmt.Errorf("n_envs·n_steps = %d rows of a rollout are more than %d floats", int64(n)*int64(t), maxRollout)
	}
	return replay.NewRollout(spec, t, n, c.mask != nil), nil
}

// newActorCritic returns an actorCritic of the model.
func newActorCritic(model *policy.ActorCritic, k *policy.NetworkConfig, maxNorm float32) (n actorCritic, err error) {
	n.model, n.params = model, model.Params()
	if n.opt, err = k.NewOptimizer(n.params); err == nil {
		n.opt.MaxNorm = maxNorm
	}
	return n, err
}

// share has several cores learn.
func (n *actorCritic) share(cores *parallel.Pool) {
	n.cores = cores
	n.opt.Share(cores)
}

// check returns an error where learning has broken the networks after steps of an agent
// whose rewards had sizes up to peak.
func (n *actorCritic) check(steps int, peak float64) error {
	if err := cmp.Or(n.model.Tape.Err(), n.model.ValueTape.Err()); err != nil {
		return err
	}
	return checkFinite(n.params, steps, peak)
}

// State visits the networks and the optimiser.
func (n *actorCritic) State(s *state.State) {
	s.Section("actor-critic", 1)
	s.All(n.model, n.opt)
}

// blame returns the error of a step: see the function of this name.
func (o *onPolicy) blame(err error) error {
	return blame(err, o.networks.params, o.play.stats.Steps(), o.play.stats.peak)
}

// check returns an error where learning has broken the networks.
func (o *onPolicy) check() error { return o.networks.check(o.play.stats.Steps(), o.play.stats.peak) }

// Close closes the environments.
func (o *onPolicy) Close() error { return o.play.Close() }

// Policy is the actor with its critic.
func (o *onPolicy) Policy() policy.Policy { return o.networks.model }

// State visits the generator, the networks, their optimiser, the environments and the
// books.
func (o *onPolicy) State(s *state.State) {
	s.Section("on-policy", 1)
	s.PCG("rng", &o.src)
	s.All(&o.networks, &o.play, o.normal, o.scale)
}
