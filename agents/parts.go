package agents

import (
	"errors"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/replay"
)

// partSize is the smallest number of environments in a part, if there are several parts. For fewer
// environments, the overhead of a step is not small beside the step.
const partSize = 128

// maxParts is the largest number of parts of the environments, and of a minibatch. It limits how
// many cores share the work, and the memory for their replicas of the networks.
const maxParts = 16

// crew plays the environments of an on-policy agent. With many environments it has several
// parts, which different cores play at the same time. The parts depend on the number of
// environments and on the networks, never on the number of cores.
type crew struct {
	parts []*part
	stats *Stats // statistics of all parts

	concurrent             bool            // whether several cores can play different parts
	roll                   *replay.Rollout // rollout that the parts fill
	values                 []float32       // values of the rollout's observations
	collectSite, valueSite parallel.Site

	elsewhere *elsewhere // how others play the rollouts; nil: nobody does
	weights   weighted   // policy of these rollouts
}

// A part is a collector with its own replica of the networks, or with the networks themselves if
// it is the only part.
type part struct {
	play  collector
	model *policy.ActorCritic
	err   error // error of the latest rollout

	merged int // number of the part's ended episodes that are already in the statistics of all parts
}

// partsOf returns the number of parts of n rows or environments. Each part has size of them or
// more.
func partsOf(n, size int) int { return max(1, min(n/size, maxParts)) }

// makeCrew makes the n environments of a run in the given number of parts.
func (c *crew) makeCrew(mk env.Maker, seed uint64, n, parts int) error {
	for i := range parts {
		p := new(part)
		c.parts = append(c.parts, p)
		from, to := i*n/parts, (i+1)*n/parts
		if _, err := p.play.makeEnvs(mk, seed, from, to-from); err != nil {
			return err
		}
		if err := p.play.differsFrom(&c.parts[0].play.player); err != nil {
			return err
		}
	}
	c.stats = &c.parts[0].play.stats
	if parts > 1 {
		c.stats = new(Stats)
		c.stats.setMeasures(c.parts[0].play.stats.measures)
	}
	return nil
}

// prepare gives each part the networks to act with. Only parts with their own replicas of the
// networks can play at the same time. See collector for noiseSteps.
func (c *crew) prepare(n *actorCritic, noiseSteps int) {
	for i, p := range c.parts {
		p.model, p.play.noiseSteps = n.model, noiseSteps
		if len(c.parts) > 1 && n.replicas != nil {
			p.model, c.concurrent = n.replicas[i].model, true
		}
		p.play.allocate(p.model)
	}
}

// spec returns the Spec of the environments.
func (c *crew) spec() env.Spec { return c.parts[0].play.vec.Spec() }

// newRollout returns an empty Rollout for t steps of the environments, divided into the parts.
func (c *crew) newRollout(t int, s sequences) (*replay.Rollout, error) {
	n, sizes, first := 0, []int(nil), &c.parts[0].play
	for _, p := range c.parts {
		sizes = append(sizes, p.play.vec.Len())
		n += p.play.vec.Len()
	}
	roll, err := newRollout(c.spec(), t, n, len(first.mask)/first.vec.Len(), s)
	if err == nil && len(sizes) > 1 {
		roll.Divide(sizes...)
	}
	return roll, err
}

// collect fills a rollout with steps of the current policy.
func (c *crew) collect(cores *parallel.Pool, roll *replay.Rollout) error {
	if c.elsewhere != nil {
		if played, err := c.collectElsewhere(roll); played || err != nil {
			return err
		}
	}
	c.roll = roll
	c.run(cores, &c.collectSite, (*collectJob)(c))
	if len(c.parts) > 1 {
		c.stats.mergeParts(c.parts)
	}
	for _, p := range c.parts {
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

// run runs a job with one piece for each part, on several cores if parts can play at the same time.
func (c *crew) run(cores *parallel.Pool, s *parallel.Site, job parallel.Job) {
	if !c.concurrent {
		cores = nil
	}
	cores.Run(s, len(c.parts), job)
}

// collectJob is the parallel.Job in which each part collects its part of the rollout.
type collectJob crew

// Do collects part i.
func (c *collectJob) Do(i int) {
	p := c.parts[i]
	p.err = p.play.collect(p.model, c.roll.Part(i), c.roll.T)
}

// Close closes the environments.
func (c *crew) Close() error {
	var all []error
	for _, p := range c.parts {
		all = append(all, p.play.Close())
	}
	return errors.Join(all...)
}

// computeValues computes V(s) for all observations of a rollout and stores the values in the
// rollout.
func (c *crew) computeValues(cores *parallel.Pool, roll *replay.Rollout) {
	c.roll, c.values = roll, roll.Values()
	c.run(cores, &c.valueSite, (*valueJob)(c))
}

// valueJob is the parallel.Job in which each part computes the values of its observations.
type valueJob crew

// Do computes the values of part i, or of several parts of a rollout that others have played.
func (c *valueJob) Do(i int) {
	n, own := c.roll.Parts(), len(c.parts)
	for k := i * n / own; k < (i+1)*n/own; k++ {
		computeValues(c.parts[i].model, c.roll.Part(k), c.values)
	}
}

// State saves or loads the parts and, if there are several, the statistics of all parts.
func (c *crew) State(s *state.State) {
	c.elsewhere.visit(s)
	if len(c.parts) > 1 {
		s.Section("parts", 1)
	}
	for _, p := range c.parts {
		s.All(&p.play)
	}
	if len(c.parts) > 1 {
		s.All(c.stats)
	}
}
