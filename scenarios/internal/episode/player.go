// Package episode plays episodes for people: forwards and backwards, as a drawing,
// and to and from files.
package episode

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/render"
)

// trail is how many steps a Tracer's trail lasts.
const trail = 40

// A Player is an Episode to be looked at.
type Player struct {
	*env.Episode
	Spec   env.Spec
	Values []float32 // [S] to be drawn on an environment whose states can be counted; nil for none
	Best   []int     // [S]

	obs, act env.Layout
	scene    render.Scene // nil where there is none
	way      []float32    // [Steps+1, 2] the Tracer's point at each step
}

// New returns a Player of e, whose episodes have limit steps at most. Reset comes
// before all else.
func New(e env.Env, limit int) (*Player, error) {
	one, err := env.NewEpisode(e, limit)
	if err != nil {
		return nil, err
	}
	p := &Player{Episode: one, Spec: one.Spec()}
	p.obs, _ = env.LayoutOf(p.Spec.Obs) // which NewEpisode has checked
	p.act, _ = env.LayoutOf(p.Spec.Act)
	p.scene, _ = env.As[render.Scene](e)
	return p, nil
}

// Reset begins an episode.
func (p *Player) Reset(seed uint64) error {
	p.way = p.way[:0]
	return p.traced(p.Episode.Reset(seed))
}

// Step takes an action. What was walked back over is forgotten.
func (p *Player) Step(act []float32) error { return p.traced(p.Episode.Step(act)) }

// Seek goes to a step that the episode has come to, back or forth.
func (p *Player) Seek(step int) error {
	step = min(max(step, 0), p.Last())
	if step < p.Steps {
		p.way = p.way[:0]
		if err := p.traced(p.Episode.Seek(0)); err != nil {
			return err
		}
	}
	for p.Steps < step {
		if err := p.traced(p.Episode.Seek(p.Steps + 1)); err != nil {
			return err
		}
	}
	return nil
}

// traced remembers where the Tracer's point is, if a step was taken without an error.
func (p *Player) traced(err error) error {
	if t, ok := p.scene.(render.Tracer); ok && err == nil {
		x, y := t.Tip()
		p.way = append(p.way, x, y)
	}
	return err
}

// Pace is how many steps a second suit the eye.
func (p *Player) Pace() int { return render.Pace(p.scene) }

// Draw draws the moment: the environment's own drawing, or bars.
func (p *Player) Draw(c render.Canvas, th render.Theme) {
	look := render.Look{Theme: th, Done: p.Done(), Trail: p.way[max(0, len(p.way)-2*trail):], Values: p.Values, Best: p.Best}
	if p.scene != nil {
		p.scene.Draw(c, look)
		return
	}
	all := append(gauges("observation", &p.obs, p.Obs), gauges("action", &p.act, p.Act)...)
	render.Gauges(append(all, render.Gauge{Group: "reward", Values: []float32{float32(p.Reward)}})).Draw(c, look)
}

// gauges shows a row of an observation or an action, a line for each part. Parts that are
// pictures are shown as such.
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
