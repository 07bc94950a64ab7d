// Package episode plays episodes for people: forwards and backwards, as a drawing,
// and to and from files.
package episode

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/figure"
	"github.com/rlrun/rlrun/render"
)

// trail is how many steps a Tracer's trail lasts.
const trail = 40

// A Player plays one environment, an episode at a time.
type Player struct {
	Spec   env.Spec
	Values []float32 // [S] to be drawn on an environment whose states can be counted; nil for none
	Best   []int     // [S]

	env   env.Env
	scene render.Scene // nil where there is none

	Moment
	acts []float32 // [Last, A] the actions of the episode, those that were walked back over included
	way  []float32 // the Tracer's point at each step
}

// A Moment is where an episode stands.
type Moment struct {
	Seed       uint64
	Steps      int
	Obs, Act   []float32 // what is seen; what led here, none at the start
	Reward     float64   // of the latest step
	Return     float64
	Terminated bool
	Truncated  bool
}

// Done reports whether the episode is over.
func (m *Moment) Done() bool { return m.Terminated || m.Truncated }

// New returns a Player of e, whose episodes have limit steps at most. Reset comes
// before all else.
func New(e env.Env, limit int) *Player {
	p := &Player{Spec: e.Spec(), env: e}
	p.Spec.MaxSteps = limit
	p.Obs = make([]float32, p.Spec.Obs.Size())
	p.scene, _ = env.As[render.Scene](e)
	return p
}

// Reset begins an episode.
func (p *Player) Reset(seed uint64) error {
	p.Seed, p.acts = seed, p.acts[:0]
	return p.begin()
}

// begin goes back to the start of the episode.
func (p *Player) begin() (err error) {
	defer p.guard(&err)
	p.Moment = Moment{Seed: p.Seed, Obs: p.Obs}
	p.way = p.way[:0]
	p.env.Reset(p.Seed, p.Obs)
	p.trace()
	return nil
}

// Step takes an action. What was walked back over is forgotten.
func (p *Player) Step(act []float32) error {
	if !allowed(p.Spec.Act, act) {
		return fmt.Errorf("episode: action %v of %s is not in its action space", act, p.Spec.ID)
	}
	p.acts = append(p.acts[:p.Steps*len(act)], act...)
	return p.again()
}

// Last is the latest step that the episode has come to.
func (p *Player) Last() int { return len(p.acts) / p.Spec.Act.Size() }

// Seek goes to a step that the episode has come to, back or forth: an episode is a
// function of its seed and its actions.
func (p *Player) Seek(step int) error {
	step = min(max(step, 0), p.Last())
	if step < p.Steps {
		if err := p.begin(); err != nil {
			return err
		}
	}
	for p.Steps < step {
		if err := p.again(); err != nil {
			return err
		}
	}
	return nil
}

// again takes the recorded action of the present step.
func (p *Player) again() (err error) {
	defer p.guard(&err)
	n := p.Spec.Act.Size()
	p.Act = p.acts[p.Steps*n : (p.Steps+1)*n]
	out := p.env.Step(p.Act, p.Obs)
	if slices.ContainsFunc(p.Obs, func(v float32) bool { return v-v != 0 }) || out.Reward-out.Reward != 0 {
		return fmt.Errorf("episode: %s, seed %d, step %d: reward %v and observation %v", p.Spec.ID, p.Seed, p.Steps+1, out.Reward, p.Obs)
	}
	p.Steps++
	p.Reward, p.Return = out.Reward, p.Return+out.Reward
	p.Terminated, p.Truncated = out.Terminated, out.Truncated || p.Steps == p.Spec.MaxSteps
	p.trace()
	return nil
}

// trace remembers where the Tracer's point is.
func (p *Player) trace() {
	if t, ok := p.scene.(render.Tracer); ok {
		x, y := t.Tip()
		p.way = append(p.way, x, y)
	}
}

// guard turns an environment's panic into an error.
func (p *Player) guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("episode: %s, seed %d, step %d: panic: %v", p.Spec.ID, p.Seed, p.Steps+1, r)
	}
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
	obs, act := render.Gauge{Name: "observation", Values: p.Obs}, render.Gauge{Name: "action", Values: p.Act}
	obs.Low, obs.High = bounds(p.Spec.Obs)
	act.Low, act.High = bounds(p.Spec.Act)
	render.Gauges{obs, act, {Name: "reward", Values: []float32{float32(p.Reward)}}}.Draw(c, look)
}

// bounds are those of a space's numbers, where they are known.
func bounds(s env.Space) (low, high []float32) {
	switch s := s.(type) {
	case env.Box:
		return s.Low, s.High
	case env.Discrete:
		return []float32{0}, []float32{float32(s.N - 1)}
	}
	return nil, nil
}

// allowed reports whether an environment can be given an action: one of a Box may
// be out of its bounds, which is the environment's to clip.
func allowed(s env.Space, act []float32) bool {
	if _, ok := s.(env.Box); ok {
		return len(act) == s.Size() && !slices.ContainsFunc(act, func(v float32) bool { return v-v != 0 })
	}
	return s.Contains(act)
}

// String is the moment in a line.
func (p *Player) String() string {
	s := fmt.Sprintf("%s   step %d   return %s", p.Spec.ID, p.Steps, figure.Number(p.Return))
	if p.Terminated {
		s += "   ended"
	} else if p.Truncated {
		s += "   time is up"
	}
	return s
}
