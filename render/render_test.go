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

// Any environment, however wrapped, can be drawn if something in it is a Scene.
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

// TestReplay records a replay of every kind of call: the same calls come out.
// A View forgets what was there before it. What no call could have made is not
// called.
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

// TestAt moves a point by hand: twice as far from the origin, a quarter turn to
// the left, then to (10, 20). Widths and letters grow alike.
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

// TestGauges reads the height of the bars: half of a bound, all of it at most, and
// without one what squashes to a half; nothing for NaN.
func TestGauges(t *testing.T) {
	inf := float32(math.Inf(1))
	g := render.Gauges{{
		Name: "x", Values: []float32{1, -9, 1, float32(math.NaN())},
		Low: []float32{-2, -2, -inf, 0}, High: []float32{2, 2, inf, 1},
	}}
	var rec render.Recorder
	g.Draw(&rec, render.Look{})
	full := rec.Ops[2].Args[5] - rec.Ops[2].Args[1]
	for i, want := range []float32{0.5, -1, 0.5, 0} {
		bar := rec.Ops[3+2*i].Args
		if got := 2 * (bar[5] - bar[1]) / full; math.Abs(float64(got-want)) > 1e-5 {
			t.Errorf("bar %d is %v high, want %v", i, got, want)
		}
	}
}

// TestGaugeNames writes the words of a name below each other, where they fit.
func TestGaugeNames(t *testing.T) {
	var rec render.Recorder
	render.Gauges{{Name: "x", Values: []float32{1, 1}, Names: []string{"pole angle", "antidisestablishmentarianism"}}}.Draw(&rec, render.Look{})
	var words []string
	var y []float32
	for _, o := range rec.Ops {
		if o.Op == "text" && o.Text != "x" {
			words, y = append(words, o.Text), append(y, o.Args[1])
		}
	}
	if !slices.Equal(words, []string{"pole", "angle"}) || y[0] <= y[1] {
		t.Errorf("the names are written as %q at heights %v, want pole above angle", words, y)
	}
}
