package agents

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/replay"
)

// A collector is a player that acts with a policy and collects rollouts. The environments of a
// run may be divided among several collectors: their rollouts together then have the same bytes
// as the rollout of one collector with all environments.
type collector struct {
	player
	memory     []float32 // [N, Spec.Memory] the policy's recurrent memory
	raw        []float32 // [N, A] latest actions, as sampled from the policy
	act        []float32 // [N, A] latest actions as the environments got them, within their bounds
	logp       []float32 // [N] log-probabilities of the latest actions
	value      []float32 // [N] V of the observations before the latest actions; nil for a policy without memory
	noise      []float32 // [N, Spec.Noise] gSDE's exploration noise; nil without gSDE
	noiseSteps int       // steps between two samples of the noise; below 1: one sample for each rollout
	peek       peek
}

// allocate makes the slices for the actions, the memory and the noise of policy p.
func (c *collector) allocate(p policy.Policy) {
	spec, n := p.Spec(), c.vec.Len()
	floats := func(k int) []float32 { return make([]float32, n*k) }
	a := spec.Act.Size()
	c.raw, c.act, c.logp, c.memory = floats(a), floats(a), floats(1), floats(spec.Memory)
	if spec.Noise > 0 {
		c.noise = floats(spec.Noise)
	}
	if spec.Memory > 0 {
		c.value = floats(1)
	}
}

// A rollout is a replay.Rollout or one of its parts.
type rollout interface {
	Begin(obs []float32, mask, first []bool)
	Remember(memory []float32)
	SetValues(value, final []float32)
	Add(act, logp []float32, res *env.Result)
}

var (
	_ rollout = (*replay.Rollout)(nil)
	_ rollout = (*replay.RolloutPart)(nil)
)

// collect fills a rollout of T = steps steps in which the policy p acts. For a policy with memory
// it also stores the memory and the values.
func (c *collector) collect(p *policy.ActorCritic, roll rollout, steps int) error {
	roll.Begin(c.obs, c.mask, c.first)
	for t := range steps {
		if err := c.collectStep(p, roll, t); err != nil {
			return err
		}
	}
	c.endRollout(p, roll)
	return nil
}

// collectStep adds step t of a rollout.
func (c *collector) collectStep(p *policy.ActorCritic, roll rollout, t int) error {
	if t == 0 || c.noiseSteps > 0 && t%c.noiseSteps == 0 {
		p.DrawNoise(c.actionRngs.forAction(c.actionCount), c.noise)
	}
	roll.Remember(c.memory)
	res, err := c.step(p)
	if err != nil {
		return err
	}
	if c.value != nil {
		roll.SetValues(c.value, c.peek.finalValues(p, res, c.memory))
	}
	roll.Add(c.raw, c.logp, res)
	return nil
}

// endRollout stores the values after the last step of a rollout, for a policy with memory.
func (c *collector) endRollout(p *policy.ActorCritic, roll rollout) {
	if c.value != nil {
		roll.SetValues(c.peek.values(p, c.obs, c.first, c.memory), nil)
	}
}

// step takes one step in each environment with the actions of policy p. It stores the actions in
// the fields raw and act, their log-probabilities in logp, and V of the observations in value if the
// policy has memory.
func (c *collector) step(p policy.Policy) (*env.Result, error) {
	p.Act(policy.In{Obs: c.obs, Mask: c.mask, First: c.first, Memory: c.memory, Rand: c.actionRngs.forAction(c.actionCount), Noise: c.noise},
		policy.Out{Act: c.act, Raw: c.raw, LogProb: c.logp, Value: c.value})
	res, err := c.vec.Step(c.act)
	if err == nil {
		c.record(res)
	}
	return res, err
}

// State saves or loads the player and the policy's memory. The noise is not saved: it is sampled
// again at the start of each rollout.
func (c *collector) State(s *state.State) {
	s.Section("collector", 1)
	s.Floats("memory", c.memory)
	c.player.State(s)
}

// A player has some environments of a run and the statistics of their episodes. The episodes
// depend only on the actions and on the player's State.
type player struct {
	vec         env.Vector
	actionRngs  *actionRngs
	actionCount int // actions taken in each environment so far
	stats       Stats

	obs   []float32 // [N, O] observations for the next actions
	mask  []bool    // [N, M] allowed next actions; nil if the environments have no masks
	first []bool    // [N] true where obs is the first observation of an episode
}

// makeEnvs makes the environments [from, from+n) of a run, starts their episodes and returns
// their first Result. After an error Close closes the environments that were made.
func (p *player) makeEnvs(mk env.Maker, seed uint64, from, n int) (res *env.Result, err error) {
	p.actionRngs = newActionRngs(seed, from, n)
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

// differsFrom returns an error if the environments of p have other spaces, masks or metrics than
// the environments of q.
func (p *player) differsFrom(q *player) error {
	a, b := p.vec.Spec(), q.vec.Spec()
	if !reflect.DeepEqual(a.Obs, b.Obs) || !reflect.DeepEqual(a.Act, b.Act) || a.MaxSteps != b.MaxSteps ||
		len(p.mask)*q.vec.Len() != len(q.mask)*p.vec.Len() || !slices.Equal(p.stats.measures, q.stats.measures) {
		return fmt.Errorf("the Maker made environments of %s that differ in their spaces, time limit, masks or metrics, want equal ones", a.ID)
	}
	return nil
}

// record adds a step to the statistics and keeps the observations and masks for the next
// actions.
func (p *player) record(res *env.Result) {
	p.actionCount++
	p.stats.Add(res)
	copy(p.obs, res.Obs)
	copy(p.mask, res.Mask)
	copy(p.first, res.First)
}

// Close closes the environments.
func (p *player) Close() error { return closeVector(p.vec) }

// State saves or loads the environments, their observations and masks, and the statistics.
func (p *player) State(s *state.State) {
	s.Section("player", 1)
	s.Int("player/acted", &p.actionCount, state.MaxCount)
	s.Floats("player/obs", p.obs)
	s.Bools("player/mask", p.mask)
	s.Bools("player/first", p.first)
	s.All(p.vec, &p.stats)
}
