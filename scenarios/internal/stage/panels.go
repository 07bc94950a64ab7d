package stage

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"strconv"
	"time"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// sections are the overlays that are on and have something to show, from top to
// bottom.
func (s *Screen) sections() (all []func(*pane)) {
	if s.overlays["b"] && s.policy != nil {
		all = append(all, s.bars)
	}
	if s.policy != nil && s.policy.Spec().Values && s.overlays["v"] {
		all = append(all, s.valueCurve)
	}
	if s.overlays["c"] {
		all = append(all, s.returnCurve)
	}
	if s.overlays["i"] && s.Training != nil {
		all = append(all, s.trainingFigures)
	}
	return all
}

// title writes what a section shows, and returns the height below it.
func (p *pane) title(text, right string) float32 {
	p.Text(0, p.h-1.2*p.u, p.u, 0, text, p.th.Soft)
	p.Text(p.w, p.h-1.2*p.u, p.u, 1, right, p.th.Ink)
	return p.h - 2*p.u
}

// ask writes the scores of the present actions, and returns the action that the policy
// would take. Which of the actions with a score is forbidden says forbidden.
func (s *Screen) ask() (act []float32, forbidden func(i int) bool) {
	act = make([]float32, len(s.act))
	mask := s.Player.Mask
	s.policy.Act(policy.In{Obs: s.Player.Obs, Mask: mask}, policy.Out{Act: act, Scores: s.scores})
	return act, func(i int) bool { return len(mask) == len(s.scores) && !mask[i] }
}

// bars shows what the policy makes of the actions: their probabilities or values, and
// which it would take; or else the numbers that it would take. A forbidden action has a
// dash.
func (s *Screen) bars(p *pane) {
	act, forbidden := s.ask()
	if len(s.scores) == 0 {
		s.numbers(p, act)
		return
	}
	low, high, sum := s.scores[0], s.scores[0], float32(0)
	for _, v := range s.scores {
		low, high, sum = min(low, v), max(high, v), sum+v
	}
	title, write := "probability of each action", func(v float32) string { return figure.Fixed(float64(v), 2) }
	if low < 0 || math.Abs(float64(sum-1)) > 1e-3 {
		title, write = "value of each action, Q", number
	} else {
		low, high = 0, 1
	}
	names, texts := make([]string, len(s.scores)), make([]string, len(s.scores))
	for i, v := range s.scores {
		if names[i], texts[i] = strconv.Itoa(i), write(v); forbidden(i) {
			texts[i] = "–"
		}
	}
	for _, c := range s.choices {
		if len(c.Act) == 1 && int(c.Act[0]) < len(names) {
			names[int(c.Act[0])] = c.Label
		}
	}
	best := f32.ArgMax(s.scores)
	if len(act) == 1 {
		best = int(act[0])
	}
	share := func(v float32) float32 {
		if high <= low {
			return 0
		}
		return 0.04 + 0.96*(v-low)/(high-low)
	}
	p.rows(title, names, texts, func(i int) (from, to float32, c color.RGBA) {
		switch {
		case forbidden(i):
			return 0, 0, p.th.Faint
		case i == best:
			return 0, share(s.scores[i]), p.th.Blue
		}
		return 0, share(s.scores[i]), p.th.Sky
	})
}

// numbers shows the policy's action between its bounds.
func (s *Screen) numbers(p *pane, act []float32) {
	names, low, high := s.actionElements()
	texts := make([]string, len(act))
	for i, v := range act {
		texts[i] = number(v)
	}
	p.rows("what the policy would do", names, texts, func(i int) (from, to float32, c color.RGBA) {
		v := act[i] / (1 + float32(math.Abs(float64(act[i]))))
		if high[i]-low[i] < 1e6 {
			v = 2*(act[i]-low[i])/(high[i]-low[i]) - 1
		}
		return 0.5, 0.5 + v/2, p.th.Blue
	})
}

// actionElements returns the names and bounds of an action's numbers.
func (s *Screen) actionElements() (names []string, low, high []float32) {
	l, _ := env.LayoutOf(s.Player.Spec.Act) // which the Player has checked
	for i := range l.Parts {
		p := &l.Parts[i]
		for k := range p.Size() {
			from, to := p.Bounds(k)
			names = append(names, cmp.Or(p.Element(k), fmt.Sprint("number ", p.From+k)))
			low, high = append(low, from), append(high, to)
		}
	}
	return names, low, high
}

// number writes what a network has said.
func number(v float32) string { return figure.Number(float64(v)) }

// rows draws horizontal bars with their names and texts, as many as there is room for.
func (p *pane) rows(title string, names, texts []string, bar func(i int) (from, to float32, c color.RGBA)) {
	room := p.title(title, "")
	line := min(2.2*p.u, (room-0.6*p.u)/float32(len(names)))
	label, number := float32(0), p.TextWidth("-0000.0", p.u)
	for _, n := range names {
		label = max(label, p.TextWidth(n, p.u)+0.7*p.u)
	}
	n := len(names)
	if line < 1.3*p.u {
		line = 1.3 * p.u
		n = int(room / line)
	}
	for i := range n {
		y := room - line*(float32(i)+0.72)
		x0, x1 := label, p.w-number
		p.Text(0, y, p.u, 0, names[i], p.th.Ink)
		from, to, c := bar(i)
		render.Rect(p, x0, y-0.25*p.u, x1, y+0.85*p.u, p.th.Faint)
		render.Rect(p, x0+(x1-x0)*from, y-0.25*p.u, x0+(x1-x0)*min(max(to, 0), 1), y+0.85*p.u, c)
		p.Text(p.w, y, p.u, 1, texts[i], p.th.Ink)
	}
}

// valueCurve shows V along the episode, and where it stands.
func (s *Screen) valueCurve(p *pane) {
	now := ""
	if k := s.Player.Steps; k < len(s.values) {
		now = number(s.values[k])
	}
	y := make([]float64, len(s.values))
	for i, v := range s.values {
		y[i] = float64(v)
	}
	p.plot("value along the episode, V", now, y, s.Player.Steps, p.th.Green)
}

// returnCurve shows the returns of episodes: of training, or of those that were
// watched.
func (s *Screen) returnCurve(p *pane) {
	c, title := s.returns, "returns of these episodes"
	if s.Training != nil {
		_, c = s.Training.standing()
		title = "returns in training"
	}
	now := ""
	if c.n > 0 {
		now = figure.Number(c.last)
	}
	p.plot(title, now, c.means, -1, p.th.Orange)
}

// plot draws numbers as a line between their least and their greatest, with a mark
// at one of them.
func (p *pane) plot(title, now string, y []float64, mark int, c color.RGBA) {
	room := p.title(title, now) - 0.6*p.u
	if len(y) == 0 {
		p.Text(0, room/2, p.u, 0, "none yet", p.th.Soft)
		return
	}
	low, high := y[0], y[0]
	for _, v := range y {
		low, high = min(low, v), max(high, v)
	}
	texts := [2]string{figure.Number(low), figure.Number(high)}
	left := max(p.TextWidth(texts[0], 0.85*p.u), p.TextWidth(texts[1], 0.85*p.u)) + 0.6*p.u
	if high == low {
		low, high = low-1, high+1
		texts[1] = ""
	}
	for i, at := range []float32{p.u, room - 0.4*p.u} {
		render.Segment(p, left, at, p.w, at, 1, p.th.Faint)
		if texts[1] == "" {
			at = room / 2
		}
		p.Text(left-0.6*p.u, at-0.3*p.u, 0.85*p.u, 1, texts[i], p.th.Soft)
	}
	xy := make([]float32, 0, 2*len(y))
	step := (p.w - left - 0.4*p.u) / float32(max(len(y)-1, 1))
	for i, v := range y {
		xy = append(xy, left+step*float32(i), p.u+(room-1.4*p.u)*float32((v-low)/(high-low)))
	}
	p.Line(thin(xy), 0.14*p.u, c)
	if 2*mark+1 < len(xy) && mark >= 0 {
		render.Disc(p, xy[2*mark], xy[2*mark+1], 0.34*p.u, p.th.Ink)
	}
}

// thin leaves out points of a long line: it keeps some three hundred, the last
// included.
func thin(xy []float32) []float32 {
	every := len(xy) / 600
	if every < 2 {
		return xy
	}
	var kept []float32
	for i := 0; i+1 < len(xy)-2; i += 2 * every {
		kept = append(kept, xy[i], xy[i+1])
	}
	return append(kept, xy[len(xy)-2:]...)
}

// trainingFigures shows how training stands.
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
	rate := 0.0
	if f.elapsed > 0 {
		rate = float64(f.steps) / f.elapsed.Seconds()
	}
	line := min(1.7*p.u, (room-1.2*p.u)/4)
	for i, row := range [][2]string{
		{"steps", figure.Whole(f.steps)}, {"steps a second", figure.Whole(int(rate))},
		{"episodes", figure.Whole(f.episodes)}, {"return of late", figure.Number(f.mean)},
	} {
		y := room - 1.2*p.u - line*(float32(i)+0.8)
		p.Text(0, y, min(p.u, line), 0, row[0], p.th.Soft)
		p.Text(p.w, y, min(p.u, line), 1, row[1], p.th.Ink)
	}
}
