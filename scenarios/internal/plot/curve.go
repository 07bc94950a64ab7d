// Package plot draws learning curves as PNG or SVG. NewCurve combines the learning curves of
// several runs into one Curve, their interquartile mean with a 95 % confidence interval. A Figure
// with Curves is written by WritePNG or WriteSVG.
//
// A layout computes the position of each part of a figure, and draws it on a render.Canvas: an
// image for PNG, and an svg for SVG.
package plot

import "github.com/rlrun/rlrun/scenarios/internal/statistics"

// A Curve is the interquartile mean of several statistics.Series at the same values of X, with its
// bootstrap interval over the series. The Curve of a single series is the series itself.
type Curve struct {
	Name      string
	X, Y      []float64
	Low, High []float64 // 95 % interval of Y; nil for a single series
	Runs      int       // number of series
}

// points is the number of points of the Curve of several series.
const points = 160

// NewCurve combines series. The Curve covers the interval of X in which all series have values, in
// equal steps. Between its points a series is interpolated linearly.
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
