package agents

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Temperature is the setting of SAC's temperature α, the weight of the entropy: a constant, or
// the initial value of a learned α.
type Temperature struct {
	Auto  bool    // true if α is learned
	Value float64 // the constant α, or the initial value of a learned α
}

// String returns the setting as Stable-Baselines3 writes it: auto, auto_0.1 or 0.1.
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

// MarshalText returns the text of String, which UnmarshalText reads.
func (t Temperature) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a number above 0, the word auto, or auto_ and an initial value above 0. The
// word auto alone has the initial value 1.
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
		return fmt.Errorf("%q, want a number above 0, auto, or auto_0.1 to learn it from the initial value 0.1", text)
	}
	*t = Temperature{auto, v}
	return nil
}
