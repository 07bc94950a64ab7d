package minigrid

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/state"
)

// newShow returns an Observation of e with the default settings.
func newShow(e env.Env, show string) (*Observation, error) {
	s := DefaultSettings()
	s.Show = show
	return NewObservation(e, s)
}

// TestPictures checks that the images of rgb and rgb_partial are those of Tiles, and that image and flat
// take them over.
func TestPictures(t *testing.T) {
	tiles, _ := NewTiles(8)
	for _, show := range []string{showRGB, showRGBPartial} {
		for _, around := range []string{"", showImage, showFlat} {
			w, _ := New("MiniGrid-DoorKey-5x5-v0")
			var e env.Env
			o, err := newShow(w, show)
			if e = o; err == nil && around != "" {
				e, err = newShow(o, around)
			}
			if err != nil {
				t.Fatal(err)
			}
			obs := make([]float32, e.Spec().Obs.Size())
			e.Reset(4, obs)
			want := make([]uint8, 3*40*40)
			if tiles.Grid(want, w, true); show == showRGBPartial {
				want = make([]uint8, 3*56*56)
				tiles.View(want, w)
			}
			for i, v := range want {
				if obs[i] != float32(v) {
					t.Fatalf("%s in %q: number %d is %v, want %v", show, around, i, obs[i], v)
				}
			}
		}
	}
}

// TestBonus checks that counts go on after a Reset, and that they are saved.
func TestBonus(t *testing.T) {
	play := func(b *Bonus) (rewards [3]float64) {
		obs := make([]float32, b.Spec().Obs.Size())
		b.Reset(1, obs)
		for i := range rewards {
			rewards[i] = b.Step([]float32{float32(pickUp)}, obs).Reward
		}
		return rewards
	}
	for _, mk := range []func(env.Env, float64) (*Bonus, error){NewPositionBonus, NewActionBonus} {
		w, _ := New("MiniGrid-Empty-5x5-v0")
		b, err := mk(w, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := play(b), [3]float64{2, 2 / math.Sqrt(2), 2 / math.Sqrt(3)}; got != want {
			t.Errorf("rewards %v, want %v", got, want)
		}
		var saved bytes.Buffer
		if err := state.Save(&saved, b); err != nil {
			t.Fatal(err)
		}
		want := [3]float64{1, 2 / math.Sqrt(5), 2 / math.Sqrt(6)}
		if got := play(b); got != want {
			t.Errorf("rewards of the second episode %v, want %v", got, want)
		}
		if err := state.Load(&saved, b); err != nil {
			t.Fatal(err)
		}
		if got := play(b); got != want {
			t.Errorf("rewards after loading %v, want %v", got, want)
		}
		obs, act := make([]float32, b.Spec().Obs.Size()), []float32{0}
		if n := testing.AllocsPerRun(100, func() { b.Step(act, obs) }); n > 0 {
			t.Errorf("a step allocates %v times, want 0", n)
		}
	}
}

// TestSpelling compares the letters of flat observations with those of the mission's text.
func TestSpelling(t *testing.T) {
	for _, id := range []string{"MiniGrid-LockedRoom-v0", "MiniGrid-PutNear-8x8-N3-v0", "MiniGrid-Playground-v0"} {
		w, _ := New(id)
		o, err := newShow(w, showFlat)
		if err != nil {
			t.Fatal(err)
		}
		obs := make([]float32, o.Spec().Obs.Size())
		o.Reset(1, obs)
		text := ""
		for i := 147; i < len(obs); i += codes {
			for k, v := range obs[i : i+codes] {
				if v == 1 {
					text += string("abcdefghijklmnopqrstuvwxyz ,"[k])
				}
			}
		}
		if text != w.Mission() {
			t.Errorf("%s: letters %q, want %q", id, text, w.Mission())
		}
	}
}

// TestSpell checks that letters beyond the last place of flat observations are left out.
func TestSpell(t *testing.T) {
	m := mission{numbers: make([]float32, 20)}
	for i := range m.numbers {
		m.numbers[i] = float32(wordNumber("unlock"))
	}
	dst := make([]float32, letters*codes)
	m.spell(dst)
	ones := 0
	for _, v := range dst {
		ones += int(v)
	}
	if ones != letters || dst[6*codes+codes-2] != 1 {
		t.Errorf("%d letters, and the seventh is a space: %v; want 96 and 1", ones, dst[6*codes+codes-2])
	}
}

// TestStateBelowWrapper checks that the state cannot be set below a wrapper that changes actions.
func TestStateBelowWrapper(t *testing.T) {
	w, _ := New("MiniGrid-Empty-5x5-v0")
	random, err := env.NewRandomAction(w, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	o, err := newShow(random, showImage)
	if err != nil {
		t.Fatal(err)
	}
	o.Reset(1, make([]float32, 147))
	if err := o.SetPhysics(o.Physics(nil)); err == nil || !strings.Contains(err.Error(), "the state of MiniGrid-Empty-5x5-v0 cannot be set within other wrappers") {
		t.Errorf("SetPhysics: %v, want an error", err)
	}
}

func TestWrapperErrors(t *testing.T) {
	only := func(_ env.Env, err error) error { return err }
	w, _ := New("MiniGrid-Fetch-5x5-N2-v0")
	image, _ := newShow(w, showImage)
	pole := classic.NewCartPole()
	for want, err := range map[string]error{
		"rgb of CartPole-v1, want an environment of MiniGrid":                                      only(newShow(pole, showRGB)),
		`show "rbg", want fully_observable, symbolic, one_hot, rgb, rgb_partial, image or flat`:    only(newShow(w, "rbg")),
		"tile_size 65, want 1 … 64":                                                                only(NewObservation(w, Settings{Show: showRGB, TileSize: 65})),
		"rgb of observations that are an Image of 7×7×3, want a Dict with an image; put it before": only(newShow(image, showRGB)),
		"goal_direction of CartPole-v1, want":                                                      only(NewGoalDirection(pole, "slope")),
		`goal_direction "north", want slope, angle or angle_atan2`:                                 only(NewGoalDirection(w, "north")),
		"goal_direction of MiniGrid-Fetch-5x5-N2-v0, which has no goal":                            only(NewGoalDirection(w, "slope")),
		"goal_direction beside observations that are an Image of 7×7×3, want a Dict":               only(NewGoalDirection(image, "slope")),
		"PositionBonus of CartPole-v1, want":                                                       only(NewPositionBonus(pole, 1)),
		"PositionBonus of scale 0, want more than 0, 1e+06 at most":                                only(NewPositionBonus(w, 0)),
		"ActionBonus of scale NaN":                                                                 only(NewActionBonus(w, math.NaN())),
		"NoDeath of CartPole-v1, want":                                                             only(NewNoDeath(pole, []string{"lava"}, -1)),
		`NoDeath of the type "goal", want wall, floor, door, key, ball, box or lava`:               only(NewNoDeath(w, []string{"goal"}, -1)),
		`NoDeath of the type "water", want`:                                                        only(NewNoDeath(w, []string{"lava", "water"}, -1)),
		"NoDeath of no type, want one or more":                                                     only(NewNoDeath(w, nil, -1)),
		"NoDeath at the cost -Inf, want -1e+06 … 1e+06":                                            only(NewNoDeath(w, []string{"lava"}, math.Inf(-1))),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
