package cli

import (
	"image/gif"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/grid"
)

// TestRecord checks the recordings in each format: they have every step of the episode that
// rlrun eval evaluates. An existing file is not overwritten.
func TestRecord(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run")
	steps := int(objects(t, a.must(t, "eval", "run", "--episodes", "1", "--json"))[0]["eval"].(map[string]any)["mean"].(float64))

	writeFile(t, "a.gif.tmp", "precious")
	a.must(t, "record", "run", "-o", "a.gif", "--size", "120x80", "--theme", "dark")
	g, err := gif.DecodeAll(strings.NewReader(readFile(t, "a.gif")))
	if err != nil || len(g.Image) != steps+1 || g.Config.Width != 120 || g.Config.Height != 80 {
		t.Errorf("a.gif: %v, %d frames of %d×%d, want %d of 120×80", err, len(g.Image), g.Config.Width, g.Config.Height, steps+1)
	}
	a.must(t, "record", "run", "-o", "a.png", "--episodes", "2", "--sampled")
	if m, err := png.Decode(strings.NewReader(readFile(t, "a.png"))); err != nil || m.Bounds().Dx() != 6*304-4 || m.Bounds().Dy() != 404 {
		t.Errorf("a.png: %v, %v, want two rows of six pictures", err, m.Bounds())
	}
	a.must(t, "record", "run", "-o", "a.jsonl", "--episodes", "2", "--best")
	lines := objects(t, readFile(t, "a.jsonl"))
	heads := 0
	for _, l := range lines {
		if l["env"] == "CartPole-v1" {
			heads++
		}
	}
	if heads != 2 || lines[1]["step"] != 0.0 || lines[2]["reward"] != 1.0 || len(lines[2]["state"].([]any)) != 4 {
		t.Errorf("a.jsonl has %d episodes, and begins %v, want two with observations, states, actions and rewards", heads, lines[:3])
	}
	before := readFile(t, "a.gif")
	if status, _, err := a.call("record", "run", "-o", "a.gif"); status != statusBadInput || !strings.Contains(err, "a.gif is there already") {
		t.Errorf("record over a file = %d, %s, want bad input", status, err)
	}
	if readFile(t, "a.gif") != before {
		t.Error("the existing file has changed")
	}
	if again := a.must(t, "record", "run", "-o", "b.gif", "--size", "120x80", "--theme", "dark"); again != "" || readFile(t, "b.gif") != before {
		t.Error("a second recording of the same episode has other bytes")
	}
	if got := readFile(t, "a.gif.tmp"); got != "precious" {
		t.Errorf("a.gif.tmp = %q, want it unchanged", got)
	}
	if files, err := os.ReadDir("."); err != nil || len(files) != 6 {
		t.Errorf("the directory contains %v, %v, want the run, the four recordings and a.gif.tmp", files, err)
	}
}

// TestRecordMasked checks that recorded actions are allowed, most likely and sampled ones. In
// 60 states of a taxi a policy that ignores the mask would take a forbidden action.
func TestRecordMasked(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "taxi.yaml", "env: {id: Taxi-v4, n_envs: 2}\nagent: {name: ppo, n_steps: 16, batch_size: 32, n_epochs: 1}\nsteps: 32\neval: {freq: 0, episodes: 1}\n")
	a.must(t, "./taxi.yaml", "--out", "run", "--quiet")
	taxi, allowed := grid.NewTaxi(), make([]bool, 6)
	for _, flag := range []string{"--best=false", "--sampled"} {
		file := "a" + flag + ".jsonl"
		a.must(t, "record", "run", "-o", file, flag)
		lines := objects(t, readFile(t, file))
		for _, l := range lines[2:] {
			if err := taxi.SetPhysics([]float64{lines[int(l["step"].(float64))]["state"].([]any)[0].(float64)}); err != nil {
				t.Fatal(err)
			}
			taxi.Mask(allowed)
			if act := int(l["action"].([]any)[0].(float64)); !allowed[act] {
				t.Fatalf("%s: step %v takes action %d, of %v", flag, l["step"], act, allowed)
			}
		}
		if len(lines) < 60 {
			t.Errorf("%s: %d lines, want 60 or more", flag, len(lines))
		}
	}
}

// TestRecordMap checks that the picture of a map shows the values of a tabular policy as a
// heat map.
func TestRecordMap(t *testing.T) {
	a := inEmptyDir(t)
	writeFile(t, "lake.yaml", "env: {id: FrozenLake-v1}\nagent: {name: qlearning}\nsteps: 2000\neval: {episodes: 3}\n")
	a.must(t, "lake.yaml", "--out", "run")
	a.must(t, "record", "run", "-o", "a.gif")
	g, err := gif.DecodeAll(strings.NewReader(readFile(t, "a.gif")))
	if err != nil || len(g.Image) < 2 {
		t.Fatalf("a.gif: %v, %d frames", err, len(g.Image))
	}
	colours := map[uint8]bool{}
	for _, i := range g.Image[0].Pix {
		colours[i] = true
	}
	if len(colours) < 20 {
		t.Errorf("the first frame has %d colours, want at least 20, as in a heat map", len(colours))
	}
}

// TestRecordVideo checks the message if ffmpeg is missing, and that no file is left.
func TestRecordVideo(t *testing.T) {
	a := inEmptyDir(t)
	a.must(t, "quick", "--out", "run")
	t.Setenv("PATH", "")
	status, _, text := a.call("record", "run", "-o", "a.mp4")
	if status != statusBadInput || !strings.Contains(text, "ffmpeg") || strings.Count(text, "\n") != 1 {
		t.Errorf("record without ffmpeg = %d, %q, want bad input and a line", status, text)
	}
	if files, err := os.ReadDir("."); err != nil || len(files) != 1 {
		t.Errorf("the directory contains %v, %v, want only the run", files, err)
	}
}

// BenchmarkRecord measures recording an episode of 500 steps of CartPole as a GIF: 501 frames
// of 600×400 pixels.
func BenchmarkRecord(b *testing.B) {
	scenario := shipped(b, "cartpole-ppo")
	b.Chdir(b.TempDir())
	a := &App{Catalog: catalog()}
	a.Scenarios["cartpole-ppo"] = []byte(scenario)
	a.must(b, "cartpole-ppo", "--out", "run")
	b.ReportAllocs()
	for b.Loop() {
		a.must(b, "record", "run", "-o", "a.gif")
		os.Remove("a.gif")
	}
}
