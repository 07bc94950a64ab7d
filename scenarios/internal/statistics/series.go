package statistics

import (
	"math"
	"slices"
)

// A Series is a metric of one run over its training, for example the return (Y) over
// environment steps (X). X ascends, X and Y have the same length, at least 1, and Y has no NaN.
type Series struct{ X, Y []float64 }

// At returns Y at x, interpolated linearly between two points. Before the first point
// it returns the first Y, and after the last point the last Y.
func (s Series) At(x float64) float64 {
	i, found := slices.BinarySearch(s.X, x)
	switch {
	case found || i == 0:
		return s.Y[i]
	case i == len(s.X):
		return s.Y[i-1]
	}
	weight := (x - s.X[i-1]) / (s.X[i] - s.X[i-1])
	return s.Y[i-1]*(1-weight) + s.Y[i]*weight
}

// MeanHeight returns the mean of Y over the interval [from, to]: the area under the
// series, by trapezoids, divided by the interval's length. If to ≤ from, it returns At(from).
func (s Series) MeanHeight(from, to float64) float64 {
	if to <= from {
		return s.At(from)
	}
	area, x, y := 0.0, from, s.At(from)
	addTrapezoid := func(x2, y2 float64) {
		area += (x2 - x) * (y + y2) / 2
		x, y = x2, y2
	}
	for i := range s.X {
		if s.X[i] > from && s.X[i] < to {
			addTrapezoid(s.X[i], s.Y[i])
		}
	}
	addTrapezoid(to, s.At(to))
	return area / (to - from)
}

// First returns the X of the first point whose Y is at least level, or +Inf if no point
// reaches the level.
func (s Series) First(level float64) float64 {
	for i, y := range s.Y {
		if y >= level {
			return s.X[i]
		}
	}
	return math.Inf(1)
}

// Smooth returns s with each Y replaced by the mean of the last n Ys up to it. Stable-Baselines3
// logs returns in this way.
func (s Series) Smooth(n int) Series {
	out, sum := Series{s.X, make([]float64, len(s.Y))}, 0.0
	for i, y := range s.Y {
		if sum += y; i >= n {
			sum -= s.Y[i-n]
		}
		out.Y[i] = sum / float64(min(i+1, n))
	}
	return out
}

// Common returns the largest interval of X in which every series has values. If one
// series ends before another begins, to is smaller than from.
func Common(series []Series) (from, to float64) {
	from, to = math.Inf(-1), math.Inf(1)
	for _, s := range series {
		from, to = max(from, s.X[0]), min(to, s.X[len(s.X)-1])
	}
	return from, to
}
