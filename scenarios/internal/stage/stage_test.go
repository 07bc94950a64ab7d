package stage

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/box2d"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// untrained returns an untrained policy of PPO for an environment.
func untrained(t testing.TB, mk env.Maker) policy.Policy {
	t.Helper()
	a, err := agents.NewPPO(mk, agents.DefaultPPO())
	if err != nil {
		t.Fatal(err)
	}
	return a.Policy()
}

// player returns a Player of e. It panics if episode.New returns an error.
func player(e env.Env, limit int) *episode.Player {
	p, err := episode.New(e, limit)
	if err != nil {
		panic(err)
	}
	return p
}

// screen returns a Screen of CartPole with an untrained policy. The function change may change its
// Config.
func screen(t testing.TB, change func(*Config)) *Screen {
	t.Helper()
	c := Config{
		Player: player(classic.NewCartPole(), 500), Seed: func(i int) uint64 { return uint64(i) },
		Policy: untrained(t, env.Each(classic.NewCartPole)),
	}
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// person changes a Config: a person plays Taxi.
func person(c *Config) {
	c.Policy, c.Player = nil, player(grid.NewTaxi(), 200)
	c.Controls = c.Player.Controls()
}

// picture draws a Screen. If the environment variable PICTURES is set, it also writes the picture
// to a file in that directory, for a developer to look at.
func picture(t *testing.T, s *Screen, name string, w, h int) *raster.Image {
	m := raster.NewImage(w, h)
	s.Draw(m)
	if dir := os.Getenv("PICTURES"); dir != "" {
		f, err := os.Create(filepath.Join(dir, name+".png"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := png.Encode(f, m); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// TestDraw draws a Screen with all panels at sizes from a small to a large window. It checks that
// nothing panics, and that each panel changes the picture.
func TestDraw(t *testing.T) {
	tr := &Training{}
	s := screen(t, func(c *Config) { c.Training = tr })
	for i := range 400 {
		tr.Report(agents.Report{Steps: i * 100, Episodes: i, Return: float64(i), Ended: []agents.Episode{{Return: float64(i + i%7*9), Length: 9}}}, 60_000, time.Duration(i)*time.Millisecond, s.policy.Clone)
	}
	for range 11 {
		s.Update(nil, nil)
	}
	for _, size := range [][2]int{{800, 600}, {320, 200}, {1920, 1080}} {
		picture(t, s, fmt.Sprintf("training-%d", size[0]), size[0], size[1])
	}
	s.Dark = true
	before := picture(t, s, "training-dark", 800, 600)
	for _, key := range []string{"b", "v", "c", "i", "h"} {
		s.Update([]string{key}, nil)
		after := picture(t, s, "without-"+key, 800, 600)
		if string(before.Pix) == string(after.Pix) {
			t.Errorf("key %s changes nothing in the picture", key)
		}
		s.Update([]string{key}, nil)
	}
	s.Update([]string{"space", ",", ","}, nil)
	picture(t, s, "back", 800, 600)
	p := screen(t, person)
	p.Update(nil, []string{"left"})
	picture(t, p, "play", 800, 600)
}

// tick calls Update n times without keys.
func tick(s *Screen, n int) {
	for range n {
		s.Update(nil, nil)
	}
}

// TestSpeed checks the steps per second at the environment's own speed, at half and at double
// speed, and that there are no steps while paused.
func TestSpeed(t *testing.T) {
	for keys, want := range map[string]int{"": 50, "+": 100, "-": 25, "--": 12} {
		s := screen(t, func(c *Config) { c.Player = player(still{}, 500) })
		for _, k := range keys {
			s.Update([]string{string(k)}, nil)
		}
		from := s.Player.Steps
		tick(s, ticks)
		if got := s.Player.Steps - from; got < want*3/5-1 || got > want*3/5+1 { // still has 30 steps per second, and CartPole 50
			t.Errorf("keys %q: %d steps in a second, want %d", keys, got, want*3/5)
		}
		s.Update([]string{"space"}, nil)
		from = s.Player.Steps
		if changed, _ := s.Update(nil, nil); changed || s.Player.Steps != from {
			t.Errorf("while paused the episode moves, or the picture changes")
		}
	}
}

// still is an environment with the spaces of CartPole, whose episodes never end.
type still struct{}

func (still) Spec() env.Spec {
	return env.Spec{ID: "Still-v0", Obs: env.NewBox(-1, 1, 4), Act: env.Discrete{N: 2}}
}
func (still) Reset(_ uint64, obs []float32)       { clear(obs) }
func (still) Step(act, obs []float32) env.Outcome { obs[0] = act[0]; return env.Outcome{Reward: 1} }

// TestBack checks the keys for one step back and forward and for another action at an earlier step,
// and that R begins the same episode again and N the next episode.
func TestBack(t *testing.T) {
	s := screen(t, nil)
	tick(s, 3)
	start := s.Player.Steps
	s.Update([]string{",", ",", "."}, nil)
	if s.Player.Steps != start-1 || s.Player.Last() != start || !s.paused {
		t.Fatalf("after two steps back and one forward: step %d of %d, want %d of %d", s.Player.Steps, s.Player.Last(), start-1, start)
	}
	s.Update([]string{",", "2"}, nil)
	if s.Player.Steps != start-1 || s.Player.Last() != start-1 || s.Player.Act[0] != 1 {
		t.Errorf("after another action: step %d of %d by %v, want %d by 1", s.Player.Steps, s.Player.Last(), s.Player.Act, start-1)
	}
	if len(s.values) != start {
		t.Errorf("%d values, want one for each of %d steps", len(s.values), start)
	}
	seed := s.Player.Seed
	s.Update([]string{"r"}, nil)
	if s.Player.Seed != seed || s.Player.Steps != 0 {
		t.Errorf("R leads to seed %d, step %d, want %d, 0", s.Player.Seed, s.Player.Steps, seed)
	}
	s.Update([]string{"n"}, nil)
	if s.Player.Seed != seed+1 || s.number != 1 {
		t.Errorf("N leads to seed %d, want %d", s.Player.Seed, seed+1)
	}
}

// TestKeysTogether checks that keys for numbers can be held together: of each number the value that differs most
// from the action without keys counts, and the first one of two opposite values.
func TestKeysTogether(t *testing.T) {
	s := screen(t, func(c *Config) {
		c.Policy, c.Player = nil, player(box2d.NewCarRacing(), 200)
		c.Controls = c.Player.Controls()
	})
	for _, c := range []struct {
		pressed string
		held    []string
		want    [3]float32
	}{
		{"", nil, [3]float32{0, 0, 0}},
		{"", []string{"up"}, [3]float32{0, 0.5, 0}},
		{"", []string{"left", "up"}, [3]float32{-0.6, 0.5, 0}},
		{"right", []string{"up"}, [3]float32{0.6, 0.5, 0}},
		{"down", []string{"down", "left", "right"}, [3]float32{-0.6, 0.1, 0.8}},
	} {
		if s.held = c.held; c.pressed != "" {
			s.press(c.pressed)
		}
		if got := [3]float32(s.personAction()); got != c.want {
			t.Errorf("%q pressed, %q held: action %v, want %v", c.pressed, c.held, got, c.want)
		}
	}
}

// TestPerson checks that a pressed key takes one step, that a held key takes several, and that
// nothing happens without a key. If an action does nothing, it is taken without a key.
func TestPerson(t *testing.T) {
	s := screen(t, person)
	tick(s, 60)
	if s.Player.Steps != 0 {
		t.Errorf("%d steps with no key, want none", s.Player.Steps)
	}
	s.Update([]string{"left"}, []string{"left"})
	if s.Player.Steps != 1 || s.Player.Act[0] != 3 {
		t.Errorf("%d steps for a key, by %v, want one to the west", s.Player.Steps, s.Player.Act)
	}
	for range ticks {
		s.Update(nil, []string{"left"})
	}
	if got := s.Player.Steps; got < 5 || got > 7 {
		t.Errorf("%d steps in a second of a key held, want 6", got)
	}
	roll := screen(t, func(c *Config) {
		c.Policy, c.Player = nil, player(classic.NewMountainCar(), 200)
		c.Controls = c.Player.Controls()
	})
	tick(roll, ticks)
	if roll.Player.Steps < 29 || roll.Player.Act[0] != 1 {
		t.Errorf("%d steps with no key, by %v, want 30 of rolling", roll.Player.Steps, roll.Player.Act)
	}
}

// TestNewest checks that the newest policy of a Training plays.
func TestNewest(t *testing.T) {
	tr := &Training{}
	s := screen(t, func(c *Config) { c.Training = tr })
	p := untrained(t, env.Each(classic.NewCartPole))
	tr.Report(agents.Report{Steps: 5}, 10, time.Second, func() policy.Policy { return p })
	tr.Report(agents.Report{Steps: 6}, 10, time.Second, func() policy.Policy { t.Error("a policy is copied too soon"); return nil })
	if changed, _ := s.Update(nil, nil); !changed || s.policy != p {
		t.Error("the newest policy does not play")
	}
}

// TestCurve checks the means of ten thousand numbers.
func TestCurve(t *testing.T) {
	var c curve
	for i := range 10_000 {
		c.add(float64(i))
	}
	if len(c.means) >= maxMeans || c.last != 9999 || c.n != 10_000 {
		t.Fatalf("%d means of %d numbers, the last %v", len(c.means), c.n, c.last)
	}
	for i, m := range c.means {
		if want := float64(c.group)*(float64(i)+0.5) - 0.5; m != want {
			t.Fatalf("mean %d of %d numbers each = %v, want %v", i, c.group, m, want)
		}
	}
}

// TestBroken checks that an environment's panic is shown as an error, and that N continues with
// the next episode.
func TestBroken(t *testing.T) {
	s := screen(t, func(c *Config) { c.Player = player(&snaps{}, 9) })
	tick(s, 9)
	if s.err == nil || s.Player.Steps != 2 {
		t.Fatalf("after %d steps: %v, want a panic in the third", s.Player.Steps, s.err)
	}
	picture(t, s, "broken", 400, 300)
	if s.Update([]string{"n"}, nil); s.err != nil || s.number != 1 {
		t.Errorf("N leads to episode %d, %v, want the next", s.number, s.err)
	}
}

// snaps is the environment still, but the third step of an episode panics.
type snaps struct {
	still
	n int // steps of the episode
}

func (s *snaps) Reset(seed uint64, obs []float32) { s.n = 0; s.still.Reset(seed, obs) }
func (s *snaps) Step(act, obs []float32) env.Outcome {
	if s.n++; s.n == 3 {
		panic("snap")
	}
	return s.still.Step(act, obs)
}

// BenchmarkDraw measures drawing all panels at 800×600 pixels.
func BenchmarkDraw(b *testing.B) {
	s := screen(b, func(c *Config) { c.Training = &Training{} })
	tick(s, 20)
	m := raster.NewImage(800, 600)
	b.ReportAllocs()
	for b.Loop() {
		s.Draw(m)
	}
}
