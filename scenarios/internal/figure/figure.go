// Package figure writes numbers for people, rounded to the digits that are known.
//
// A number with a standard error is rounded at the error's first digit. Any other
// number has four significant digits, or all of its whole part if that is longer, but
// of 10¹⁵ and more the first six.
// Zeros at the end of a fraction are left out, and thousands have commas. Files and
// JSON do not come here: they have every digit.
package figure

import (
	"math"
	"strconv"
	"strings"
)

const (
	// significant is the number of digits of a number without a known error.
	significant = 4

	// mostSignificant is the most digits of a number with a known error.
	mostSignificant = 6

	// scientificFrom is the power of ten from which on numbers are written as 1.5e+15.
	scientificFrom = 15

	// noise is the relative error of float64 sums. A deviation that is smaller,
	// relative to its mean, is 0.
	noise = 1e-12
)

// Number writes x in four significant digits, a whole part in full: 0.87, 91.84,
// 12,346.
func Number(x float64) string { return commas(Digits(x)) }

// Digits writes x as Number does, without commas.
func Digits(x float64) string { return round(x, plainPlace(x, significant)) }

// Known writes x rounded at the first digit of its standard error: 92.09 of
// 92.0912 with an error of 0.0132.
func Known(x, stderr float64) string { return commas(round(x, knownPlace(x, stderr))) }

// MeanDeviation writes the mean of n numbers and their standard deviation, as
// 92.09 ± 0.13. The mean's standard error is deviation/√n.
func MeanDeviation(mean, deviation float64, n int) string {
	if deviation-deviation != 0 {
		return Number(mean) + " ± " + Number(deviation)
	}
	if negligible(deviation, mean) {
		return Number(mean) + " ± 0"
	}
	place := knownPlace(mean, deviation/math.Sqrt(float64(max(n, 1))))
	spread := round(deviation, min(place, exponent(deviation)))
	return commas(round(mean, place)) + " ± " + commas(spread)
}

// Interval writes x and its interval of 95 % confidence: 0.74 (0.71 to 0.76).
func Interval(x, low, high float64) string {
	return Known(x, StdErr(low, high)) + " (" + Bounds(x, low, high) + ")"
}

// Bounds writes the interval of 95 % confidence of x, rounded as x is: 0.71 to 0.76.
func Bounds(x, low, high float64) string {
	place := knownPlace(x, StdErr(low, high))
	return commas(round(low, place)) + " to " + commas(round(high, place))
}

// StdErr is the standard error of a normal figure that has this interval of 95 %.
func StdErr(low, high float64) float64 { return (high - low) / (2 * 1.96) }

// Range writes the least and the greatest of some numbers: 91.84 to 95.1.
func Range(low, high float64) string { return Number(low) + " to " + Number(high) }

// Percent writes count of n as a percentage: 29 % for 29 of 100. It has decimals if so
// many trials make them known: 2.9 % for 29 of 1,000.
func Percent(count, n int) string {
	if n == 0 {
		return "– %"
	}
	share := float64(count) / float64(n)
	percent, stderr := 100*float64(count)/float64(n), 100*math.Sqrt(share*(1-share)/float64(n))
	return round(percent, min(0, knownPlace(percent, stderr))) + " %"
}

// Share writes a share of n trials as a percentage. It divides the count anew, since
// 100 · 0.29 is 28.999999999999996.
func Share(share float64, n int) string { return Percent(int(math.Round(share*float64(n))), n) }

// Fixed writes x with a number of decimals, for columns: 0.960.
func Fixed(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.HasPrefix(s, "-") && strings.Trim(s, "-0.") == "" {
		return s[1:] // -0.000
	}
	return s
}

// Given writes a number that a user gave, for example a threshold, with all its digits.
func Given(x float64) string {
	if e := exponent(x); e >= scientificFrom || e < -6 {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// Whole writes n with commas between its thousands: 60,416.
func Whole(n int) string { return commas(strconv.Itoa(n)) }

// Count writes n things: 1 seed, 2 seeds, 60,416 steps.
func Count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return Whole(n) + " " + thing
}

// negligible reports whether a deviation is no more than the rounding of x.
func negligible(deviation, x float64) bool { return !(math.Abs(deviation) > noise*math.Abs(x)) }

// exponent is the power of ten of the first digit of x; 0 where x is 0 or no
// finite number.
func exponent(x float64) int {
	if x == 0 || x-x != 0 {
		return 0
	}
	_, e, _ := strings.Cut(strconv.FormatFloat(x, 'e', -1, 64), "e")
	n, _ := strconv.Atoi(e)
	return n
}

// plainPlace returns the place of the last of so many digits of x, as a power of ten. It
// is 0 if the whole part is longer and is written in full.
func plainPlace(x float64, digits int) int {
	e := exponent(x)
	if e >= scientificFrom {
		return e - mostSignificant + 1
	}
	return min(0, e-digits+1)
}

// knownPlace returns the place of the last digit of x that is known with a standard error.
func knownPlace(x, stderr float64) int {
	if negligible(stderr, x) || math.IsInf(stderr, 0) {
		return plainPlace(x, significant)
	}
	return max(exponent(stderr), exponent(x)-mostSignificant+1)
}

// round writes x rounded at a place, a power of ten.
func round(x float64, place int) string {
	if x-x != 0 {
		return strings.TrimPrefix(strconv.FormatFloat(x, 'g', -1, 64), "+")
	}
	digits := exponent(x) - place // after the first
	switch {
	case digits < -1:
		x = 0
	case digits == -1 && math.Abs(x) > 0.5*math.Pow10(place):
		x = math.Copysign(math.Pow10(place), x)
	case digits == -1:
		x = 0
	default:
		x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits, 64), 64)
	}
	if e := exponent(x); e >= scientificFrom || e < -4 {
		return scientific(x)
	}
	s := strconv.FormatFloat(x, 'f', max(0, -place), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// scientific writes x as 1.234e-05.
func scientific(x float64) string { return strconv.FormatFloat(x, 'e', -1, 64) }

// commas puts commas between the thousands of a number's whole part.
func commas(s string) string {
	if strings.ContainsAny(s, "eNI") {
		return s
	}
	whole, fraction, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	return whole
}
