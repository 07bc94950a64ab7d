package figure

import "math"

const (
	// mostDecimals is the largest number of decimals in a column.
	mostDecimals = 5

	// wideFrom is the smallest magnitude that Column writes as Number does.
	wideFrom = 1e4
)

// Decimals returns the number of decimals for a column of numbers between low and high: four digits
// of the largest magnitude, or two digits of high - low, whichever needs more decimals.
func Decimals(low, high float64) int {
	n := 0
	if most := max(math.Abs(low), math.Abs(high)); most > 0 {
		n = -plainPlace(most, significant)
	}
	if high > low {
		n = max(n, -plainPlace(high-low, 2))
	}
	return min(max(n, 0), mostDecimals)
}

// Column writes x with the decimals of its column.
func Column(x float64, decimals int) string {
	if !(math.Abs(x) < wideFrom) {
		return Number(x)
	}
	return Fixed(x, decimals)
}
