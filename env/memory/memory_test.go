package memory_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/memory"
)

func registry() env.Registry {
	r := env.Registry{}
	memory.Register(r)
	return r
}

// An environment is any environment of this package.
type environment interface {
	env.Snapshotter
	env.Physics
	env.DrawSetter
	Validate() error
}

func newTMaze(length int) environment        { return &memory.TMaze{Length: length} }
func newMemoryLength(length int) environment { return &memory.MemoryLength{Length: length} }

// TestContract checks every registered environment with envtest.Check, also in its shortest form.
func TestContract(t *testing.T) {
	for _, id := range registry().IDs() {
		t.Run(id, func(t *testing.T) {
			e, err := registry().Make(id, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.Spec().ID; got != id {
				t.Errorf("Spec().ID = %q, want %q", got, id)
			}
			envtest.Check(t, e)
		})
	}
	envtest.Check(t, newTMaze(1))
	envtest.Check(t, newMemoryLength(1))
}

// TestTrajectories plays episodes whose observations and rewards follow by hand from the rules.
func TestTrajectories(t *testing.T) {
	const up, right, down, left = 0, 1, 2, 3
	for name, c := range map[string]struct {
		e       environment
		draw    float64 // uniform number of the Reset: below 1/2 for -1
		acts    []float32
		obs     [][]float32 // from the Reset on
		rewards []float64
	}{
		"t-maze, the right turn up": {
			newTMaze(2), 0.5, []float32{right, right, up},
			[][]float32{{1, 0}, {0, 0}, {0, 1}, {0, 1}}, []float64{0, 0, 1},
		},
		"t-maze, the right turn down": {
			newTMaze(1), 0.49, []float32{right, down},
			[][]float32{{-1, 0}, {0, 1}, {0, 1}}, []float64{0, 1},
		},
		"t-maze, the wrong turn": {
			newTMaze(1), 0, []float32{right, up},
			[][]float32{{-1, 0}, {0, 1}, {0, 1}}, []float64{0, -1},
		},
		"t-maze, all ways to lose a step": {
			newTMaze(2), 0.9, []float32{left, up, down, right, up, left, right, right, right, left, right, up},
			[][]float32{{1, 0}, {1, 0}, {1, 0}, {1, 0}, {0, 0}, {0, 0}, {1, 0}, {0, 0}, {0, 1}, {0, 1}, {0, 0}, {0, 1}, {0, 1}},
			[]float64{-0.5, -0.5, -0.5, 0, -0.5, -0.5, 0, 0, -0.5, -0.5, 0, 1},
		},
		// bsuite's memory_chain.py, memory_length 4: its first transition repeats the first observation.
		"memory, plus, right": {
			newMemoryLength(4), 0.75, []float32{0, 1, 0, 0, 1},
			[][]float32{{1, 0, 1}, {1, 0, 1}, {0.75, 0, 0}, {0.5, 0, 0}, {0.25, 0, 0}, {0, 0, 0}}, []float64{0, 0, 0, 0, 1},
		},
		"memory, plus, wrong": {
			newMemoryLength(1), 0.75, []float32{1, 0},
			[][]float32{{1, 0, 1}, {1, 0, 1}, {0, 0, 0}}, []float64{0, -1},
		},
		"memory, minus, right": {
			newMemoryLength(2), 0.25, []float32{1, 1, 0},
			[][]float32{{1, 0, -1}, {1, 0, -1}, {0.5, 0, 0}, {0, 0, 0}}, []float64{0, 0, 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.e.SetDraws([]float64{c.draw}); err != nil {
				t.Fatal(err)
			}
			obs := make([]float32, c.e.Spec().Obs.Size())
			c.e.Reset(7, obs)
			for i, act := range c.acts {
				if !slices.Equal(obs, c.obs[i]) {
					t.Fatalf("observation %d = %v, want %v", i, obs, c.obs[i])
				}
				out := c.e.Step([]float32{act}, obs)
				want := env.Outcome{Reward: c.rewards[i], Terminated: i == len(c.acts)-1}
				if out != want {
					t.Fatalf("step %d: %+v, want %+v", i, out, want)
				}
			}
			if last := c.obs[len(c.acts)]; !slices.Equal(obs, last) {
				t.Errorf("last observation = %v, want %v", obs, last)
			}
		})
	}
}

// TestSpec checks time limits and thresholds. A return of 1 reaches the threshold, and a wrong
// answer does not.
func TestSpec(t *testing.T) {
	for id, maxSteps := range map[string]int{"TMaze-v0": 102, "MemoryLength-v0": 0} {
		e, err := registry().Make(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		if s := e.Spec(); s.MaxSteps != maxSteps || *s.RewardThreshold != 0.95 {
			t.Errorf("%s: time limit %d and threshold %v, want %d and 0.95", id, s.MaxSteps, *s.RewardThreshold, maxSteps)
		}
	}
}

// TestSigns checks that both signs are about equally frequent: of 1000 episodes, 500 ± 80 (five
// standard deviations).
func TestSigns(t *testing.T) {
	for _, e := range []environment{newTMaze(5), newMemoryLength(5)} {
		plus := 0
		obs := make([]float32, e.Spec().Obs.Size())
		for i := range 1000 {
			e.Reset(env.Split(1, uint64(i)), obs)
			if e.Physics(nil)[1] == 1 {
				plus++
			}
		}
		if plus < 420 || plus > 580 {
			t.Errorf("%s: %d of 1000 signs are 1, want about 500", e.Spec().ID, plus)
		}
	}
}

// TestRefusals checks that impossible options, states and draws are errors that name the fault.
func TestRefusals(t *testing.T) {
	maze, chain := newTMaze(3), newMemoryLength(3)
	for name, c := range map[string]struct {
		err  error
		want string // "" for no error
	}{
		"maze":            {maze.Validate(), ""},
		"length 0":        {newTMaze(0).Validate(), "length 0, want 1"},
		"length too long": {newMemoryLength(10_001).Validate(), "length 10001, want 1 … 10000"},
		"junction":        {maze.SetPhysics([]float64{3, -1}), ""},
		"beyond the end":  {maze.SetPhysics([]float64{4, 1}), "cell is never 4, want a whole number, 0 … 3"},
		"half a cell":     {maze.SetPhysics([]float64{0.5, 1}), "cell is never 0.5"},
		"no signal":       {maze.SetPhysics([]float64{0, 0}), "signal is never 0, want -1 or 1"},
		"one variable":    {maze.SetPhysics([]float64{0}), "want 2 state variables, not 1"},
		"question":        {chain.SetPhysics([]float64{3, 1}), ""},
		"after the end":   {chain.SetPhysics([]float64{5, 1}), "number of steps is never 5"},
		"no number":       {chain.SetPhysics([]float64{math.NaN(), 1}), "number of steps is never NaN"},
		"sign":            {chain.SetPhysics([]float64{1, 2}), "sign is never 2"},
		"draws":           {chain.SetDraws([]float64{1}), "draws: 1"},
	} {
		if got := fmt.Sprint(c.err); (c.want == "") != (c.err == nil) || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s: error %q, want %q", name, got, c.want)
		}
	}
}

// TestRefusedStateChangesNothing checks that a refused SetPhysics leaves the episode as it is.
func TestRefusedStateChangesNothing(t *testing.T) {
	for _, e := range []environment{newTMaze(3), newMemoryLength(3)} {
		if err := e.SetPhysics([]float64{2, -1}); err != nil {
			t.Fatal(err)
		}
		if e.SetPhysics([]float64{9, 1}) == nil {
			t.Errorf("%s: SetPhysics accepts a state beyond the end", e.Spec().ID)
		}
		if got := e.Physics(nil); !slices.Equal(got, []float64{2, -1}) {
			t.Errorf("%s: state %v, want [2 -1]", e.Spec().ID, got)
		}
	}
}

// FuzzSetPhysics steps environments from any accepted state: observations must be finite.
func FuzzSetPhysics(f *testing.F) {
	f.Add(0.0, 1.0, 1)
	f.Add(3.0, -1.0, 0)
	f.Add(math.Inf(1), 0.5, 3)
	f.Fuzz(func(t *testing.T, count, sign float64, act int) {
		for _, e := range []environment{newTMaze(3), newMemoryLength(3)} {
			if e.SetPhysics([]float64{count, sign}) != nil {
				continue
			}
			obs := make([]float32, e.Spec().Obs.Size())
			e.Step([]float32{float32(act & 1)}, obs)
			if !e.Spec().Obs.Contains(obs) {
				t.Errorf("%s from %v, %v: observation %v", e.Spec().ID, count, sign, obs)
			}
		}
	})
}
