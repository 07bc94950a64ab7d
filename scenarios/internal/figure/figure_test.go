package figure_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// TestNumber checks that Number gives four significant digits, a longer integer part in full,
// and no rounding error of float64: 100 · 0.29 is 28.999999999999996.
func TestNumber(t *testing.T) {
	share := 0.29
	for _, tc := range []struct {
		x    float64
		want string
	}{
		{100 * share, "29"}, {91.84372689421994, "91.84"}, {95.10012, "95.1"}, {0.1 + 0.2, "0.3"}, {0, "0"}, {math.Copysign(0, -1), "0"},
		{500, "500"}, {-13, "-13"}, {-0.000271828, "-0.0002718"}, {1234.5678, "1,235"}, {12345.678, "12,346"}, {60416, "60,416"}, {-1432.51, "-1,433"},
		{999.96, "1,000"}, {0.99996, "1"}, {1e14, "100,000,000,000,000"}, {1.23456e18, "1.23456e+18"}, {1e16 / 3, "3.33333e+15"}, {4.800000000000002e307, "4.8e+307"}, {1.23456e-7, "1.235e-07"},
		{math.NaN(), "NaN"}, {math.Inf(1), "Inf"}, {math.Inf(-1), "-Inf"},
	} {
		if got := figure.Number(tc.x); got != tc.want {
			t.Errorf("Number(%v) = %q, want %q", tc.x, got, tc.want)
		}
	}
	if got := figure.Digits(12345.678); got != "12346" {
		t.Errorf("Digits(12345.678) = %q, want no comma", got)
	}
}

// TestKnown checks that numbers are rounded at the first digit of their standard error. The
// mean of 100 numbers with deviation 0.132 has the standard error 0.0132, and a share of
// 0.29 of 100 trials has 0.045.
func TestKnown(t *testing.T) {
	share := 0.29
	for _, tc := range []struct{ got, want string }{
		{figure.MeanDeviation(0.87, 4.440892098500626e-16, 100), "0.87 ± 0"},
		{figure.MeanDeviation(500, 0, 100), "500 ± 0"},
		{figure.MeanDeviation(92.0912, 0.1324, 100), "92.09 ± 0.13"},
		{figure.MeanDeviation(409.61, 61.27, 100), "410 ± 61"},
		{figure.MeanDeviation(409.61, 61.27, 4), "410 ± 60"},
		{figure.MeanDeviation(-1432.55, 1.27, 10000), "-1,432.55 ± 1.27"},
		{figure.MeanDeviation(1e6+0.5, 0.01, 100), "1,000,000 ± 0.01"},
		{figure.MeanDeviation(0, 0.02, 1), "0 ± 0.02"},
		{figure.MeanDeviation(4.800000000000002e307, math.Inf(1), 100), "4.8e+307 ± Inf"},
		{figure.MeanDeviation(math.Inf(1), math.NaN(), 100), "Inf ± NaN"}, {figure.MeanDeviation(3, math.NaN(), 0), "3 ± NaN"},
		{figure.Interval(0.7433, 0.7133, 0.7583), "0.74 (0.71 to 0.76)"},
		{figure.Interval(-71.28, -73.65, -69.91), "-71.3 (-73.7 to -69.9)"},
		{figure.Interval(500, 500, 500), "500 (500 to 500)"},
		{figure.Interval(0, 0, 22.98), "0 (0 to 23)"},
		{figure.Range(91.84372689421994, 95.10012), "91.84 to 95.1"},
		{figure.Range(285, 500), "285 to 500"},
		{figure.Share(share, 100), "29 %"},
		{figure.Percent(29, 100), "29 %"}, {figure.Percent(1, 3), "33 %"}, {figure.Percent(287, 1000), "29 %"}, {figure.Percent(29, 1000), "2.9 %"},
		{figure.Percent(9999, 10000), "99.99 %"}, {figure.Percent(100, 100), "100 %"}, {figure.Percent(0, 7), "0 %"}, {figure.Percent(0, 0), "– %"},
		{figure.Known(0.0004, 0.001), "0"}, {figure.Known(0.0006, 0.001), "0.001"}, {figure.Known(66, 100), "100"}, {figure.Known(math.NaN(), 1), "NaN"},
		{figure.Known(5, math.NaN()), "5"}, {figure.Known(5, math.Inf(1)), "5"},
		{figure.Fixed(0.96, 3), "0.960"}, {figure.Fixed(-0.0001, 3), "0.000"}, {figure.Fixed(-0.4, 0), "0"}, {figure.Fixed(-12.3456, 3), "-12.346"},
		{figure.Given(475), "475"}, {figure.Given(-0.1), "-0.1"}, {figure.Given(1234567), "1234567"}, {figure.Given(1e-9), "1e-09"},
		{figure.Count(1, "seed"), "1 seed"}, {figure.Count(2, "seed"), "2 seeds"}, {figure.Count(0, "run"), "0 runs"}, {figure.Count(60416, "step"), "60,416 steps"},
	} {
		if tc.got != tc.want {
			t.Errorf("figure writes %q, want %q", tc.got, tc.want)
		}
	}
}

// TestWhole checks the commas between thousands, and the minus sign.
func TestWhole(t *testing.T) {
	for n, want := range map[int]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 123456: "123,456", 1234567: "1,234,567",
		-1: "-1", -999: "-999", -1000: "-1,000", -123456: "-123,456", -1234567: "-1,234,567",
		math.MaxInt32: "2,147,483,647", math.MinInt32: "-2,147,483,648",
	} {
		if got := figure.Whole(n); got != want {
			t.Errorf("Whole(%d) = %q, want %q", n, got, want)
		}
	}
	for _, n := range []int{math.MinInt, math.MaxInt} { // 32 or 64 bits, depending on the machine
		if got, want := strings.ReplaceAll(figure.Whole(n), ",", ""), strconv.Itoa(n); got != want {
			t.Errorf("Whole(%d) without commas = %q, want %q", n, got, want)
		}
	}
}

// FuzzNumber checks two properties of rounding. The text reads back as a number within
// half a unit of its last digit. If x ≤ y, the number written for x is at most the number
// written for y.
func FuzzNumber(f *testing.F) {
	for _, x := range []float64{0, 0.29, 28.999999999999996, 91.84372689421994, 999.95, -9999.5, 1e15, 1e-4, 9.9996e-5, 1e300, 5e-324, 0.5, 1.5} {
		f.Add(x, x*1.0001, 0.0132)
	}
	f.Fuzz(func(t *testing.T, x, y, stderr float64) {
		if x-x != 0 || y-y != 0 || stderr-stderr != 0 {
			return // TestNumber and TestKnown check NaN and infinite numbers
		}
		x, y, stderr = min(x, y), max(x, y), math.Abs(stderr)
		for name, write := range map[string]func(float64) string{
			"Number": figure.Number,
			"Known":  func(x float64) string { return figure.Known(x, stderr) },
		} {
			low, high := read(t, write(x)), read(t, write(y))
			if low > high {
				t.Errorf("%s(%v) = %q, and %s(%v) = %q, want a number at least as large", name, x, write(x), name, y, write(y))
			}
			// Four significant digits have a relative error of at most 1/2000. Rounding at the
			// first digit of the standard error changes x by at most half of the standard error.
			tolerance := math.Abs(x) * 5.001e-4
			if name == "Known" {
				tolerance = max(tolerance, stderr*0.5001)
			}
			if math.Abs(low-x) > tolerance+1e-323 {
				t.Errorf("%s(%v) = %q with standard error %v, want it within %v", name, x, write(x), stderr, tolerance)
			}
		}
	})
}

// read returns the number that a text with commas contains.
func read(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	if err != nil {
		t.Fatalf("%q does not read back as a number: %v", s, err)
	}
	return x
}

// TestColumn checks that columns have enough decimals for four digits of the largest number, and
// for two digits of the difference.
func TestColumn(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string // text of low
	}{
		{7.436, 17.61, "7.44"}, {-1.309, -0.794, "-1.309"}, {49.938, 49.941, "49.9380"}, {-0.03006, -0.02619, "-0.03006"},
		{0, 0, "0"}, {-123.456, 9, "-123.5"}, {12345.6, 12345.7, "12,346"}, {math.NaN(), 1, "NaN"},
	} {
		if got := figure.Column(c.low, figure.Decimals(c.low, c.high)); got != c.want {
			t.Errorf("%v in a column with %v is %q, want %q", c.low, c.high, got, c.want)
		}
	}
}

func Example() {
	fmt.Println("return", figure.MeanDeviation(91.98312, 0.1324, 100), "over", figure.Count(100, "episode"))
	// Output: return 91.98 ± 0.13 over 100 episodes
}
