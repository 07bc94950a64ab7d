// Package episode plays episodes for people to look at. A Player is an environment's episode that
// can be drawn, and moved forward and back: see the Example. It draws environments without a
// drawing of their own as bars of their observations.
//
// Player.Write and Read write and read episodes as files of JSON lines. Controls returns the keys
// with which a person can play.
package episode

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/render"
)

// trailSteps is the number of steps in the trail of a Tracer.
const trailSteps = 40

// A Player is an env.Episode with a drawing.
type Player struct {
	*env.Episode
	Spec   env.Spec
	Values []float32 // [S] value of each state, drawn on maps; nil for no values
	Best   []int     // [S] action of the policy in each state; nil for no actions

	obs, act env.Layout
	scene    render.Scene // nil if the environment has no drawing
	path     []float32    // [Steps+1, 2] Tracer's point at each step
}

// New returns a Player of e. Its episodes have at most limit steps. Call Reset before the other
// methods.
func New(e env.Env, limit int) (*Player, error) {
	one, err := env.NewEpisode(e, limit)
	if err != nil {
		return nil, err
	}
	p := &Player{Episode: one, Spec: one.Spec()}
	p.obs, _ = env.LayoutOf(p.Spec.Obs) // NewEpisode has checked the spaces
	p.act, _ = env.LayoutOf(p.Spec.Act)
	p.scene, _ = env.As[render.Scene](e)
	return p, nil
}

// Reset begins the episode with this seed.
func (p *Player) Reset(seed uint64) error {
	p.path = p.path[:0]
	return p.trace(p.Episode.Reset(seed))
}

// Step takes one step with an action. After a Seek back it removes the later steps of the episode.
func (p *Player) Step(act []float32) error { return p.trace(p.Episode.Step(act)) }

// Seek moves back or forward to a step of the episode. It moves to the first or the last step if
// step is outside of the episode.
func (p *Player) Seek(step int) error {
	step = min(max(step, 0), p.Last())
	if step < p.Steps {
		p.path = p.path[:0]
		if err := p.trace(p.Episode.Seek(0)); err != nil {
			return err
		}
	}
	for p.Steps < step {
		if err := p.trace(p.Episode.Seek(p.Steps + 1)); err != nil {
			return err
		}
	}
	return nil
}

// trace appends the Tracer's point to p.path, unless err, the error of the step, is not nil. It
// returns err.
func (p *Player) trace(err error) error {
	if t, ok := p.scene.(render.Tracer); ok && err == nil {
		x, y := t.Tip()
		p.path = append(p.path, x, y)
	}
	return err
}

// Pace returns the steps per second at which the episode should be shown.
func (p *Player) Pace() int { return render.Pace(p.scene) }

// Draw draws the current step: the environment's own drawing, or bars of its observation, action
// and reward.
func (p *Player) Draw(c render.Canvas, th render.Theme) {
	look := render.Look{Theme: th, Done: p.Done(), Trail: p.path[max(0, len(p.path)-2*trailSteps):], Values: p.Values, Best: p.Best}
	if p.scene != nil {
		p.scene.Draw(c, look)
		return
	}
	all := append(gauges("observation", &p.obs, p.Obs), gauges("action", &p.act, p.Act)...)
	render.Gauges(append(all, render.Gauge{Group: "reward", Values: []float32{float32(p.Reward)}})).Draw(c, look)
}

// gauges returns a Gauge for each part of an observation or an action. A part that is an image has
// its Shape.
func gauges(group string, l *env.Layout, row []float32) (all []render.Gauge) {
	for i := range l.Parts {
		p := &l.Parts[i]
		g := render.Gauge{Group: group, Name: p.Name, Names: p.Names}
		for k := range p.Size() {
			low, high := p.Bounds(k)
			g.Low, g.High = append(g.Low, low), append(g.High, high)
		}
		if row != nil {
			g.Values = row[p.From:p.To]
		}
		if len(p.Shape) == 3 {
			g.Shape = p.Shape
		}
		all = append(all, g)
	}
	return all
}
