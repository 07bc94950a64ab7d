// Package figure formats numbers for people. It rounds each number to its known digits;
// files and JSON keep every digit and do not use this package.
//
// A number with a standard error is rounded at the first digit of the error: see Known,
// MeanDeviation and Interval. Any other number has four significant digits, or all digits of
// its integer part if the integer part is longer: see Number. A number of 10¹⁵ or more has
// six significant digits. Zeros at the end of a fraction are removed, and thousands have
// commas.
package figure

import (
	"math"
	"strconv"
	"strings"
)

const (
	// significant is the number of significant digits of a number without a standard error.
	significant = 4

	// maxSignificant is the largest number of significant digits of a number with a standard error.
	maxSignificant = 6

	// scientificFrom is the exponent of ten from which numbers are in scientific notation: 1.5e+15.
	scientificFrom = 15

	// roundingError is the relative error of float64 sums. A smaller deviation, relative
	// to its mean, is shown as 0.
	roundingError = 1e-12
)

// Number formats x with four significant digits, and a longer integer part in full: 0.87,
// 91.84, 12,346.
func Number(x float64) string { return commas(Digits(x)) }

// Digits formats x like Number, but without commas.
func Digits(x float64) string { return round(x, plainPlace(x, significant)) }

// Known formats x, rounded at the first digit of its standard error: 92.09 for 92.0912
// with a standard error of 0.0132.
func Known(x, stderr float64) string { return commas(round(x, knownPlace(x, stderr))) }

// MeanDeviation formats the mean of n numbers and their standard deviation: 92.09 ± 0.13.
// The mean's standard error is deviation/√n.
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

// Interval formats x and its 95 % confidence interval: 0.74 (0.71 to 0.76).
func Interval(x, low, high float64) string {
	return Known(x, StdErr(low, high)) + " (" + Bounds(x, low, high) + ")"
}

// Bounds formats the 95 % confidence interval of x, rounded at the same digit as x: 0.71 to 0.76.
func Bounds(x, low, high float64) string {
	place := knownPlace(x, StdErr(low, high))
	return commas(round(low, place)) + " to " + commas(round(high, place))
}

// StdErr returns the standard error of a normally distributed statistic whose 95 %
// confidence interval is [low, high].
func StdErr(low, high float64) float64 { return (high - low) / (2 * 1.96) }

// Range formats the smallest and the largest of several numbers: 91.84 to 95.1.
func Range(low, high float64) string { return Number(low) + " to " + Number(high) }

// Percent formats count of n trials as a percentage: 29 % for 29 of 100. It has decimals if
// n is large enough for a standard error below 1 %: 2.9 % for 29 of 1,000.
func Percent(count, n int) string {
	if n == 0 {
		return "– %"
	}
	share := float64(count) / float64(n)
	percent, stderr := 100*float64(count)/float64(n), 100*math.Sqrt(share*(1-share)/float64(n))
	return round(percent, min(0, knownPlace(percent, stderr))) + " %"
}

// Share formats a share of n trials, in [0, 1], as a percentage. It first turns the share back
// into a count, because 100 · 0.29 is 28.999999999999996 and not 29.
func Share(share float64, n int) string { return Percent(int(math.Round(share*float64(n))), n) }

// Fixed formats x with a fixed number of decimals, for columns: 0.960.
func Fixed(x float64, decimals int) string {
	s := strconv.FormatFloat(x, 'f', decimals, 64)
	if strings.HasPrefix(s, "-") && strings.Trim(s, "-0.") == "" {
		return s[1:] // -0.000 becomes 0.000
	}
	return s
}

// Given formats a number that a user gave, for example a threshold, with all its digits.
func Given(x float64) string {
	if e := exponent(x); e >= scientificFrom || e < -6 {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// Whole formats the integer n with commas between its thousands: 60,416.
func Whole(n int) string { return commas(strconv.Itoa(n)) }

// Count formats n with the singular or plural of a noun: 1 seed, 2 seeds, 60,416 steps.
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return Whole(n) + " " + noun
}

// negligible reports whether a deviation is at most the rounding error of x, or NaN.
func negligible(deviation, x float64) bool {
	return !(math.Abs(deviation) > roundingError*math.Abs(x))
}

// exponent returns the power of ten of the first digit of x. It returns 0 if x is 0, NaN
// or infinite.
func exponent(x float64) int {
	if x == 0 || x-x != 0 {
		return 0
	}
	_, e, _ := strings.Cut(strconv.FormatFloat(x, 'e', -1, 64), "e")
	n, _ := strconv.Atoi(e)
	return n
}

// plainPlace returns the decimal place of the last digit of x, as a power of ten, if x has
// this number of significant digits. It returns 0 if the integer part is longer, because the
// integer part is written in full.
func plainPlace(x float64, digits int) int {
	e := exponent(x)
	if e >= scientificFrom {
		return e - maxSignificant + 1
	}
	return min(0, e-digits+1)
}

// knownPlace returns the decimal place of the last known digit of x, as a power of ten: the
// place of the first digit of its standard error.
func knownPlace(x, stderr float64) int {
	if negligible(stderr, x) || math.IsInf(stderr, 0) {
		return plainPlace(x, significant)
	}
	return max(exponent(stderr), exponent(x)-maxSignificant+1)
}

// round formats x, rounded at a decimal place, a power of ten.
func round(x float64, place int) string {
	if x-x != 0 {
		return strings.TrimPrefix(strconv.FormatFloat(x, 'g', -1, 64), "+")
	}
	digits := exponent(x) - place // number of digits after the first digit
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

// scientific formats x in scientific notation: 1.234e-05.
func scientific(x float64) string { return strconv.FormatFloat(x, 'e', -1, 64) }

// commas inserts commas between the thousands of the integer part of s.
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
