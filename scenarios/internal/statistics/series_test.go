package statistics_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// TestMeanHeight checks heights of a line from (0, 0) to (10, 10) and on to (20, 10) that
// were computed by hand. Its area is 50 + 100 over 20 steps, and 37.5 + 50 over the 10 steps
// from 5 to 15. Before its first point and after its last point the line is flat.
func TestMeanHeight(t *testing.T) {
	s := statistics.Series{X: []float64{0, 10, 20}, Y: []float64{0, 10, 10}}
	for _, tc := range []struct{ from, to, want float64 }{
		{0, 20, 7.5}, {5, 15, 8.75}, {2, 4, 3}, {10, 20, 10}, {5, 5, 5}, {-10, 0, 0}, {15, 40, 10},
	} {
		near(t, "MeanHeight", s.MeanHeight(tc.from, tc.to), tc.want)
	}
	near(t, "First(5)", s.First(5), 10)
	near(t, "First(-1)", s.First(-1), 0)
	if got := s.First(11); !math.IsInf(got, 1) {
		t.Errorf("First(11) = %v, want +Inf", got)
	}
	near(t, "At(12)", s.At(12), 10)
	near(t, "At(2.5)", s.At(2.5), 2.5)
}

// TestSmooth checks the means of the last two values.
func TestSmooth(t *testing.T) {
	got := statistics.Series{X: []float64{1, 2, 3, 4}, Y: []float64{2, 4, 6, 11}}.Smooth(2)
	if want := []float64{2, 3, 5, 8.5}; !slices.Equal(got.Y, want) {
		t.Errorf("Smooth = %v, want %v", got.Y, want)
	}
}

// TestCommon checks the interval that two series share.
func TestCommon(t *testing.T) {
	from, to := statistics.Common([]statistics.Series{{X: []float64{0, 10}}, {X: []float64{5, 20}}})
	if from != 5 || to != 10 {
		t.Errorf("Common = %v, %v, want 5, 10", from, to)
	}
}
