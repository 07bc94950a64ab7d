// Package plot draws learning curves: of several runs one line, and about it where
// it is with 95 % confidence.
package plot

import "github.com/rlrun/rlrun/scenarios/internal/statistics"

// A Curve is the interquartile mean of several statistics.Series at the same places, with
// its interval by bootstrap over them. The Curve of one series is the series itself.
type Curve struct {
	Name      string
	X, Y      []float64
	Low, High []float64 // nil of one series
	Runs      int
}

// points is how many places a Curve has.
const points = 160

// NewCurve sums up series: from where all of them have begun to where the first of
// them ends, in equal steps, each between its own places in proportion.
func NewCurve(name string, series []statistics.Series) Curve {
	c := Curve{Name: name, Runs: len(series)}
	if len(series) == 1 {
		c.X, c.Y = series[0].X, series[0].Y
		return c
	}
	from, to := statistics.Common(series)
	to = max(from, to)
	iqm := func(x ...[]float64) float64 { return statistics.IQM(x[0]) }
	for k := range points {
		x := from + (to-from)*float64(k)/(points-1)
		y := make([]float64, len(series))
		for i, s := range series {
			y[i] = s.At(x)
		}
		band := statistics.Bootstrap(1, iqm, y)
		c.X, c.Y = append(c.X, x), append(c.Y, statistics.IQM(y))
		c.Low, c.High = append(c.Low, band.Low), append(c.High, band.High)
	}
	return c
}
