package optim

import (
	"fmt"
	"strconv"
	"strings"
)

// A Schedule is a setting over the course of a run: constant, or falling
// linearly to 0.
type Schedule struct {
	start  float64
	linear bool
}

// Constant is always x.
func Constant(x float64) Schedule { return Schedule{start: x} }

// Linear falls from x to 0.
func Linear(x float64) Schedule { return Schedule{x, true} }

// Start is the setting at the start.
func (s Schedule) Start() float64 { return s.start }

// At returns the setting after step of a run's steps. Beyond, it stays at its end.
func (s Schedule) At(step, steps int) float64 {
	if !s.linear {
		return s.start
	}
	return s.start * min(1, max(0, 1-float64(step)/float64(max(1, steps))))
}

// String returns the form that UnmarshalText reads: 0.001, or lin_0.001.
func (s Schedule) String() string {
	x := strconv.FormatFloat(s.start, 'g', -1, 64)
	if s.linear {
		return "lin_" + x
	}
	return x
}

// MarshalText returns String.
func (s Schedule) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a finite number, which may begin with lin_.
func (s *Schedule) UnmarshalText(text []byte) error {
	number, linear := strings.CutPrefix(string(text), "lin_")
	x, err := strconv.ParseFloat(number, 64)
	if err != nil || x-x != 0 {
		return fmt.Errorf("%q, want a number, or lin_ and a number", text)
	}
	*s = Schedule{x, linear}
	return nil
}
