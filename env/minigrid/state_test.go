package minigrid_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/minigrid"
)

// slowView returns the codes of the 7×7 squares that the agent sees in a state. It follows the loops of
// MiniGrid's gen_obs_grid and process_vis (minigrid/minigrid_env.py and core/grid.py).
func slowView(x []float64, numbers int) []int {
	const size = 7
	w, h, seeThrough := int(x[0]), int(x[1]), x[3] == 1
	dir, cells := int(x[6]), x[9+numbers:]
	dx, dy := []int{1, 0, -1, 0}[dir], []int{0, 1, 0, -1}[dir]
	view, clear, seen := [size][size]int{}, [size][size]bool{}, [size][size]bool{}
	for i := range size {
		for j := range size {
			ahead, right := size-1-j, i-size/2
			u, v, code := int(x[4])+ahead*dx-right*dy, int(x[5])+ahead*dy+right*dx, 250
			if 0 <= u && u < w && 0 <= v && v < h {
				code = int(cells[v*w+u]) % 1000
			}
			view[i][j] = code
			clear[i][j] = seeThrough || code/100 != 2 && (code/100 != 4 || code%10 == 0)
			seen[i][j] = seeThrough
		}
	}
	seen[size/2][size-1] = true
	spread := func(i, j, side int) {
		if !seen[i][j] || !clear[i][j] {
			return
		}
		seen[i+side][j] = true
		if j > 0 {
			seen[i+side][j-1], seen[i][j-1] = true, true
		}
	}
	for j := size - 1; j >= 0; j-- {
		for i := range size - 1 {
			spread(i, j, 1)
		}
		for i := size - 1; i > 0; i-- {
			spread(i, j, -1)
		}
	}
	view[size/2][size-1] = 100
	if x[7] > 0 {
		view[size/2][size-1] = int(x[7]) % 1000
	}
	var all []int
	for i := range size {
		for j := range size {
			if !seen[i][j] {
				view[i][j] = 0
			}
			all = append(all, view[i][j])
		}
	}
	return all
}

// randomCode returns the code of a random cell. In one case of a hundred it is none.
func randomCode(rng *rand.Rand) float64 {
	color := 10 * rng.IntN(6)
	switch kind := rng.IntN(14); {
	case rng.IntN(100) == 0:
		return float64(rng.IntN(99_999))
	case kind < 4:
		return 100
	case kind == 4:
		return float64(400 + color + rng.IntN(3))
	case kind == 7 && rng.IntN(2) == 0:
		return float64(700 + color + 1000*(10*(5+rng.IntN(2))+rng.IntN(6)))
	case kind < 10:
		return float64(100*max(kind, 2) + color)
	}
	return 250
}

// FuzzState sets states in which some squares and some other numbers are random. It checks that a
// state is set exactly or refused, that the image is that of slowView, and that steps lead to states that
// can be set.
func FuzzState(f *testing.F) {
	ids := registry().IDs()
	for i := range ids {
		f.Add(uint8(i), uint64(i), uint8(0))
		f.Add(uint8(i), uint64(i), uint8(60))
		f.Add(uint8(i), uint64(i), uint8(255))
	}
	f.Fuzz(func(t *testing.T, id uint8, seed uint64, share uint8) {
		w, err := minigrid.New(ids[int(id)%len(ids)])
		if err != nil {
			t.Fatal(err)
		}
		space, rng := w.Spec().Obs.(env.Dict), rand.New(rand.NewPCG(seed, 1))
		obs := make([]float32, space.Size())
		w.Reset(seed, obs)
		before := w.Physics(nil)
		x := slices.Clone(before)
		numbers := len(x) - 9 - int(x[0])*int(x[1])
		for i := 9 + numbers; i < len(x); i++ {
			if rng.IntN(256) < int(share) {
				x[i] = randomCode(rng)
			}
		}
		x[4+rng.IntN(5)] = []float64{0, 1, 2, 3, 520, 48620, math.NaN(), -1, 1e9}[rng.IntN(9)]
		if err := w.SetPhysics(x); err != nil {
			if got := w.Physics(nil); !slices.Equal(got, before) {
				t.Fatalf("%s: %v, and the state is %v, want %v", w.Spec().ID, err, got, before)
			}
			x = before
		}
		for range 8 {
			if got := w.Physics(nil); !slices.Equal(got, x) {
				t.Fatalf("%s: the state is %v, want %v", w.Spec().ID, got, x)
			}
			w.Observe(obs)
			if got, want := codes(space.Part("image", obs)), slowView(x, numbers); !slices.Equal(got, want) || !space.Contains(obs) {
				t.Fatalf("%s in state %v: image %v, want %v", w.Spec().ID, x, got, want)
			}
			if w.Step([]float32{float32(rng.IntN(w.Spec().Act.(env.Discrete).N))}, obs).Done() {
				return
			}
			x = w.Physics(nil)
			if err := w.SetPhysics(x); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestRefusals checks that states and draws that are not possible are errors that name the fault.
func TestRefusals(t *testing.T) {
	w := newWorld(t, "Dynamic-Obstacles-5x5-v0")
	w.Reset(3, make([]float32, w.Spec().Obs.Size()))
	x := w.Physics(nil)
	with := func(i int, v float64) []float64 {
		y := slices.Clone(x)
		y[i] = v
		return y
	}
	cell := 9 + 4 + 7 // the second square of the second row
	for name, c := range map[string]struct {
		err  error
		want string // "" for no error
	}{
		"the same":           {w.SetPhysics(x), ""},
		"too short":          {w.SetPhysics(x[1:]), "has 38 state variables, not 37"},
		"width":              {w.SetPhysics(with(0, 6)), "the width is never 6, want a whole number, 5 … 5"},
		"time limit":         {w.SetPhysics(with(2, 101)), "the time limit is never 101"},
		"see-through":        {w.SetPhysics(with(3, 2)), "the see-through is never 2"},
		"outside":            {w.SetPhysics(with(4, 5)), "the agent's x is never 5, want a whole number, 0 … 4"},
		"no number":          {w.SetPhysics(with(6, math.NaN())), "the direction is never NaN"},
		"carried wall":       {w.SetPhysics(with(7, 250)), "250 is nothing to carry"},
		"carried ball":       {w.SetPhysics(with(7, 620)), ""},
		"steps":              {w.SetPhysics(with(8, 101)), "the number of steps is never 101"},
		"no ball":            {w.SetPhysics(with(9, 0)), "obstacle 1 is at (0,"},
		"obstacle outside":   {w.SetPhysics(with(9, 5)), "number 1 of the task is never 5"},
		"unseen":             {w.SetPhysics(with(cell, 0)), "square (2, 1): 0 is no cell"},
		"agent":              {w.SetPhysics(with(cell, 1000)), "square (2, 1): 1000 is no cell"},
		"colour":             {w.SetPhysics(with(cell, 560)), "560 is no cell"},
		"state of a key":     {w.SetPhysics(with(cell, 501)), "501 is no cell"},
		"half":               {w.SetPhysics(with(cell, 250.5)), "250.5 is no cell, want a whole number"},
		"content of a wall":  {w.SetPhysics(with(cell, 50250)), "only a box has a content"},
		"content is nothing": {w.SetPhysics(with(cell, 10750)), "only a box has a content, a type from 2 to 9"},
		"box in a box":       {w.SetPhysics(with(cell, 70750)), ""},
		"draws":              {w.SetDraws([]float64{1, 2, 3, 4}), ""},
		"draw outside":       {w.SetDraws([]float64{1, 5}), "draws: 5, want x and y of squares"},
		"draws elsewhere":    {newWorld(t, "Empty-5x5-v0").SetDraws([]float64{0.5}), ""},
		"odd draws":          {w.SetDraws([]float64{1, 2, 3}), "draws: 3 numbers"},
	} {
		if got := fmt.Sprint(c.err); (c.want == "") != (c.err == nil) || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s: error %q, want %q", name, got, c.want)
		}
	}
}

// TestOptions checks the options and their errors.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		maxSteps, view int
		want           string // "" for no error
	}{
		{0, 7, ""}, {1, 3, ""}, {7, 31, ""}, {-1, 7, "max_steps -1"}, {1 << 30, 7, "max_steps"}, {0, 4, "agent_view_size 4, want an odd number, 3 … 31"}, {0, 33, "agent_view_size 33"}, {0, 1, "agent_view_size 1"},
	} {
		w := newWorld(t, "DoorKey-5x5-v0")
		w.MaxSteps, w.ViewSize = c.maxSteps, c.view
		err := w.Validate()
		if got := fmt.Sprint(err); (c.want == "") != (err == nil) || !strings.Contains(got, c.want) && c.want != "" {
			t.Errorf("%+v: error %q, want %q", c, got, c.want)
		}
		if err != nil {
			continue
		}
		want := max(c.maxSteps, 250*(1-min(c.maxSteps, 1)))
		if s := w.Spec(); s.MaxSteps != want || s.Obs.Size() != 3*c.view*c.view+1+13 {
			t.Errorf("%+v: time limit %d and %d numbers of an observation", c, s.MaxSteps, s.Obs.Size())
		}
		obs := make([]float32, w.Spec().Obs.Size())
		w.Reset(1, obs)
		if out := w.Step([]float32{6}, obs); out.Truncated != (c.maxSteps == 1) {
			t.Errorf("%+v: %+v after a step", c, out)
		}
	}
}

// TestDrawsFarAway checks that an obstacle which is to move too far is an error, not a panic.
func TestDrawsFarAway(t *testing.T) {
	p, err := env.NewEpisode(newWorld(t, "Dynamic-Obstacles-16x16-v0"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Reset(1); err != nil {
		t.Fatal(err)
	}
	w := p.Env().(*minigrid.World)
	x := w.Physics(nil)[9]
	if err := w.SetDraws([]float64{math.Mod(x+8, 16), 3}); err != nil {
		t.Fatal(err)
	}
	if err := p.Step([]float32{0}); err == nil || !strings.Contains(err.Error(), "an obstacle cannot try") {
		t.Errorf("a step with a draw far away: %v, want an error", err)
	}
}
