package agents

import (
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/replay"
)

// A collector is a player whose actions are a policy's. Several collectors that play some of
// a run's environments each fill parts of a rollout: together they have the bytes of a
// rollout that one collector fills.
type collector struct {
	player
	memory         []float32 // [N, Spec.Memory] the policy's memory
	raw, act, logp []float32 // [N, A], [N, A], [N] latest actions as drawn, and as environments got them; log-probabilities
	noise          []float32 // [N, Spec.Noise] exploration that depends on the state; nil without
	noiseSteps     int       // steps that this noise stays for; below 1: a whole rollout
}

// follow makes room for the actions of a policy like p.
func (c *collector) follow(p policy.Policy) {
	spec, n := p.Spec(), c.vec.Len()
	floats := func(k int) []float32 { return make([]float32, n*k) }
	a := spec.Act.Size()
	c.raw, c.act, c.logp, c.memory = floats(a), floats(a), floats(1), floats(spec.Memory)
	if spec.Noise > 0 {
		c.noise = floats(spec.Noise)
	}
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
	res, err := c.vec.Step(c.act)
	if err == nil {
		c.see(res)
	}
	return res, err
}

// State visits the player and the policy's memory. The noise is drawn anew for each rollout.
func (c *collector) State(s *state.State) {
	s.Section("collector", 1)
	s.Floats("memory", c.memory)
	c.player.State(s)
}

// A player plays environments of a run, and keeps the books. What it does depends on the
// actions and on its own State alone.
type player struct {
	vec   env.Vector
	dice  *actionRand
	acted int // actions of each environment so far
	stats Stats

	obs   []float32 // [N, O] what to act on next
	mask  []bool    // [N, M] allowed actions there; nil without masks
	first []bool    // [N] an episode begins there
}

// makeEnvs makes the environments from, …, from+n-1 of a run, begins their episodes and returns
// what they show. After an error Close closes what was made.
func (p *player) makeEnvs(mk env.Maker, seed uint64, from, n int) (res *env.Result, err error) {
	p.dice = newActionRand(seed, from, n)
	if p.vec, err = mk(n); err != nil {
		return nil, err
	}
	if res, err = resetFrom(p.vec, env.Split(seed, 1), from); err != nil {
		return nil, err
	}
	p.obs, p.mask, p.first = slices.Clone(res.Obs), slices.Clone(res.Mask), slices.Clone(res.First)
	p.stats.setMeasures(res.Measures)
	return res, nil
}

// see counts a step, and keeps what to act on next.
func (p *player) see(res *env.Result) {
	p.acted++
	p.stats.Add(res)
	copy(p.obs, res.Obs)
	copy(p.mask, res.Mask)
	copy(p.first, res.First)
}

// Close closes the environments.
func (p *player) Close() error { return closeVector(p.vec) }

// State visits the environments, what they show, and the books.
func (p *player) State(s *state.State) {
	s.Section("player", 1)
	s.Int("player/acted", &p.acted, state.MaxCount)
	s.Floats("player/obs", p.obs)
	s.Bools("player/mask", p.mask)
	s.Bools("player/first", p.first)
	s.All(p.vec, &p.stats)
}
