package agents

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Temperature is the weight of entropy: a number, or one that is learned.
type Temperature struct {
	Auto  bool    // learned
	Value float64 // the number, or the one to begin with
}

// String is as Stable-Baselines3 has it: auto, auto_0.1 or 0.1.
func (t Temperature) String() string {
	number := strconv.FormatFloat(t.Value, 'g', -1, 64)
	switch {
	case !t.Auto:
		return number
	case t.Value == 1:
		return "auto"
	}
	return "auto_" + number
}

// MarshalText writes what UnmarshalText reads.
func (t Temperature) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a number above 0, auto, or auto_ with the number to begin
// with.
func (t *Temperature) UnmarshalText(text []byte) error {
	number, auto := strings.CutPrefix(string(text), "auto")
	if auto && number == "" {
		number = "_1"
	}
	if auto {
		var ok bool
		if number, ok = strings.CutPrefix(number, "_"); !ok {
			number = ""
		}
	}
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || !(0 < v && v <= math.MaxFloat32) {
		return fmt.Errorf("%q, want a number above 0, auto, or auto_0.1 for one that is learned from 0.1", text)
	}
	*t = Temperature{auto, v}
	return nil
}
