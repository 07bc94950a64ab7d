package minatar

import (
	"image/color"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/render"
)

// drawn returns the colours of the picture of g.
func drawn(g *game, l render.Theme) (all []color.RGBA) {
	var rec render.Recorder
	g.Draw(&rec, render.Look{Theme: l})
	for _, op := range rec.Ops {
		all = append(all, op.RGBA)
	}
	return all
}

// TestDraw checks that each plane of each game, but for the hidden ones, changes the picture, in both
// themes.
func TestDraw(t *testing.T) {
	for _, title := range titles() {
		g := newGame(title, 1)
		obs := make([]float32, g.Spec().Obs.Size())
		g.Reset(1, obs)
		for _, l := range []render.Theme{render.Light(), render.Dark()} {
			for c, look := range title.planes {
				g.picture = newPicture(title)
				empty := drawn(g, l)
				if g.picture.things[0] = int32(55*len(title.planes) + c); slices.Equal(drawn(g, l), empty) != (look.kind == hidden) {
					t.Errorf("%s: plane %d (%s) in a picture of %v changes nothing, or is hidden and does", title.name, c, look.name, l.Paper)
				}
			}
		}
	}
}

// TestDrawOnly checks that a drawing changes nothing of the episode.
func TestDrawOnly(t *testing.T) {
	for _, title := range titles() {
		a, b := newGame(title, 0), newGame(title, 0)
		x, y := make([]float32, a.Spec().Obs.Size()), make([]float32, a.Spec().Obs.Size())
		a.Reset(3, x)
		b.Reset(3, y)
		for step := range 100 {
			drawn(a, render.Light())
			act := []float32{float32(step * step % 6)}
			a.Update(act, x)
			if b.Update(act, y); !slices.Equal(x, y) {
				t.Fatalf("%s, step %d: the observation after a drawing differs", title.name, step)
			}
		}
	}
}

// TestControls checks that each action has a key of its own, or is the one without a key.
func TestControls(t *testing.T) {
	for _, title := range titles() {
		for version := range 2 {
			g := newGame(title, version)
			var keys []string
			for i, c := range g.Controls() {
				if slices.Contains(keys, c.Key) || c.Act[0] != float32(i) || c.Label == "" || (c.Key == "") != (i == 0) {
					t.Errorf("%s: control %d is %+v", g.Spec().ID, i, c)
				}
				keys = append(keys, c.Key)
			}
			if len(keys) != len(g.actions) {
				t.Errorf("%s has %d controls, want %d", g.Spec().ID, len(keys), len(g.actions))
			}
		}
	}
}
