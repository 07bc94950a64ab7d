// Package statistics has what is said of several runs, as Agarwal et al. 2021,
// "Deep reinforcement learning at the edge of the statistical precipice",
// arXiv:2108.13264, define it.
package statistics

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Mean returns the mean of x, NaN if x is empty. It is always in the range of x: rounding
// would take the mean of ten times 0.1 out of it.
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

// Median returns the middle of x, or the mean of the two in the middle.
func Median(x []float64) float64 { return Quantile(x, 0.5) }

// Quantile returns what a share q of x is below, between two numbers in
// proportion. NaN of nothing.
func Quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(x))
	at := q * float64(len(s)-1)
	i := min(int(at), max(0, len(s)-2))
	if len(s) == 1 {
		return s[0]
	}
	part := at - float64(i)
	return s[i]*(1-part) + s[i+1]*part
}

// IQM returns the interquartile mean: that of what is left when a quarter of x,
// rounded down, is cut off at either end. Section 4.3.
func IQM(x []float64) float64 { return iqmSorted(slices.Sorted(slices.Values(x))) }

// iqmSorted returns the interquartile mean of numbers in order.
func iqmSorted(s []float64) float64 {
	cut := len(s) / 4
	return Mean(s[cut : len(s)-cut])
}

// OptimalityGap returns how far x falls short of what is wanted, on average;
// what is beyond does not make up for it. Section 4.3.
func OptimalityGap(x []float64, want float64) float64 {
	gap := 0.0
	for _, v := range x {
		gap += max(want-v, 0)
	}
	return gap / float64(len(x))
}

// Improvement returns the probability that a run of x is better than one of y;
// of equals, half of it. Section 4.3, after Mann and Whitney.
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

// Profile returns the share of x that is more than each of at: a performance
// profile. Section 4.2.
func Profile(x, at []float64) []float64 {
	shares := make([]float64, len(at))
	for i, t := range at {
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

// resamples is how often Interval draws: 50,000 in the paper's own code for
// figures, 2,000 for intervals.
const resamples = 2000

// An Interval is where a figure is, with 95 % confidence.
type Interval struct{ Low, High float64 }

// Contains reports whether x is in the interval.
func (i Interval) Contains(x float64) bool { return i.Low <= x && x <= i.High }

// Bootstrap returns the interval of a figure of several strata, each of which is
// drawn from again by itself, with replacement: the percentile bootstrap of
// section 4.1. The seed says what is drawn.
func Bootstrap(seed uint64, figure func(strata ...[]float64) float64, strata ...[]float64) Interval {
	rng := rand.New(rand.NewPCG(seed, 0))
	drawn := make([][]float64, len(strata))
	for i, s := range strata {
		drawn[i] = make([]float64, len(s))
	}
	figures := make([]float64, resamples)
	for k := range figures {
		for i, s := range strata {
			for j := range drawn[i] {
				drawn[i][j] = s[rng.IntN(len(s))]
			}
		}
		figures[k] = figure(drawn...)
	}
	return Interval{Quantile(figures, 0.025), Quantile(figures, 0.975)}
}
