package raster

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/memory"
	"github.com/rlrun/rlrun/render"
)

// update is the flag that writes the pictures in testdata again.
var update = flag.Bool("update", false, "write the pictures in testdata")

// TestGolden compares the drawing of every environment after some steps, in both themes, with the
// pictures in testdata, which people have looked at. Tabular environments are drawn with their
// optimal values and actions.
func TestGolden(t *testing.T) {
	envs := env.Registry{}
	classic.Register(envs)
	grid.Register(envs)
	memory.Register(envs)
	for _, id := range envs.IDs() {
		for _, theme := range []string{"light", "dark"} {
			t.Run(id+"/"+theme, func(t *testing.T) {
				e, err := envs.Make(id, nil)
				if err != nil {
					t.Fatal(err)
				}
				m := NewImage(180, 120)
				th, _ := render.ThemeOf(theme)
				e.(render.Scene).Draw(m, play(t, e, th))
				comparePicture(t, m, id+"-"+theme)
			})
		}
	}
}

// play plays some steps of e with fixed actions, and returns the Look for its drawing.
func play(t *testing.T, e env.Env, th render.Theme) render.Look {
	l, spec := render.Look{Theme: th}, e.Spec()
	obs, act := make([]float32, spec.Obs.Size()), make([]float32, spec.Act.Size())
	e.Reset(3, obs)
	for k := range 9 {
		act[0] = 1.5 * float32(math.Sin(float64(k)))
		if d, ok := spec.Act.(env.Discrete); ok {
			act[0] = float32((k + 1) % d.N)
		}
		if l.Done = e.Step(act, obs).Done(); l.Done {
			break
		}
		if tracer, ok := e.(render.Tracer); ok {
			x, y := tracer.Tip()
			l.Trail = append(l.Trail, x, y)
		}
	}
	if tab, ok := e.(grid.Tabular); ok {
		s, err := tab.Model().ValueIteration(0.99)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range s.V {
			l.Values, l.Best = append(l.Values, float32(v)), append(l.Best, s.Optimal()[i][0])
		}
	}
	return l
}

// comparePicture compares a picture with testdata/NAME.png. It allows small differences, because
// rounding differs between machines, but fewer than a missing letter would make.
func comparePicture(t *testing.T, m *Image, name string) {
	t.Helper()
	file := filepath.Join("testdata", name+".png")
	if *update {
		f, err := os.Create(file)
		if err == nil {
			err = png.Encode(f, m)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		return
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	decoded, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	want := image.NewRGBA(m.Rect)
	draw.Draw(want, m.Rect, decoded, image.Point{}, draw.Src)
	off := 0
	for i, v := range m.Pix {
		if d := int(v) - int(want.Pix[i]); d > 8 || d < -8 {
			off++
		}
	}
	if decoded.Bounds() != m.Rect || off > 20 {
		t.Errorf("%s: %d values of %d differ by more than 8; go test -update writes the file again; look at it", file, off, len(m.Pix))
	}
}

// TestShapes checks single pixels of shapes at known positions.
func TestShapes(t *testing.T) {
	white, black := color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}
	m := NewImage(40, 20)
	m.View(0, 0, 2, 2, white) // 10 pixels per unit, in the middle of the image: x = 0 is pixel 10
	m.Fill([]float32{0, 0, 1, 0, 1, 1, 0, 1}, black)
	render.Disc(m, 1.5, 1.5, 0.3, black)
	m.Line([]float32{-1, 1.5, 0.5, 1.5}, 0.2, black)
	for _, c := range []struct {
		x, y int
		want color.RGBA
	}{
		{10, 19, black}, {19, 10, black}, {20, 19, white}, {9, 15, white}, // the square
		{25, 5, black}, {25, 1, white}, {28, 2, white}, // the disc
		{0, 5, black}, {14, 5, black}, {17, 5, white}, // the line and its end
	} {
		if got := m.RGBAAt(c.x, c.y); got != c.want {
			t.Errorf("pixel %d, %d is %v, want %v", c.x, c.y, got, c.want)
		}
	}
}

// TestWithin checks that nothing is drawn outside of the part that Within chooses, and that shapes
// far outside of the image or with NaN are not drawn.
func TestWithin(t *testing.T) {
	white, black := color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}
	m := NewImage(30, 30)
	m.Clear(white)
	m.Within(image.Rect(10, 10, 20, 20))
	m.View(0, 0, 1, 1, black)
	nan := float32(math.NaN())
	m.Fill([]float32{-9, -9, 9, -9, 9, 9}, black)
	m.Line([]float32{-9, 0.5, 9, 0.5}, 3, black)
	m.Line([]float32{nan, 0, 1e30, 0}, 1, white)
	m.Text(-5, 0, 20, 0, "many letters", black)
	for y := range 30 {
		for x := range 30 {
			want := white
			if image.Pt(x, y).In(image.Rect(10, 10, 20, 20)) {
				want = black
			}
			if got := m.RGBAAt(x, y); got != want {
				t.Fatalf("pixel %d, %d is %v, want %v", x, y, got, want)
			}
		}
	}
}

// TestText checks that letters have the width that TextWidth returns, for each align.
func TestText(t *testing.T) {
	white, black := color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}
	for align, want := range map[float32]float32{0: 50, 0.5: 50 - 40/2, 1: 50 - 40} {
		m := NewImage(100, 40)
		m.Clear(white)
		size := 20 * 40 / m.TextWidth("HHH", 20)
		m.Text(50, 10, size, align, "HHH", black)
		first, last := 100, 0
		for x := range 100 {
			for y := range 40 {
				if m.RGBAAt(x, y).R < 128 {
					first, last = min(first, x), max(last, x)
				}
			}
		}
		if math.Abs(float64(first)-float64(want)) > 4 || math.Abs(float64(last)-float64(want)-40) > 4 {
			t.Errorf("align %v: letters from %d to %d, want %v to %v", align, first, last, want, want+40)
		}
	}
}

// Example draws a Scene as a picture.
func Example() {
	m := NewImage(600, 400)
	e := classic.NewCartPole()
	e.Reset(1, make([]float32, 4))
	e.Draw(m, render.Look{Theme: render.Light()})
	fmt.Println(m.RGBAAt(0, 0), m.RGBAAt(300, 255))
	// Output: {255 255 255 255} {38 38 38 255}
}

// BenchmarkFrame measures drawing CartPole at 600×400 pixels.
func BenchmarkFrame(b *testing.B) {
	m := NewImage(600, 400)
	e := classic.NewCartPole()
	e.Reset(1, make([]float32, 4))
	b.ReportAllocs()
	for b.Loop() {
		e.Draw(m, render.Look{Theme: render.Light()})
	}
}

// TestLineEdges checks that further points on a straight line change no pixel, except by rounding.
func TestLineEdges(t *testing.T) {
	white, black := color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255}
	few, many := NewImage(60, 40), NewImage(60, 40)
	few.Clear(white)
	few.Line([]float32{5, 5, 53, 29}, 4, black)
	many.Clear(white)
	var xy []float32
	for k := range 25 {
		xy = append(xy, 5+2*float32(k), 5+float32(k))
	}
	many.Line(append(xy, 53, 29), 4, black)
	for i, v := range many.Pix {
		if d := int(v) - int(few.Pix[i]); d > 8 || d < -8 {
			t.Fatalf("value %d = %d with further points, want %d as without them", i, v, few.Pix[i])
		}
	}
}
