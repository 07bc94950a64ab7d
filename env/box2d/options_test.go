package box2d_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env/box2d"
	"github.com/rlrun/rlrun/env/remote"
)

// TestRandomizeOption checks that random colours stay with {"randomize":false} and change without it, as in
// Gymnasium, on the same track; and that a program can set the option.
func TestRandomizeOption(t *testing.T) {
	e := makeEnv(t, "CarRacing-v3", options(map[string]any{"domain_randomize": true})).(*box2d.CarRacing)
	obs := make([]float32, e.Spec().Obs.Size())
	colors := func(seed uint64, set map[string]any) [9]float64 {
		if err := e.SetResetOptions(set); err != nil {
			t.Fatal(err)
		}
		e.Reset(seed, obs)
		return e.Colors()
	}
	first := colors(1, nil)
	if again := colors(2, map[string]any{"randomize": false}); again != first {
		t.Errorf("randomize false: colours %v, want %v as before", again, first)
	}
	if other := colors(2, map[string]any{"randomize": true}); other == first {
		t.Errorf("randomize true: colours %v as before", other)
	}
	if again := colors(1, nil); again != first {
		t.Errorf("seed 1: colours %v, want %v as at first", again, first)
	}
	for _, bad := range []map[string]any{{"randomise": true}, {"randomize": 1.0}, {"randomize": nil}} {
		if err := e.SetResetOptions(bad); err == nil || !strings.Contains(err.Error(), "want randomize, true or false") {
			t.Errorf("SetResetOptions(%v): %v", bad, err)
		}
	}
	for _, c := range []struct {
		line, answer string
		same         bool
	}{
		{`{"reset":{"seed":2,"options":{"randomize":false}}}`, `{"obs":`, true},
		{`{"reset":{"seed":2,"options":{"randomize":0}}}`, `{"error":"reset: options: randomize is 0; want randomize, true or false"}`, true},
		{`{"reset":{"seed":2}}`, `{"obs":`, false},
	} {
		var out bytes.Buffer
		if err := remote.Serve(strings.NewReader(c.line), &out, e); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); !strings.HasPrefix(got, c.answer) || (e.Colors() == first) != c.same {
			t.Errorf("%s: %.80s with the colours %v, want %s", c.line, got, e.Colors(), c.answer)
		}
	}
	fresh := makeEnv(t, "CarRacing-v3", options(map[string]any{"domain_randomize": true})).(*box2d.CarRacing)
	fresh.SetResetOptions(map[string]any{"randomize": false})
	if fresh.Reset(1, obs); fresh.Colors() != first {
		t.Errorf("randomize false in the first episode: colours %v, want random ones, %v", fresh.Colors(), first)
	}
}
