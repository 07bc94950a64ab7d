package replay_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/replay"
)

func spec() env.Spec { return env.Spec{Obs: env.NewBox(0, 10, 1), Act: env.Discrete{N: 2}} }

// step returns the result of a step of two environments, none of which ended.
func step(obs ...float32) *env.Result {
	r := env.NewResult(2, 1)
	copy(r.Obs, obs)
	copy(r.Next, obs)
	return r
}

// Two environments, two steps. The first is cut off at its second step, on
// observation 9; the second ends at its first, at the time limit besides.
func ExampleRollout_Next() {
	r := replay.NewRollout(spec(), 2, 2, []float32{1, 5})
	act := []float32{0, 1}
	one, two := step(2, 6), step(3, 7)
	one.Next[1], one.Terminated[1], one.Truncated[1] = 8, true, true
	two.Next[0], two.Truncated[0] = 9, true
	r.Add(act, one)
	r.Add(act, two)
	next := make([]float32, 4)
	r.Next(next, r.Obs) // a critic whose value is the observation
	fmt.Println(r.Obs, next, r.Now())
	// Output: [1 5 2 6 3 7 9] [2 0 9 7] [3 7]
}

// TestRefill goes on after the last step: what to act on next becomes the first
// row, and the final rows are gone.
func TestRefill(t *testing.T) {
	r := replay.NewRollout(spec(), 1, 2, []float32{1, 5})
	cut := step(2, 6)
	cut.Truncated[0] = true
	r.Add([]float32{0, 1}, cut)
	r.Add([]float32{1, 0}, step(3, 7))
	if want := []float32{2, 6, 3, 7}; !slices.Equal(r.Obs, want) || len(r.Final) != 0 {
		t.Errorf("Obs, Final = %v, %v, want %v and none", r.Obs, r.Final, want)
	}
	if !slices.Equal(r.Steps(), []float32{2, 6}) || !slices.Equal(r.Act, []float32{1, 0}) || r.Done[0] != 0 {
		t.Errorf("Steps, Act, Done = %v, %v, %v, want [2 6], [1 0], [0 0]", r.Steps(), r.Act, r.Done)
	}
}

func TestState(t *testing.T) {
	a, b := replay.NewRollout(spec(), 1, 2, []float32{1, 5}), replay.NewRollout(spec(), 1, 2, []float32{0, 0})
	a.Add([]float32{0, 1}, step(2, 6))
	var f bytes.Buffer
	if err := state.Save(&f, a); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&f, b); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.Now(), []float32{2, 6}) {
		t.Errorf("Now() after Load = %v, want [2 6]", b.Now())
	}
}

func TestAllocs(t *testing.T) {
	r := replay.NewRollout(spec(), 2, 2, []float32{1, 5})
	cut := step(2, 6)
	cut.Truncated[0] = true
	next := make([]float32, 4)
	if n := testing.AllocsPerRun(10, func() {
		r.Add([]float32{0, 1}, cut)
		r.Add([]float32{0, 1}, cut)
		r.Next(next, r.Obs)
	}); n != 0 {
		t.Errorf("a warm Rollout allocates %v times, want 0", n)
	}
}
