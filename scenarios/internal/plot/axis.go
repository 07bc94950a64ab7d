package plot

import (
	"math"
	"strconv"

	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// An axis maps numbers to positions in the picture: low to start, and high to end.
type axis struct {
	low, high  float64
	start, end float32
	ticks      []tick
}

// A tick is a number with a label beside the axis.
type tick struct {
	value float64
	label string
}

// position returns the position of a number.
func (a *axis) position(v float64) float32 {
	return a.start + float32((v-a.low)/(a.high-a.low))*(a.end-a.start)
}

// fit sets the range of the axis to the range of all numbers. If the numbers are equal or almost
// equal, the range is wider.
func (a *axis) fit(numbers ...[]float64) {
	a.low, a.high = math.Inf(1), math.Inf(-1)
	for _, all := range numbers {
		for _, v := range all {
			a.low, a.high = min(a.low, v), max(a.high, v)
		}
	}
	largest := max(math.Abs(a.low), math.Abs(a.high))
	if !(a.high-a.low > max(1e-9*largest, 1e-300)) {
		margin := max(1, largest/20)
		a.low, a.high = a.low-margin, a.high+margin
	}
}

// ticks returns about five round numbers between low and high, with short labels: 20k, 1.5M.
func ticks(low, high float64) (all []tick) {
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, k := range []float64{5, 2.5, 2} {
		if (high-low)/(step*k) >= 3.5 {
			step *= k
			break
		}
	}
	size, unit := scale(max(math.Abs(low), math.Abs(high)))
	for i := int(math.Ceil(low/step - 1e-9)); float64(i)*step <= high*(1+1e-12); i++ {
		x := float64(i) * step
		label := figure.Known(x/size, step/size/10)
		if x != 0 {
			label += unit
		}
		all = append(all, tick{x, label})
	}
	for i := 1; i < len(all); i++ {
		if all[i].label == all[i-1].label { // the numbers are large and their differences small
			return withLongLabels(all)
		}
	}
	return all
}

// withLongLabels returns the ticks with labels of 12 digits.
func withLongLabels(all []tick) []tick {
	for i, t := range all {
		all[i].label = strconv.FormatFloat(t.value, 'g', 12, 64)
	}
	return all
}

// scale returns the divisor and the unit of an axis's labels: for example 1,000 and "k" if the
// largest number is 10,000.
func scale(largest float64) (size float64, unit string) {
	switch {
	case largest >= 1e6:
		return 1e6, "M"
	case largest >= 1e4:
		return 1e3, "k"
	}
	return 1, ""
}
