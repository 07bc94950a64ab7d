package render_test

import (
	"encoding/json"
	"fmt"
	"image/color"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/render"
)

// An environment can be drawn if it is a Scene, also within wrappers.
func ExampleRecorder() {
	var e env.Env = env.ScaleReward{Env: classic.NewPendulum(), K: 0.1}
	e.Reset(1, make([]float32, 3))
	scene, _ := env.As[render.Scene](e)
	var rec render.Recorder
	scene.Draw(&rec, render.Look{Theme: render.Light()})
	b, _ := json.Marshal(rec.Ops[2])
	fmt.Println(len(rec.Ops), string(b))
	// Output: 5 {"op":"line","args":[0.26,0,1],"rgba":{"R":233,"G":236,"B":239,"A":255}}
}

// TestContrast checks that text is readable: its contrast with the paper is at least 4.5, as the Web
// Content Accessibility Guidelines 2.2 require in 1.4.3.
func TestContrast(t *testing.T) {
	luminance := func(c color.RGBA) float64 {
		linear := func(v uint8) float64 {
			if x := float64(v) / 255; x > 0.04045 {
				return math.Pow((x+0.055)/1.055, 2.4)
			} else {
				return x / 12.92
			}
		}
		return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	}
	for name, th := range map[string]render.Theme{"light": render.Light(), "dark": render.Dark()} {
		for what, c := range map[string]color.RGBA{"Ink": th.Ink, "Label": th.Label(), "Blue": th.Blue} {
			a, b := luminance(c), luminance(th.Paper)
			if got := (max(a, b) + 0.05) / (min(a, b) + 0.05); got < 4.5 {
				t.Errorf("%s: %s has a contrast of %.1f with the paper, want 4.5 or more", name, what, got)
			}
		}
	}
}

// TestReplay checks that a replay of every kind of call records the same calls, that View forgets
// earlier calls, and that invalid Ops are skipped.
func TestReplay(t *testing.T) {
	(&render.Recorder{Ops: []render.Op{{Op: "line"}, {Op: "fill", Args: []float32{1, 2}}, {Op: "text", Args: []float32{1}}, {Op: "?"}}}).Replay(nil)

	var a, b render.Recorder
	red := color.RGBA{255, 0, 0, 255}
	render.Disc(&a, 9, 9, 9, red)
	a.View(0, 1, 2, 3, red)
	xy := []float32{1, 2, 3, 4, 5, 6}
	a.Line(xy, 5, red)
	a.Fill(xy, red)
	a.Text(1, 2, 3, 0.5, "θ", red)
	xy[0] = 99 // the Recorder has its own copy
	a.Replay(&b)
	if !reflect.DeepEqual(a.Ops, b.Ops) || len(a.Ops) != 4 || a.Ops[1].Args[1] != 1 || a.Ops[3].Text != "θ" {
		t.Errorf("recorded %v\nreplayed %v", a.Ops, b.Ops)
	}
}

// TestAt checks coordinates that were computed by hand: twice as far from the origin, a quarter turn
// counterclockwise, then moved by (10, 20). Line widths and font sizes are doubled.
func TestAt(t *testing.T) {
	var rec render.Recorder
	c := render.At(&rec, 10, 20, math.Pi/2, 2)
	c.Line([]float32{3, 1}, 4, color.RGBA{})
	c.Text(3, 1, 5, 1, "x", color.RGBA{})
	for i, want := range [][]float32{{8, 8, 26}, {8, 26, 10, 1}} {
		for k, v := range rec.Ops[i].Args {
			if math.Abs(float64(v-want[k])) > 1e-5 {
				t.Errorf("%s: args %v, want %v", rec.Ops[i].Op, rec.Ops[i].Args, want)
			}
		}
	}
}

// A drawnBar contains the two ends of a bar of a gauge, as shares of its frame from the bottom.
type drawnBar struct{ from, to float32 }

// drawnBars returns the bars of gauges. Each frame is drawn as a faint area, and then its bar.
func drawnBars(g render.Gauges) (all []drawnBar) {
	var rec render.Recorder
	l := render.Look{Theme: render.Light()}
	g.Draw(&rec, l)
	for i, o := range rec.Ops {
		if o.Op != "fill" || o.RGBA != l.Faint {
			continue
		}
		y0, y1 := o.Args[1], o.Args[5]
		share := func(y float32) float32 { return (y - y0) / (y1 - y0) }
		if next := rec.Ops[i+1]; next.Op == "fill" {
			all = append(all, drawnBar{share(next.Args[1]), share(next.Args[5])})
		} else {
			zero := share(next.Args[2])
			all = append(all, drawnBar{zero, zero})
		}
	}
	return all
}

// TestGauges checks the ends of bars. The bar of a number that may be negative begins in the middle:
// half of the bound is a quarter of the frame, a number beyond the bound ends at the edge,
// and 1 without bounds is squashed to a half. NaN has no bar. The bar of a discrete value, a bit
// or another number that is at least 0 begins at the bottom.
func TestGauges(t *testing.T) {
	inf := float32(math.Inf(1))
	got := drawnBars(render.Gauges{{
		Group: "x", Values: []float32{1, -9, 1, float32(math.NaN()), 3, 0, 15, -5},
		Low: []float32{-2, -2, -inf, 0, 0, 0, 10, -20}, High: []float32{2, 2, inf, 1, 4, 1, 20, -0.5},
	}})
	want := []drawnBar{{0.5, 0.75}, {0.5, 0}, {0.5, 0.75}, {0, 0}, {0, 0.75}, {0, 0}, {0, 0.5}, {1, 15 / 19.5}}
	if len(got) != len(want) {
		t.Fatalf("%d bars, want %d", len(got), len(want))
	}
	for i := range want {
		if math.Abs(float64(got[i].from-want[i].from)) > 1e-5 || math.Abs(float64(got[i].to-want[i].to)) > 1e-5 {
			t.Errorf("bar %d is from %v to %v, want %v to %v", i, got[i].from, got[i].to, want[i].from, want[i].to)
		}
	}
}

// words returns the texts of gauges, and the heights of their base lines.
func words(g render.Gauges) (texts []string, y []float32) {
	var rec render.Recorder
	g.Draw(&rec, render.Look{})
	for _, o := range rec.Ops {
		if o.Op == "text" {
			texts, y = append(texts, o.Text), append(y, o.Args[1])
		}
	}
	return texts, y
}

// TestGaugeNames checks that the words of a value's name are written below each other and below the
// bar, if all names of the row fit, and that the name of each part is beside its row.
func TestGaugeNames(t *testing.T) {
	row := render.Gauge{Group: "x", Values: []float32{1, 1}, Names: []string{"pole angle", "speed"}}
	texts, y := words(render.Gauges{row})
	if !slices.Equal(texts, []string{"x", "pole", "angle", "speed"}) || y[1] <= y[2] || y[1] != y[3] {
		t.Errorf("the names are written as %q at heights %v, want pole above angle, and speed beside it", texts, y)
	}
	row.Names[1] = "antidisestablishmentarianism"
	if texts, _ := words(render.Gauges{row}); !slices.Equal(texts, []string{"x"}) {
		t.Errorf("the names are written as %q, want no names if one name is too long", texts)
	}
	parts := render.Gauges{{Group: "observation", Name: "position", Values: []float32{1}}, {Group: "observation", Name: "a name of more letters than there is room for"}, {Group: "reward"}}
	if texts, _ := words(parts); len(texts) != 4 || texts[0] != "observation" || texts[1] != "position" || texts[2][:6] != "a name" || len(texts[2]) > 30 || texts[3] != "reward" {
		t.Errorf("the parts are named %q, want observation, position, a name…, reward", texts)
	}
}

// TestGaugePicture checks that an image of 1 × 3 pixels is drawn as three cells side by side, in shades
// of grey.
func TestGaugePicture(t *testing.T) {
	var rec render.Recorder
	g := render.Gauge{Group: "x", Shape: []int{1, 3, 1}, Values: []float32{0, 255, 51}, Low: make([]float32, 3), High: []float32{255, 255, 255}}
	render.Gauges{g}.Draw(&rec, render.Look{})
	var shades []uint8
	last := float32(-1)
	for _, o := range rec.Ops {
		if o.Op == "fill" && o.RGBA.A == 255 {
			if o.Args[0] <= last {
				t.Errorf("a cell begins at %v, want it to the right of %v", o.Args[0], last)
			}
			shades, last = append(shades, o.RGBA.R), o.Args[0]
		}
	}
	if !slices.Equal(shades, []uint8{0, 255, 51}) {
		t.Errorf("cells have shades %v, want 0, 255, 51", shades)
	}
}
