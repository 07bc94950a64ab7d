package run

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestRequests checks that the requests have the episode's seed and exactly the same actions.
func TestRequests(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	acts := []float32{0, float32(math.Copysign(0, -1)), math.SmallestNonzeroFloat32, -math.MaxFloat32, 0.1, 16777217}
	for len(acts) < 20_000 {
		if x := math.Float32frombits(rng.Uint32()); x-x == 0 {
			acts = append(acts, x)
		}
	}
	spec := env.Spec{Act: env.NewBox(-1, 1, 4)}
	text := string(requests(&env.Error{Seed: math.MaxUint64, Actions: acts}, spec))
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if want := `{"reset":{"seed":18446744073709551615}}`; lines[0] != want || len(lines) != 5001 {
		t.Fatalf("requests begin with %s and have %d lines, want %s and 5001", lines[0], len(lines), want)
	}
	for i, line := range lines[1:] {
		var request struct{ Action []float64 } // float64, because programs read the numbers of JSON as float64
		if err := json.Unmarshal([]byte(line), &request); err != nil || len(request.Action) != 4 {
			t.Fatalf("line %d = %s, %v", i+1, line, err)
		}
		for j, x := range request.Action {
			if got, want := float32(x), acts[4*i+j]; math.Float32bits(got) != math.Float32bits(want) {
				t.Errorf("action %d of line %d = %v, want %v", j, i+1, got, want)
			}
		}
	}
}

func TestShellWord(t *testing.T) {
	for name, want := range map[string]string{
		"runs/a-b/seed-1/x.json": "runs/a-b/seed-1/x.json", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "": "''",
		"a;b": "'a;b'", `c:\d`: `'c:\d'`, "é": "'é'", "-v": "-v",
	} {
		if got := shellWord(name); got != want {
			t.Errorf("shellWord(%q) = %s, want %s", name, got, want)
		}
	}
}
