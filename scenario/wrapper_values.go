package scenario

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// stack has the settings of frame_stack: a number n, or a mapping.
type stack struct {
	N       int    `yaml:"n"`       // number of observations that are returned together
	Padding string `yaml:"padding"` // fills the stack at the start of an episode: reset (copies of the first observation) or zero
}

// Values of padding.
const (
	padReset = "reset"
	padZero  = "zero"
)

// UnmarshalText reads the number of observations.
func (s *stack) UnmarshalText(text []byte) error {
	n, err := strconv.ParseFloat(string(text), 64) // a float, because a whole number may be written 4.0
	if err != nil || n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		return fmt.Errorf("%q, want a whole number, or {n: 4, padding: zero}", text)
	}
	s.N = int(n)
	return nil
}

// UnmarshalMapping reads a mapping, for example {n: 4, padding: zero}.
func (s *stack) UnmarshalMapping(decode func(into any) error) error {
	type fields stack // the same struct without the methods, so that decode does not call them
	f := fields(*s)
	if err := decode(&f); err != nil {
		return err
	}
	if f.Padding != padReset && f.Padding != padZero {
		return fmt.Errorf("padding %q, want %s or %s", f.Padding, padReset, padZero)
	}
	*s = stack(f)
	return nil
}

// A selection is the value of filter_observation: names of fields of a Dict, or indices of
// elements of a Box.
type selection struct {
	index []int
	names []string // nil: the selection has indices
}

// UnmarshalText returns an error, because the value must be a list.
func (s *selection) UnmarshalText([]byte) error { return errSelection }

// UnmarshalMapping returns an error, because the value must be a list.
func (s *selection) UnmarshalMapping(func(into any) error) error { return errSelection }

var errSelection = errors.New("want the names of fields, or the indices of elements: [0, 2]")

// UnmarshalList reads a list of indices or of names.
func (s *selection) UnmarshalList(decode func(into any) error) error {
	if decode(&s.index) == nil {
		return nil
	}
	if decode(&s.names) != nil {
		return errSelection
	}
	return nil
}

// edges has the settings of crop.
type edges struct {
	Top    int `yaml:"top"`    // rows of pixels to cut off at the top
	Bottom int `yaml:"bottom"` // rows of pixels to cut off at the bottom
	Left   int `yaml:"left"`   // columns of pixels to cut off at the left
	Right  int `yaml:"right"`  // columns of pixels to cut off at the right
}

// deaths has the settings of no_death.
type deaths struct {
	Types []string `yaml:"types"` // deadly types: lava; ball in Dynamic-Obstacles
	Cost  float64  `yaml:"cost"`  // is added to the reward
}

// A size is the value of resize: 84x84, the width and the height in pixels.
type size struct{ width, height int }

// UnmarshalText reads a size.
func (s *size) UnmarshalText(text []byte) error {
	width, height, ok := strings.Cut(string(text), "x")
	w, errW := strconv.Atoi(width)
	h, errH := strconv.Atoi(height)
	if !ok || errW != nil || errH != nil {
		return fmt.Errorf("size %q, want WIDTHxHEIGHT in pixels: 84x84", text)
	}
	*s = size{w, h}
	return nil
}
