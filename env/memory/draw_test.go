package memory_test

import (
	"image/color"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/memory"
	"github.com/rlrun/rlrun/render"
)

// colors returns the colours of the lines and fills that e draws, and its texts.
func colors(e env.Env, done bool, l render.Theme) (all []color.RGBA, texts []string) {
	var rec render.Recorder
	e.(render.Scene).Draw(&rec, render.Look{Theme: l, Done: done})
	for _, op := range rec.Ops {
		all = append(all, op.RGBA)
		if op.Text != "" {
			texts = append(texts, op.Text)
		}
	}
	return all, texts
}

// TestDrawHides checks that a picture shows the sign or the signal only when the observation has it,
// so that a person who plays must remember it too, and after the end of an episode.
func TestDrawHides(t *testing.T) {
	l := render.Light()
	plus := l.Blue
	for _, c := range []struct {
		e     environment
		x     []float64
		done  bool
		color color.RGBA
		shown bool
	}{
		{newTMaze(3), []float64{0, 1}, false, l.Orange, true},
		{newTMaze(3), []float64{1, 1}, false, l.Orange, false},
		{newTMaze(3), []float64{3, 1}, false, render.Mix(l.Paper, l.Green, 0.6), false},
		{newTMaze(3), []float64{3, 1}, true, render.Mix(l.Paper, l.Green, 0.6), true},
		{newMemoryLength(3), []float64{0, 1}, false, plus, true},
		{newMemoryLength(3), []float64{1, 1}, false, plus, true},
		{newMemoryLength(3), []float64{2, 1}, false, plus, false},
		{newMemoryLength(3), []float64{3, 1}, true, plus, true},
		{newMemoryLength(3), []float64{1, -1}, false, plus, false},
	} {
		if err := c.e.SetPhysics(c.x); err != nil {
			t.Fatal(err)
		}
		if got, _ := colors(c.e, c.done, l); slices.Contains(got, c.color) != c.shown {
			t.Errorf("%s at %v, ended %v: the colour %v is drawn: %v, want %v", c.e.Spec().ID, c.x, c.done, c.color, !c.shown, c.shown)
		}
	}
}

// TestDrawVerdict checks that the picture of an ended MemoryLength says whether the answer is right.
func TestDrawVerdict(t *testing.T) {
	e := newMemoryLength(3)
	obs := make([]float32, 3)
	for act, want := range map[float32]string{0: "wrong", 1: "right"} {
		if err := e.SetPhysics([]float64{3, 1}); err != nil {
			t.Fatal(err)
		}
		e.Step([]float32{act}, obs)
		if _, texts := colors(e, true, render.Dark()); !slices.Contains(texts, want) {
			t.Errorf("answer %v to plus: texts %q, want %s among them", act, texts, want)
		}
	}
}

// TestDrawHidesCards checks that pictures of cards, symbols and bits show only what the observation has, and
// everything after the end of an episode.
func TestDrawHidesCards(t *testing.T) {
	l := render.Light()
	size, back := valid(&memory.MemorySize{Bits: 2, Length: 3}), memory.NewNBack()
	for _, c := range []struct {
		x     []float64
		done  bool
		shown bool // of the colour of a plus
		query bool // a question mark
	}{
		{[]float64{1, 1, -1, 1}, false, true, false}, {[]float64{2, 1, -1, 1}, false, false, false},
		{[]float64{3, 1, -1, 1}, false, false, true}, {[]float64{4, 1, -1, 1}, true, true, false},
	} {
		if err := size.SetPhysics(c.x); err != nil {
			t.Fatal(err)
		}
		all, texts := colors(size, c.done, l)
		if slices.Contains(all, l.Blue) != c.shown || slices.Contains(texts, "?") != c.query {
			t.Errorf("MemorySize at %v: a plus is shown: %v, want %v; a question mark is shown: %v, want %v", c.x, !c.shown, c.shown, slices.Contains(texts, "?"), c.query)
		}
	}
	x := back.Physics(nil)
	copy(x, []float64{0, 1, 2, 3})
	for done, want := range map[bool][]string{false: {"D", "?", "newest"}, true: {"D", "C", "B", "?", "A", "newest"}} {
		if err := back.SetPhysics(x); err != nil {
			t.Fatal(err)
		}
		if _, texts := colors(back, done, l); !slices.Equal(texts, want) {
			t.Errorf("NBack, ended %v: texts %q, want %q", done, texts, want)
		}
	}
	cards := memory.NewRepeatPrevious()
	x = cards.Physics(nil)
	copy(x, []float64{1, 3, 0}) // red suits below a black one
	for _, done := range []bool{false, true} {
		if err := cards.SetPhysics(x); err != nil {
			t.Fatal(err)
		}
		if all, _ := colors(cards, done, l); slices.Contains(all, l.Red) != done {
			t.Errorf("RepeatPrevious, ended %v: red suits are drawn: %v, want %v", done, !done, done)
		}
	}
}
