package minatar

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
)

// An options is the options of a game.
type options struct {
	StickyActionProb  float64 `json:"sticky_action_prob"`
	DifficultyRamping bool    `json:"difficulty_ramping"`
}

// An episode is a recorded episode: see testdata/README.md.
type episode struct {
	Env        string      `json:"env"`
	Kwargs     options     `json:"kwargs"`
	Policy     string      `json:"policy"`
	ResetDraws []float64   `json:"reset_draws"`
	InitState  []float64   `json:"init_state"`
	InitObs    []int       `json:"init_obs"`
	Actions    []int       `json:"actions"`
	Draws      [][]float64 `json:"draws"`
	Rewards    []float64   `json:"rewards"`
	Terminated []bool      `json:"terminated"`
	Obs        [][]int     `json:"obs"`
	States     [][]float64 `json:"states"`
}

// makeGame returns the game with an id and options.
func makeGame(t testing.TB, id string, o options) *game {
	t.Helper()
	for _, title := range titles() {
		for version := range 2 {
			if title.id(version) == id {
				g := newGame(title, version)
				g.StickyActionProb, g.DifficultyRamping = o.StickyActionProb, o.DifficultyRamping
				return g
			}
		}
	}
	t.Fatalf("no game %s", id)
	return nil
}

// readEpisodes returns the recorded episodes of a game. With -short it leaves out the long ones.
func readEpisodes(t *testing.T, name string) (eps []episode) {
	t.Helper()
	for d := json.NewDecoder(golden.Open(t, "testdata/"+name+".jsonl.gz")); ; {
		var e episode
		switch err := d.Decode(&e); {
		case errors.Is(err, io.EOF):
			return eps
		case err != nil:
			t.Fatal(err)
		case !testing.Short() || len(e.Actions) <= 120:
			eps = append(eps, e)
		}
	}
}

// ones returns the indices of the ones in obs. It fails if another element is not 0.
func ones(t *testing.T, obs []float32) (at []int) {
	t.Helper()
	for i, v := range obs {
		switch v {
		case 0:
		case 1:
			at = append(at, i)
		default:
			t.Fatalf("observation element %d is %v, want 0 or 1", i, v)
		}
	}
	return at
}

// TestRecorded plays recorded episodes with the recorded random numbers. States, observations, rewards
// and ends must be the recorded ones, with Step from each recorded state, and with Update from the first
// one.
func TestRecorded(t *testing.T) {
	for _, title := range titles() {
		for i, e := range readEpisodes(t, title.name) {
			t.Run(fmt.Sprintf("%s/%s/%d", e.Env, e.Policy, i), func(t *testing.T) {
				e.checkStart(t)
				e.checkSteps(t)
				e.checkUpdates(t)
			})
		}
	}
}

// checkStart checks the reset, if its random numbers were recorded, and the observation of the first
// state. A reset begins without a last action, and the original keeps it.
func (e *episode) checkStart(t *testing.T) {
	g := makeGame(t, e.Env, e.Kwargs)
	obs := make([]float32, g.Spec().Obs.Size())
	if e.ResetDraws == nil {
		setState(t, g, e.InitState)
		g.Observe(obs)
	} else {
		setDraws(t, g, e.ResetDraws)
		g.Reset(1, obs)
		want := slices.Clone(e.InitState)
		want[1] = 0
		if got := g.Physics(nil); !slices.Equal(got, want) {
			t.Fatalf("state after the reset %v, want %v", got, want)
		}
	}
	if got := ones(t, obs); !slices.Equal(got, e.InitObs) {
		t.Fatalf("first observation %v, want %v", got, e.InitObs)
	}
}

// checkSteps checks each step from its recorded state.
func (e *episode) checkSteps(t *testing.T) {
	g := makeGame(t, e.Env, e.Kwargs)
	obs := make([]float32, g.Spec().Obs.Size())
	for i, a := range e.Actions {
		if i == 0 {
			setState(t, g, e.InitState)
		} else {
			setState(t, g, e.States[i-1])
		}
		setDraws(t, g, e.Draws[i])
		out := g.Step([]float32{float32(a)}, obs)
		e.check(t, g, i, out, obs)
	}
}

// checkUpdates plays the episode with Update, and checks that it returns every index that has changed.
func (e *episode) checkUpdates(t *testing.T) {
	g := makeGame(t, e.Env, e.Kwargs)
	setState(t, g, e.InitState)
	obs := make([]float32, g.Spec().Obs.Size())
	g.Observe(obs)
	for i, a := range e.Actions {
		setDraws(t, g, e.Draws[i])
		before := slices.Clone(obs)
		out, changed := g.Update([]float32{float32(a)}, obs)
		for _, k := range changed {
			before[k] = obs[k]
		}
		if !slices.Equal(before, obs) {
			t.Fatalf("step %d: Update changes more than the indices that it returns", i)
		}
		e.check(t, g, i, out, obs)
	}
}

// check compares the results of step i with the record, and checks that all random numbers were used.
func (e *episode) check(t *testing.T, g *game, i int, out env.Outcome, obs []float32) {
	t.Helper()
	if got := g.Physics(nil); !slices.Equal(got, e.States[i]) {
		t.Fatalf("step %d: state %v, want %v", i, got, e.States[i])
	}
	if got := ones(t, obs); !slices.Equal(got, e.Obs[i]) {
		t.Fatalf("step %d: observation %v, want %v", i, got, e.Obs[i])
	}
	if want := (env.Outcome{Reward: e.Rewards[i], Terminated: e.Terminated[i]}); out != want {
		t.Fatalf("step %d: %+v, want %+v", i, out, want)
	}
	if n := len(g.draws.given); n > 0 {
		t.Fatalf("step %d: %d random numbers are left", i, n)
	}
}

func setState(t *testing.T, g *game, x []float64) {
	t.Helper()
	if err := g.SetPhysics(x); err != nil {
		t.Fatal(err)
	}
}

func setDraws(t *testing.T, g *game, x []float64) {
	t.Helper()
	if err := g.SetDraws(x); err != nil {
		t.Fatal(err)
	}
}
