package episode

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/render"
)

// must panics if err is not nil.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// newPlayer returns a Player of e. It panics if New returns an error.
func newPlayer(e env.Env, limit int) *Player {
	p, err := New(e, limit)
	must(err)
	return p
}

// TestSeek checks that Seek restores every step of an episode, also its picture, and that another
// action at an earlier step continues as another episode.
func TestSeek(t *testing.T) {
	p := newPlayer(classic.NewAcrobot(), 6)
	must(p.Reset(7))
	picture := func() string {
		var rec render.Recorder
		p.Draw(&rec, render.Light())
		return fmt.Sprint(p.Seed, p.Steps, p.Obs, p.Act, p.Reward, p.Return, p.Terminated, p.Truncated, rec.Ops)
	}
	pictures := []string{picture()}
	for k := 0; !p.Done(); k++ {
		must(p.Step([]float32{float32(k % 3)}))
		pictures = append(pictures, picture())
	}
	if len(pictures) != 7 || !p.Truncated || p.Terminated || p.Return != -6 {
		t.Fatalf("%d pictures, and at the end %+v, want 7 pictures up to the time limit", len(pictures), p)
	}
	for _, step := range []int{5, 0, 3, 6, -1, 99} {
		must(p.Seek(step))
		if got, want := picture(), pictures[min(max(step, 0), 6)]; got != want {
			t.Errorf("after Seek(%d): %s, want %s", step, got, want)
		}
	}
	must(p.Seek(2))
	must(p.Step([]float32{0}))
	if p.Last() != 3 || picture() == pictures[3] {
		t.Errorf("another third action leads to step %d of %d and to %s, want step 3 of 3 and another picture", p.Steps, p.Last(), picture())
	}
}

// odd is an environment without a drawing. Action 1 panics, and after action 2 the observation
// is infinite.
type odd struct{}

func (odd) Spec() env.Spec {
	return env.Spec{ID: "Odd-v0", Obs: env.NewBox(0, 1, 2), Act: env.Discrete{N: 3}}
}
func (odd) Reset(_ uint64, obs []float32) { clear(obs) }
func (odd) Step(act, obs []float32) env.Outcome {
	if act[0] == 1 {
		panic("snap")
	}
	obs[0] = float32(math.Inf(1)) * act[0]
	return env.Outcome{Reward: 1}
}

// TestOdd checks that an environment that breaks gives errors and no panic, and that an
// environment without a drawing is shown as bars.
func TestOdd(t *testing.T) {
	p := newPlayer(odd{}, 9)
	for act, want := range map[float32]string{1: "snap", 2: "observation", 3: "action space", -1: "action space"} {
		must(p.Reset(5))
		if err := p.Step([]float32{act}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Step(%v) = %v, want an error with %q", act, err, want)
		}
	}
	must(p.Reset(5))
	var rec render.Recorder
	p.Draw(&rec, render.Dark())
	if i := slices.IndexFunc(rec.Ops, func(o render.Op) bool { return o.Text == "observation" }); i < 0 {
		t.Errorf("Draw makes %v, want bars", rec.Ops)
	}
}

// TestFile checks that an episode that was written to a file is read with the same seed and actions.
func TestFile(t *testing.T) {
	p := newPlayer(classic.NewPendulum(), 4)
	must(p.Reset(1 << 63))
	var file bytes.Buffer
	must(WriteHead(&file, Head{Env: "Pendulum-v1", Seed: &p.Seed, Set: []string{"options.g=9.81"}}))
	must(p.WriteStep(&file))
	want := [][]float32{}
	for k := range 4 {
		want = append(want, []float32{float32(k) / 3})
		must(p.Step(want[k]))
		must(p.WriteStep(&file))
	}
	all, err := Read(&file)
	if err != nil || len(all) != 1 {
		t.Fatalf("Read = %v, %v, want an episode", all, err)
	}
	if got := all[0]; *got.Seed != 1<<63 || got.Env != "Pendulum-v1" || got.Set[0] != "options.g=9.81" || !reflect.DeepEqual(got.Actions, want) {
		t.Errorf("Read = %+v, want actions %v", got, want)
	}
}

// TestControls checks the labels of actions: the environment's own labels if its wrappers do
// not change actions, otherwise "action 0", "action 1", ….
func TestControls(t *testing.T) {
	cliff := grid.NewCliffWalking()
	skip, err := env.NewFrameSkip(cliff, 2)
	must(err)
	for _, c := range []struct {
		e    env.Env
		want string // the first label
	}{
		{cliff, "go up"}, {env.NewWithMaxSteps(cliff, 500), "go up"}, {env.NewWithMaxSteps(env.ScaleReward{Env: cliff, K: 0.1}, 9), "go up"},
		{skip, "action 0"},
	} {
		if got := newPlayer(c.e, 9).Controls(); len(got) != 4 || got[0].Label != c.want {
			t.Errorf("Controls of a %T = %v, want 4, the first %q", c.e, got, c.want)
		}
	}
}

// TestBadFile checks that errors of Read name the wrong line.
func TestBadFile(t *testing.T) {
	const head = `{"env":"CartPole-v1","seed":1}` + "\n"
	for text, want := range map[string]string{
		"":                                     "no episode",
		"x":                                    "line 1",
		head + "[]":                            "line 2",
		`{"env":"CartPole-v1"}`:                "line 1 does not begin a recording",
		`{"step":0}`:                           "line 1 does not begin a recording",
		`{"env":"CartPole-v1","seed":-1}`:      `line 1 is not a line of a recording: "seed" cannot be a number -1`,
		"5":                                    "line 1 is not a line of a recording: a JSON number, want an object",
		head + `{"obs":[1]}`:                   "line 2 has no step",
		head + `{"step":1}`:                    "line 2 has step 1",
		head + `{"step":2,"action":[1]}`:       "want step 1",
		head + strings.Repeat(" ", maxLine+10): "line 2",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%.60q) = %v, want an error with %q", text, err, want)
		}
	}
}

// FuzzRead checks that Read returns either episodes or an error for every input, and never panics.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"env":"CartPole-v1","seed":1}` + "\n" + `{"step":0,"obs":[0]}` + "\n" + `{"step":1,"action":[1],"reward":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if all, err := Read(bytes.NewReader(data)); (len(all) > 0) == (err != nil) {
			t.Errorf("Read(%q) = %v, %v, want one of both", data, all, err)
		}
	})
}

// Example plays an episode to its end and seeks back to step 3.
func Example() {
	p := newPlayer(classic.NewCartPole(), 500)
	p.Reset(1)
	for !p.Done() {
		p.Step([]float32{1})
	}
	fmt.Println(p)
	p.Seek(3)
	fmt.Println(p)
	// Output:
	// CartPole-v1   step 8   return 8   terminated
	// CartPole-v1   step 3   return 3
}
