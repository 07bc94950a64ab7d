package stage

import (
	"time"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// title writes a section's title, with a text on the right, and returns the height below them.
func (p *pane) title(text, right string) float32 {
	p.Text(0, p.h-1.2*p.u, p.u, 0, p.fit(text, p.u, p.w-p.TextWidth(right, p.u)-0.8*p.u), p.th.Label())
	p.Text(p.w, p.h-1.2*p.u, p.u, 1, right, p.th.Ink)
	return p.h - titleHeight*p.u
}

// valueCurve draws V along the episode, with a mark at the current step. For a policy.Valued it is
// Q of the best action.
func (s *Screen) valueCurve(p *pane) {
	d := curvePlot{title: "V along the episode", y: s.values, on: s.axis.span(), mark: s.Player.Steps, color: p.th.Green, none: "none yet"}
	if _, ok := s.policy.(*policy.Valued); ok {
		d.title = "Q(s, μ(s)) along the episode"
	}
	if !s.policy.Spec().Values && s.Training == nil {
		d.none = "not known: this policy has no critic in its file"
	}
	if k := s.Player.Steps; k < len(s.values) && s.values[k] == s.values[k] {
		d.now = figure.Number(s.values[k])
	}
	p.plot(d)
}

// returnCurve draws the returns of the training episodes, or of the watched episodes.
func (s *Screen) returnCurve(p *pane) {
	c, d := s.returns, curvePlot{title: "returns of these episodes", mark: -1, color: p.th.Orange, none: "none yet"}
	if s.Training != nil {
		_, c = s.Training.standing()
		d.title = "returns in training"
	}
	if c.n > 0 {
		d.now = figure.Number(c.last)
	}
	var on span
	for _, v := range c.means {
		on.add(v)
	}
	d.y, d.on = c.means, on.rounded()
	p.plot(d)
}

// trainingFigures draws the progress of training.
func (s *Screen) trainingFigures(p *pane) {
	f, _ := s.Training.standing()
	state := "training"
	if f.done {
		state = "trained"
	}
	room := p.title(state, f.elapsed.Round(time.Second/10).String())
	share := min(1, float32(f.steps)/float32(max(f.total, 1)))
	render.Box(p, 0, room-0.9*p.u, p.w, room-0.1*p.u, 0.39*p.u, p.th.Faint)
	render.Box(p, 0, room-0.9*p.u, max(p.w*share, 0.8*p.u), room-0.1*p.u, 0.39*p.u, p.th.Blue)
	rate, mean := 0.0, "none yet"
	if f.elapsed > 0 {
		rate = float64(f.steps) / f.elapsed.Seconds()
	}
	if f.episodes > 0 {
		mean = figure.Number(f.mean)
	}
	line := min(1.7*p.u, (room-1.2*p.u)/4)
	for i, row := range [][2]string{
		{"steps", figure.Whole(f.steps)}, {"steps a second", figure.Whole(int(rate))},
		{"episodes", figure.Whole(f.episodes)}, {"return of late", mean},
	} {
		y := room - 1.2*p.u - line*(float32(i)+0.8)
		p.Text(0, y, min(p.u, line), 0, row[0], p.th.Label())
		p.Text(p.w, y, min(p.u, line), 1, row[1], p.th.Ink)
	}
}
