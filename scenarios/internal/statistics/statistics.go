// Package statistics computes the statistics of several runs that Agarwal et al. 2021,
// "Deep reinforcement learning at the edge of the statistical precipice",
// arXiv:2108.13264, recommend.
//
// A score is one number for each run, for example its mean return. IQM, OptimalityGap,
// Improvement and Profile summarise the scores of a set of runs, and Bootstrap gives
// the 95 % confidence interval of any of them. Compare compares two sets of runs: it
// returns a Contrast with a p-value from PermutationTest. Holm corrects the p-values
// of several comparisons. RunsNeeded estimates how many runs would show a difference, and
// FewestRuns returns the number of runs below which the test cannot show one.
//
// A Series is the learning curve of one run. MeanHeight and First reduce it to a score.
package statistics

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Mean returns the mean of x, or NaN if x is empty. The mean is clamped to the range of x,
// because rounding errors put the mean of ten times 0.1 slightly below 0.1.
func Mean(x []float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	sum, low, high := 0.0, x[0], x[0]
	for _, v := range x {
		sum, low, high = sum+v, min(low, v), max(high, v)
	}
	return min(max(sum/float64(len(x)), low), high)
}

// Median returns the middle number of x, or the mean of the two middle numbers.
func Median(x []float64) float64 { return Quantile(x, 0.5) }

// Quantile returns the q-quantile of x, q in [0, 1]. Between two numbers of x the quantile is
// interpolated linearly. Quantile returns NaN if x is empty.
func Quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	position := q * float64(len(s)-1)
	i := min(int(position), max(0, len(s)-2))
	if len(s) == 1 {
		return s[0]
	}
	weight := position - float64(i)
	return s[i]*(1-weight) + s[i+1]*weight
}

// IQM returns the interquartile mean of x: the mean without the smallest quarter and
// without the largest quarter of the numbers. The number of removed numbers is rounded down.
// Agarwal et al., section 4.3.
func IQM(x []float64) float64 { return iqmSorted(slices.Sorted(slices.Values(x))) }

// iqmSorted returns the interquartile mean of numbers in ascending order.
func iqmSorted(s []float64) float64 {
	cut := len(s) / 4
	return Mean(s[cut : len(s)-cut])
}

// OptimalityGap returns the mean of max(target - score, 0) over the scores x. A score
// above the target does not reduce the gap of another score. Agarwal et al., section 4.3.
func OptimalityGap(x []float64, target float64) float64 {
	gap := 0.0
	for _, v := range x {
		gap += max(target-v, 0)
	}
	return gap / float64(len(x))
}

// Improvement returns the probability that a random score of x is larger than a random
// score of y. A pair of equal scores counts as one half. Agarwal et al., section 4.3:
// the statistic U of Mann and Whitney, divided by the number of pairs.
func Improvement(x, y []float64) float64 {
	better := 0.0
	for _, a := range x {
		for _, b := range y {
			switch {
			case a > b:
				better++
			case a == b:
				better += 0.5
			}
		}
	}
	return better / float64(len(x)*len(y))
}

// Profile returns the performance profile of the scores x: for each threshold, the share of
// scores above it. Agarwal et al., section 4.2.
func Profile(x, thresholds []float64) []float64 {
	shares := make([]float64, len(thresholds))
	for i, t := range thresholds {
		above := 0
		for _, v := range x {
			if v > t {
				above++
			}
		}
		shares[i] = float64(above) / float64(len(x))
	}
	return shares
}

// resamples is the number of bootstrap samples. The paper's own code uses 2,000 for
// intervals, and 50,000 for its plots.
const resamples = 2000

// An Interval is the 95 % confidence interval of a statistic.
type Interval struct{ Low, High float64 }

// Contains reports whether x is in the interval.
func (i Interval) Contains(x float64) bool { return i.Low <= x && x <= i.High }

// Bootstrap returns the confidence interval of a statistic of several strata by the
// stratified percentile bootstrap of Agarwal et al., section 4.1: each stratum is resampled separately,
// with replacement. The same seed gives the same interval.
func Bootstrap(seed uint64, statistic func(strata ...[]float64) float64, strata ...[]float64) Interval {
	rng := rand.New(rand.NewPCG(seed, 0))
	resampled := make([][]float64, len(strata))
	for i, s := range strata {
		resampled[i] = make([]float64, len(s))
	}
	values := make([]float64, resamples)
	for k := range values {
		for i, s := range strata {
			for j := range resampled[i] {
				resampled[i][j] = s[rng.IntN(len(s))]
			}
		}
		values[k] = statistic(resampled...)
	}
	return Interval{Quantile(values, 0.025), Quantile(values, 0.975)}
}
