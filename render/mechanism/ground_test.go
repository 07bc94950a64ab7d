package mechanism_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

// TestDistances checks that marks of distance stand to the right of their places in the world, where
// the robot passes them, and that every text is within the picture.
func TestDistances(t *testing.T) {
	camera := mechanism.Side(xyz(0, 0, 0.5), 4, 2).Following(1, xyz(1, 0, 0))
	for _, c := range []struct {
		x    float64
		want string
	}{{0, "[-2 m -1 m 0 m 1 m]"}, {7.5, "[6 m 7 m 8 m 9 m]"}, {-120.2, "[-122 m -121 m -120 m -119 m]"}} {
		var texts []string
		for _, o := range ops(build(t, true, []float64{c.x, 0, 1}, part("ball", ball(0.2))), camera) {
			if o.Op != "text" {
				continue
			}
			texts = append(texts, o.Text)
			var at float64
			fmt.Sscanf(o.Text, "%f m", &at)
			if x := float64(o.Args[0]); x < at || x > at+0.05 || o.Args[1] > 0 || o.Args[1] < -0.5 {
				t.Errorf("at %v: %q is at %v, want it beside %v below the ground", c.x, o.Text, o.Args, at)
			}
		}
		if got := fmt.Sprint(texts); got != c.want {
			t.Errorf("at %v: texts %v, want %v", c.x, got, c.want)
		}
	}
}

// TestZoom checks that marks have their own distances after the picture's size has changed.
func TestZoom(t *testing.T) {
	data := build(t, true, []float64{0, 0, 1}, part("ball", ball(0.2)))
	d := mechanism.New(data.Model())
	for width, want := range map[float64]string{1: "[-0.4 m -0.2 m 0 m 0.2 m 0.4 m]", 40: "[-20 m -10 m 0 m 10 m]"} {
		d.Camera = mechanism.Side(multibody.Vec3{}, width, width/2)
		var texts []string
		for _, o := range drawn(d, data) {
			if o.Op == "text" {
				texts = append(texts, o.Text)
			}
		}
		if got := fmt.Sprint(texts); got != want {
			t.Errorf("%v m wide: texts %v, want %v", width, got, want)
		}
	}
}

// fills returns the polygons of a drawing before the first line: the tiles of a floor.
func fills(all []render.Op) (tiles [][]float32) {
	for _, o := range all[1:] {
		if o.Op != "fill" || len(o.Args) != 8 {
			break
		}
		tiles = append(tiles, o.Args)
	}
	return tiles
}

// TestTiles checks that the floor moves below a robot that the camera follows: the pattern repeats
// after two tiles, and not before. Tiles of this picture are 1 m long: its width of 3.3 m, over 3.
func TestTiles(t *testing.T) {
	camera := mechanism.Perspective(xyz(0, 0, 1), 3.3, 3).Following(1, xyz(1, 1, 0))
	at := func(x float64) [][]float32 {
		return fills(ops(build(t, true, []float64{x, 0, 1}, part("ball", ball(0.2))), camera))
	}
	start := at(0)
	if len(start) < 50 {
		t.Fatalf("%d tiles, want 50 or more", len(start))
	}
	for _, c := range []struct {
		x    float64
		same bool
	}{{2, true}, {-40, true}, {0.3, false}, {1, false}} {
		moved := at(c.x)
		same := len(moved) == len(start)
		for i := range min(len(moved), len(start)) {
			for k := range 8 {
				same = same && math.Abs(float64(moved[i][k]-start[i][k])) < 1e-4
			}
		}
		if same != c.same {
			t.Errorf("%v m on: the floor looks the same: %v, want %v", c.x, same, c.same)
		}
	}
}

// TestBase checks that a capsule that stands in the ground is drawn down to the ground only.
func TestBase(t *testing.T) {
	post := multibody.DefaultGeom().CapsuleBetween(xyz(0, 0, -1), xyz(0, 0, 1), 0.1)
	camera := mechanism.Camera{Elevation: -0.001, Distance: 50, Width: 4, Height: 4}
	d := build(t, true, nil, part("post", post))
	var low float32
	for _, o := range outlines(ops(d, camera), render.Light().Blue) {
		low = min(low, o.Args[2], o.Args[4])
	}
	if low < -0.01 {
		t.Errorf("the post begins at %v, want 0, the ground", low)
	}
}

// luminance returns the relative luminance of a colour, and contrast the contrast of two colours, as the
// Web Content Accessibility Guidelines 2.2 define them.
func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		if x := float64(v) / 255; x > 0.04045 {
			return math.Pow((x+0.055)/1.055, 2.4)
		} else {
			return x / 12.92
		}
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrast checks that geoms of every tone stand out from the paper, by their outline or by their
// surface, with the 3:1 that the guidelines' 1.4.11 asks of graphics, and texts on the ground with the
// 4.5:1 of 1.4.3.
func TestContrast(t *testing.T) {
	data := build(t, true, []float64{0, 0, 1}, part("ball", ball(0.2)))
	for name, th := range map[string]render.Theme{"light": render.Light(), "dark": render.Dark()} {
		for tone := mechanism.Blue; tone <= mechanism.Soft; tone++ {
			d := mechanism.New(data.Model())
			d.Camera = mechanism.Side(xyz(0, 0, 0.5), 4, 2)
			d.Paint(1, mechanism.Style{Tone: tone})
			var rec render.Recorder
			d.Draw(&rec, render.Look{Theme: th}, data)
			best, text := 0.0, math.Inf(1)
			for _, o := range rec.Ops {
				switch {
				case o.Op == "fill":
					text = min(text, contrast(o.RGBA, th.Label()))
				case o.Op == "line" && len(o.Args) == 3:
					best = max(best, contrast(o.RGBA, th.Paper))
				}
			}
			if text < 4.5 {
				t.Errorf("%s: a text on the ground has a contrast of %.1f, want 4.5 or more", name, text)
			}
			if best < 3 {
				t.Errorf("%s: tone %d has a contrast of %.1f with the paper, want 3 or more", name, tone, best)
			}
		}
	}
}
