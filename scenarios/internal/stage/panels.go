package stage

import (
	"time"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// title draws the title of a panel, with a text on the right. It returns the height that is left
// below them.
func (p *pane) title(text, right string) float32 {
	p.Text(0, p.h-1.2*p.u, p.u, 0, p.fit(text, p.u, p.w-p.TextWidth(right, p.u)-0.8*p.u), p.th.Label())
	p.Text(p.w, p.h-1.2*p.u, p.u, 1, right, p.th.Ink)
	return p.h - titleHeight*p.u
}

// valueCurve draws the value V of each step of the episode, with a mark at the current step. For a
// policy.Valued it draws Q of the policy's action.
func (s *Screen) valueCurve(p *pane) {
	d := curvePlot{title: "V along the episode", y: s.values, axis: s.axis.span(), mark: s.Player.Steps, color: p.th.Green, none: "none yet"}
	if _, ok := s.policy.(*policy.Valued); ok {
		d.title = "Q(s, μ(s)) along the episode"
	}
	if !s.policy.Spec().Values && s.Training == nil {
		d.none = "unknown: the file of this policy has no critic"
	}
	if k := s.Player.Steps; k < len(s.values) && s.values[k] == s.values[k] {
		d.latest = figure.Number(s.values[k])
	}
	p.plot(d)
}

// returnCurve draws the returns of the training episodes, or of the watched episodes.
func (s *Screen) returnCurve(p *pane) {
	c, d := s.returns, curvePlot{title: "returns of these episodes", mark: -1, color: p.th.Orange, none: "none yet"}
	if s.Training != nil {
		_, c = s.Training.standing()
		d.title = "returns during training"
	}
	if c.n > 0 {
		d.latest = figure.Number(c.last)
	}
	var values span
	for _, v := range c.means {
		values.add(v)
	}
	d.y, d.axis = c.means, values.rounded()
	p.plot(d)
}

// trainingProgress draws the progress of training: a bar, and the metrics in four lines.
func (s *Screen) trainingProgress(p *pane) {
	m, _ := s.Training.standing()
	state := "training"
	if m.done {
		state = "trained"
	}
	height := p.title(state, m.elapsed.Round(time.Second/10).String())
	share := min(1, float32(m.steps)/float32(max(m.total, 1)))
	render.Box(p, 0, height-0.9*p.u, p.w, height-0.1*p.u, 0.39*p.u, p.th.Faint)
	render.Box(p, 0, height-0.9*p.u, max(p.w*share, 0.8*p.u), height-0.1*p.u, 0.39*p.u, p.th.Blue)
	rate, mean := 0.0, "none yet"
	if m.elapsed > 0 {
		rate = float64(m.steps) / m.elapsed.Seconds()
	}
	if m.episodes > 0 {
		mean = figure.Number(m.mean)
	}
	line := min(1.7*p.u, (height-1.2*p.u)/4)
	for i, row := range [][2]string{
		{"steps", figure.Whole(m.steps)}, {"steps per second", figure.Whole(int(rate))},
		{"episodes", figure.Whole(m.episodes)}, {"recent mean return", mean},
	} {
		y := height - 1.2*p.u - line*(float32(i)+0.8)
		p.Text(0, y, min(p.u, line), 0, row[0], p.th.Label())
		p.Text(p.w, y, min(p.u, line), 1, row[1], p.th.Ink)
	}
}
