package agents

import (
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/replay"
)

// A collector plays the environments from, from+1, … of a run by a policy. What it does
// depends on the policy and on its own State alone. So parts of a rollout that collectors
// of some environments each have filled have the bytes of a rollout of all environments.
type collector struct {
	vec   env.Vector
	from  int // number of the first environment
	dice  *actionRand
	acted int // actions of each environment so far
	stats Stats

	obs    []float32 // [N, O] what to act on next
	mask   []bool    // [N, M] what is allowed there; nil without masks
	first  []bool    // [N] an episode begins there
	memory []float32 // [N, Spec.Memory] the policy's memory

	raw, act, logp []float32 // [N, A], [N, A], [N] latest actions as drawn, and as environments got them; log-probabilities
	noise          []float32 // [N, Spec.Noise] exploration that depends on the state; nil without
	noiseSteps     int       // steps that this noise stays for; below 1: a whole rollout
}

// newCollector returns a collector of n environments. Its episodes begin with begin.
func newCollector(mk env.Maker, seed uint64, from, n int) (*collector, error) {
	vec, err := mk(n)
	if err != nil {
		return nil, err
	}
	a := n * vec.Spec().Act.Size()
	floats := func(n int) []float32 { return make([]float32, n) }
	return &collector{vec: vec, from: from, dice: newActionRand(seed, from, n), raw: floats(a), act: floats(a), logp: floats(n)}, nil
}

// begin begins all episodes, to be played by a policy like p.
func (c *collector) begin(seed uint64, p policy.Policy) error {
	spec, n := p.Spec(), c.vec.Len()
	if spec.Noise > 0 {
		c.noise = make([]float32, n*spec.Noise)
	}
	c.memory = make([]float32, n*spec.Memory)
	res, err := resetFrom(c.vec, env.Split(seed, 1), c.from)
	if err == nil {
		c.obs, c.mask, c.first = slices.Clone(res.Obs), slices.Clone(res.Mask), slices.Clone(res.First)
		c.stats.begin(res.Measures)
	}
	return err
}

// collect fills a rollout by the policy p.
func (c *collector) collect(p *policy.ActorCritic, roll *replay.Rollout) error {
	roll.Begin(c.obs, c.mask, c.first)
	for t := range roll.T {
		if t == 0 || c.noiseSteps > 0 && t%c.noiseSteps == 0 {
			p.DrawNoise(c.dice.at(c.acted), c.noise)
		}
		res, err := c.step(p)
		if err != nil {
			return err
		}
		roll.Add(c.raw, c.logp, res)
	}
	return nil
}

// step takes one step of each environment by the policy p: raw, act and logp have the
// actions.
func (c *collector) step(p policy.Policy) (*env.Result, error) {
	p.Act(policy.In{Obs: c.obs, Mask: c.mask, First: c.first, Memory: c.memory, Rand: c.dice.at(c.acted), Noise: c.noise},
		policy.Out{Act: c.act, Raw: c.raw, LogProb: c.logp})
	c.acted++
	res, err := c.vec.Step(c.act)
	if err != nil {
		return nil, err
	}
	c.stats.Add(res)
	copy(c.obs, res.Obs)
	copy(c.mask, res.Mask)
	copy(c.first, res.First)
	return res, nil
}

// Close closes the environments. A nil collector has none.
func (c *collector) Close() error {
	if c == nil {
		return nil
	}
	return closeVector(c.vec)
}

// State visits the environments, what they show, the policy's memory and the books. The
// noise is drawn anew for each rollout.
func (c *collector) State(s *state.State) {
	s.Section("collector", 1)
	s.Int("acted", &c.acted, state.MaxCount)
	s.Floats("obs", c.obs)
	s.Bools("mask", c.mask)
	s.Bools("first", c.first)
	s.Floats("memory", c.memory)
	s.All(c.vec, &c.stats)
}
