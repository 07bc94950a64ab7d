package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/box2d"
	"github.com/rlrun/rlrun/scenarios/internal/episode"
)

// withBox2d returns an App in an empty directory, whose environments include the Box2D tasks.
func withBox2d(t *testing.T) *App {
	a := inEmptyDir(t)
	box2d.Register(a.Envs)
	return a
}

// TestHeuristicOfEnv checks that eval --heuristic evaluates the episode that record --heuristic records, with
// the options of --set, and that rlrun watch can show this episode.
func TestHeuristicOfEnv(t *testing.T) {
	a := withBox2d(t)
	set := []string{"--heuristic", "--episodes", "1", "--seed", "3", "--set", "options.gravity=-8"}
	res := objects(t, a.must(t, append([]string{"eval", "LunarLanderContinuous-v3", "--json"}, set...)...))[0]
	if res["agent"] != "heuristic" || res["env"] != "LunarLanderContinuous-v3" || res["seed"] != 3.0 {
		t.Errorf("result %v, want the heuristic's", res)
	}
	a.must(t, append([]string{"record", "LunarLanderContinuous-v3", "-o", "a.jsonl"}, set...)...)
	sum := 0.0
	for _, l := range objects(t, readFile(t, "a.jsonl")) {
		if r, ok := l["reward"].(float64); ok {
			sum += r
		}
	}
	if want := res["eval"].(map[string]any)["mean"]; sum != want || sum < 200 {
		t.Errorf("recorded return %v, evaluated %v, want the same, of a landing", sum, want)
	}
	a.Window = window(30)
	a.must(t, "watch", "a.jsonl")
}

// TestHeuristicPlays checks that the heuristic plays the episodes of rlrun play in the window, and that
// they are saved: the walker's first action is 0 in each.
func TestHeuristicPlays(t *testing.T) {
	a := withBox2d(t)
	a.Window = window(20, "+", "+", "+", "+", "n")
	a.must(t, "play", "BipedalWalker-v3", "--heuristic", "--save", "a.jsonl")
	all, err := episode.Read(strings.NewReader(readFile(t, "a.jsonl")))
	if err != nil || len(all) != 2 || len(all[1].Actions) < 20 {
		t.Fatalf("a.jsonl has %d episodes, %v, want two", len(all), err)
	}
	p, err := a.recordedPlayer(all[1].Head)
	if err != nil {
		t.Fatal(err)
	}
	h, err := heuristicOf(p.Env())
	if err != nil {
		t.Fatal(err)
	}
	d, _ := env.AsIs[env.Demonstrator](p.Env())
	memory, act := make([]float32, h.Spec().Memory), make([]float32, 4)
	if err := p.Reset(*all[1].Seed); err != nil {
		t.Fatal(err)
	}
	for i, recorded := range all[1].Actions {
		if d.Heuristic().Act(p.Obs, memory, act); i == 0 && act[0] != 0 || [4]float32(act) != [4]float32(recorded) {
			t.Fatalf("step %d: recorded action %v, heuristic's %v", i, recorded, act)
		}
		if err := p.Step(recorded); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNoHeuristic checks that an environment without a heuristic, and flags that do not fit to one, are bad
// input.
func TestNoHeuristic(t *testing.T) {
	a := withBox2d(t)
	a.Window = window(1)
	for args, want := range map[string]string{
		"play CarRacing-v3 --heuristic":                                    "rlrun: --heuristic: CarRacing-v3 has no heuristic; want an environment that has one, as LunarLander and BipedalWalker do\n",
		"eval CarRacing-v3 --heuristic":                                    "CarRacing-v3 has no heuristic",
		"record CarRacing-v3 --heuristic -o a.png":                         "CarRacing-v3 has no heuristic",
		"eval LunarLander-v3 --heuristic --best":                           "--best: a heuristic is not trained",
		"record LunarLander-v3 --heuristic --sampled -o a.png":             "--sampled: a heuristic has no probabilities",
		"eval LunarLandr-v3 --heuristic":                                   "the nearest is LunarLander-v3",
		"eval LunarLander-v3 --heuristic --set options.gravty=-8":          "options.gravty",
		"eval LunarLander-v3 --heuristic --set options.gravity=8":          "gravity 8, want a number above -12 and below 0",
		"eval runs/none --set options.gravity=-8":                          "--set options.gravity=-8: the environment of a run keeps its options",
		"record LunarLander-v3 --heuristic -o a.png --set option.wind=yes": "the nearest is options",
	} {
		if status, _, text := a.call(strings.Fields(args)...); status != statusBadInput || !strings.Contains(text, want) || strings.Count(text, "\n") != 1 {
			t.Errorf("rlrun %s = %d, %q, want bad input and %q", args, status, text, want)
		}
	}
	if files, err := os.ReadDir("."); err != nil || len(files) > 0 {
		t.Errorf("the directory contains %v, %v, want nothing", files, err)
	}
}
