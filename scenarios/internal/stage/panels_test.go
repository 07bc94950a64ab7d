package stage

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render"
)

// TestSingleReturn checks that the return of a single episode is drawn as a visible disc.
func TestSingleReturn(t *testing.T) {
	s := screen(t, nil)
	s.returns.add(9)
	m := picture(t, s, "single-return", 600, 400)
	orange, n := render.Light().Orange, 0
	for x := 410; x < 600; x++ { // to the right of the environment, whose pole is also orange
		for y := range 400 {
			if m.RGBAAt(x, y) == orange {
				n++
			}
		}
	}
	if n < 12 {
		t.Errorf("a single return has %d pixels, want 12 or more", n)
	}
}

// TestOptions checks the name of each row: the element's name, the control's label, the part's
// name, or a number.
func TestOptions(t *testing.T) {
	push := []render.Control{{Label: "push left", Act: []float32{0}}, {Label: "push right", Act: []float32{1}}}
	thrust := env.Box{Low: []float32{-1, -1}, High: []float32{1, 1}, Names: []string{"thrust", "rudder"}}
	dict := env.Dict{{Name: "gear", Space: env.Discrete{N: 2}}, {Name: "lamps", Space: env.MultiBinary{N: 2}}}
	for _, c := range []struct {
		spec     policy.Spec
		controls []render.Control
		want     string
	}{
		{policy.Spec{Act: env.NewBox(-1, 1, 1)}, nil, "action"},
		{policy.Spec{Act: env.NewBox(-1, 1, 3)}, nil, "action 1 of 3, action 2 of 3, action 3 of 3"},
		{policy.Spec{Act: thrust}, nil, "thrust, rudder"},
		{policy.Spec{Act: env.Dict{{Name: "arm", Space: env.NewBox(-1, 1, 2)}, {Name: "leg", Space: env.NewBox(-1, 1, 1)}}}, nil, "arm 1 of 2, arm 2 of 2, leg"},
		{policy.Spec{Act: env.Tuple{env.NewBox(-1, 1, 1), thrust}}, nil, "action 0, thrust, rudder"},
		{policy.Spec{Act: env.Discrete{N: 2}, Scores: 2, Probabilities: true}, push, "push left, push right"},
		{policy.Spec{Act: env.Discrete{N: 2}, Scores: 2}, push, "push left, push right"},
		{policy.Spec{Act: env.Discrete{N: 3}, Scores: 3}, push, "push left, push right, action 2"},
		{policy.Spec{Act: env.MultiDiscrete{N: []int{2, 2}}, Scores: 4, Probabilities: true}, nil, "choice 1 of 2: 0, choice 1 of 2: 1, choice 2 of 2: 0, choice 2 of 2: 1"},
		{policy.Spec{Act: env.MultiDiscrete{N: []int{2, 2}}, Scores: 4}, nil, "0 0, 0 1, 1 0, 1 1"},
		{policy.Spec{Act: env.MultiBinary{N: 2}, Scores: 4, Probabilities: true}, nil, "bit 1 of 2, bit 2 of 2"},
		{policy.Spec{Act: dict, Scores: 6, Probabilities: true}, nil, "gear: 0, gear: 1, lamps 1 of 2, lamps 2 of 2"},
		{policy.Spec{Act: env.Dict{{Name: "gear", Space: env.Discrete{N: 2}}, {Name: "lamp", Space: env.MultiBinary{N: 1}}}, Scores: 4}, nil, "gear 0 lamp 0, gear 0 lamp 1, gear 1 lamp 0, gear 1 lamp 1"},
		{policy.Spec{Act: env.Discrete{N: 2}, Scores: 3}, nil, "0, 1, 2"}, // a program's own policy, with scores of another meaning
	} {
		var got []string
		for _, o := range options(c.spec, c.controls) {
			name := strings.ReplaceAll(o.name, ",", "")
			if o.group != "" {
				name = o.group + ": " + name
			}
			got = append(got, name)
		}
		if words := strings.Join(got, ", "); words != c.want {
			t.Errorf("options of %s, %d scores, are %q, want %q", env.Describe(c.spec.Act), c.spec.Scores, words, c.want)
		}
	}
}

// TestJointMask checks that a joint action is forbidden if the mask forbids one of its values.
func TestJointMask(t *testing.T) {
	all := options(policy.Spec{Act: env.MultiDiscrete{N: []int{2, 3}}, Scores: 6}, nil)
	mask, act := []bool{true, false, true, true, false}, []float32{0, 1}
	for k, want := range []string{"", "taken", "forbidden", "forbidden", "forbidden", "forbidden"} {
		got := ""
		if all[k].forbidden(mask) {
			got = "forbidden"
		}
		if all[k].taken(act) {
			got += "taken"
		}
		if got != want {
			t.Errorf("action %d is %q, want %q", k, got, want)
		}
	}
}

// TestBarsBegin checks that bars of probabilities begin at the left end, that bars of numbers begin
// at 0, and that the most likely value of each discrete action has a dark bar.
func TestBarsBegin(t *testing.T) {
	th := render.Light()
	for id, want := range map[string]int{"Choices-v0": 3, "Bits-v0": 0, "CartPole-v1": 1} {
		s := trainedScreen(t, id, "ppo", 0, false)
		act := s.askPolicy()
		if id == "Bits-v0" {
			for _, a := range act {
				want += int(a)
			}
		}
		dark := 0
		for _, b := range barsIn(recordLayout(s, 800, 600), th) {
			if b.bar.x0 != b.frame.x0 || b.bar.x1 > b.frame.x1 {
				t.Errorf("%s: a bar from %v to %v in a frame from %v to %v, want it to begin with the frame", id, b.bar.x0, b.bar.x1, b.frame.x0, b.frame.x1)
			}
			if b.bar.color == th.Blue {
				dark++
			}
		}
		if dark != want {
			t.Errorf("%s: %d dark bars, want %d", id, dark, want)
		}
	}
	s := trainedScreen(t, "Numbers-v0", "sac", 0, false) // actions between -1 and 1
	for i, b := range barsIn(recordLayout(s, 800, 600), th) {
		middle, act := (b.frame.x0+b.frame.x1)/2, s.askPolicy()[i]
		if end := middle + act*(b.frame.x1-b.frame.x0)/2; math.Abs(float64(min(middle, end)-b.bar.x0)) > 0.1 || math.Abs(float64(max(middle, end)-b.bar.x1)) > 0.1 {
			t.Errorf("number %d, %v: a bar from %v to %v, want %v to %v", i, act, b.bar.x0, b.bar.x1, middle, end)
		}
	}
}

// A framedBar is a bar and its frame.
type framedBar struct{ frame, bar shape }

// barsIn returns the bars of the panels. Each is recorded as a faint shape, the frame, and then a
// blue shape.
func barsIn(m *layoutRecorder, th render.Theme) (all []framedBar) {
	for i := range m.shapes[1:] {
		frame, bar := m.shapes[i], m.shapes[i+1]
		panel := frame.x0 > 0.6*float32(m.Rect.Dx())
		if panel && frame.color == th.Faint && slices.Contains([]color.RGBA{th.Blue, th.Sky}, bar.color) {
			all = append(all, framedBar{frame, bar})
		}
	}
	return all
}

// TestEnded checks that a terminal state has no bars and no value.
func TestEnded(t *testing.T) {
	s := screen(t, nil)
	if len(barsIn(recordLayout(s, 800, 600), render.Light())) == 0 {
		t.Fatal("no bars at the beginning, want some")
	}
	for !s.Player.Done() {
		s.take([]float32{1})
	}
	m := recordLayout(s, 800, 600)
	if bars := barsIn(m, render.Light()); len(bars) != 0 || !m.contains(noScore) {
		t.Errorf("%d bars at the end, want only dashes", len(bars))
	}
	if len(s.values) != s.Player.Steps {
		t.Errorf("%d values after %d steps, want no value of the terminal state", len(s.values), s.Player.Steps)
	}
}

// TestCritics checks that a policy with critics has a curve of Q, also if it arrives in the middle
// of an episode. Without critics the panel says that the values are unknown.
func TestCritics(t *testing.T) {
	mk := env.Each(classic.NewPendulum)
	a := agents.Must(agents.NewSAC(mk, agents.DefaultSAC()))
	saved := func(c *Config) { c.Player, c.Policy = player(classic.NewPendulum(), 200), a.Policy().Clone() }
	s := screen(t, saved)
	if m := recordLayout(s, 800, 600); !m.contains("unknown") {
		t.Errorf("a policy without critics has the texts %v, want that V is unknown", m.texts)
	}
	tr := &Training{}
	s = screen(t, func(c *Config) {
		saved(c)
		c.Training = tr
	})
	s.take([]float32{0})
	s.take([]float32{0})
	tr.Done(agents.Valued(a))
	s.Update(nil, nil)
	s.take([]float32{0})
	k := s.Player.Steps
	if len(s.values) != k+1 || !math.IsNaN(s.values[0]) || math.IsNaN(s.values[k]) {
		t.Errorf("values %v after step %d, want NaN at step 0 and a number at step %[2]d", s.values, k)
	}
	if m := recordLayout(s, 800, 600); !m.contains("Q(s, μ(s)) along the episode") || m.contains("unknown") || !m.contains(fmt.Sprintf("%.2f", s.values[k])[:3]) {
		t.Errorf("a policy with critics has the texts %v, want Q of its actions", m.texts)
	}
}

// TestFirstRows checks that the rows of a small panel contain the taken action.
func TestFirstRows(t *testing.T) {
	all := make([]bar, 18)
	all[16].taken, all[16].name = true, "taken"
	got := firstRows(all, 5)
	if len(got) != 5 || got[3].name != "taken" || got[4].name != "14 more" {
		t.Errorf("5 rows of 18 bars are %+v, want the taken bar and \"14 more\"", got)
	}
}

// TestArrange checks that each section has at least its smallest height, and that a small height
// has fewer sections.
func TestArrange(t *testing.T) {
	all := func(rows int) []section {
		n := float32(rows)
		return []section{{titleHeight + 0.6 + rowHeight*n, titleHeight + 0.6 + 2.2*n, rows, nil}, {curveHeight, 0, 0, nil}, {curveHeight, 0, 0, nil}, {7.3, 9.6, 0, nil}}
	}
	for _, c := range []struct {
		rows, want int
		height     float32
	}{{2, 4, 40}, {2, 4, 24}, {2, 3, 22}, {18, 4, 40}, {18, 4, 28}, {6, 2, 16}} {
		out := arrange(all(c.rows), c.height)
		if len(out) != c.want {
			t.Errorf("%d rows in height %v: %d sections, want %d", c.rows, c.height, len(out), c.want)
		}
		bottom := float32(0) // of the section above
		for _, p := range out {
			if p.from < bottom || p.from > bottom+maxGap || p.to-p.from < p.minHeight-1e-3 {
				t.Errorf("%d rows in height %v: a section from %v to %v, want it from %v, with height %v", c.rows, c.height, p.from, p.to, bottom, p.minHeight)
			}
			bottom = p.to
		}
		if bottom > c.height+1e-3 {
			t.Errorf("%d rows in height %v: sections end at %v", c.rows, c.height, bottom)
		}
	}
}
