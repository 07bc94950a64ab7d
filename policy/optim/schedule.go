package optim

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Schedule is a setting over the course of a run: constant, or falling to 0
// along a line, or along half a cosine.
type Schedule struct {
	start float64
	shape shape
}

// A shape is what a Schedule is called by in front of its number.
type shape string

const (
	constant shape = ""
	linear   shape = "lin_"
	cosine   shape = "cos_"
)

// Constant is always x.
func Constant(x float64) Schedule { return Schedule{start: x} }

// Linear falls from x to 0.
func Linear(x float64) Schedule { return Schedule{x, linear} }

// Cosine falls from x to 0, slowly at first and at last: x (1 + cos πt) / 2 for t
// from 0 to 1. Loshchilov and Hutter 2017, arXiv:1608.03983, eq. 5, without
// restarts.
func Cosine(x float64) Schedule { return Schedule{x, cosine} }

// Start is the setting at the start.
func (s Schedule) Start() float64 { return s.start }

// IsConstant reports whether the setting stays as it is at the start.
func (s Schedule) IsConstant() bool { return s.shape == constant }

// At returns the setting after step of a run's steps. Beyond, it stays at its end.
func (s Schedule) At(step, steps int) float64 {
	left := min(1, max(0, 1-float64(step)/float64(max(1, steps))))
	switch s.shape {
	case linear:
		return s.start * left
	case cosine:
		return s.start * (1 - math.Cos(math.Pi*left)) / 2
	}
	return s.start
}

// String returns the form that UnmarshalText reads: 0.001, lin_0.001, cos_0.001.
func (s Schedule) String() string {
	return string(s.shape) + strconv.FormatFloat(s.start, 'g', -1, 64)
}

// MarshalText returns String.
func (s Schedule) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads a finite number, which may begin with lin_ or cos_.
func (s *Schedule) UnmarshalText(text []byte) error {
	form, number := constant, string(text)
	for _, f := range []shape{linear, cosine} {
		if rest, ok := strings.CutPrefix(number, string(f)); ok {
			form, number = f, rest
			break
		}
	}
	x, err := strconv.ParseFloat(number, 64)
	if err != nil || x-x != 0 {
		return fmt.Errorf("%q, want a number, or lin_ or cos_ and a number", text)
	}
	*s = Schedule{x, form}
	return nil
}
