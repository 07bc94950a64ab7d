package minigrid

import (
	"image/color"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/render"
)

// drawn returns the drawing calls of w.
func drawn(w *World, l render.Theme) []render.Op {
	var rec render.Recorder
	w.Draw(&rec, render.Look{Theme: l})
	return rec.Ops
}

// TestDraw checks that a picture shows the mission in lines, and what the agent carries.
func TestDraw(t *testing.T) {
	for _, id := range []string{"MiniGrid-LockedRoom-v0", "MiniGrid-DoorKey-5x5-v0", "MiniGrid-Playground-v0"} {
		w, err := New(id)
		if err != nil {
			t.Fatal(err)
		}
		obs := make([]float32, w.Spec().Obs.Size())
		for seed := range uint64(3) {
			w.Reset(seed, obs)
			var texts []string
			empty := drawn(w, render.Light())
			for _, op := range empty {
				if op.Text != "" && op.Text != "carries" {
					texts = append(texts, op.Text)
				}
				if len(op.Text) > 40 {
					t.Errorf("%s: a line of %d letters: %q", id, len(op.Text), op.Text)
				}
			}
			if got := strings.Join(texts, " "); got != w.Mission() {
				t.Errorf("%s: texts %q, want %q", id, got, w.Mission())
			}
			w.Carrying = Purple.Of(Ball)
			purple := newPainter(nil, render.Look{Theme: render.Light()}).colors[Purple]
			if count := colored(drawn(w, render.Light()), purple) - colored(empty, purple); count != 1 {
				t.Errorf("%s: %d more purple shapes with a purple ball carried, want 1", id, count)
			}
		}
	}
}

// colored returns the number of shapes in a colour.
func colored(ops []render.Op, c color.RGBA) (n int) {
	for _, op := range ops {
		if op.RGBA == c {
			n++
		}
	}
	return n
}

// TestSeen compares the squares that a picture shows as seen with the agent's view: rotating the view by
// hand for each direction gives the same cells.
func TestSeen(t *testing.T) {
	w, err := New("MiniGrid-FourRooms-v0")
	if err != nil {
		t.Fatal(err)
	}
	obs := make([]float32, w.Spec().Obs.Size())
	for seed := range uint64(20) {
		w.Reset(seed, obs)
		seen := w.seenSquares()
		for i := range 7 {
			for j := range 7 {
				right, ahead := i-3, 6-j
				x, y := w.X, w.Y
				switch w.Dir {
				case Right:
					x, y = x+ahead, y+right
				case Down:
					x, y = x-right, y+ahead
				case Left:
					x, y = x-ahead, y-right
				case Up:
					x, y = x+right, y-ahead
				}
				if want := w.seen[7*i+j] != Unseen; seen.has(x, y) != want {
					t.Fatalf("seed %d, direction %d: square (%d, %d) is seen %v, want %v", seed, w.Dir, x, y, !want, want)
				}
			}
		}
	}
}

// TestControls checks that the keys give all actions of an environment.
func TestControls(t *testing.T) {
	for id, want := range map[string]int{"MiniGrid-DoorKey-5x5-v0": 7, "MiniGrid-Dynamic-Obstacles-5x5-v0": 3} {
		w, err := New(id)
		if err != nil {
			t.Fatal(err)
		}
		var acts []float32
		for _, c := range w.Controls() {
			acts = append(acts, c.Act[0])
			if !w.Spec().Act.Contains(c.Act) {
				t.Errorf("%s: %s is action %v, want one of %v", id, c.Label, c.Act, w.Spec().Act)
			}
		}
		if slices.Sort(acts); len(slices.Compact(acts)) != want {
			t.Errorf("%s: keys for the actions %v, want %d", id, acts, want)
		}
	}
}
