package mujoco

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Range is the numbers between a lower and an upper bound. A bound may be infinite.
type Range [2]float64

// errRange says what a Range is.
var errRange = errors.New("want two numbers, the lower one first, as [-1, 1] or [0.2, .inf]")

// UnmarshalList reads a list of two numbers.
func (r *Range) UnmarshalList(decode func(into any) error) error {
	var bounds []bound
	if err := decode(&bounds); err != nil {
		return err
	}
	if len(bounds) != 2 {
		return errRange
	}
	*r = Range{float64(bounds[0]), float64(bounds[1])}
	return nil
}

// MarshalSetting returns the list that UnmarshalList reads.
func (r Range) MarshalSetting() any { return []bound{bound(r[0]), bound(r[1])} }

// contains reports whether x is between the bounds, and on neither of them.
func (r Range) contains(x float64) bool { return r[0] < x && x < r[1] }

// clip returns the number of r that is nearest to x.
func (r Range) clip(x float64) float64 { return min(max(x, r[0]), r[1]) }

// A bound is a bound of a Range.
type bound float64

// UnmarshalText reads a number, or an infinity as YAML or JSON libraries write it: .inf, inf,
// Infinity, with or without a sign.
func (b *bound) UnmarshalText(text []byte) error {
	x, err := strconv.ParseFloat(strings.Replace(string(text), ".inf", "inf", 1), 64)
	if err != nil || math.IsNaN(x) {
		return fmt.Errorf("%q, want a number, .inf or -.inf", text)
	}
	*b = bound(x)
	return nil
}

// MarshalText writes b as a number, or as YAML writes an infinity.
func (b bound) MarshalText() ([]byte, error) {
	text := strconv.FormatFloat(float64(b), 'g', -1, 64)
	return []byte(strings.Replace(strings.TrimPrefix(text, "+"), "Inf", ".inf", 1)), nil
}

// checkRange returns an error if the bounds of the option called key are not in order, or if no
// number is between them.
func checkRange(key string, r Range) error {
	if !(r[0] <= r[1]) || math.IsInf(r[0], 1) || math.IsInf(r[1], -1) {
		return fmt.Errorf("%s [%v, %v]: %w", key, r[0], r[1], errRange)
	}
	return nil
}

// An option is a number of a task's options, with its key.
type option struct {
	key   string
	value float64
}

// checkFinite returns an error if an option is not a finite number.
func checkFinite(options ...option) error {
	for _, o := range options {
		if o.value-o.value != 0 {
			return fmt.Errorf("%s %v, want a number", o.key, o.value)
		}
	}
	return nil
}

// checkNoise returns an error if the option reset_noise_scale is not possible.
func checkNoise(scale float64) error {
	if !(0 <= scale && scale <= maxNoise) {
		return fmt.Errorf("reset_noise_scale %v, want a number, 0 … %d", scale, maxNoise)
	}
	return nil
}

// maxNoise is the largest reset_noise_scale.
const maxNoise = 1000

// inf is the bound of a Range that has no end.
var inf = math.Inf(1)

// containsAll reports whether all numbers of x are between the bounds.
func (r Range) containsAll(x []float64) bool {
	for _, v := range x {
		if !r.contains(v) {
			return false
		}
	}
	return true
}

// oneIf returns 1 if b is true, otherwise 0.
func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
