package agents

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/replay"
)

// onPolicy is what agents consist of that learn from what their present policy does.
type onPolicy struct {
	play     *collector
	networks actorCritic
	normal   *policy.Normalizer // of observations; nil if they are as they are
	scale    *rewardScale       // of rewards; nil if they are as they are
	src      rand.PCG
	rng      *rand.Rand // initial weights, and the order of minibatches
}

// An onPolicyConfig is what onPolicy needs of an agent's settings.
type onPolicyConfig struct {
	setup       *Setup
	normalize   *Normalize
	kwargs      *policy.Kwargs
	gamma       float32
	maxGradNorm float32
	noiseSteps  int
}

// connect makes the environments and the networks.
func (o *onPolicy) connect(mk env.Maker, c onPolicyConfig) (err error) {
	seed, n := c.setup.Seed, c.setup.NEnvs
	if o.play, err = newCollector(mk, seed, 0, n); err != nil {
		return err
	}
	o.play.noiseSteps = c.noiseSteps
	o.src.Seed(env.Split(seed, 0), 0)
	o.rng = rand.New(&o.src)
	spec := o.play.vec.Spec()
	if o.normal, err = c.normalize.observations(spec.Obs); err != nil {
		return err
	}
	o.scale = c.normalize.rewards(n, c.gamma)
	model, err := policy.NewActorCritic(o.rng, spec, *c.kwargs, o.normal, c.setup.Engine)
	if err != nil {
		return err
	}
	if o.networks, err = newActorCritic(model, c.kwargs, c.maxGradNorm); err != nil {
		return err
	}
	return o.play.begin(seed, model)
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

// learn has an agent iterate until so many steps have been taken, on two cores.
func (o *onPolicy) learn(until int, h *horizon, a iterator) error {
	cores := parallel.Start(h.setup.cores(2))
	defer cores.Stop()
	o.networks.share(cores)
	return h.iterateUntil(until, &o.play.stats, a)
}

// collect fills the rollout, whose rewards it normalises.
func (o *onPolicy) collect(roll *replay.Rollout) error {
	if err := o.play.collect(o.networks.model, roll); err != nil {
		return o.blame(err)
	}
	if o.scale != nil {
		o.scale.normalize(roll.Reward, roll.Done)
	}
	return nil
}

// finish takes the rollout's observations into account for the next one, and returns an
// error where learning has broken the networks.
func (o *onPolicy) finish(roll *replay.Rollout) error {
	if o.normal != nil {
		for _, obs := range roll.Acted() {
			o.normal.Observe(obs)
		}
	}
	return o.check()
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
	s.All(&o.networks, o.play)
	if o.normal != nil {
		o.normal.State(s)
	}
	if o.scale != nil {
		o.scale.State(s)
	}
}
