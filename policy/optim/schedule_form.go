package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// forms says how a Schedule is written.
const forms = "a number, or lin_ or cos_ and a number, or {start: 0.001, shape: lin, end: 0.0001, warmup_fraction: 0.05}"

// curve is the mapping form of a Schedule.
type curve struct {
	Start          float64 `yaml:"start"`                     // value at the start, after the warm-up
	Shape          string  `yaml:"shape"`                     // curve from start to end: const, lin (a line), cos (half a cosine) or exp (the same factor each step)
	End            float64 `yaml:"end,omitempty"`             // value at the end; exp needs one above 0
	EndFraction    float64 `yaml:"end_fraction,omitempty"`    // share of the steps after which the value is at its end and stays there; 1 where it is not given
	WarmupFraction float64 `yaml:"warmup_fraction,omitempty"` // share of the steps over which the value rises along a line to start
	WarmupStart    float64 `yaml:"warmup_start,omitempty"`    // value at the first step of the warm-up
}

// String returns s as a file has it: 0.001, lin_0.001, cos_0.001, {start: 0.001, …}, or
// a function's name.
func (s Schedule) String() string {
	switch x := s.MarshalSetting().(type) {
	case float64:
		return number(x)
	case string:
		return x
	}
	c := s.curve()
	text := "{start: " + number(c.Start) + ", shape: " + c.Shape
	for _, f := range []struct {
		key   string
		value float64
	}{{"end", c.End}, {"end_fraction", c.EndFraction}, {"warmup_fraction", c.WarmupFraction}, {"warmup_start", c.WarmupStart}} {
		if f.value != 0 {
			text += ", " + f.key + ": " + number(f.value)
		}
	}
	return text + "}"
}

// MarshalSetting returns the shortest form of s: a number, lin_ or cos_ and a number, or
// the mapping. Of a function it returns the name, as func(NAME).
func (s Schedule) MarshalSetting() any {
	plain := s.end == 0 && s.warmupFraction == 0 && s.warmupStart == 0
	switch {
	case s.own != nil:
		return "func(" + s.own.name + ")"
	case plain && s.shape == constant && s.endFraction == 0:
		return s.start
	case plain && s.shape == linear && s.endFraction == 1:
		return "lin_" + number(s.start)
	case plain && s.shape == cosine && s.endFraction == 1:
		return "cos_" + number(s.start)
	}
	return s.curve()
}

// curve returns the mapping form of s.
func (s Schedule) curve() curve {
	c := curve{s.start, shapes()[s.shape], s.end, s.endFraction, s.warmupFraction, s.warmupStart}
	if c.EndFraction == 1 {
		c.EndFraction = 0
	}
	return c
}

// UnmarshalText reads a finite number, which may begin with lin_ or cos_.
func (s *Schedule) UnmarshalText(text []byte) error {
	if strings.HasPrefix(string(text), "func(") {
		return fmt.Errorf("%s, a function of the Go program that wrote this, which no file holds: want %s", text, forms)
	}
	schedule, digits := Constant, string(text)
	if rest, ok := strings.CutPrefix(digits, "lin_"); ok {
		schedule, digits = Linear, rest
	} else if rest, ok := strings.CutPrefix(digits, "cos_"); ok {
		schedule, digits = Cosine, rest
	}
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil || x-x != 0 {
		return fmt.Errorf("%q, want %s", text, forms)
	}
	*s = schedule(x)
	return nil
}

// UnmarshalMapping reads the start and the shape, and if given the end, when it is
// reached, and the warm-up.
func (s *Schedule) UnmarshalMapping(decode func(into any) error) error {
	c := curve{Start: math.NaN(), EndFraction: 1} // no file holds a NaN
	if err := decode(&c); err != nil {
		return err
	}
	i := slices.Index(shapes(), c.Shape)
	switch {
	case math.IsNaN(c.Start):
		return errors.New("no start, want one, as {start: 0.001, shape: lin}")
	case i < 0:
		return fmt.Errorf("shape %q, want one of %s", c.Shape, strings.Join(shapes(), ", "))
	case shape(i) == constant && c.EndFraction == 1:
		c.EndFraction = 0
	}
	read := Schedule{shape(i), c.Start, c.End, c.EndFraction, c.WarmupFraction, c.WarmupStart, nil}
	if err := read.Check(math.Inf(-1), math.Inf(1)); err != nil {
		return err
	}
	*s = read
	return nil
}
