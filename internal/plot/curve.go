// Package plot draws learning curves: of several runs one line, and about it where
// it is with 95 % confidence.
package plot

import (
	"math"
	"slices"

	"github.com/rlrun/rlrun/internal/statistics"
)

// A Series is one run's figure over something, in its order. Y is not NaN.
type Series struct{ X, Y []float64 }

// A Curve is the interquartile mean of several Series at the same places, and its
// interval by bootstrap over the Series. Where there is one Series it is that.
type Curve struct {
	Name      string
	X, Y      []float64
	Low, High []float64 // nil of one Series
	Runs      int
}

// points is how many places a Curve has.
const points = 160

// NewCurve sums up series: from where all of them have begun to where the first of
// them ends, in equal steps, each between its own places in proportion.
func NewCurve(name string, series []Series) Curve {
	c := Curve{Name: name, Runs: len(series)}
	if len(series) == 1 {
		c.X, c.Y = series[0].X, series[0].Y
		return c
	}
	from, to := math.Inf(-1), math.Inf(1)
	for _, s := range series {
		from, to = max(from, s.X[0]), min(to, s.X[len(s.X)-1])
	}
	if to < from {
		to = from
	}
	iqm := func(x ...[]float64) float64 { return statistics.IQM(x[0]) }
	for k := range points {
		x := from + (to-from)*float64(k)/(points-1)
		y := make([]float64, len(series))
		for i, s := range series {
			y[i] = s.at(x)
		}
		band := statistics.Bootstrap(1, iqm, y)
		c.X, c.Y = append(c.X, x), append(c.Y, statistics.IQM(y))
		c.Low, c.High = append(c.Low, band.Low), append(c.High, band.High)
	}
	return c
}

// at is the figure at x, in proportion between two places.
func (s Series) at(x float64) float64 {
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

// Smooth returns s with each figure the mean of the last n up to it, as
// Stable-Baselines3 logs returns.
func Smooth(s Series, n int) Series {
	out, sum := Series{s.X, make([]float64, len(s.Y))}, 0.0
	for i, y := range s.Y {
		if sum += y; i >= n {
			sum -= s.Y[i-n]
		}
		out.Y[i] = sum / float64(min(i+1, n))
	}
	return out
}
