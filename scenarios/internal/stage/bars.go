package stage

import (
	"image/color"
	"math"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A bar is a row of a panel. Positions along it are from 0, the left end, to 1.
type bar struct {
	group, name, text string
	from, to, zero    float32
	color             color.RGBA
	taken             bool
}

// nothing is the text of a row that cannot be chosen.
const nothing = "–"

// ask writes the scores for the current observation and returns the policy's best action.
func (s *Screen) ask() (act []float32) {
	act = make([]float32, len(s.act))
	s.policy.Act(policy.In{Obs: s.Player.Obs, Mask: s.Player.Mask}, policy.Out{Act: act, Scores: s.scores})
	return act
}

// bars draws the panel of actions: probabilities or values of the actions, or the numbers of a
// continuous action. The best action is darker. A dash stands for actions that a mask forbids, and
// for all actions in a terminal state.
func (s *Screen) bars(p *pane) {
	act, spec := s.ask(), s.policy.Spec()
	all := make([]bar, len(s.options))
	title := "what the policy would do"
	switch {
	case len(s.scores) > 0 && spec.Probabilities:
		title = "probability of each action"
		if s.options[0].group != "" {
			title = "probability of each choice"
		} else if s.options[0].bit {
			title = "probability that a bit is 1"
		}
		s.scoreBars(p, all, act, 0, 1, 2)
	case len(s.scores) > 0:
		title = "value of each action, Q"
		low, high := s.scores[0], s.scores[0]
		for _, v := range s.scores {
			low, high = min(low, v), max(high, v)
		}
		s.decimals = max(s.decimals, figure.Decimals(float64(low), float64(high)))
		s.scoreBars(p, all, act, low, high, s.decimals)
	default:
		s.numberBars(p, all, act)
	}
	s.widest = p.rows(title, all, s.widest)
}

// scoreBars fills in the bars of scores between low and high.
func (s *Screen) scoreBars(p *pane, all []bar, act []float32, low, high float32, decimals int) {
	for i := range s.options {
		o := &s.options[i]
		v, b := s.scores[o.score], &all[i]
		*b = bar{group: o.group, name: o.name, text: nothing, color: p.th.Sky, taken: o.taken(act)}
		if s.Player.Terminated || o.forbidden(s.Player.Mask) {
			b.taken = false
			continue
		}
		b.text = figure.Column(float64(v), decimals)
		switch {
		case low == 0 && high == 1:
			b.to = v
		case high > low:
			b.to = 0.04 + 0.96*(v-low)/(high-low)
		}
		if b.taken {
			b.color = p.th.Blue
		}
	}
}

// numberBars fills in the bars of a continuous action's numbers between their bounds. A bar begins
// at 0, or at the bound that is closest to 0.
func (s *Screen) numberBars(p *pane, all []bar, act []float32) {
	for i := range s.options {
		o := &s.options[i]
		v, b := act[o.column], &all[i]
		place := func(v float32) float32 {
			if bounded := o.high-o.low < 1e6 && o.high > o.low; bounded {
				return min(max((v-o.low)/(o.high-o.low), 0), 1)
			}
			return 0.5 + 0.5*v/(1+float32(math.Abs(float64(v))))
		}
		*b = bar{name: o.name, text: nothing, zero: place(0), color: p.th.Blue}
		if b.from, b.to = b.zero, b.zero; s.Player.Terminated {
			continue
		}
		if b.to, b.text = place(v), figure.Number(float64(v)); !o.whole && o.high-o.low < 1e6 {
			b.text = figure.Column(float64(v), figure.Decimals(float64(o.low), float64(o.high)))
		}
	}
}

// rows draws horizontal bars with their names and texts. If there is no room for all, the last row
// gives the number of missing bars. The column of texts is at least widest letters wide. rows
// returns its width for the next call, so bars do not move when texts get shorter.
func (p *pane) rows(title string, all []bar, widest float32) float32 {
	room := p.title(title, "")
	line := min(2.2*p.u, (room-0.6*p.u)/float32(len(all)))
	shown := all
	if line < rowHeight*p.u {
		line = rowHeight * p.u
		shown = p.most(all, max(int((room-0.6*p.u)/line), 1))
	}
	widest = max(widest, p.TextWidth("-0.0000", p.u)/p.u)
	groups, names := float32(0), float32(0)
	for _, b := range all {
		widest = max(widest, p.TextWidth(b.text, p.u)/p.u)
		groups, names = max(groups, p.TextWidth(b.group, p.u)), max(names, p.TextWidth(b.name, p.u))
	}
	if groups > 0 {
		groups += 0.7 * p.u
	}
	number := widest*p.u + 0.8*p.u
	names = min(names, max(p.w-groups-number-4*p.u, 3*p.u))
	x0, x1, group := groups+names+0.7*p.u, p.w-number, ""
	for i, b := range shown {
		y := room - line*(float32(i)+0.72)
		if b.group != group {
			p.Text(0, y, p.u, 0, b.group, p.th.Ink)
			group = b.group
		}
		p.Text(groups, y, p.u, 0, p.fit(b.name, p.u, names), p.th.Ink)
		p.Text(p.w, y, p.u, 1, b.text, p.th.Ink)
		if b.color.A == 0 { // the row with the number of missing bars
			continue
		}
		at := func(share float32) float32 { return x0 + (x1-x0)*min(max(share, 0), 1) }
		render.Rect(p, x0, y-0.25*p.u, x1, y+0.85*p.u, p.th.Faint)
		if b.from != b.to {
			render.Rect(p, at(b.from), y-0.25*p.u, at(b.to), y+0.85*p.u, b.color)
		}
		if b.zero > 0 && b.zero < 1 {
			render.Segment(p, at(b.zero), y-0.25*p.u, at(b.zero), y+0.85*p.u, 1, p.th.Soft)
		}
	}
	return widest
}

// most returns n rows in place of all bars: the first ones, the taken one, and a row with the
// number of missing bars.
func (p *pane) most(all []bar, n int) []bar {
	if n == 1 {
		return all[:1]
	}
	rows := append([]bar(nil), all[:n-1]...)
	for _, b := range all[n-1:] {
		if b.taken && n > 2 {
			rows[n-2] = b
		}
	}
	return append(rows, bar{name: figure.Whole(len(all)-n+1) + " more"})
}
