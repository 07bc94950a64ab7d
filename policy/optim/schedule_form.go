package optim

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// scheduleForms lists the ways to write a Schedule in a file, for error messages.
const scheduleForms = "a number, or lin_ or cos_ and a number, or {start: 0.001, shape: lin, end: 0.0001, warmup_fraction: 0.05}"

// curve is a Schedule written as a YAML mapping.
type curve struct {
	Start          float64 `yaml:"start"`                     // value at the start or, with a warm-up, at the end of the warm-up
	Shape          string  `yaml:"shape"`                     // curve from start to end: const, lin (a line), cos (half a cosine) or exp (the same factor each step)
	End            float64 `yaml:"end,omitempty"`             // value at the end; exp needs an end above 0
	EndFraction    float64 `yaml:"end_fraction,omitempty"`    // fraction of the run's steps after which the value is end and constant; 1 by default
	WarmupFraction float64 `yaml:"warmup_fraction,omitempty"` // fraction of the run's steps over which the value rises linearly to start
	WarmupStart    float64 `yaml:"warmup_start,omitempty"`    // value at the first step of the warm-up
}

// String returns s as text, as in a scenario file: 0.001, lin_0.001, cos_0.001, {start: 0.001,
// …}, or func(NAME).
func (s Schedule) String() string {
	switch x := s.MarshalSetting().(type) {
	case float64:
		return formatNumber(x)
	case string:
		return x
	}
	c := s.curve()
	text := "{start: " + formatNumber(c.Start) + ", shape: " + c.Shape
	for _, f := range []struct {
		key   string
		value float64
	}{{"end", c.End}, {"end_fraction", c.EndFraction}, {"warmup_fraction", c.WarmupFraction}, {"warmup_start", c.WarmupStart}} {
		if f.value != 0 {
			text += ", " + f.key + ": " + formatNumber(f.value)
		}
	}
	return text + "}"
}

// MarshalSetting returns s for YAML in the shortest way: a number, a number with the prefix lin_
// or cos_, or a mapping. For a function it returns func(NAME).
func (s Schedule) MarshalSetting() any {
	plain := s.end == 0 && s.warmupFraction == 0 && s.warmupStart == 0
	switch {
	case s.custom != nil:
		return "func(" + s.custom.name + ")"
	case plain && s.shape == constant && s.endFraction == 0:
		return s.start
	case plain && s.shape == linear && s.endFraction == 1:
		return "lin_" + formatNumber(s.start)
	case plain && s.shape == cosine && s.endFraction == 1:
		return "cos_" + formatNumber(s.start)
	}
	return s.curve()
}

// curve returns s as a mapping.
func (s Schedule) curve() curve {
	c := curve{s.start, shapes()[s.shape], s.end, s.endFraction, s.warmupFraction, s.warmupStart}
	if c.EndFraction == 1 {
		c.EndFraction = 0
	}
	return c
}

// UnmarshalText reads a finite number, with or without the prefix lin_ or cos_.
func (s *Schedule) UnmarshalText(text []byte) error {
	if strings.HasPrefix(string(text), "func(") {
		return fmt.Errorf("%s is a function of the Go program that wrote this file, and a file cannot hold it: want %s", text, scheduleForms)
	}
	schedule, digits := Constant, string(text)
	if rest, ok := strings.CutPrefix(digits, "lin_"); ok {
		schedule, digits = Linear, rest
	} else if rest, ok := strings.CutPrefix(digits, "cos_"); ok {
		schedule, digits = Cosine, rest
	}
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil || x-x != 0 {
		return fmt.Errorf("%q, want %s", text, scheduleForms)
	}
	*s = schedule(x)
	return nil
}

// UnmarshalMapping reads a mapping with the keys start and shape, and optionally end,
// end_fraction, warmup_fraction and warmup_start.
func (s *Schedule) UnmarshalMapping(decode func(into any) error) error {
	c := curve{Start: math.NaN(), EndFraction: 1} // NaN marks a missing start, because a file cannot contain NaN
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
