package statistics_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/statistics"
)

// near checks that got equals want up to a relative error of 1e-12.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-12*max(1, math.Abs(want))) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

// TestByHand checks statistics that were computed by hand. The smallest and the largest
// quarter of 1 … 8 are 1, 2 and 7, 8. A quarter of ten numbers is 2.5, rounded down to 2.
func TestByHand(t *testing.T) {
	x := []float64{8, 1, 7, 2, 6, 3, 5, 4}
	near(t, "Mean", statistics.Mean(x), 4.5)
	near(t, "Median", statistics.Median(x), 4.5)
	near(t, "Median of 3", statistics.Median([]float64{9, 1, 5}), 5)
	near(t, "IQM", statistics.IQM(x), 4.5)
	near(t, "IQM of 10", statistics.IQM([]float64{0, 0, 1, 2, 3, 4, 5, 6, 90, 100}), 3.5)
	near(t, "IQM of 3", statistics.IQM([]float64{0, 0, 3}), 1)
	near(t, "Quantile", statistics.Quantile([]float64{10, 20}, 0.25), 12.5)
	near(t, "Quantile of one", statistics.Quantile([]float64{7}, 0.9), 7)
	near(t, "OptimalityGap", statistics.OptimalityGap([]float64{0, 1, 5}, 2), 1)
	near(t, "Improvement", statistics.Improvement([]float64{1, 3}, []float64{0, 3}), (1+0+1+0.5)/4)
	profile := statistics.Profile([]float64{0.1, 0.5, 0.5, 0.9}, []float64{0, 0.5, 0.9})
	for i, want := range []float64{1, 0.25, 0} {
		near(t, "Profile", profile[i], want)
	}
	if got := statistics.Profile([]float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, []float64{0})[0]; got != 1 {
		t.Errorf("Profile of ten ones above 0 = %v, want exactly 1", got)
	}
	if got := statistics.Mean([]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}); got != 0.1 {
		t.Errorf("Mean of ten times 0.1 = %v, want exactly 0.1", got)
	}
	if x[0] != 8 {
		t.Error("a statistic changed its argument")
	}
}

// TestBootstrap checks the interval of a mean against ± 1.96 σ/√n, the interval of n numbers
// with standard deviation σ. The second stratum is constant. If the strata were mixed, the
// interval would be wider.
func TestBootstrap(t *testing.T) {
	var x, y []float64
	for i := range 400 {
		x, y = append(x, float64(i%2)), append(y, 100)
	}
	mean := func(strata ...[]float64) float64 { return statistics.Mean(strata[0]) + statistics.Mean(strata[1]) }
	got := statistics.Bootstrap(1, mean, x, y)
	half := 1.96 * 0.5 / 20
	if math.Abs(got.Low-(100.5-half)) > 0.01 || math.Abs(got.High-(100.5+half)) > 0.01 {
		t.Errorf("interval %v, want 100.5 ± %v", got, half)
	}
	if again := statistics.Bootstrap(1, mean, x, y); again != got {
		t.Errorf("the same seed gives the intervals %v and %v, want equal ones", got, again)
	}
	if other := statistics.Bootstrap(2, mean, x, y); other == got {
		t.Errorf("seeds 1 and 2 give the same interval %v, want different ones", got)
	}
}

// TestRecorded checks statistics and intervals of two sets of scores against another
// implementation: Python 3 with random.choices and 100,000 bootstrap samples. The ends of a
// bootstrap interval vary by about a hundredth of its width.
func TestRecorded(t *testing.T) {
	x := []float64{404.6, 450.7, 406.4, 401.1, 364.2, 407.2, 486.7, 445.4, 482.2, 434.9, 443.7, 431.1, 320.0, 471.3, 450.4, 449.9, 318.5, 315.4}
	y := []float64{299.9, 337.9, 407.5, 375.9, 426.9, 322.2, 407.8, 415.5, 320.5, 534.6, 430.1, 487.7, 324.2, 313.4}
	near(t, "IQM", statistics.IQM(x), 427.46999999999997)
	near(t, "IQM", statistics.IQM(y), 377.2375)
	near(t, "Improvement", statistics.Improvement(x, y), 0.6349206349206349)
	for what, tc := range map[string]struct {
		got       statistics.Interval
		low, high float64
	}{
		"IQM":         {statistics.Bootstrap(1, func(s ...[]float64) float64 { return statistics.IQM(s[0]) }, x), 391.190, 447.010},
		"difference":  {statistics.Bootstrap(1, func(s ...[]float64) float64 { return statistics.IQM(s[0]) - statistics.IQM(s[1]) }, x, y), -8.425, 95.223},
		"Improvement": {statistics.Bootstrap(1, func(s ...[]float64) float64 { return statistics.Improvement(s[0], s[1]) }, x, y), 0.4246, 0.8333},
	} {
		if slack := 0.04 * (tc.high - tc.low); math.Abs(tc.got.Low-tc.low) > slack || math.Abs(tc.got.High-tc.high) > slack {
			t.Errorf("%s: interval %v, want %v … %v", what, tc.got, tc.low, tc.high)
		}
	}
}
