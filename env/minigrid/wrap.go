package minigrid

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// worldIn returns the World in e's wrappers, or an error that names the wrapper that needs it.
func worldIn(wrapper string, e env.Env) (*World, error) {
	w, ok := env.As[*World](e)
	if !ok {
		return nil, fmt.Errorf("minigrid: %s of %s, want an environment of MiniGrid", wrapper, e.Spec().ID)
	}
	return w, nil
}

// An Observation is an environment of MiniGrid with other observations: see NewObservation.
type Observation struct {
	*env.TransformObservation
	below env.Physics // has the state; nil if another wrapper changes what it observes
}

var (
	_ env.Wrapper = (*Observation)(nil)
	_ env.Physics = (*Observation)(nil)
)

// newObservation returns an Observation of e. write computes it from an observation x of e and from the World.
func newObservation(e env.Env, space env.Space, write func(obs, x []float32)) *Observation {
	below := e
	for {
		switch w := below.(type) {
		case *NoDeath:
			below = w.Env
			continue
		case *Bonus:
			below = w.Env
			continue
		}
		p, _ := env.AsIs[env.Physics](below)
		return &Observation{env.NewTransformObservation(e, space, write), p}
	}
}

// Physics appends the state of the World: see World.Physics.
func (o *Observation) Physics(dst []float64) []float64 {
	w, _ := env.As[*World](o.Env)
	return w.Physics(dst)
}

// SetPhysics sets the state of the World. It returns an error if a wrapper in between changes what
// the World observes.
func (o *Observation) SetPhysics(x []float64) error {
	if o.below == nil {
		return fmt.Errorf("minigrid: the state of %s cannot be set within other wrappers that change observations or actions", o.Env.Spec().ID)
	}
	return o.below.SetPhysics(x)
}

// Observe writes the observation of the state that SetPhysics has set.
func (o *Observation) Observe(obs []float32) {
	if o.below != nil {
		o.below.Observe(o.Inner())
	}
	o.Transform(obs)
}

// A Bonus pays rewards for what was rarely done, so that the agent explores: see NewPositionBonus and
// NewActionBonus. Unlike other wrappers it remembers earlier episodes: its State has all counts.
type Bonus struct {
	env.Env
	world  *World
	scale  float64
	acts   int     // actions that are counted apart; 1 if only positions are counted
	counts []int64 // [H, W], or [H, W, directions, actions]
}

var _ env.Wrapper = (*Bonus)(nil)

// NewPositionBonus returns e with scale/√n added to the reward of each step, where n is how many
// steps have ended on the agent's square so far, in all episodes.
func NewPositionBonus(e env.Env, scale float64) (*Bonus, error) {
	return newBonus("PositionBonus", e, scale, 0)
}

// NewActionBonus returns e with scale/√n added to the reward of each step, where n is how many
// times so far, in all episodes, the agent took this action and then was on this square and in this
// direction. MiniGrid's ActionBonus has the scale 1.
func NewActionBonus(e env.Env, scale float64) (*Bonus, error) {
	return newBonus("ActionBonus", e, scale, int(actions))
}

// newBonus returns a Bonus. If acts is 0, it counts positions.
func newBonus(name string, e env.Env, scale float64, acts int) (*Bonus, error) {
	w, err := worldIn(name, e)
	if err != nil {
		return nil, err
	}
	if !(scale > 0 && scale <= maxBonus) {
		return nil, fmt.Errorf("minigrid: %s of scale %v, want more than 0, %g at most", name, scale, float64(maxBonus))
	}
	return &Bonus{Env: e, world: w, scale: scale, acts: acts, counts: make([]int64, w.W*w.H*max(4*acts, 1))}, nil
}

// maxBonus is the largest reward of a wrapper.
const maxBonus = 1e6

// Unwrap returns the wrapped environment.
func (b *Bonus) Unwrap() env.Env { return b.Env }

// Step steps the wrapped environment and adds the bonus to the reward.
func (b *Bonus) Step(act, obs []float32) env.Outcome {
	out := b.Env.Step(act, obs)
	w := b.world
	i := w.Y*w.W + w.X
	if b.acts > 0 {
		i = (4*i+int(w.Dir))*b.acts + int(act[0])
	}
	b.counts[i]++
	out.Reward += b.scale / math.Sqrt(float64(b.counts[i]))
	return out
}

// State saves or loads the counts and the wrapped environment.
func (b *Bonus) State(s *state.State) {
	s.Ints("bonus/counts", b.counts)
	env.StateOf(b.Env, s)
}

// A NoDeath replaces the end of an episode on deadly squares by a cost.
type NoDeath struct {
	env.Env
	world  *World
	deadly [Agent]bool
	cost   float64
}

var _ env.Wrapper = (*NoDeath)(nil)

// NewNoDeath returns e without the end of the episode for an agent that walks onto, or stands on, a cell
// of the given types, for example lava. Instead, cost is added to the reward: a negative number. In
// Dynamic-Obstacles the type is ball.
func NewNoDeath(e env.Env, types []string, cost float64) (*NoDeath, error) {
	w, err := worldIn("NoDeath", e)
	if err != nil {
		return nil, err
	}
	if !(-maxBonus <= cost && cost <= maxBonus) {
		return nil, fmt.Errorf("minigrid: NoDeath at the cost %v, want %g … %g", cost, -maxBonus, maxBonus)
	}
	n := &NoDeath{Env: e, world: w, cost: cost}
	for _, name := range types {
		c := Cell(max(slices.Index(typeNames[:Agent], name), 0))
		if c <= Empty || c == Goal {
			return nil, fmt.Errorf("minigrid: NoDeath of the type %q, want wall, floor, door, key, ball, box or lava", name)
		}
		n.deadly[c] = true
	}
	if len(types) == 0 {
		return nil, fmt.Errorf("minigrid: NoDeath of no type, want one or more, for example lava")
	}
	return n, nil
}

// Unwrap returns the wrapped environment.
func (n *NoDeath) Unwrap() env.Env { return n.Env }

// Step steps the wrapped environment.
func (n *NoDeath) Step(act, obs []float32) env.Outcome {
	w := n.world
	deadly := action(act[0]) == forward && n.deadly[w.At(w.front()).Type()] // now, because obstacles move in the step
	out := n.Env.Step(act, obs)
	if out.Terminated && (deadly || n.deadly[w.At(w.X, w.Y).Type()]) {
		out.Terminated = false
		out.Reward += n.cost
	}
	return out
}

// State saves or loads the state of the wrapped environment.
func (n *NoDeath) State(s *state.State) { env.StateOf(n.Env, s) }
