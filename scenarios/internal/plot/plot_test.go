package plot

import (
	"bytes"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// TestNewCurve checks the curve of two runs that were logged at different steps: each is interpolated
// linearly, and the curve covers the steps at which both have values.
func TestNewCurve(t *testing.T) {
	c := NewCurve("two", []statistics.Series{{X: []float64{0, 10}, Y: []float64{0, 10}}, {X: []float64{5, 20}, Y: []float64{20, 50}}})
	if c.Runs != 2 || len(c.X) != points || c.X[0] != 5 || c.X[points-1] != 10 {
		t.Fatalf("curve of %d runs from %v to %v, want 2 from 5 to 10", c.Runs, c.X[0], c.X[len(c.X)-1])
	}
	// at 5 the runs have 5 and 20, at 10 they have 10 and 30
	if math.Abs(c.Y[0]-12.5) > 1e-12 || math.Abs(c.Y[points-1]-20) > 1e-12 {
		t.Errorf("curve from %v to %v, want 12.5 to 20", c.Y[0], c.Y[points-1])
	}
	for i := range c.X {
		if !(c.Low[i] <= c.Y[i] && c.Y[i] <= c.High[i]) {
			t.Errorf("at %v: %v is not in %v … %v", c.X[i], c.Y[i], c.Low[i], c.High[i])
		}
	}
	if one := NewCurve("one", []statistics.Series{{X: []float64{1, 2}, Y: []float64{3, 4}}}); one.Low != nil || !slices.Equal(one.Y, []float64{3, 4}) {
		t.Errorf("curve of one run = %+v, want the values of the run", one)
	}
}

// TestTicks checks the labels of ticks.
func TestTicks(t *testing.T) {
	for _, tc := range []struct {
		low, high float64
		want      string
	}{
		{0, 60416, "0 10k 20k 30k 40k 50k 60k"}, {-210, -95, "-200 -175 -150 -125 -100"}, {0, 3e6, "0 0.5M 1M 1.5M 2M 2.5M 3M"}, {0, 11000, "0 2.5k 5k 7.5k 10k"}, {0, 0.12, "0 0.025 0.05 0.075 0.1"}, {1e6, 1000010, "1000000 1000002.5 1000005 1000007.5 1000010"},
	} {
		var got []string
		for _, tick := range ticks(tc.low, tc.high) {
			got = append(got, tick.label)
		}
		if s := strings.Join(got, " "); s != tc.want {
			t.Errorf("ticks of %v … %v are %s, want %s", tc.low, tc.high, s, tc.want)
		}
	}
}

// TestWrite checks the texts of an SVG, and the size and the colours of a PNG in both themes.
func TestWrite(t *testing.T) {
	f := &Figure{
		Title: "A pole", X: "steps", Y: "return",
		Curves: []Curve{{Name: "many", X: []float64{0, 1}, Y: []float64{1, 2}, Low: []float64{0, 1}, High: []float64{2, 3}, Runs: 5}, {Name: "flat", X: []float64{0, 1}, Y: []float64{2, 2}, Runs: 1}},
		Lines:  []Line{{"solved", 2.5}},
	}
	var svg, light, dark bytes.Buffer
	if err := f.WriteSVG(&svg); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A pole", "many (5 seeds)", "flat", "solved", "#0072b2"} {
		if !strings.Contains(svg.String(), want) {
			t.Errorf("the SVG has no %q", want)
		}
	}
	if err := f.WritePNG(&light); err != nil {
		t.Fatal(err)
	}
	f.Dark = true
	if err := f.WritePNG(&dark); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name  string
		file  *bytes.Buffer
		theme render.Theme
	}{{"light", &light, render.Light()}, {"dark", &dark, render.Dark()}} {
		img, err := png.Decode(tc.file)
		if err != nil || img.Bounds().Dx() != 1280 || img.Bounds().Dy() != 800 {
			t.Fatalf("%s: %v, %v, want 1280×800", tc.name, img.Bounds(), err)
		}
		if paper := img.At(2, 2); paper != tc.theme.Paper {
			t.Errorf("%s: the paper is %v, want %v", tc.name, paper, tc.theme.Paper)
		}
		blue := 0
		for y := range 800 {
			for x := range 1280 {
				if img.At(x, y) == tc.theme.Blue {
					blue++
				}
			}
		}
		if blue < 500 {
			t.Errorf("%s: %d pixels of the first colour, want a curve", tc.name, blue)
		}
	}
}

// TestLegend checks that a legend with long entries is below the curves, in a higher picture.
func TestLegend(t *testing.T) {
	f := &Figure{Title: "A pole", Curves: []Curve{{Name: strings.Repeat("gamma=0.99, ", 4), X: []float64{0, 1}, Y: []float64{1, 2}, Runs: 3}}}
	if l, err := f.layout(); err != nil || !l.legendBelow || l.height != height+row+margin {
		t.Errorf("layout of a long legend = %+v, %v, want it below the curves", l, err)
	}
	f.Curves[0].Name = "tanh"
	if l, err := f.layout(); err != nil || l.legendBelow || l.height != height {
		t.Errorf("layout of a short legend = %+v, %v, want it beside the curves", l, err)
	}
}
