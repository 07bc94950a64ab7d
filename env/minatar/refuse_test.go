package minatar

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestRefusals checks that impossible options, states and random numbers are errors that name the fault,
// and change nothing.
func TestRefusals(t *testing.T) {
	games := map[string]*game{}
	for _, title := range titles() {
		games[title.name] = newGame(title, 1)
		games[title.name].Reset(1, make([]float32, games[title.name].Spec().Obs.Size()))
	}
	with := func(name string, i int, v float64) func() error {
		return func() error {
			x := games[name].Physics(nil)
			x[i] = v
			return games[name].SetPhysics(x)
		}
	}
	option := func(p float64) func() error {
		return (&game{StickyActionProb: p}).Validate
	}
	draw := func(v float64) func() error {
		return func() error { return games["Asterix"].SetDraws([]float64{0.5, v}) }
	}
	for want, f := range map[string]func() error{
		"sticky_action_prob 1.5, want a probability, 0 … 1":      option(1.5),
		"sticky_action_prob NaN":                                 option(math.NaN()),
		"the end of the episode is never 2":                      with("Breakout", 0, 2),
		"the last action is never 6, want a whole number, 0 … 5": with("Breakout", 1, 6),
		"the ball's column is never 0.5":                         with("Breakout", 3, 0.5),
		"a brick is never -1":                                    with("Breakout", 50, -1),
		"the player's row is never 0":                            with("Asterix", 3, 0),
		"the move speed is never NaN":                            with("Asterix", 6, math.NaN()),
		"a car's speed is never 0":                               with("Freeway", 7, 0),
		"the aliens' direction is never 0":                       with("SpaceInvaders", 3, 0),
		"the back of the submarine is never outside":             with("Seaquest", 4, 9),
		"the length of a list is never 1e+09":                    with("Seaquest", 14, 1e9),
		"too few numbers":                                        with("Seaquest", 14, 3),
		"draws: 9, want numbers from 0 to less than 1, and whole numbers, 0 … 8, for ": draw(9),
		"draws: 1.5":  draw(1.5),
		"draws: -0.1": draw(-0.1),
		"draws: NaN":  draw(math.NaN()),
		"numbers too many": func() error {
			return games["Asterix"].SetPhysics(append(games["Asterix"].Physics(nil), 0))
		},
	} {
		var before [][]float64
		for _, title := range titles() {
			before = append(before, games[title.name].Physics(nil))
		}
		if err := f(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		for i, title := range titles() {
			if !slices.Equal(games[title.name].Physics(nil), before[i]) {
				t.Errorf("%q changes the state of %s", want, title.name)
			}
		}
	}
}

// TestWrongDraws checks that a random number at the wrong place ends the episode with a sentence.
func TestWrongDraws(t *testing.T) {
	for want, draws := range map[string][]float64{
		"draw 3, want a uniform number": {3},
		"draw 8, want a whole number":   {0.5, 0.5, 0.5, 8},
	} {
		e, err := env.NewEpisode(makeGame(t, "MinAtar/Asterix-v1", options{}), 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Reset(1); err != nil {
			t.Fatal(err)
		}
		x := e.Env().(*game).Physics(nil)
		x[5] = 0 // the spawn timer
		if err := e.SetPhysics(x); err != nil {
			t.Fatal(err)
		}
		setDraws(t, e.Env().(*game), draws)
		if err := e.Step([]float32{0}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("draws %v: error %v, want %q", draws, err, want)
		}
	}
}

// TestLevels checks which games measure their level.
func TestLevels(t *testing.T) {
	for _, title := range titles() {
		g := newGame(title, 1)
		if got, want := len(g.Measures()) == 1, title.name != "Breakout" && title.name != "Freeway"; got != want {
			t.Errorf("%s measures %q", title.name, g.Measures())
		}
	}
	g := makeGame(t, "MinAtar/Asterix-v1", options{})
	x := g.Physics(nil)
	x[2], x[3], x[4], x[6], x[9] = 5, 5, 3, 2, 7
	setState(t, g, x)
	var level [1]float64
	if g.Measure(level[:]); level[0] != 7 {
		t.Errorf("level %v, want 7", level[0])
	}
}

// FuzzState sets states of bytes and plays on: no state that is accepted makes a step panic, and Update
// keeps the observation that Observe writes.
func FuzzState(f *testing.F) {
	for k, title := range titles() {
		g := newGame(title, 0)
		g.Reset(1, make([]float32, g.Spec().Obs.Size()))
		var bytes []byte
		for _, v := range g.Physics(nil) {
			bytes = append(bytes, byte(int8(v)))
		}
		f.Add(byte(k), bytes)
	}
	f.Fuzz(func(t *testing.T, k byte, bytes []byte) {
		g := newGame(titles()[int(k)%5], 0)
		var x []float64
		for _, b := range bytes {
			x = append(x, float64(int8(b)))
		}
		if g.SetPhysics(x) != nil {
			return
		}
		if got := g.Physics(nil); !slices.Equal(got, x) {
			t.Fatalf("state %v, want %v", got, x)
		}
		obs, want := make([]float32, g.Spec().Obs.Size()), make([]float32, g.Spec().Obs.Size())
		g.Observe(obs)
		for step := range 50 {
			g.Update([]float32{float32((step*step + int(k)) % 6)}, obs)
			if g.picture.fill(want); !slices.Equal(obs, want) {
				t.Fatalf("step %d: the observation of Update differs from the picture", step)
			}
		}
	})
}
