package optim

import (
	"fmt"
	"math"
	"strconv"
)

// A Schedule is a setting over the course of a run: constant, or falling from its start
// to its end along a line, half a cosine or an exponential, with a rise to the start
// before that; or a function. The zero Schedule is always 0.
type Schedule struct {
	shape       shape
	start, end  float64
	endFraction float64 // share of the steps after which the setting is at its end

	warmupFraction float64 // share of the steps over which the setting rises to start
	warmupStart    float64 // first value of that rise

	own *function // in place of all others
}

// A shape is the curve of a Schedule between its start and its end.
type shape uint8

const (
	constant shape = iota
	linear
	cosine
	exponential
)

// shapes are the names of the shapes in a file.
func shapes() []string { return []string{"const", "lin", "cos", "exp"} }

// A function is a Go program's own schedule.
type function struct {
	name string
	at   func(progress float64) float64
}

// Constant is always x.
func Constant(x float64) Schedule { return Schedule{start: x} }

// Linear falls along a line from x to 0.
func Linear(x float64) Schedule { return Schedule{shape: linear, start: x, endFraction: 1} }

// Cosine falls from x to 0, slowly at first and at last: x (1 + cos πt) / 2 for t
// from 0 to 1. Loshchilov and Hutter 2017, arXiv:1608.03983, eq. 5, without
// restarts.
func Cosine(x float64) Schedule { return Schedule{shape: cosine, start: x, endFraction: 1} }

// Exponential falls from x to end by the same factor at each step: x (end/x)^t for t
// from 0 to 1. Both are above 0.
func Exponential(x, end float64) Schedule {
	return Schedule{shape: exponential, start: x, end: end, endFraction: 1}
}

// Func is at(progress), where progress rises from 0 to 1 over a run's steps. (The
// functions of Stable-Baselines3 take 1 - progress.) No file can hold it: config.yaml has
// its name, by which runs are told apart, and a run is resumed by the program that has
// the function.
func Func(name string, at func(progress float64) float64) Schedule {
	return Schedule{own: &function{name, at}}
}

// To returns s with another end, which s reaches in place of 0: the floor.
func (s Schedule) To(end float64) Schedule {
	s.end = end
	return s
}

// By returns s with its end at a share of a run's steps, as Stable-Baselines3's
// end_fraction has it. After that it stays at its end.
func (s Schedule) By(endFraction float64) Schedule {
	s.endFraction = endFraction
	return s
}

// Warmup returns s with a linear rise before it: from first to the start, over a share
// of a run's steps.
func (s Schedule) Warmup(fraction, first float64) Schedule {
	s.warmupFraction, s.warmupStart = fraction, first
	return s
}

// Start is the setting before it falls: at step 0, or after the warm-up.
func (s Schedule) Start() float64 {
	if s.own != nil {
		return s.own.at(0)
	}
	return s.start
}

// At returns the setting after step of a run's steps. Beyond, it stays at its end.
func (s Schedule) At(step, steps int) float64 {
	return s.at(min(1, max(0, float64(step)/float64(max(1, steps)))))
}

// at returns the setting after a share of a run's steps.
func (s Schedule) at(progress float64) float64 {
	switch {
	case s.own != nil:
		return s.own.at(progress)
	case progress < s.warmupFraction:
		return between(s.warmupStart, s.start, 1-progress/s.warmupFraction)
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
	return between(s.start, s.end, left)
}

// between returns the number that is left of the way from start to end: start at 1, end
// at 0.
func between(start, end, left float64) float64 {
	x := float64(start*left) + float64(end*(1-left)) // each rounded, on all processors alike
	return min(max(start, end), max(min(start, end), x))
}

// FallsToZero reports whether a run ends with the setting at 0, and did not begin so.
func (s Schedule) FallsToZero() bool {
	return (s.shape != constant || s.own != nil) && s.at(1) == 0
}

// samples is the number of points at which a function is looked at.
const samples = 1000

// Range returns the least and the greatest value over a run. Of a function it returns
// those at 1001 points. Both are NaN if any value is.
func (s Schedule) Range() (least, most float64) {
	if s.own != nil {
		least, most = s.own.at(0), s.own.at(0)
		for i := range samples {
			x := s.own.at(float64(i+1) / samples)
			least, most = min(least, x), max(most, x)
		}
		return least, most
	}
	least, most = s.start, s.start
	if s.shape != constant {
		least, most = min(least, s.end), max(most, s.end)
	}
	if s.warmupFraction > 0 {
		least, most = min(least, s.warmupStart), max(most, s.warmupStart)
	}
	return least, most
}

// Check returns an error, which begins with s, if s is no schedule or has a value that
// is not in [least, most].
func (s Schedule) Check(least, most float64) error {
	if want := s.wants(); want != "" {
		return fmt.Errorf("%v, want %s", s, want)
	}
	low, high := s.Range()
	switch {
	case least <= low && high <= most && low-low == 0 && high-high == 0:
		return nil
	case math.IsInf(least, -1):
		return fmt.Errorf("%v, want finite numbers", s)
	case most >= math.MaxFloat32:
		return fmt.Errorf("%v, want %s or more", s, number(least))
	}
	return fmt.Errorf("%v, want %s … %s", s, number(least), number(most))
}

// wants returns what s needs to be a schedule, "" if it is one.
func (s Schedule) wants() string {
	falls := s.shape != constant
	switch {
	case s.own != nil && s != Schedule{own: s.own}:
		return "a function without a warm-up and an end: it has its own"
	case !falls && (s.end != 0 || s.endFraction != 0):
		return "a shape that falls to the end: lin, cos or exp"
	case !(0 <= s.warmupFraction && s.warmupFraction < 1):
		return "a warmup_fraction of 0 or more and less than 1"
	case s.warmupFraction == 0 && s.warmupStart != 0:
		return "a warmup_fraction with the warmup_start"
	case falls && !(s.warmupFraction < s.endFraction && s.endFraction <= 1):
		return "an end_fraction above the warmup_fraction, and no more than 1"
	case s.shape == exponential && !(s.start > 0 && s.end > 0):
		return "a start and an end above 0 for shape exp"
	}
	return ""
}

// number writes x as briefly as it can be.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
