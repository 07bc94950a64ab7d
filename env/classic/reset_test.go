package classic_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A moments has the recorded moments of Gymnasium's resets, one number for each variable: see
// testdata/README.md.
type moments struct {
	N                   int
	Min, Max, Mean, Std []float64
}

// TestResets compares 10,000 resets with 10,000 of Gymnasium's: the means must agree within four
// standard errors, the smallest and largest values within a hundredth of the range.
func TestResets(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "resets.json"))
	if err != nil {
		t.Fatal(err)
	}
	var recorded map[string]struct{ State, Obs moments }
	if err := json.Unmarshal(data, &recorded); err != nil {
		t.Fatal(err)
	}
	for _, id := range registry().IDs() {
		if strings.Contains(id, "NoVel") {
			continue // TestNoVel compares their resets with those of the task with velocities
		}
		r, ok := recorded[id]
		if !ok {
			t.Fatalf("no resets of %s are recorded", id)
		}
		e := mustMake(t, id, nil)
		var states, observed [][]float64
		obs := make([]float32, e.Spec().Obs.Size())
		for seed := range uint64(r.State.N) {
			e.Reset(seed, obs)
			states = append(states, e.(env.Physics).Physics(nil))
			row := make([]float64, len(obs))
			for i, x := range obs {
				row[i] = float64(x)
			}
			observed = append(observed, row)
		}
		r.State.compare(t, id+" state", states)
		r.Obs.compare(t, id+" observation", observed)
	}
}

func (m moments) compare(t *testing.T, what string, rows [][]float64) {
	t.Helper()
	for i := range m.Mean {
		low, high, sum := math.Inf(1), math.Inf(-1), 0.0
		for _, row := range rows {
			low, high, sum = min(low, row[i]), max(high, row[i]), sum+row[i]
		}
		n := float64(len(rows))
		if mean, limit := sum/n, 4*m.Std[i]/math.Sqrt(n); math.Abs(mean-m.Mean[i]) > limit {
			t.Errorf("%s %d: mean %v, want %v ± %v", what, i, mean, m.Mean[i], limit)
		}
		if slack := (m.Max[i] - m.Min[i]) / 100; math.Abs(low-m.Min[i]) > slack || math.Abs(high-m.Max[i]) > slack {
			t.Errorf("%s %d: from %v to %v, want %v to %v, ± %v", what, i, low, high, m.Min[i], m.Max[i], slack)
		}
	}
}
