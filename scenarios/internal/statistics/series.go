package statistics

import (
	"math"
	"slices"
)

// A Series is one run's figure, for example returns over steps. X ascends, and Y is not
// NaN.
type Series struct{ X, Y []float64 }

// At returns the figure at x, interpolated linearly. Before the first place and after the
// last one it is the figure there.
func (s Series) At(x float64) float64 {
	i, found := slices.BinarySearch(s.X, x)
	switch {
	case found || i == 0:
		return s.Y[i]
	case i == len(s.X):
		return s.Y[i-1]
	}
	part := (x - s.X[i-1]) / (s.X[i] - s.X[i-1])
	return s.Y[i-1]*(1-part) + s.Y[i]*part
}

// MeanHeight returns the area under the series between two places, by trapezoids,
// divided by their distance. At one place it is the height there.
func (s Series) MeanHeight(from, to float64) float64 {
	if to <= from {
		return s.At(from)
	}
	area, x, y := 0.0, from, s.At(from)
	next := func(x2, y2 float64) {
		area += (x2 - x) * (y + y2) / 2
		x, y = x2, y2
	}
	for i := range s.X {
		if s.X[i] > from && s.X[i] < to {
			next(s.X[i], s.Y[i])
		}
	}
	next(to, s.At(to))
	return area / (to - from)
}

// First returns the first place where the series is level or more, +Inf if there is none.
func (s Series) First(level float64) float64 {
	for i, y := range s.Y {
		if y >= level {
			return s.X[i]
		}
	}
	return math.Inf(1)
}

// Smooth returns s with each figure the mean of the last n up to it, as
// Stable-Baselines3 logs returns.
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

// Common returns the places from which all series have begun, and to which none has ended.
// If one ends before another begins, to is less than from.
func Common(series []Series) (from, to float64) {
	from, to = math.Inf(-1), math.Inf(1)
	for _, s := range series {
		from, to = max(from, s.X[0]), min(to, s.X[len(s.X)-1])
	}
	return from, to
}
