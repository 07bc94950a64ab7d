package stage

import "math"

// A span is the range of several numbers. The zero value is the range of no numbers.
type span struct {
	low, high float64
	some      bool // there is at least one number
}

// add widens the span to include v. It ignores NaN and infinity.
func (s *span) add(v float64) {
	switch {
	case v-v != 0:
	case !s.some:
		*s = span{v, v, true}
	default:
		s.low, s.high = min(s.low, v), max(s.high, v)
	}
}

// rounded returns the ends of an axis for the numbers of s, rounded outwards. If the
// numbers are almost equal, the axis is longer than their range, so that small noise looks small:
// it has at least a fifth of the largest absolute value.
func (s span) rounded() span {
	if !s.some || s.low == 0 && s.high == 0 {
		return span{0, 1, true}
	}
	low, high := s.low, s.high
	if missing := max(math.Abs(low), math.Abs(high))/5 - (high - low); missing > 0 {
		low, high = low-missing/2, high+missing/2
		if s.low >= 0 {
			low = max(low, 0)
		}
		if s.high <= 0 {
			high = min(high, 0)
		}
	}
	step := roundStep((high - low) / 5)
	const rounding = 1e-9
	return span{math.Floor(low/step+rounding) * step, math.Ceil(high/step-rounding) * step, true}
}

// roundStep returns the smallest number of the form 1, 2 or 5 times a power of ten that is at least x.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, k := range []float64{1, 2, 5} {
		if k*power >= x*(1-1e-9) {
			return k * power
		}
	}
	return 10 * power
}

// An axis is the vertical axis of a growing curve. It becomes wider, and never narrower.
type axis struct {
	numbers span // range of the added numbers
	shown   span // ends of the axis
}

// add adds a number to the curve, and widens the axis if necessary.
func (a *axis) add(v float64) {
	if a.numbers.add(v); a.numbers.low != 0 || a.numbers.high != 0 {
		r := a.numbers.rounded()
		a.shown.add(r.low)
		a.shown.add(r.high)
	}
}

// span returns the ends of the axis.
func (a *axis) span() span {
	if !a.shown.some {
		return span{0, 1, true}
	}
	return a.shown
}

// next returns the axis at the start of the next episode, which fits the numbers of this episode.
func (a *axis) next() (b axis) {
	if a.numbers.some {
		b.add(a.numbers.low)
		b.add(a.numbers.high)
	}
	return axis{shown: b.shown}
}
