package minigrid_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/minigrid"
	"github.com/rlrun/rlrun/internal/golden"
)

// An episode is the end of a recorded episode of MiniGrid: see testdata/README.md.
type episode struct {
	Env        string      `json:"env"`
	Policy     string      `json:"policy"`
	Seed       int         `json:"seed"`
	Mission    string      `json:"mission"`
	NTask      int         `json:"n_task"`
	InitState  []float64   `json:"init_state"`
	Actions    []float32   `json:"actions"`
	States     [][]float64 `json:"states"`
	Obs        [][]int     `json:"obs"`
	Directions []float32   `json:"directions"`
	Rewards    []float64   `json:"rewards"`
	Terminated []bool      `json:"terminated"`
	Truncated  []bool      `json:"truncated"`
	Draws      [][]float64 `json:"draws"`
}

// readEpisodes returns the recorded episodes.
func readEpisodes(t testing.TB) (eps []episode) {
	t.Helper()
	for d := json.NewDecoder(golden.Open(t, "testdata/steps.jsonl.gz")); ; {
		var e episode
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return eps
		} else if err != nil {
			t.Fatal(err)
		}
		eps = append(eps, e)
	}
}

// state returns the complete state after step i.
func (e *episode) state(i int) []float64 {
	const header, changing = 9, 5
	x, short := slices.Clone(e.InitState), e.States[i]
	copy(x[header-changing:], short[:changing])
	short = short[changing:]
	if e.Draws != nil {
		copy(x[header:], short[:e.NTask])
		short = short[e.NTask:]
	}
	for k := 0; k < len(short); k += 2 {
		x[header+e.NTask+int(short[k])] = short[k+1]
	}
	return x
}

// codes returns the codes of the cells in an image.
func codes(image []float32) []int {
	var all []int
	for i := 0; i < len(image); i += 3 {
		all = append(all, 100*int(image[i])+10*int(image[i+1])+int(image[i+2]))
	}
	return all
}

// check steps w once and compares the result with step i of the episode.
func (e *episode) check(w *minigrid.World, i int, obs []float32) error {
	act := e.Actions[i]
	if n := w.Spec().Act.(env.Discrete).N; int(act) >= n {
		act = 0 // Dynamic-Obstacles takes larger numbers for 0
	}
	if e.Draws != nil {
		if err := w.SetDraws(e.Draws[i]); err != nil {
			return err
		}
	}
	out := w.Step([]float32{act}, obs)
	space := w.Spec().Obs.(env.Dict)
	want := env.Outcome{Reward: e.Rewards[i], Terminated: e.Terminated[i], Truncated: e.Truncated[i]}
	switch got := codes(space.Part("image", obs)); {
	case out != want:
		return fmt.Errorf("outcome %+v, want %+v", out, want)
	case !slices.Equal(w.Physics(nil), e.state(i)):
		return fmt.Errorf("state %v, want %v", w.Physics(nil), e.state(i))
	case !slices.Equal(got, e.Obs[i]):
		return fmt.Errorf("image %v, want %v", got, e.Obs[i])
	case space.Part("direction", obs)[0] != e.Directions[i]:
		return fmt.Errorf("direction %v, want %v", space.Part("direction", obs), e.Directions[i])
	case w.Mission() != e.Mission:
		return fmt.Errorf("mission %q, want %q", w.Mission(), e.Mission)
	}
	return nil
}

// TestSteps compares steps with recorded ones: number by number, from the recorded state before each
// step, and without a new state from the first step on.
func TestSteps(t *testing.T) {
	steps := 0
	for _, e := range readEpisodes(t) {
		for name, forced := range map[string]bool{"each step": true, "episode": false} {
			t.Run(fmt.Sprintf("%s/%s/%d/%s", e.Env, e.Policy, e.Seed, name), func(t *testing.T) {
				w, err := minigrid.New(e.Env)
				if err != nil {
					t.Fatal(err)
				}
				obs, x := make([]float32, w.Spec().Obs.Size()), e.InitState
				for i := range e.Actions {
					if forced || i == 0 {
						if err := w.SetPhysics(x); err != nil {
							t.Fatal(err)
						}
					}
					if err := e.check(w, i, obs); err != nil {
						t.Fatalf("step %d: action %v: %v", i, e.Actions[i], err)
					}
					x = e.state(i)
					steps++
				}
			})
		}
	}
	if steps < 18_000 {
		t.Errorf("%d steps compared, want 18,000 or more", steps)
	}
}

// TestMissionWords checks that the numbers of the mission's words give the recorded text.
func TestMissionWords(t *testing.T) {
	vocabulary := minigrid.Vocabulary()
	for _, e := range readEpisodes(t) {
		w, err := minigrid.New(e.Env)
		if err != nil {
			t.Fatal(err)
		}
		obs := make([]float32, w.Spec().Obs.Size())
		if err := w.SetPhysics(e.InitState); err != nil {
			t.Fatal(err)
		}
		w.Observe(obs)
		text := ""
		for _, n := range w.Spec().Obs.(env.Dict).Part("mission", obs) {
			switch {
			case n == 0:
				continue
			case text != "" && vocabulary[int(n)-1] != ",":
				text += " "
			}
			text += vocabulary[int(n)-1]
		}
		if text != e.Mission {
			t.Errorf("%s: the words are %q, want %q", e.Env, text, e.Mission)
		}
	}
}
