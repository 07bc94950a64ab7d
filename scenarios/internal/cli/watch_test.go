package cli

import (
	"errors"
	"image/color"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// window returns a window for tests, in which each of keys is pressed, a tick
// each, and which then stays open for so many ticks more, or until it is closed.
// The first tick is a turn for who waits for the window.
func window(ticks int, keys ...string) raster.Open {
	return func(title string, s raster.Screen) error {
		m := raster.NewImage(320, 240)
		for i := range len(keys) + ticks {
			var pressed []string
			if i < len(keys) {
				pressed = keys[i : i+1]
			}
			changed, done := s.Update(pressed, nil)
			if changed {
				s.Draw(m)
			}
			if done {
				return nil
			}
			if i > len(keys) {
				time.Sleep(time.Millisecond)
			}
		}
		return nil
	}
}

// TestWatchTraining trains with a window that is closed early, one that stays, and
// one that dies: each time the run is what it is without. With --stop-on-close it
// ends with the window.
func TestWatchTraining(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "alone", "--json", "--quiet")
	want := readFile(t, "alone/policy.safetensors")
	dies := errors.New("the display went away")
	for name, open := range map[string]raster.Open{
		"closed": window(1), "stays": window(300), "dies": func(title string, s raster.Screen) error {
			return errors.Join(window(1)(title, s), dies)
		},
	} {
		a.Window = open
		status, out, said := a.call("quick", "--out", name, "--watch")
		if status != statusDone || !strings.HasPrefix(out, "quick, seed 1") || readFile(t, name+"/policy.safetensors") != want {
			t.Errorf("%s: --watch = %d, %s, %s, want the run as it is without", name, status, out, said)
		}
		if name == "dies" && !strings.Contains(said, "the display went away; the run goes on") {
			t.Errorf("a window that dies says %q, want why", said)
		}
	}
	a.Window = window(1)
	if status, _, said := a.call("quick", "--out", "stopped", "--steps", "50000000", "--watch", "--stop-on-close"); status != statusInterrupted || !strings.Contains(said, "rlrun resume stopped") {
		t.Errorf("--stop-on-close = %d, %s, want an interrupted run", status, said)
	}
	a.Window = window(9)
	if status, out, said := a.call("resume", "alone", "--watch"); status != statusDone || out == "" {
		t.Errorf("resume --watch of a finished run = %d, %s, want its result", status, said)
	}
}

// TestThemes opens the window of every command that has one, in both themes, and reads the
// colour of its paper; another theme is bad input before anything is made.
func TestThemes(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run")
	for _, name := range []string{"light", "dark"} {
		th, err := render.ThemeOf(name)
		if err != nil {
			t.Fatal(err)
		}
		commands := [][]string{
			{"quick", "--watch", "--out", name}, {"resume", "run", "--watch", "--steps", map[string]string{"light": "3000", "dark": "5000"}[name]},
			{"watch", "run"}, {"play", "CartPole-v1"},
		}
		for _, args := range commands {
			var paper color.RGBA
			a.Window = func(title string, s raster.Screen) error {
				m := raster.NewImage(320, 240)
				s.Update(nil, nil)
				s.Draw(m)
				paper = m.RGBAAt(0, 0)
				return nil
			}
			a.must(t, append(args, "--theme", name)...)
			if paper != th.Paper {
				t.Errorf("rlrun %q --theme %s: paper %v, want %v", args, name, paper, th.Paper)
			}
			if status, _, said := a.call(append(args, "--theme", "red")...); status != statusBadInput || !strings.Contains(said, "light or dark") {
				t.Errorf("rlrun %q --theme red = %d, %q, want bad input", args, status, said)
			}
		}
	}
	if status, _, said := a.call("quick", "--theme", "red", "--out", "none"); status != statusBadInput || said != "rlrun: --theme \"red\": want light or dark\n" {
		t.Errorf("rlrun quick --theme red = %d, %q, want bad input", status, said)
	}
	if _, err := os.Stat("none"); err == nil {
		t.Error("there is a run, want none")
	}
}

// TestNoWindow wants bad input, before anything is made, where no window opens.
func TestNoWindow(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run")
	a.Window = func(string, raster.Screen) error { return errors.New("there is no display") }
	for _, args := range [][]string{
		{"quick", "--watch", "--out", "none"}, {"watch", "run"}, {"play", "CartPole-v1", "--save", "none"},
		{"quick", "--watch", "--seeds", "2", "--out", "none"},
	} {
		status, _, said := a.call(args...)
		if status != statusBadInput || strings.Count(said, "\n") != 1 {
			t.Errorf("rlrun %q = %d, %q, want bad input and a line", args, status, said)
		}
	}
	if _, err := os.Stat("none"); err == nil {
		t.Error("there is a run, want none")
	}
}

// TestWatch watches a run, keys and all, and its recording.
func TestWatch(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run")
	a.must(t, "record", "run", "-o", "a.jsonl", "--episodes", "2")
	a.Window = window(5, "space", ",", ".", "1", "b", "v", "c", "i", "t", "h", "r", "g", "n", "+", "-", "space")
	a.must(t, "watch", "run", "--best", "--seed", "7", "--theme", "dark")
	a.must(t, "watch", "run", "--sampled")
	a.must(t, "watch", "a.jsonl")
	writeFile(t, "bad.jsonl", `{"env":"CartPole-v1","seed":1}`+"\n"+`{"step":1,"action":[1]}`+"\n"+`{"env":"Pendulum-v1","seed":1}`)
	writeFile(t, "worse.jsonl", "what?")
	for args, want := range map[string]string{
		"watch bad.jsonl": "episode 2 is of Pendulum-v1", "watch worse.jsonl": "worse.jsonl: line 1", "watch nowhere": "no run nowhere",
		"watch run --theme red": "light or dark", "watch run --seed x": "--seed x", "play nothing": `"nothing"`,
		"play CartPole-v1 --save a.jsonl": "a.jsonl is there already", "play CartPole-v1 --seed -1": "--seed -1",
	} {
		if status, _, said := a.call(strings.Fields(args)...); status != statusBadInput || !strings.Contains(said, want) {
			t.Errorf("rlrun %s = %d, %q, want bad input and %q", args, status, said, want)
		}
	}
}

// TestPlay plays two episodes by hand, and reads what was kept: the keys' actions.
// Played again, they lead to the same observations.
func TestPlay(t *testing.T) {
	a := inEmptyDir(t)
	a.Window = window(1, "down", "down", "right", "space", "n", "space", "right")
	a.must(t, "play", "FrozenLake-v1", "--save", "a.jsonl", "--seed", "5", "--set", "options.is_slippery=false")
	all, err := episode.Read(strings.NewReader(readFile(t, "a.jsonl")))
	if err != nil || len(all) != 2 || len(all[0].Actions) != 3 || len(all[1].Actions) != 1 {
		t.Fatalf("a.jsonl = %+v, %v, want two episodes, of three steps and of one", all, err)
	}
	for i, want := range []float32{1, 1, 2} {
		if all[0].Actions[i][0] != want {
			t.Errorf("actions %v, want down, down, right", all[0].Actions)
		}
	}
	p, err := a.recordedPlayer(all[0].Head)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Reset(*all[0].Seed); err != nil {
		t.Fatal(err)
	}
	for _, act := range all[0].Actions {
		if err := p.Step(act); err != nil {
			t.Fatal(err)
		}
	}
	if p.Obs[0] != 9 {
		t.Errorf("played again it ends in %v, want cell 9", p.Obs)
	}
	a.Window = window(90)
	a.must(t, "watch", "a.jsonl")
}
