package stage

import (
	"image/color"
	"math"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A bar is a row of the panel of actions. Positions along a bar are from 0, its left end, to 1.
type bar struct {
	group, name, text string
	from, to          float32 // ends of the filled part
	zero              float32 // position of the number 0
	color             color.RGBA
	taken             bool // the policy's most likely action takes this row
}

// noScore is the text of a row without a score: a forbidden action, or a terminal state.
const noScore = "–"

// askPolicy writes the policy's scores for the current observation to s.scores, and returns its
// most likely action.
func (s *Screen) askPolicy() (act []float32) {
	act = make([]float32, len(s.act))
	s.ask(nil, policy.Out{Act: act, Scores: s.scores})
	return act
}

// bars draws the panel of actions: the probabilities or the values of the actions, or the
// numbers of a continuous action. The most likely action is darker. Forbidden actions, and
// all actions in a terminal state, have a dash and no bar.
func (s *Screen) bars(p *pane) {
	act, spec := s.askPolicy(), s.policy.Spec()
	all := make([]bar, len(s.options))
	title := "action of the policy"
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
	s.textWidth = p.rows(title, all, s.textWidth)
}

// scoreBars fills in the bars of scores. The range of the scores is low … high.
func (s *Screen) scoreBars(p *pane, all []bar, act []float32, low, high float32, decimals int) {
	for i := range s.options {
		o := &s.options[i]
		v, b := s.scores[o.score], &all[i]
		*b = bar{group: o.group, name: o.name, text: noScore, color: p.th.Sky, taken: o.taken(act)}
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

// numberBars fills in the bars of a continuous action's numbers, between their bounds. A bar
// begins at 0, or at the bound that is closest to 0.
func (s *Screen) numberBars(p *pane, all []bar, act []float32) {
	for i := range s.options {
		o := &s.options[i]
		v, b := act[o.column], &all[i]
		position := func(v float32) float32 {
			if bounded := o.high-o.low < 1e6 && o.high > o.low; bounded {
				return min(max((v-o.low)/(o.high-o.low), 0), 1)
			}
			return 0.5 + 0.5*v/(1+float32(math.Abs(float64(v))))
		}
		*b = bar{name: o.name, text: noScore, zero: position(0), color: p.th.Blue}
		if b.from, b.to = b.zero, b.zero; s.Player.Terminated {
			continue
		}
		if b.to, b.text = position(v), figure.Number(float64(v)); !o.whole && o.high-o.low < 1e6 {
			b.text = figure.Column(float64(v), figure.Decimals(float64(o.low), float64(o.high)))
		}
	}
}

// rows draws horizontal bars with their names and texts. If the pane is too low for all of them,
// the last row gives the number of missing bars. The column of texts has at least the width
// minText, in units of the font size. rows returns the column's width for the next call, so
// that bars do not move when texts get shorter.
func (p *pane) rows(title string, all []bar, minText float32) (textWidth float32) {
	height := p.title(title, "")
	line := min(2.2*p.u, (height-0.6*p.u)/float32(len(all)))
	shown := all
	if line < rowHeight*p.u {
		line = rowHeight * p.u
		shown = firstRows(all, max(int((height-0.6*p.u)/line), 1))
	}
	textWidth = max(minText, p.TextWidth("-0.0000", p.u)/p.u)
	groups, names := float32(0), float32(0) // widths of the columns
	for _, b := range all {
		textWidth = max(textWidth, p.TextWidth(b.text, p.u)/p.u)
		groups, names = max(groups, p.TextWidth(b.group, p.u)), max(names, p.TextWidth(b.name, p.u))
	}
	if groups > 0 {
		groups += 0.7 * p.u
	}
	texts := textWidth*p.u + 0.8*p.u
	names = min(names, max(p.w-groups-texts-4*p.u, 3*p.u))
	x0, x1, group := groups+names+0.7*p.u, p.w-texts, ""
	for i, b := range shown {
		y := height - line*(float32(i)+0.72)
		if b.group != group {
			p.Text(0, y, p.u, 0, b.group, p.th.Ink)
			group = b.group
		}
		p.Text(groups, y, p.u, 0, p.fit(b.name, p.u, names), p.th.Ink)
		p.Text(p.w, y, p.u, 1, b.text, p.th.Ink)
		if b.color.A == 0 { // the row with the number of missing bars
			continue
		}
		x := func(position float32) float32 { return x0 + (x1-x0)*min(max(position, 0), 1) }
		render.Rect(p, x0, y-0.25*p.u, x1, y+0.85*p.u, p.th.Faint)
		if b.from != b.to {
			render.Rect(p, x(b.from), y-0.25*p.u, x(b.to), y+0.85*p.u, b.color)
		}
		if b.zero > 0 && b.zero < 1 {
			render.Segment(p, x(b.zero), y-0.25*p.u, x(b.zero), y+0.85*p.u, 1, p.th.Soft)
		}
	}
	return textWidth
}

// firstRows returns n rows in place of all bars: the first bars, the taken bar, and a row with
// the number of missing bars.
func firstRows(all []bar, n int) []bar {
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
