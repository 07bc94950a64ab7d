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
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/internal/episode"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/render/raster"
)

// untrained is a policy of e that has learned nothing.
func untrained(t testing.TB, mk env.Maker) policy.Policy {
	t.Helper()
	a, err := agents.NewPPO(mk, agents.DefaultPPO())
	if err != nil {
		t.Fatal(err)
	}
	return a.Policy()
}

// screen returns a Screen of CartPole with a policy, or of a map with a person.
func screen(t testing.TB, change func(*Config)) *Screen {
	t.Helper()
	c := Config{
		Player: episode.New(classic.NewCartPole(), 500), Seed: func(i int) uint64 { return uint64(i) },
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

// person makes it a person's game of a map.
func person(c *Config) {
	c.Policy, c.Player = nil, episode.New(grid.NewTaxi(), 200)
	c.Controls = c.Player.Controls()
}

// picture writes what s shows where PICTURES says, to be looked at.
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

// TestLook draws the screen with all that it may show, at sizes from a small window
// to a large one: nothing panics, and each overlay changes the picture.
func TestLook(t *testing.T) {
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
