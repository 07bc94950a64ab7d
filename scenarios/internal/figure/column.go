package figure

import "math"

const (
	// maxDecimals is the largest number of decimals in a column.
	maxDecimals = 5

	// numberFrom is the smallest magnitude that Column formats like Number.
	numberFrom = 1e4
)

// Decimals returns the number of decimals for a column of numbers between low and high. It is enough
// for four digits of the number with the largest magnitude, and for two digits of high - low.
func Decimals(low, high float64) int {
	n := 0
	if magnitude := max(math.Abs(low), math.Abs(high)); magnitude > 0 {
		n = -plainPlace(magnitude, significant)
	}
	if high > low {
		n = max(n, -plainPlace(high-low, 2))
	}
	return min(max(n, 0), maxDecimals)
}

// Column formats x with the number of decimals of its column. A number of 10,000 or more, NaN and
// infinity are formatted like Number.
func Column(x float64, decimals int) string {
	if !(math.Abs(x) < numberFrom) {
		return Number(x)
	}
	return Fixed(x, decimals)
}
