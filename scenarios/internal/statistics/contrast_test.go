package statistics_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// TestPermutationTest checks p-values that were computed by hand. {3, 4} and {1, 2} are one
// of six divisions of four numbers. Only this division and the one with exchanged sets have
// a difference of 2. {3} and {1, 2, 2, 2}, with interquartile mean 2, have a difference of 1.
// Two of five divisions have it: 3 against the rest, and 1 against the rest. For equal
// sets every division has a difference at least as large.
func TestPermutationTest(t *testing.T) {
	for _, tc := range []struct {
		x, y []float64
		want float64
	}{
		{[]float64{3, 4}, []float64{1, 2}, 2. / 6}, {[]float64{1, 2}, []float64{4, 3}, 2. / 6},
		{[]float64{1, 2, 3}, []float64{4, 5, 6}, 2. / 20}, {[]float64{3}, []float64{1, 2, 2, 2}, 2. / 5},
		{[]float64{1, 4}, []float64{2, 3}, 1}, {[]float64{5, 5}, []float64{5, 5}, 1},
		// The two smallest and the two largest numbers of each set are cut off. So 9 and 10
		// can be exchanged with 11 and 12: no pair, one pair (4 ways) or both, 1 + 4 + 1 ways.
		{[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []float64{11, 12, 13, 14, 15, 16, 17, 18, 19, 20}, 2 * 6. / 184756},
	} {
		near(t, "PermutationTest", statistics.PermutationTest(tc.x, tc.y), tc.want)
	}
}

// TestSampledPermutations checks p-values of sets with so many divisions that a part of them
// is sampled. Samples far apart have the smallest possible p-value, 1/50001. Samples that
// overlap have about the p-value of a test with the normal distribution.
func TestSampledPermutations(t *testing.T) {
	var x, y, far []float64
	for i := range 15 {
		x, y, far = append(x, float64(i)), append(y, float64(i)+1), append(far, float64(i)+100)
	}
	near(t, "PermutationTest of samples far apart", statistics.PermutationTest(x, far), 1./50001)
	if one, two := statistics.PermutationTest(x, y), statistics.PermutationTest(x, y); one != two || one < 0.3 || one > 0.9 {
		t.Errorf("PermutationTest of samples that overlap = %v and %v, want the same, about 0.6", one, two)
	}
}

// TestHolm checks an example that was computed by hand. Of 0.01, 0.04, 0.03 and 0.005 the
// smallest is multiplied by 4, 0.01 by 3, 0.03 by 2 and 0.04 by 1. The last product
// is below the 0.06 before it, so it becomes 0.06.
func TestHolm(t *testing.T) {
	got := statistics.Holm([]float64{0.01, 0.04, 0.03, 0.005})
	for i, want := range []float64{0.03, 0.06, 0.06, 0.02} {
		near(t, "Holm", got[i], want)
	}
	if got := statistics.Holm([]float64{0.9, 0.8}); !slices.Equal(got, []float64{1, 1}) {
		t.Errorf("Holm(0.9, 0.8) = %v, want 1, 1", got)
	}
	if got := statistics.Holm(nil); len(got) != 0 {
		t.Errorf("Holm of nothing = %v", got)
	}
}

// TestRunsNeeded checks numbers of runs that were computed by hand. 5 runs have a difference
// of 2 ± 4. Four times as many runs halve the interval's width, so that it no longer contains
// 0; with three comparisons, z = 2.394 in place of 1.96, six times as many runs are
// needed. Fewer than 5 runs can never have a p-value below 0.05: of 4 runs, one is
// cut off at each end, and 4 of C(8, 4) = 70 divisions are 0.057.
func TestRunsNeeded(t *testing.T) {
	for _, tc := range []struct {
		n          int
		difference float64
		i          statistics.Interval
		level      float64
		want       int
	}{
		{5, 2, statistics.Interval{Low: -2, High: 6}, 0.05, 20}, {5, -2, statistics.Interval{Low: -6, High: 2}, 0.05, 20},
		{5, 2, statistics.Interval{Low: -2, High: 6}, 0.05 / 3, 30}, {5, 0, statistics.Interval{Low: -1, High: 1}, 0.05, -1},
		{5, 0.001, statistics.Interval{Low: -1, High: 1}, 0.05, -1}, {2, 100, statistics.Interval{Low: 99, High: 101}, 0.05, 5},
		{5, 1, statistics.Interval{Low: -0.001, High: 1.9}, 0.05, 6},
	} {
		if got := statistics.RunsNeeded(tc.n, tc.difference, tc.i, tc.level); got != tc.want {
			t.Errorf("RunsNeeded(%d, %v, %v, %v) = %d, want %d", tc.n, tc.difference, tc.i, tc.level, got, tc.want)
		}
	}
}

// TestSmallestP checks the smallest p-values of sets of several sizes against PermutationTest
// of sets whose scores do not overlap. The numbers of divisions were counted by hand: 2 of
// C(6, 3) = 20 for 3 and 3 runs, 4 of C(8, 4) = 70 for 4 and 4, one of C(5, 1) = 5 for 1 and 4.
func TestSmallestP(t *testing.T) {
	for _, tc := range []struct {
		n, m int
		want float64
	}{
		{1, 1, 1}, {2, 2, 2. / 6}, {3, 3, 2. / 20}, {4, 4, 4. / 70}, {5, 5, 4. / 252}, {1, 4, 1. / 5}, {3, 10, 1. / 286},
		{8, 4, 3. / 495}, {10, 10, 12. / 184756}, {15, 15, 1. / 50001},
	} {
		var x, y []float64
		for i := range tc.n {
			x = append(x, float64(1000+i*i))
		}
		for i := range tc.m {
			y = append(y, float64(i))
		}
		near(t, "SmallestP", statistics.SmallestP(tc.n, tc.m), tc.want)
		near(t, "SmallestP with the sets exchanged", statistics.SmallestP(tc.m, tc.n), tc.want)
		near(t, "PermutationTest of sets far apart", statistics.PermutationTest(x, y), tc.want)
	}
}

// TestFewestRuns checks the smallest numbers of runs for the p-values of TestSmallestP: 5 runs
// have 0.0159, which is below 0.05/3 but not below 0.05/4. No number of runs has a p-value
// below 1/50001.
func TestFewestRuns(t *testing.T) {
	for _, tc := range []struct {
		level float64
		want  int
	}{{0.05, 5}, {0.05 / 3, 5}, {0.05 / 4, 6}, {0.2, 3}, {1e-5, -1}} {
		if got := statistics.FewestRuns(tc.level); got != tc.want {
			t.Errorf("FewestRuns(%v) = %d, want %d", tc.level, got, tc.want)
		}
	}
}

// TestCompare checks the contrast of two sets whose interquartile means, by hand, are 93.5
// and 13.5. Every run of the first set is better.
func TestCompare(t *testing.T) {
	c := statistics.Compare([]float64{90, 95, 92, 99, 91, 94, 97, 93}, []float64{10, 15, 12, 19, 11, 14, 17, 13})
	near(t, "Difference", c.Difference, 80)
	near(t, "Improvement", c.Improvement, 1)
	near(t, "P", c.P, 2*6./12870) // of C(16, 8) divisions, as of ten runs
	if !(c.Interval.Low > 75 && c.Interval.Low <= 80 && c.Interval.High >= 80 && c.Interval.High < 85) || math.Abs(c.Improved.Low-1) > 1e-12 {
		t.Errorf("Compare = %+v, want an interval about 80, and 1 throughout", c)
	}
}
