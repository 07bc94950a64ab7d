package replay_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/replay"
)

// playStep adds one step of both environments. The observation of environment i is 10·i plus the
// argument step.
func playStep(t testing.TB, e *replay.Episodes, step int, mask []bool) {
	t.Helper()
	e.Observe([]float32{float32(step), float32(10 + step)}, mask)
	if err := e.Add([]float32{0, 1}, []float32{1, 2}); err != nil {
		t.Fatal(err)
	}
}

// TestEpisodes checks returns by hand, for γ = 0.5. The second environment has two rewards of 2,
// and then the bootstrap value 8: the returns are 2 + (2 + 8/2)/2 = 5 and 6. The first
// environment has three rewards of 1: 1 + (1 + 1/2)/2 = 1.75, 1.5, 1.
func TestEpisodes(t *testing.T) {
	for _, space := range []env.Space{env.NewBox(0, 100, 1), env.Discrete{N: 100}} {
		s := env.Spec{Obs: space, Act: env.Discrete{N: 2}}
		e := replay.NewEpisodes(s, 2, 1, true)
		mask := []bool{true, false, false, true}
		playStep(t, e, 0, mask)
		playStep(t, e, 1, mask)
		e.End(1, 8, 0.5)
		playStep(t, e, 2, mask)
		e.End(0, 0, 0.5)
		e.Values()
		b := e.Rows(0, e.Len())
		if want := []float32{10, 11, 0, 1, 2}; e.Count != 2 || !slices.Equal(b.Obs, want) || !slices.Equal(b.Act, []float32{1, 1, 0, 0, 0}) {
			t.Errorf("%T: %d episodes of observations %v and actions %v, want 2 of %v", space, e.Count, b.Obs, b.Act, want)
		}
		if want := []float32{5, 6, 1.75, 1.5, 1}; !slices.Equal(b.Return, want) {
			t.Errorf("%T: returns %v, want %v", space, b.Return, want)
		}
		if want := []bool{false, true, false, true, true, false, true, false, true, false}; !slices.Equal(b.Mask, want) {
			t.Errorf("%T: masks %v, want %v", space, b.Mask, want)
		}
		e.Clear()
		if e.Len() != 0 || e.Count != 0 {
			t.Errorf("%T: %d steps of %d episodes after Clear, want 0", space, e.Len(), e.Count)
		}

		var f bytes.Buffer
		if err := state.Save(&f, e); err != nil {
			t.Fatal(err)
		}
		loaded := replay.NewEpisodes(s, 2, 1, true)
		playStep(t, loaded, 7, mask) // Load must remove it
		if err := state.Load(&f, loaded); err != nil {
			t.Fatal(err)
		}
		for _, x := range []*replay.Episodes{e, loaded} {
			playStep(t, x, 3, mask)
			x.End(1, 0, 1)
			x.Values()
			if b := x.Rows(0, x.Len()); !slices.Equal(b.Obs, []float32{12, 13}) || !slices.Equal(b.Return, []float32{4, 2}) {
				t.Errorf("%T: the running episode goes on with %v, returns %v, want [12 13], [4 2]", space, b.Obs, b.Return)
			}
		}
	}
}
