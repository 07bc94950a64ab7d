package agents

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/replay"
)

// A Collector lets other programs play the rollouts of an agent, each of them with an Actor: see Spread.
type Collector interface {
	// Collect lets others play a rollout. Part number i begins with states[i], and its result is the
	// result of Actor.Play with these weights. Collect calls accept for each part, one call at a time. If
	// accept returns an error, the result is unusable, and Collect needs another one. Collect returns true
	// after all parts were accepted, and false if nobody plays; the agent then plays the rollout itself. The
	// slices must not be changed or used later.
	Collect(weights []byte, states [][]byte, accept func(part int, result []byte) error) bool
}

// maxSpreadParts is the number of parts of a rollout that others play, if there are enough environments.
const maxSpreadParts = 16

// CanSpread reports whether others can play the rollouts of an agent with config c: the agent learns from
// rollouts, and has several environments.
func CanSpread(c Config) bool {
	_, ok := c.(rolloutConfig)
	return ok && c.Base().NEnvs > 1
}

// Spread lets others play the rollouts of the agent a from now on. The agent learns the same bytes as
// without. It is an error if the rollouts of the agent, or its environments, cannot be played elsewhere.
func Spread(a Agent, c Collector) error {
	s, ok := a.(interface{ spread(Collector) error })
	if !ok {
		return fmt.Errorf("agents: Spread of a %T, want an agent that learns from rollouts", a)
	}
	if err := s.spread(c); err != nil {
		return fmt.Errorf("agents: Spread: %w", err)
	}
	return nil
}

// A rolloutConfig is the Config of an agent that learns from rollouts.
type rolloutConfig interface {
	Config
	validate() error
	onPolicy() onPolicyConfig
	rollouts(memory int) (steps int, s sequences, err error) // steps of a rollout, and how it keeps the memory of a policy
}

var _, _ rolloutConfig = (*PPOConfig)(nil), (*A2CConfig)(nil)

// A span is the environments [from, from+n) of a run.
type span struct{ from, n int }

// spansOf returns the environments of each part that others play. A part has environments of one of the
// crew's own parts, whose number is own.
func spansOf(envs, own int) (all []span) {
	for i := range own {
		first, end := i*envs/own, (i+1)*envs/own
		parts := max(1, min(maxSpreadParts/own, end-first))
		for k := range parts {
			from, to := first+k*(end-first)/parts, first+(k+1)*(end-first)/parts
			all = append(all, span{from, to - from})
		}
	}
	return all
}

// elsewhere is what a crew needs to let others play its rollouts.
type elsewhere struct {
	to     Collector
	spans  []span
	sizes  []int    // number of environments of each span
	own    []int    // number of environments of each of the crew's own parts
	moved  []*moved // spans as parts of the crew's own environments
	states [][]byte // state of each span before the next rollout; nil: the crew's environments have it
	after  [][]byte // state of each span after the rollout that is being collected
	parts  []*part  // statistics of each span
	fresh  bool     // whether the crew's environments have the newest state
	weight []byte   // weights of the policy
}

// A moved is some environments of a collector, whose state is saved or loaded without the others.
type moved struct {
	*collector
	span
}

// A mover is a Vector that saves or loads its environments one by one.
type mover interface {
	EnvState(i int, s *state.State)
}

// State saves or loads everything on which the next actions of the environments depend.
func (m *moved) State(s *state.State) {
	n, from, to := m.vec.Len(), m.from, m.from+m.n
	s.Section("part", 1)
	s.Int("part/acted", &m.actionCount, state.MaxCount)
	s.Floats("part/obs", m.obs[from*len(m.obs)/n:to*len(m.obs)/n])
	s.Bools("part/mask", m.mask[from*len(m.mask)/n:to*len(m.mask)/n])
	s.Bools("part/first", m.first[from:to])
	s.Floats("part/memory", m.memory[from*len(m.memory)/n:to*len(m.memory)/n])
	for i := from; i < to; i++ {
		m.vec.(mover).EnvState(i, s)
	}
}

// letPlay lets others play the rollouts that c collects.
func (c *crew) letPlay(to Collector, model weighted) error {
	e := &elsewhere{to: to, fresh: true}
	n := 0
	for _, p := range c.parts {
		e.own = append(e.own, p.play.vec.Len())
		n += p.play.vec.Len()
		_, moves := p.play.vec.(mover)
		if _, ok := p.play.vec.(subVector); !ok || !moves {
			return errors.New("the environments cannot be moved, because they are not in a Vec or a Parallel")
		}
	}
	e.spans = spansOf(n, len(c.parts))
	k, first := 0, 0
	for _, s := range e.spans {
		for s.from >= first+e.own[k] {
			first += e.own[k]
			k++
		}
		p := new(part)
		p.play.stats.setMeasures(c.stats.measures)
		e.sizes, e.parts = append(e.sizes, s.n), append(e.parts, p)
		e.moved = append(e.moved, &moved{&c.parts[k].play, span{s.from - first, s.n}})
	}
	e.after = make([][]byte, len(e.spans))
	c.elsewhere, c.weights = e, model
	return nil
}

// collectElsewhere lets others fill a rollout. The result is false if nobody plays. The rollout is then
// empty, and the crew's own environments have the state before it.
func (c *crew) collectElsewhere(roll *replay.Rollout) (played bool, err error) {
	e := c.elsewhere
	if e.states == nil {
		for _, m := range e.moved {
			var b bytes.Buffer
			if err := state.Save(&b, m); err != nil {
				return false, err
			}
			e.states = append(e.states, b.Bytes())
		}
	}
	if roll.Parts() != len(e.spans) {
		roll.Divide(e.sizes...)
	}
	e.weight = appendWeights(e.weight[:0], c.weights)
	played = e.to.Collect(e.weight, e.states, func(i int, result []byte) (err error) {
		e.after[i], err = readPlayed(result, roll.Part(i), &e.parts[i].play.stats)
		return err
	})
	if !played {
		if len(e.own) != len(e.spans) {
			roll.Divide(e.own...)
		}
		err := e.restore()
		e.states = nil
		return false, err
	}
	copy(e.states, e.after)
	e.fresh = false
	c.stats.mergeParts(e.parts)
	return true, nil
}

// restore gives the newest state to the crew's own environments.
func (e *elsewhere) restore() error {
	if e == nil || e.fresh {
		return nil
	}
	for i, m := range e.moved {
		if err := state.Load(bytes.NewReader(e.states[i]), m); err != nil {
			return fmt.Errorf("the state of the environments from %d on: %w", e.spans[i].from, err)
		}
	}
	e.fresh = true
	return nil
}

// visit makes the crew's own environments ready to be saved or loaded.
func (e *elsewhere) visit(s *state.State) {
	if e == nil {
		return
	}
	if !s.Loading() {
		s.Fail(e.restore())
		return
	}
	e.states, e.fresh = nil, true
}
