package episode

import (
	"image/color"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/pixels"
	"github.com/rlrun/rlrun/render"
)

// fills returns the colours that a drawing fills.
func fills(draw func(render.Canvas)) (all []color.RGBA) {
	var rec render.Recorder
	draw(&rec)
	for _, op := range rec.Ops {
		all = append(all, op.RGBA)
	}
	return all
}

// TestStrip checks the columns of a memory: positive numbers are blue, negative ones orange, zeros and
// numbers that are none pale. A step that is taken again replaces its column and removes later ones.
func TestStrip(t *testing.T) {
	th := render.Light()
	s := NewStrip(3)
	s.Put(0, []float32{9, -9, 0})
	s.Put(1, []float32{float32(math.NaN()), 0, 0})
	if s.Len() != 2 || s.Title() != "memory, 3 numbers" {
		t.Errorf("%d columns of %q, want 2 of memory, 3 numbers", s.Len(), s.Title())
	}
	draw := func(step int) []color.RGBA {
		return fills(func(c render.Canvas) { s.Draw(c, 0, 0, 30, 9, step, th) })
	}
	if got, want := draw(0), []color.RGBA{th.Faint, th.Blue, th.Orange, th.Faint}; !slices.Equal(got, want) {
		t.Errorf("colours %v, want %v", got, want)
	}
	s.Put(5, []float32{1, 1, 1}) // a column is missing before it
	s.Put(0, []float32{-9, 9, 9})
	if got, want := draw(7), []color.RGBA{th.Faint, th.Orange, th.Blue, th.Blue}; s.Len() != 1 || !slices.Equal(got, want) {
		t.Errorf("%d columns with the colours %v, want 1 with %v", s.Len(), got, want)
	}
	s.Clear()
	if got := draw(0); s.Len() != 0 || len(got) != 1 {
		t.Errorf("a cleared strip has %d columns and %d shapes, want 0 and 1", s.Len(), len(got))
	}
}

// TestLargeStrip checks that a large memory is shown by evenly chosen numbers, and that a policy without
// memory has nothing to show.
func TestLargeStrip(t *testing.T) {
	big := NewStrip(18_432)
	big.Put(0, make([]float32, 18_432))
	if got := big.Title(); big.Len() != 1 || got != "memory, 48 of 18,432 numbers" {
		t.Errorf("%d columns of %q, want 1 of memory, 48 of 18,432 numbers", big.Len(), got)
	}
	none := NewStrip(0)
	none.Put(0, nil)
	none.Clear()
	if got := fills(func(c render.Canvas) { none.Draw(c, 0, 0, 9, 9, 0, render.Dark()) }); none.Len() != 0 || len(got) != 1 {
		t.Errorf("a policy without memory has %d columns and %d shapes, want 0 and 1", none.Len(), len(got))
	}
}

// TestDrawImage checks that stacked frames are drawn as one image whose newest frame is brightest.
func TestDrawImage(t *testing.T) {
	e, err := pixels.New(classic.NewCartPole(), pixels.Settings{Size: "16x12", Gray: true})
	if err != nil {
		t.Fatal(err)
	}
	stacked, err := env.NewFrameStack(e, 4, true)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(stacked, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Reset(1); err != nil {
		t.Fatal(err)
	}
	if w, h := p.ImageSize(); !p.HasImage() || w != 16 || h != 12 || p.ImageText() != "16×12, 4 frames" {
		t.Errorf("HasImage %v, %d×%d, %q", p.HasImage(), w, h, p.ImageText())
	}
	brightest := func() (most uint8) {
		for _, c := range fills(func(c render.Canvas) { p.DrawImage(c, 0, 0, 160, 120) }) {
			most = max(most, c.R)
		}
		return most
	}
	newest := brightest()
	clear(p.Obs)
	for i := range 16 * 12 {
		p.Obs[4*i] = float32(newest) // the oldest frame
	}
	if got := brightest(); got >= newest/2 || got == 0 {
		t.Errorf("the oldest frame has the brightness %d of %d, want less than half of it", got, newest)
	}
	clear(p.Obs)
	p.Obs[3] = 10 // an image of small numbers is drawn brighter
	if got := brightest(); got != 255 {
		t.Errorf("the number 10 has the brightness %d in an image without larger ones, want 255", got)
	}
	if plain, err := New(classic.NewCartPole(), 100); err != nil || plain.HasImage() {
		t.Errorf("CartPole has an image: %v, %v", plain.HasImage(), err)
	}
}
