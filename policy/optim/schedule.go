package optim

import (
	"fmt"
	"math"
	"strconv"
)

// A Schedule is a setting whose value can change during a run. It is constant, or falls from a
// start to an end along a line, half a cosine or an exponential. In a warm-up before the fall,
// the value can rise to the start. A Schedule can also be any Go function. The zero Schedule is
// always 0.
type Schedule struct {
	shape       shape
	start, end  float64
	endFraction float64 // fraction of the run's steps after which the value is end and constant

	warmupFraction float64 // fraction of the run's steps in which the value rises to start
	warmupStart    float64 // first value of the warm-up

	custom *function // function that returns all values; nil: the fields above describe the values
}

// A shape is the curve of a Schedule between the start and the end.
type shape uint8

const (
	constant shape = iota
	linear
	cosine
	exponential
)

// shapes returns the name of each shape of a Schedule in scenario files.
func shapes() []string { return []string{"const", "lin", "cos", "exp"} }

// A function is a Schedule that a Go program defines.
type function struct {
	name string
	at   func(progress float64) float64
}

// Constant returns the Schedule that is always x.
func Constant(x float64) Schedule { return Schedule{start: x} }

// Linear returns the Schedule that falls linearly from x to 0.
func Linear(x float64) Schedule { return Schedule{shape: linear, start: x, endFraction: 1} }

// Cosine returns the Schedule that falls from x to 0 along half a cosine: x (1 + cos πt) / 2 for
// t from 0 to 1. Loshchilov and Hutter 2017, arXiv:1608.03983, eq. 5, without restarts.
func Cosine(x float64) Schedule { return Schedule{shape: cosine, start: x, endFraction: 1} }

// Exponential returns the Schedule that falls from x to end. Each step multiplies the value by
// the same factor: the value is x (end/x)^t for t from 0 to 1. Both x and end must be above 0.
func Exponential(x, end float64) Schedule {
	return Schedule{shape: exponential, start: x, end: end, endFraction: 1}
}

// Func returns the Schedule with the value at(progress), where progress rises from 0 to 1 over
// the run's steps. (A schedule function of Stable-Baselines3 has the parameter 1 - progress.) A
// file cannot contain the function. config.yaml contains only name, so different functions must
// have different names, and only a program with the function can resume the run.
func Func(name string, at func(progress float64) float64) Schedule {
	return Schedule{custom: &function{name, at}}
}

// To returns a copy of s whose last value is end instead of 0.
func (s Schedule) To(end float64) Schedule {
	s.end = end
	return s
}

// By returns a copy of s that reaches its last value after the fraction endFraction of the run's
// steps and is constant after that, like end_fraction in Stable-Baselines3.
func (s Schedule) By(endFraction float64) Schedule {
	s.endFraction = endFraction
	return s
}

// Warmup returns a copy of s with a warm-up at the start of the run. The warm-up takes the given
// fraction of the run's steps. In this time the value rises linearly: it begins at the value of
// the argument first, and ends at the start value of s.
func (s Schedule) Warmup(fraction, first float64) Schedule {
	s.warmupFraction, s.warmupStart = fraction, first
	return s
}

// Start returns the value at the end of the warm-up or, without a warm-up, at step 0.
func (s Schedule) Start() float64 {
	if s.custom != nil {
		return s.custom.at(0)
	}
	return s.start
}

// At returns the value at a step of a run. steps is the number of steps of the run, and the value
// is constant after them.
func (s Schedule) At(step, steps int) float64 {
	return s.at(min(1, max(0, float64(step)/float64(max(1, steps)))))
}

// at returns the value at a fraction of the run, where progress is from 0 to 1.
func (s Schedule) at(progress float64) float64 {
	switch {
	case s.custom != nil:
		return s.custom.at(progress)
	case progress < s.warmupFraction:
		return interpolate(s.warmupStart, s.start, 1-progress/s.warmupFraction)
	case s.shape == constant:
		return s.start
	}
	left := max(0, 1-(progress-s.warmupFraction)/(s.endFraction-s.warmupFraction))
	switch s.shape {
	case cosine:
		left = (1 - math.Cos(math.Pi*left)) / 2
	case exponential:
		if left > 0 {
			return min(max(s.start, s.end), max(min(s.start, s.end), s.start*math.Pow(s.end/s.start, 1-left)))
		}
	}
	return interpolate(s.start, s.end, left)
}

// interpolate returns start · left + end · (1-left), for left from 0 to 1. The result is clipped
// to the interval between start and end, because rounding errors could put it outside.
func interpolate(start, end, left float64) float64 {
	x := float64(start*left) + float64(end*(1-left)) // the conversions round each product, so that no processor fuses a product with the sum
	return min(max(start, end), max(min(start, end), x))
}

// FallsToZero reports whether the value falls to 0 at the end of a run. For a constant Schedule
// it returns false.
func (s Schedule) FallsToZero() bool {
	return (s.shape != constant || s.custom != nil) && s.at(1) == 0
}

// samples is the number of intervals in a run for Range. Range calls a function at the ends of
// all intervals.
const samples = 1000

// Range returns the smallest and the largest value during a run. For a function it uses the
// values at 1001 equally spaced points. Both results are NaN if a value is NaN.
func (s Schedule) Range() (low, high float64) {
	if s.custom != nil {
		low, high = s.custom.at(0), s.custom.at(0)
		for i := range samples {
			x := s.custom.at(float64(i+1) / samples)
			low, high = min(low, x), max(high, x)
		}
		return low, high
	}
	low, high = s.start, s.start
	if s.shape != constant {
		low, high = min(low, s.end), max(high, s.end)
	}
	if s.warmupFraction > 0 {
		low, high = min(low, s.warmupStart), max(high, s.warmupStart)
	}
	return low, high
}

// Check returns an error if s is not valid or has a value outside [low, high]. The error message
// begins with s as text.
func (s Schedule) Check(low, high float64) error {
	if want := s.fault(); want != "" {
		return fmt.Errorf("%v, want %s", s, want)
	}
	smallest, largest := s.Range()
	switch {
	case low <= smallest && largest <= high && smallest-smallest == 0 && largest-largest == 0:
		return nil
	case math.IsInf(low, -1):
		return fmt.Errorf("%v, want finite numbers", s)
	case high >= math.MaxFloat32:
		return fmt.Errorf("%v, want %s or more", s, formatNumber(low))
	}
	return fmt.Errorf("%v, want %s … %s", s, formatNumber(low), formatNumber(high))
}

// fault returns the rule that s breaks, as text for an error message, or "" if s is valid.
func (s Schedule) fault() string {
	falls := s.shape != constant
	switch {
	case s.custom != nil && s != Schedule{custom: s.custom}:
		return "a function without To, By and Warmup, since the function gives all values"
	case !falls && (s.end != 0 || s.endFraction != 0):
		return "a shape with an end: lin, cos or exp"
	case !(0 <= s.warmupFraction && s.warmupFraction < 1):
		return "a warmup_fraction of 0 or more and less than 1"
	case s.warmupFraction == 0 && s.warmupStart != 0:
		return "a warmup_fraction above 0 with the warmup_start"
	case falls && !(s.warmupFraction < s.endFraction && s.endFraction <= 1):
		return "an end_fraction above the warmup_fraction and at most 1"
	case s.shape == exponential && !(s.start > 0 && s.end > 0):
		return "a start and an end above 0 for shape exp"
	}
	return ""
}

// formatNumber returns the shortest text that parses to x.
func formatNumber(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
