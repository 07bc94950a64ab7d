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

// window returns a window for tests. Each of keys is pressed for one tick. Then the window stays
// open for this number of ticks, or until it is closed. During the first of these ticks it does
// not sleep, so that a goroutine that waits for the window can run.
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

// TestWatchTraining checks that a run has the same bytes with and without a window: a window
// that closes early, one that stays open, and one that loses its display. With --stop-on-close
// the run is interrupted when the window closes.
func TestWatchTraining(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "alone", "--json", "--quiet")
	want := readFile(t, "alone/policy.safetensors")
	lost := errors.New("the display was lost")
	for name, open := range map[string]raster.Open{
		"closed": window(1), "stays": window(300), "lost": func(title string, s raster.Screen) error {
			return errors.Join(window(1)(title, s), lost)
		},
	} {
		a.Window = open
		status, out, text := a.call("quick", "--out", name, "--watch")
		if status != statusDone || !strings.HasPrefix(out, "quick, seed 1") || readFile(t, name+"/policy.safetensors") != want {
			t.Errorf("%s: --watch = %d, %s, %s, want the same run as without --watch", name, status, out, text)
		}
		if name == "lost" && !strings.Contains(text, "the display was lost; training continues without the window") {
			t.Errorf("a window that loses its display prints %q, want the reason", text)
		}
	}
	a.Window = window(1)
	if status, _, text := a.call("quick", "--out", "stopped", "--steps", "50000000", "--watch", "--stop-on-close"); status != statusInterrupted || !strings.Contains(text, "rlrun resume stopped") {
		t.Errorf("--stop-on-close = %d, %s, want an interrupted run", status, text)
	}
	a.Window = window(9)
	if status, out, text := a.call("resume", "alone", "--watch"); status != statusDone || out == "" {
		t.Errorf("resume --watch of a finished run = %d, %s, want its result", status, text)
	}
}

// TestThemes checks the background colour of the window of every command, in both themes, and that
// another theme is bad input before a run is created.
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
				t.Errorf("rlrun %q --theme %s: background %v, want %v", args, name, paper, th.Paper)
			}
			if status, _, text := a.call(append(args, "--theme", "red")...); status != statusBadInput || !strings.Contains(text, "light or dark") {
				t.Errorf("rlrun %q --theme red = %d, %q, want bad input", args, status, text)
			}
		}
	}
	if status, _, text := a.call("quick", "--theme", "red", "--out", "none"); status != statusBadInput || text != "rlrun: --theme \"red\": want light or dark\n" {
		t.Errorf("rlrun quick --theme red = %d, %q, want bad input", status, text)
	}
	if _, err := os.Stat("none"); err == nil {
		t.Error("bad input created a run")
	}
}

// TestNoWindow checks that a command whose window cannot open is bad input, before a run is created.
func TestNoWindow(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run")
	a.Window = func(string, raster.Screen) error { return errors.New("there is no display") }
	for _, args := range [][]string{
		{"quick", "--watch", "--out", "none"}, {"watch", "run"}, {"play", "CartPole-v1", "--save", "none"},
		{"quick", "--watch", "--seeds", "2", "--out", "none"},
	} {
		status, _, text := a.call(args...)
		if status != statusBadInput || strings.Count(text, "\n") != 1 {
			t.Errorf("rlrun %q = %d, %q, want bad input and a line", args, status, text)
		}
	}
	if _, err := os.Stat("none"); err == nil {
		t.Error("bad input created a run")
	}
}

// TestWatch checks that a run and its recording can be watched with all keys, and the messages for
// bad input.
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
		"watch bad.jsonl": "episode 2 has the environment Pendulum-v1", "watch worse.jsonl": "worse.jsonl: line 1", "watch nowhere": "no run nowhere",
		"watch run --theme red": "light or dark", "watch run --seed x": "--seed x", "play nothing": `"nothing"`,
		"play CartPole-v1 --save a.jsonl": "a.jsonl is there already", "play CartPole-v1 --seed -1": "--seed -1",
	} {
		if status, _, text := a.call(strings.Fields(args)...); status != statusBadInput || !strings.Contains(text, want) {
			t.Errorf("rlrun %s = %d, %q, want bad input and %q", args, status, text, want)
		}
	}
}

// TestPlay checks that two episodes played with keys are saved with the keys' actions, and that
// the saved actions lead to the same observations again.
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
		t.Errorf("the saved episode ends in cell %v, want 9", p.Obs)
	}
	a.Window = window(90)
	a.must(t, "watch", "a.jsonl")
}
